"""Deletes old versions of a stage's functions: each deploy of the one stack publishes one, and SAM keeps them all.

Versions count against the 75 GB of code that an account may have in a region.
https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/automating-updates-to-serverless-apps.html
https://docs.aws.amazon.com/lambda/latest/api/API_DeleteFunction.html
"""

from collections.abc import Iterable, Mapping
from typing import Any

from infra.deploy.aws import Aws
from infra.deploy.functions import names
from infra.deploy.stage import Stage

# The newest, with the one that a rollback of CloudFormation or CodeDeploy goes back to.
KEPT_VERSIONS = 5
_LATEST = "$LATEST"


def delete_old_versions(aws: Aws, stage: Stage) -> int:
    """Delete what no alias uses but for the newest versions, and return how many that were."""
    client = aws.client("lambda")
    count = 0
    for name in names(stage):
        pages = client.get_paginator("list_versions_by_function").paginate(FunctionName=name)
        published = [each["Version"] for page in pages for each in page["Versions"]]
        aliases = client.get_paginator("list_aliases").paginate(FunctionName=name)
        for version in old_versions(published, (each for page in aliases for each in page["Aliases"])):
            client.delete_function(FunctionName=name, Qualifier=version)
            count += 1
    return count


def old_versions(published: Iterable[str], aliases: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the versions to delete: neither among the newest, nor used by an alias, alone or with another one."""
    used = {_LATEST}
    for alias in aliases:
        used |= {alias["FunctionVersion"], *alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {})}
    numbers = sorted((int(version) for version in published if version != _LATEST), reverse=True)
    return [str(number) for number in numbers[KEPT_VERSIONS:] if str(number) not in used]
