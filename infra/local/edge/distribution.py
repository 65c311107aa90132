"""A distribution as a template says it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cloudfront-distribution-distributionconfig.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.edge.messages import Pair
from infra.local.edge.policies import (
    MANAGED_CACHE_POLICIES,
    MANAGED_ORIGIN_REQUEST_POLICIES,
    CachePolicy,
    OriginRequestPolicy,
    cache_policy,
    origin_request_policy,
)
from infra.local.edge.response_headers import ResponseHeaders, response_headers

Node = Mapping[str, Any]
DEFAULT_ERROR_SECONDS = 10


class DistributionError(Exception):
    """The template has no distribution that this edge can be; the message says why."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where answers come from. Its own headers replace a viewer's of the same name."""

    name: str
    domain: str
    path: str
    headers: Sequence[Pair]
    is_bucket: bool


@dataclass(frozen=True, slots=True)
class OriginGroup:
    """A second origin is asked where the first answers with one of these statuses."""

    first: str
    second: str
    statuses: frozenset[int]


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What happens to requests whose path fits. `functions` has their logical names by event type."""

    pattern: str
    target: str
    methods: frozenset[str]
    cache: CachePolicy
    forwards: OriginRequestPolicy
    answers: ResponseHeaders
    functions: Mapping[str, str]
    compresses: bool

    def fits(self, path: str) -> bool:
        """Whether the pattern fits a path: `*` is anything, `?` one character, and case matters."""
        pattern = self.pattern if self.pattern.startswith(("/", "*")) else f"/{self.pattern}"
        parts = (".*" if one == "*" else "." if one == "?" else re.escape(one) for one in pattern)
        return re.fullmatch("".join(parts), path, re.DOTALL) is not None


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """How long an error is cached, and what is shown instead of it."""

    seconds: int = DEFAULT_ERROR_SECONDS
    page: str = ""
    status: int = 0


@dataclass(frozen=True, slots=True)
class Distribution:
    """Everything; the last behaviour is the default."""

    behaviours: Sequence[Behaviour]
    origins: Mapping[str, Origin]
    groups: Mapping[str, OriginGroup]
    errors: Mapping[int, ErrorRule]
    root: str
    code: Mapping[str, str]
    lists_bucket: bool

    def behaviour(self, path: str) -> Behaviour:
        """The first behaviour that fits the path."""
        return next(each for each in self.behaviours if each.fits(path))


def distribution(resources: Node) -> Distribution:
    """Read the one distribution among a stack's resources.

    Raises:
        DistributionError: there is none, or it refers to what is not there.
    """
    found = [each for each in resources.values() if each["Type"] == "AWS::CloudFront::Distribution"]
    if len(found) != 1:
        raise DistributionError("The edge's template needs one distribution.")
    config = found[0]["Properties"]["DistributionConfig"]
    try:
        behaviours = [*config.get("CacheBehaviors", ()), {"PathPattern": "*", **config["DefaultCacheBehavior"]}]
        return Distribution(
            [_behaviour(resources, each) for each in behaviours],
            {each["Id"]: _origin(each) for each in config["Origins"]},
            {each["Id"]: _group(each) for each in _items(config.get("OriginGroups", {}))},
            {int(each["ErrorCode"]): _error_rule(each) for each in config.get("CustomErrorResponses", ())},
            config.get("DefaultRootObject", ""),
            {
                name: resource["Properties"]["FunctionCode"]
                for name, resource in resources.items()
                if resource["Type"] == "AWS::CloudFront::Function"
            },
            _may_list(resources),
        )
    except KeyError as error:
        raise DistributionError(f"The distribution lacks {error}.") from error


def _behaviour(resources: Node, given: Node) -> Behaviour:
    cache, forwards = given["CachePolicyId"], given.get("OriginRequestPolicyId")
    answers = given.get("ResponseHeadersPolicyId")
    return Behaviour(
        given["PathPattern"],
        given["TargetOriginId"],
        frozenset(given.get("AllowedMethods", ("GET", "HEAD"))),
        MANAGED_CACHE_POLICIES.get(cache) or cache_policy(_properties(resources, cache, "CachePolicyConfig")),
        OriginRequestPolicy()
        if forwards is None
        else MANAGED_ORIGIN_REQUEST_POLICIES.get(forwards)
        or origin_request_policy(_properties(resources, forwards, "OriginRequestPolicyConfig")),
        ResponseHeaders()
        if answers is None
        else response_headers(_properties(resources, answers, "ResponseHeadersPolicyConfig")),
        {
            each["EventType"]: each["FunctionARN"]
            .removesuffix(".FunctionMetadata.FunctionARN")
            .removesuffix(".FunctionARN")
            for each in given.get("FunctionAssociations", ())
        },
        bool(given.get("Compress", False)),
    )


def _properties(resources: Node, name: str, part: str) -> Node:
    properties: Node = resources[name]["Properties"][part]
    return properties


def _origin(given: Node) -> Origin:
    headers = [(each["HeaderName"].lower(), each["HeaderValue"]) for each in given.get("OriginCustomHeaders", ())]
    return Origin(given["Id"], given["DomainName"], given.get("OriginPath", ""), headers, "S3OriginConfig" in given)


def _group(given: Node) -> OriginGroup:
    first, second = (each["OriginId"] for each in _items(given["Members"]))
    return OriginGroup(first, second, frozenset(map(int, _items(given["FailoverCriteria"]["StatusCodes"]))))


def _items(given: Node) -> Sequence[Any]:
    items: Sequence[Any] = given.get("Items", ())
    return items


def _error_rule(given: Node) -> ErrorRule:
    seconds = int(given.get("ErrorCachingMinTTL", DEFAULT_ERROR_SECONDS))
    return ErrorRule(seconds, given.get("ResponsePagePath", ""), int(given.get("ResponseCode", 0)))


def _may_list(resources: Node) -> bool:
    """Whether CloudFront may list the bucket: without, S3 says 403 of what does not exist."""
    statements = [
        statement
        for resource in resources.values()
        if resource["Type"] == "AWS::S3::BucketPolicy"
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow" and statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
    ]
    return any("s3:ListBucket" in str(each["Action"]) for each in statements)
