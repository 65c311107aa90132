"""Every policy and trust document of the project, by name, as the stage `prod` has it."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from chalice.constants import LAMBDA_TRUST_POLICY

from infra import policies
from infra.simulate import Request
from tests.templates.reading import ACCOUNT, REGION, STAGE, of_type, stack

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/mrk-1"
MAIL_FROM = "blog@example.com"
API, DISTRIBUTION = "a1b2c3", "E1PROD"
PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "media": {"AllowedOrigins": "https://site.example.test"},
    "messaging": {"MailFrom": MAIL_FROM},
    "data": {"KmsKeyArn": KEY},
    "cloud/observability": {"SetsUpApiLogs": "true"},
}
# How a resource's policy belongs to it: the resource's type, and where it names what it protects.
_ATTACHED = {"AWS::S3::BucketPolicy": "Bucket", "AWS::SNS::TopicPolicy": "Topics", "AWS::SQS::QueuePolicy": "Queues"}


@dataclass(frozen=True)
class Document:
    """A policy; `of_a_resource` where it stands at what is asked for and not with who asks."""

    policy: Mapping[str, Any]
    of_a_resource: bool = False

    def changed(self, change: "Change") -> "Document":
        """A copy with something changed."""
        policy = copy.deepcopy(dict(self.policy))
        change(policy)
        return Document(policy, self.of_a_resource)


Change = Any  # a callable that takes the policy and changes it in place


@dataclass(frozen=True)
class Pair:
    """What a document must let through, and something close by that it must not."""

    document: str
    title: str
    allowed: Request
    denied: Request


@cache
def documents() -> dict[str, Document]:
    """Every document by its name."""
    return {**_of_functions(), **_of_roles(), **_of_resources()}


def _of_functions() -> dict[str, Document]:
    found = {
        name: Document(
            policies.render(name, STAGE, ACCOUNT, REGION, mail_from=MAIL_FROM, api_id=API, distribution_id=DISTRIBUTION)
        )
        for name in policies.FUNCTIONS
    }
    everything = policies.render("empty-trash", STAGE, ACCOUNT, REGION, kms_key_arn=KEY, in_vpc=True)
    return {**found, "empty-trash in a network with a key": Document(everything)}


def _of_roles() -> dict[str, Document]:
    browser = [
        statement
        for name in ("media", "data")
        for policy in of_type(_resources(name), "AWS::IAM::ManagedPolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]
    trust = {
        f"trust {role['Properties'].get('RoleName', logical)}": role["Properties"]["AssumeRolePolicyDocument"]
        for name in ("identity", "edge", "cloud/backup", "cloud/observability")
        for logical, role in of_type(_resources(name), "AWS::IAM::Role").items()
    }
    return {
        "browser": Document({"Version": "2012-10-17", "Statement": browser}),
        "not-found": Document(_resources("edge")["NotFoundRole"]["Properties"]["Policies"][0]["PolicyDocument"]),
        "trust functions": Document(LAMBDA_TRUST_POLICY, of_a_resource=True),
        **{name: Document(policy, of_a_resource=True) for name, policy in trust.items()},
    }


def _of_resources() -> dict[str, Document]:
    found: dict[str, Document] = {}
    for name in ("media", "messaging", "edge", "cloud/logs"):
        for resource in of_type(_resources(name), *_ATTACHED).values():
            named = resource["Properties"][_ATTACHED[resource["Type"]]]
            for one in named if isinstance(named, list) else [named]:
                # A topic's Ref is its ARN, the others' are names.
                title = f"{resource['Type'].split('::')[1].lower()} {one.rpartition(':')[2]}"
                assert title not in found, f"{title} has two policies"
                found[title] = Document(resource["Properties"]["PolicyDocument"], of_a_resource=True)
    return {**found, f"lambda mytodolist-{STAGE}-not-found": Document(_of_not_found(), of_a_resource=True)}


def _of_not_found() -> dict[str, Any]:
    """The policy of the not-found page's function, as Lambda writes it of the permissions in the template.

    https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
    """
    statements = []
    for logical, permission in of_type(_resources("edge"), "AWS::Lambda::Permission").items():
        given = permission["Properties"]
        condition: dict[str, Any] = {"ArnLike": {"AWS:SourceArn": given["SourceArn"]}}
        if "FunctionUrlAuthType" in given:
            condition["StringEquals"] = {"lambda:FunctionUrlAuthType": given["FunctionUrlAuthType"]}
        if given.get("InvokedViaFunctionUrl"):
            condition["Bool"] = {"lambda:InvokedViaFunctionUrl": "true"}
        statements.append(
            {
                "Sid": logical,
                "Effect": "Allow",
                "Principal": {"Service": given["Principal"]},
                "Action": given["Action"],
                "Resource": given["FunctionName"],
                "Condition": condition,
            }
        )
    return {"Version": "2012-10-17", "Statement": statements}


def _resources(name: str) -> dict[str, Any]:
    resources: dict[str, Any] = stack(name, **PARAMETERS.get(name, {}))["Resources"]
    return resources
