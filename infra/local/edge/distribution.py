"""A distribution as a template says it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-cloudfront-distribution-distributionconfig.html
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.edge.function_urls import FunctionUrl, FunctionUrlError, function_url
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
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/high_availability_origin_failover.html
FAILOVER_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FAILOVER_STATUSES = frozenset({400, 403, 404, 416, 429, 500, 502, 503, 504})


class DistributionError(Exception):
    """The template has no distribution that this edge can be; the message says why."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where answers come from. Its own headers replace a viewer's of the same name.

    `function` is there where the origin is a function's URL.
    """

    name: str
    domain: str
    path: str
    headers: Sequence[Pair]
    is_bucket: bool
    function: FunctionUrl | None = None


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
        origins = {each["Id"]: _origin(resources, each) for each in config["Origins"]}
        groups = {each["Id"]: _group(each, origins) for each in _items(config.get("OriginGroups", {}))}
        return Distribution(
            [_behaviour(resources, each, groups) for each in behaviours],
            origins,
            groups,
            {int(each["ErrorCode"]): _error_rule(each) for each in config.get("CustomErrorResponses", ())},
            config.get("DefaultRootObject", ""),
            {
                name: resource["Properties"]["FunctionCode"]
                for name, resource in resources.items()
                if resource["Type"] == "AWS::CloudFront::Function"
            },
            _may_list(resources),
        )
    except FunctionUrlError as error:
        raise DistributionError(str(error)) from error
    except KeyError as error:
        raise DistributionError(f"The distribution lacks {error}.") from error


def _behaviour(resources: Node, given: Node, groups: Mapping[str, OriginGroup]) -> Behaviour:
    cache, forwards = given["CachePolicyId"], given.get("OriginRequestPolicyId")
    answers = given.get("ResponseHeadersPolicyId")
    methods = frozenset(given.get("AllowedMethods", ("GET", "HEAD")))
    if given["TargetOriginId"] in groups and methods - FAILOVER_METHODS:
        raise DistributionError(f"The rule {given['PathPattern']} has an origin group, so it may allow reads alone.")
    return Behaviour(
        given["PathPattern"],
        given["TargetOriginId"],
        methods,
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


def _origin(resources: Node, given: Node) -> Origin:
    headers = [(each["HeaderName"].lower(), each["HeaderValue"]) for each in given.get("OriginCustomHeaders", ())]
    is_bucket, function = "S3OriginConfig" in given, function_url(resources, given)
    return Origin(given["Id"], given["DomainName"], given.get("OriginPath", ""), headers, is_bucket, function)


def _group(given: Node, origins: Mapping[str, Origin]) -> OriginGroup:
    members = [each["OriginId"] for each in _items(given["Members"])]
    statuses = frozenset(map(int, _items(given["FailoverCriteria"]["StatusCodes"])))
    if len(members) != 2 or not set(members) <= set(origins):
        raise DistributionError(f"The origin group {given['Id']} needs two origins of the distribution.")
    if not statuses or statuses - FAILOVER_STATUSES:
        raise DistributionError(f"The origin group {given['Id']} may have the statuses {sorted(FAILOVER_STATUSES)}.")
    return OriginGroup(members[0], members[1], statuses)


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
