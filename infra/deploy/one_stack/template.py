"""A stage as one CloudFormation stack: what Chalice cannot say, as the template it merges into its own.

The stacks of infra/templates are nested in it unchanged, so both paths deploy the same files. What differs from the
direct path is listed in docs/adr, and held to by tests/package.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html
"""

from typing import Any

from infra.deploy.one_stack.functions import bounded_roles, functions
from infra.deploy.one_stack.nested_stacks import nested, nested_stack
from infra.deploy.one_stack.references import references
from infra.deploy.one_stack.rest_api import rest_api
from infra.deploy.parts import logical_name
from infra.deploy.stacks import PROTECTION
from infra.deploy.stage import Stage

Node = dict[str, Any]


class OneStackError(Exception):
    """The stage cannot be one stack; the message says what its file needs."""


def require_possible(stage: Stage) -> None:
    """Raise OneStackError where a stage cannot be one stack.

    Its signing key has to be a secret, and it needs a domain: CloudFront and the API would each wait for the other's
    address.
    """
    if stage.signing_key != "secret":
        raise OneStackError(f"infra/stages/{stage.name}.yaml needs signing_key: secret, which CloudFormation can read.")
    if not stage.domain:
        raise OneStackError(f"infra/stages/{stage.name}.yaml needs a domain for a stack that holds everything.")


def merge_template(stage: Stage) -> Node:
    """What Chalice merges into the template it makes of the application.

    Raises:
        OneStackError: the stage cannot be one stack.
    """
    require_possible(stage)
    found = references(stage)
    resources: Node = {logical_name(part.concern): nested_stack(stage, part) for part in nested(stage)}
    resources |= functions(stage, found)
    resources |= rest_api(stage, found)
    if stage.roles_have_boundary:
        resources |= bounded_roles(stage)
    outputs = {name: {"Value": value} for name, value in found.items()}
    return {
        "Description": f"MyTodoList & MyBlog: the stage {stage.name}",
        "Parameters": {
            "FirewallArn": {"Type": "String", "Default": "", "Description": "Of the firewall in us-east-1"},
            PROTECTION: {
                "Type": "String",
                "AllowedValues": ["true", "false"],
                "Default": "true" if stage.protected else "false",
                "Description": "Whether tables and users refuse to be deleted; false for the first deploy",
            },
            "SiteKeyNumber": {
                "Type": "String",
                "AllowedPattern": "[0-9]{0,4}",
                "Default": "",
                "Description": "Another number makes another site key; both are valid until CloudFront shows it",
            },
            "KeysRotated": {"Type": "String", "Default": "never", "Description": "When make rotate-keys was run last"},
        },
        "Resources": resources,
        "Outputs": outputs,
    }
