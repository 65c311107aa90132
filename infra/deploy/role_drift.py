"""Compares the role of a function with the policy, the trust and the boundary that a deploy gives it.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from chalice.constants import LAMBDA_TRUST_POLICY

from infra.deploy.aws import Aws


def role_differences(aws: Aws, role: str, wanted: Mapping[str, Any], boundary: str) -> Iterator[str]:
    """Return a line for each difference. `boundary` is the ARN of the permissions boundary, or empty for none."""
    client = aws.client("iam")
    try:
        described = client.get_role(RoleName=role)["Role"]
    except client.exceptions.NoSuchEntityException:
        yield f"The role {role} was deleted"
        return
    # Chalice names the policy like the role.
    names = client.list_role_policies(RoleName=role)["PolicyNames"]
    if role not in names:
        yield f"The policy of the role {role} was deleted"
    for name in names:
        if name != role:
            yield f"The role {role} has a policy that no deploy gives it"
        elif as_json(client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]) != wanted:
            yield f"The policy of the role {role} is not the one that a deploy gives it"
    if client.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        yield f"The role {role} has attached policies, and a deploy attaches none"
    if as_json(described["AssumeRolePolicyDocument"]) != LAMBDA_TRUST_POLICY:
        yield f"The role {role} trusts others than Lambda"
    if described.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", "") != boundary:
        yield f"The role {role} has another permissions boundary than a deploy gives it"


def as_json(document: Any) -> Any:  # noqa: ANN401 - IAM's documents, parsed by botocore or not
    """Return a document of IAM, which may still be URL-encoded text."""
    return json.loads(unquote(document)) if isinstance(document, str) else document
