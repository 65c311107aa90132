"""Wrong set-ups of `edge.yaml`: each changes a stack's resources, and names the check that must find it."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.caching import edge_checks as checks
from tests.caching.edge_checks import Check

Node = dict[str, Any]
Change = Callable[[Node], object]
CORS_CUSTOM_ORIGIN = "59781a5b-3903-41f3-afcb-af62929ccde1"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"


def config(resources: Node) -> Node:
    found: Node = resources["Distribution"]["Properties"]["DistributionConfig"]
    return found


def behaviour(resources: Node, pattern: str) -> Node:
    if pattern == "*":
        default: Node = config(resources)["DefaultCacheBehavior"]
        return default
    found: Node = next(each for each in config(resources)["CacheBehaviors"] if each["PathPattern"] == pattern)
    return found


def keys(resources: Node, policy: str) -> Node:
    found: Node = cache(resources, policy)["ParametersInCacheKeyAndForwardedToOrigin"]
    return found


def cache(resources: Node, policy: str) -> Node:
    found: Node = resources[policy]["Properties"]["CachePolicyConfig"]
    return found


def origin(resources: Node, name: str) -> Node:
    found: Node = next(each for each in config(resources)["Origins"] if each["Id"] == name)
    return found


def sets(pattern: str, **values: Any) -> Change:
    """Give a behaviour other values."""
    return lambda resources: behaviour(resources, pattern).update(values)


def lacks(pattern: str, name: str) -> Change:
    """Take a value from a behaviour."""
    return lambda resources: behaviour(resources, pattern).pop(name)


def without_behaviour(pattern: str) -> Change:
    return lambda resources: config(resources)["CacheBehaviors"].remove(behaviour(resources, pattern))


def without_listing(resources: Node) -> None:
    document = resources["SiteToCloudFront"]["Properties"]["PolicyDocument"]
    document["Statement"] = [each for each in document["Statement"] if each["Action"] != "s3:ListBucket"]


def error_rules(**values: Any) -> Change:
    def change(resources: Node) -> None:
        for rule in config(resources)["CustomErrorResponses"]:
            rule.update(values)

    return change


def error_page(code: int, status: int) -> Change:
    def change(resources: Node) -> None:
        rule = next(each for each in config(resources)["CustomErrorResponses"] if each["ErrorCode"] == code)
        rule.update(ResponsePagePath="/404.html", ResponseCode=status)

    return change


def code(name: str, text: str) -> Change:
    return lambda resources: resources[name]["Properties"].update(FunctionCode=text)


def failover(*statuses: int) -> Change:
    """Give the origin group other statuses."""

    def change(resources: Node) -> None:
        [group] = config(resources)["OriginGroups"]["Items"]
        group["FailoverCriteria"]["StatusCodes"] = {"Quantity": len(statuses), "Items": list(statuses)}

    return change


def other_way_round(resources: Node) -> None:
    [group] = config(resources)["OriginGroups"]["Items"]
    group["Members"]["Items"].reverse()


def function_says(old: str, new: str) -> Change:
    """Change the code of the function that answers for a missing page."""

    def change(resources: Node) -> None:
        function = resources["NotFound"]["Properties"]["Code"]
        function["ZipFile"] = function["ZipFile"].replace(old, new)

    return change


def gives(name: str, **values: Any) -> Change:
    """Give a resource other properties."""
    return lambda resources: resources[name]["Properties"].update(values)


MUTANTS: Mapping[str, tuple[Change, Check]] = {
    "the API's rules are in another order": (
        lambda resources: config(resources)["CacheBehaviors"].reverse(),
        checks.public_answers_are_kept_as_they_say,
    ),
    "private answers have the public policy": (
        sets("/api/*", CachePolicyId="PublicApi"),
        checks.private_answers_are_never_kept,
    ),
    "there is no rule for the API's private paths": (
        without_behaviour("/api/*"),
        checks.the_api_gets_who_asks_and_what,
    ),
    "there is no rule for photos": (without_behaviour("/blog/photos/*"), checks.assets_and_photos_are_kept_for_a_year),
    "the API is sent no key": (
        lambda resources: origin(resources, "api").pop("OriginCustomHeaders"),
        checks.the_api_gets_the_sites_key_and_its_own_host,
    ),
    "the API is sent the viewer's host": (
        sets("/api/*", OriginRequestPolicyId=ALL_VIEWER),
        checks.the_api_gets_the_sites_key_and_its_own_host,
    ),
    "the API is not sent Authorization": (
        sets("/api/*", OriginRequestPolicyId=CORS_CUSTOM_ORIGIN),
        checks.the_api_gets_who_asks_and_what,
    ),
    "the API's posts are sent no Authorization": (
        lacks("/api/posts", "OriginRequestPolicyId"),
        checks.the_api_gets_who_asks_and_what,
    ),
    "an error page replaces the API's 403": (error_page(403, 404), checks.errors_of_the_api_come_as_they_are),
    "an error page replaces the API's 404": (error_page(404, 404), checks.errors_of_the_api_come_as_they_are),
    "an error page replaces the API's 503 by 200": (error_page(503, 200), checks.errors_of_the_api_come_as_they_are),
    "errors are kept for CloudFront's ten seconds": (
        lambda resources: config(resources).pop("CustomErrorResponses"),
        checks.errors_are_not_kept,
    ),
    "errors are kept for a minute": (error_rules(ErrorCachingMinTTL=60), checks.errors_are_not_kept),
    "pages have no function": (lacks("*", "FunctionAssociations"), checks.pages_are_their_folders_index),
    "pages are not redirected to their slash": (
        code("CleanUrls", "function handler(event) { event.request.uri += 'index.html'; return event.request; }"),
        checks.a_page_without_its_slash_is_redirected,
    ),
    "a function has for-of, which the runtime lacks": (
        code("CleanUrls", "function handler(event) { for (const each of []) {} return event.request; }"),
        checks.pages_are_their_folders_index,
    ),
    "a function changes the host, which CloudFront refuses": (
        code(
            "PlainReads",
            "function handler(event) { event.request.headers.host = { value: 'a' }; return event.request; }",
        ),
        checks.public_answers_are_kept_as_they_say,
    ),
    "the API is not told the viewer's address": (
        lacks("/api/subscribers", "FunctionAssociations"),
        checks.the_api_gets_the_viewers_address,
    ),
    "a form goes by the API's other rules": (
        without_behaviour("/api/contact"),
        checks.the_api_gets_the_viewers_address,
    ),
    "the API is told the address that the viewer claims": (
        code(
            "ViewerAddress",
            "function handler(event) { const headers = event.request.headers;"
            " if (!headers['x-viewer-address']) headers['x-viewer-address'] = { value: event.viewer.ip };"
            " return event.request; }",
        ),
        checks.the_api_gets_the_viewers_address,
    ),
    "reads of posts have no function": (
        lacks("/api/posts/*", "FunctionAssociations"),
        checks.wishes_about_caches_do_not_reach_the_api,
    ),
    "queries do not tell answers apart": (
        lambda resources: keys(resources, "PublicApi").update(QueryStringsConfig={"QueryStringBehavior": "none"}),
        checks.public_answers_are_told_apart_by_what_changes_them,
    ),
    "the cursor does not tell answers apart": (
        lambda resources: keys(resources, "PublicApi")["QueryStringsConfig"]["QueryStrings"].remove("cursor"),
        checks.public_answers_are_told_apart_by_what_changes_them,
    ),
    "origins do not tell answers apart": (
        lambda resources: keys(resources, "PublicApi").update(HeadersConfig={"HeaderBehavior": "none"}),
        checks.public_answers_are_told_apart_by_what_changes_them,
    ),
    "every query tells answers apart": (
        lambda resources: keys(resources, "PublicApi").update(QueryStringsConfig={"QueryStringBehavior": "all"}),
        checks.public_answers_are_told_apart_by_nothing_else,
    ),
    "answers of the API are kept unasked": (
        lambda resources: cache(resources, "PublicApi").update(DefaultTTL=60),
        checks.public_answers_are_kept_as_they_say,
    ),
    "pages are kept for a day": (
        lambda resources: cache(resources, "ForAMinute").update(MinTTL=86_400, DefaultTTL=86_400, MaxTTL=86_400),
        checks.pages_are_kept_for_a_minute,
    ),
    "the API takes reads alone": (
        sets("/api/*", AllowedMethods=["GET", "HEAD", "OPTIONS"]),
        checks.the_api_gets_every_method_with_its_body,
    ),
    "posts take reads alone": (
        sets("/api/posts/*", AllowedMethods=["GET", "HEAD"]),
        checks.the_api_gets_every_method_with_its_body,
    ),
    "the site takes writes": (
        sets("*", AllowedMethods=list(checks.METHODS)),
        checks.the_site_takes_no_writes,
    ),
    "pages are not compressed": (sets("*", Compress=False), checks.what_is_kept_is_compressed),
    "compressed forms are not kept": (
        lambda resources: keys(resources, "ForGood").update(EnableAcceptEncodingGzip=False),
        checks.what_is_kept_is_compressed,
    ),
    "the API does not hear of compression": (
        sets("/api/*", OriginRequestPolicyId=CORS_CUSTOM_ORIGIN),
        checks.what_the_api_compresses_comes_compressed,
    ),
    "pages have no policy of headers": (lacks("*", "ResponseHeadersPolicyId"), checks.pages_have_the_sites_headers),
    "pages have no content security policy": (
        lambda resources: resources["SiteHeaders"]["Properties"]["ResponseHeadersPolicyConfig"][
            "SecurityHeadersConfig"
        ].pop("ContentSecurityPolicy"),
        checks.pages_have_the_sites_headers,
    ),
    "the API's answers have no policy of headers": (
        lacks("/api/posts", "ResponseHeadersPolicyId"),
        checks.the_apis_answers_have_their_headers,
    ),
    "the site is sent everything": (
        sets("*", OriginRequestPolicyId=ALL_VIEWER),
        checks.the_site_does_not_get_what_is_for_the_api,
    ),
    "CloudFront may not list the bucket": (without_listing, checks.the_bucket_says_what_does_not_exist),
    "pages have no origin group": (sets("*", TargetOriginId="site"), checks.a_missing_page_shows_the_sites_own),
    "assets have no origin group": (
        sets("/assets/*", TargetOriginId="site"),
        checks.a_missing_page_shows_the_sites_own,
    ),
    "photos have no origin group": (
        sets("/blog/photos/*", TargetOriginId="site"),
        checks.a_missing_page_shows_the_sites_own,
    ),
    "the origin group does not know 404": (failover(400, 403), checks.a_missing_page_shows_the_sites_own),
    "the origin group does not know 403": (failover(400, 404), checks.a_missing_page_shows_the_sites_own),
    "the origin group does not know 400": (failover(403, 404), checks.a_missing_page_shows_the_sites_own),
    "the origin group has a status that CloudFront refuses": (
        failover(400, 401, 403, 404),
        checks.a_missing_page_shows_the_sites_own,
    ),
    "the origin group takes a failure for a missing page": (
        failover(400, 403, 404, 500, 502, 503, 504),
        checks.a_failure_of_the_bucket_is_no_missing_page,
    ),
    "the origin group asks the function first": (other_way_round, checks.a_missing_page_shows_the_sites_own),
    "the API's private paths have the origin group": (
        sets("/api/*", TargetOriginId="site-or-not-found"),
        checks.errors_of_the_api_come_as_they_are,
    ),
    "the API's public reads have the origin group": (
        sets("/api/posts/*", TargetOriginId="site-or-not-found", AllowedMethods=["GET", "HEAD", "OPTIONS"]),
        checks.errors_of_the_api_come_as_they_are,
    ),
    "the function answers 200": (function_says("404,", "200,"), checks.a_missing_page_shows_the_sites_own),
    "the function reads another page": (
        function_says('"404.html"', '"405.html"'),
        checks.a_missing_page_shows_the_sites_own,
    ),
    "the function does not say what it answers": (
        function_says('"content-type"', '"x-type"'),
        checks.a_missing_page_shows_the_sites_own,
    ),
    "the function fails": (function_says("return {", "return {}["), checks.a_missing_page_shows_the_sites_own),
    "the function is no Python": (function_says("def page(", "def page"), checks.a_missing_page_shows_the_sites_own),
    "the function's answer is kept": (
        function_says("no-cache", "max-age=300"),
        checks.a_page_that_was_missing_shows_at_once,
    ),
    "the function is not told its bucket": (
        gives("NotFound", Environment={"Variables": {}}),
        checks.a_missing_page_shows_the_sites_own,
    ),
    "the function's URL is open to everybody": (
        gives("NotFoundUrl", AuthType="NONE"),
        checks.the_function_is_open_to_this_distribution_alone,
    ),
    "other distributions may call the function's URL": (
        lambda resources: resources["CloudFrontCallsUrl"]["Properties"].pop("SourceArn"),
        checks.the_function_is_open_to_this_distribution_alone,
    ),
    "CloudFront may not call the function's URL": (
        lambda resources: resources.pop("CloudFrontCallsUrl"),
        checks.a_missing_page_shows_the_sites_own,
    ),
    "CloudFront may call the URL and not the function": (
        lambda resources: resources.pop("CloudFrontCallsFunction"),
        checks.a_missing_page_shows_the_sites_own,
    ),
    "CloudFront does not sign its requests of the function": (
        lambda resources: origin(resources, "not-found").pop("OriginAccessControlId"),
        checks.a_missing_page_shows_the_sites_own,
    ),
    "CloudFront signs its requests of the function as for S3": (
        lambda resources: origin(resources, "not-found").update(OriginAccessControlId="OriginAccess"),
        checks.a_missing_page_shows_the_sites_own,
    ),
}
