"""A function's URL as an origin: what a template says of the function, and whether CloudFront may call it.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-lambda.html
https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.edge.template import URL_DOMAIN

Node = Mapping[str, Any]
CLOUDFRONT = "cloudfront.amazonaws.com"
# A function's URL asks for both.
ACTIONS = frozenset({"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"})


class FunctionUrlError(Exception):
    """The template has no such function, or CloudFront would refuse the origin; the message says why."""


@dataclass(frozen=True, slots=True)
class FunctionUrl:
    """A function, and the only host that its URL answers to.

    `lets_cloudfront_in` says whether requests of this template's distribution pass, and `is_open_to_others` whether
    requests of somebody else may: unsigned ones, or those of another distribution.
    """

    name: str
    host: str
    handler: str
    code: str
    environment: Mapping[str, str]
    seconds: float
    is_open_to_others: bool
    lets_cloudfront_in: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do what with a function: for this template's distribution alone, for another, or for anything."""

    action: str
    principal: str
    is_of_distribution: bool
    is_elsewhere: bool


def function_url(resources: Node, origin: Node) -> FunctionUrl | None:
    """Return the function behind an origin of a distribution; None where the origin is no function's URL.

    Raises:
        FunctionUrlError: the function is not in the template, or the origin access control is one for other origins.
    """
    domain = str(origin["DomainName"])
    if not domain.endswith(URL_DOMAIN):
        return None
    try:
        url = resources[domain.removesuffix(URL_DOMAIN)]["Properties"]
        name = url["TargetFunctionArn"].removesuffix(".Arn")
        function = resources[name]["Properties"]
        code = function["Code"]["ZipFile"]
    except KeyError as error:
        raise FunctionUrlError(f"The origin {origin['Id']} needs a function with its code in the template.") from error
    takes_unsigned = url["AuthType"] == "NONE"
    rules = list(_rules(resources, name))
    passes = {rule.action for rule in rules if rule.principal in (CLOUDFRONT, "*") and not rule.is_elsewhere}
    return FunctionUrl(
        name,
        domain,
        function["Handler"],
        code,
        function.get("Environment", {}).get("Variables", {}),
        float(function.get("Timeout", 3)),
        takes_unsigned or any(not rule.is_of_distribution for rule in rules),
        passes >= ACTIONS and (takes_unsigned or _signs(resources, origin)),
    )


def _signs(resources: Node, origin: Node) -> bool:
    if "OriginAccessControlId" not in origin:
        return False
    config = resources[origin["OriginAccessControlId"]]["Properties"]["OriginAccessControlConfig"]
    if config["OriginAccessControlOriginType"] != "lambda":
        raise FunctionUrlError(f"The origin access control of {origin['Id']} is for other origins than functions.")
    return bool(config["SigningBehavior"] != "never")


def _rules(resources: Node, function: str) -> Iterator[Rule]:
    """Yield the rules of the function's own policy."""
    distributions = [name for name, each in resources.items() if each["Type"] == "AWS::CloudFront::Distribution"]
    for resource in resources.values():
        given = resource.get("Properties", {})
        if resource["Type"] == "AWS::Lambda::Permission" and given["FunctionName"] in (function, f"{function}.Arn"):
            source = str(given.get("SourceArn", ""))
            is_of_distribution = any(source.endswith(f":distribution/{name}") for name in distributions)
            yield Rule(given["Action"], given["Principal"], is_of_distribution, bool(source) and not is_of_distribution)
