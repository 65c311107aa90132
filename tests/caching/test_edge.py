"""CloudFront's behaviours: the template says what the policy file says, and the policy file fits the API."""

import json
from typing import Any

import pytest

from app import blueprints
from chalicelib.web.endpoints import Endpoint
from infra import cache_settings
from infra.edge_settings import API, BEHAVIOURS, FOR_A_MINUTE, FOR_GOOD, NEVER, PUBLIC_API, Keeping, keeping
from tests.templates.reading import stack

ENDPOINTS: list[Endpoint] = [endpoint for routes in blueprints for endpoint in routes.endpoints]
# https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
MANAGED = {"4135ea2d-6df8-44a3-9df3-4b5a84be39ad": "CachingDisabled"}
POLICIES = (FOR_GOOD, FOR_A_MINUTE, PUBLIC_API)
Node = dict[str, Any]


@pytest.fixture(scope="module")
def resources() -> Node:
    """The template's resources, with an API behind CloudFront."""
    found: Node = stack("edge", ApiDomain="abc.execute-api.eu-north-1.amazonaws.com", ApiKey="k")["Resources"]
    return found


@pytest.fixture(scope="module")
def distribution(resources: Node) -> Node:
    found: Node = resources["Distribution"]["Properties"]["DistributionConfig"]
    return found


def policy_name(resources: Node, behaviour: Node) -> str:
    """A behaviour's cache policy, by what the template or AWS calls it."""
    given = behaviour["CachePolicyId"]
    by_reference = {f"{name}-id": name for name in resources} | {name: name for name in resources}
    by_name = {
        resource["Properties"]["CachePolicyConfig"]["Name"]: name
        for name, resource in resources.items()
        if resource["Type"] == "AWS::CloudFront::CachePolicy"
    }
    return {**by_reference, **by_name, **MANAGED}[given]


def test_behaviours_are_those_of_the_policy_file_in_its_order(resources: Node, distribution: Node) -> None:
    told = [(each["PathPattern"], policy_name(resources, each)) for each in distribution["CacheBehaviors"]]
    told.append(("*", policy_name(resources, distribution["DefaultCacheBehavior"])))
    assert told == [(pattern, keeping.name) for pattern, keeping in BEHAVIOURS]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_a_cache_policy_is_as_the_policy_file_has_it(resources: Node, policy: Keeping) -> None:
    config = resources[policy.name]["Properties"]["CachePolicyConfig"]
    assert (config["MinTTL"], config["DefaultTTL"], config["MaxTTL"]) == (policy.least, policy.default, policy.most)
    keys = config["ParametersInCacheKeyAndForwardedToOrigin"]
    assert keys["CookiesConfig"] == {"CookieBehavior": "none"}
    assert tuple(keys["HeadersConfig"].get("Headers", ())) == policy.headers
    assert tuple(keys["QueryStringsConfig"].get("QueryStrings", ())) == policy.queries
    assert keys["EnableAcceptEncodingBrotli"] is keys["EnableAcceptEncodingGzip"] is True


def test_everything_is_compressed(distribution: Node) -> None:
    behaviours = [distribution["DefaultCacheBehavior"], *distribution["CacheBehaviors"]]
    assert all(each["Compress"] is True for each in behaviours)


def test_no_error_is_kept(distribution: Node) -> None:
    rules = distribution["CustomErrorResponses"]
    assert {each["ErrorCachingMinTTL"] for each in rules} == {0}
    # https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/HTTPStatusCodes.html
    assert {each["ErrorCode"] for each in rules} == {400, 403, 404, 405, 414, 416, 500, 501, 502, 503, 504}


def test_no_error_page_takes_the_place_of_an_answer_of_the_api(distribution: Node) -> None:
    assert not [
        each for each in distribution["CustomErrorResponses"] if {"ResponsePagePath", "ResponseCode"} & set(each)
    ]


def test_the_bucket_says_that_an_object_does_not_exist_instead_of_refusing(resources: Node) -> None:
    statements = resources["SiteToCloudFront"]["Properties"]["PolicyDocument"]["Statement"]
    granted = {(each["Action"], each["Resource"]) for each in statements if each["Effect"] == "Allow"}
    bucket = next(resource for action, resource in granted if action == "s3:ListBucket")
    assert ("s3:GetObject", f"{bucket}/*") in granted


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.method} {each.path}")
def test_only_what_says_so_itself_is_kept(endpoint: Endpoint) -> None:
    kept = keeping(API + endpoint.path.replace("{slug}", "seen").replace("{todo_id}", "1").replace("{media_id}", "1"))
    assert kept in (PUBLIC_API, NEVER)
    if endpoint.method == "GET":
        assert (kept is PUBLIC_API) == endpoint.cache_control.startswith("public, ")
    if endpoint.method == "GET" and endpoint.private:
        assert (kept, endpoint.cache_control) == (NEVER, "private, no-store")


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda each: f"{each.method} {each.path}")
def test_a_public_answer_is_told_apart_by_all_that_changes_it(endpoint: Endpoint) -> None:
    if endpoint.method == "GET" and endpoint.cache_control.startswith("public, "):
        told = {f"querystring.{name}" for name in PUBLIC_API.queries} | {
            f"header.{name}" for name in PUBLIC_API.headers
        }
        # The path is always a key, and CloudFront itself answers who has seen it already.
        own = {"path.slug", "header.If-None-Match"}
        assert cache_settings.inputs(endpoint) - own <= told


def test_the_two_caches_keep_the_same_routes() -> None:
    both = {path for (_, path), kept in cache_settings.ROUTES.items() if kept is not None}
    assert both == {
        each.path
        for each in ENDPOINTS
        if each.method == "GET" and keeping(API + each.path.replace("{slug}", "seen")) is PUBLIC_API
    }


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/assets/app-1a2b.js", FOR_GOOD),
        ("/blog/photos/1-640.webp", FOR_GOOD),
        ("/blog/seen/", FOR_A_MINUTE),
        ("/assets.json", FOR_A_MINUTE),
        ("/config.json", FOR_A_MINUTE),
        ("/", FOR_A_MINUTE),
        ("/api/me/posts", NEVER),
        ("/api/todos", NEVER),
        ("/api/health", NEVER),
        ("/api/posts", PUBLIC_API),
    ],
)
def test_each_path_is_kept_by_one_rule(path: str, kept: Keeping) -> None:
    assert keeping(path) is kept


def test_only_cached_reads_of_the_api_lose_their_wishes_about_caches(distribution: Node) -> None:
    plain = {
        each["PathPattern"]
        for each in distribution["CacheBehaviors"]
        if "PlainReads" in json.dumps(each.get("FunctionAssociations", []))
    }
    assert plain == {pattern for pattern, keeping in BEHAVIOURS if keeping is PUBLIC_API}
