"""`AWS::IAM::OIDCProvider` in templates, and the permissions boundary of a template's roles.

AWS: makes the provider, whose ARN ends with its address, and refuses a second one of the same address; a role has the
boundary that its template names.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-iam-oidcprovider.html

The emulator: has the provider in its API and not in templates, and forgets the boundary.

Here: as on AWS.
"""

from typing import Any

from ministack.services import iam
from ministack.services.cloudformation import provisioners

from infra.local.engine.gaps.stacks import Properties, accepted, after

TARGETS = (
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS",
    "ministack.services.iam:_create_oidc_provider(p)",
    "ministack.services.iam:_oidc_providers",
    "ministack.services.iam:_roles",
)


def apply() -> None:
    provider = {"create": _create, "update": _update, "delete": _delete}
    provisioners._RESOURCE_HANDLERS.setdefault("AWS::IAM::OIDCProvider", provider)
    after("AWS::IAM::Role", _bound)


def _create(_: str, properties: Properties, __: str) -> tuple[str, Properties]:
    asked = {"Url": [properties["Url"]]}
    for place, client in enumerate(properties.get("ClientIdList", ()), start=1):
        asked[f"ClientIDList.member.{place}"] = [client]
    accepted(iam._create_oidc_provider(asked))
    arn = next(arn for arn, each in iam._oidc_providers.items() if each["Url"] == properties["Url"])
    return arn, {"Arn": arn}


def _update(physical_id: str, _: Properties, new: Properties, *_where: Any) -> tuple[str, Properties]:
    iam._oidc_providers[physical_id]["ClientIDList"] = list(new.get("ClientIdList", ()))
    return physical_id, {"Arn": physical_id}


def _delete(physical_id: str, _: Properties) -> None:
    iam._oidc_providers.pop(physical_id, None)


def _bound(name: str, _: Properties, now: Properties) -> None:
    iam._roles[name]["PermissionsBoundary"] = now.get("PermissionsBoundary") or ""
