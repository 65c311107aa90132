"""Cache policies and origin request policies: ours as the template has them, AWS's as they are documented.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-cache-policies.html
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/using-managed-origin-request-policies.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """Which headers, cookies or query strings a policy takes: `none`, `all`, `whitelist` or `allExcept` of `listed`."""

    behaviour: str = "none"
    listed: frozenset[str] = frozenset()

    def take(self, name: str) -> bool:
        """Whether the policy takes the one of this name."""
        if self.behaviour == "whitelist":
            return name in self.listed
        return self.behaviour != "none" and not (self.behaviour == "allExcept" and name in self.listed)


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """Seconds at least, by default and at most; what tells answers apart; which compressed forms are kept apart."""

    minimum: int
    default: int
    maximum: int
    headers: Names = Names()
    cookies: Names = Names()
    queries: Names = Names()
    gzip: bool = False
    brotli: bool = False

    @property
    def caches(self) -> bool:
        """Whether anything is cached at all."""
        return (self.minimum, self.default, self.maximum) != (0, 0, 0)


@dataclass(frozen=True, slots=True)
class OriginRequestPolicy:
    """What origins are sent beside what the cache policy names."""

    headers: Names = Names()
    cookies: Names = Names()
    queries: Names = Names()


_ALL = Names("all")
MANAGED_CACHE_POLICIES: Mapping[str, CachePolicy] = {
    # CachingDisabled
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad": CachePolicy(0, 0, 0),
    # CachingOptimized
    "658327ea-f89d-4fab-a63d-7e88639e58f6": CachePolicy(1, 86_400, 31_536_000, gzip=True, brotli=True),
    # CachingOptimizedForUncompressedObjects
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d": CachePolicy(1, 86_400, 31_536_000),
}
MANAGED_ORIGIN_REQUEST_POLICIES: Mapping[str, OriginRequestPolicy] = {
    # AllViewer
    "216adef6-5c7f-47e4-b989-5492eafa07d3": OriginRequestPolicy(_ALL, _ALL, _ALL),
    # AllViewerExceptHostHeader
    "b689b0a8-53d0-40ab-baf2-68738e2966ac": OriginRequestPolicy(Names("allExcept", frozenset({"host"})), _ALL, _ALL),
    # CORS-CustomOrigin
    "59781a5b-3903-41f3-afcb-af62929ccde1": OriginRequestPolicy(Names("whitelist", frozenset({"origin"}))),
    # UserAgentRefererHeaders
    "acba4595-bd28-49b8-b9fe-13317c0390fa": OriginRequestPolicy(
        Names("whitelist", frozenset({"user-agent", "referer"}))
    ),
}


def cache_policy(config: Node) -> CachePolicy:
    """Read a `CachePolicyConfig`."""
    keys = config["ParametersInCacheKeyAndForwardedToOrigin"]
    return CachePolicy(
        int(config["MinTTL"]),
        int(config["DefaultTTL"]),
        int(config["MaxTTL"]),
        *_names(keys),
        bool(keys["EnableAcceptEncodingGzip"]),
        bool(keys.get("EnableAcceptEncodingBrotli", False)),
    )


def origin_request_policy(config: Node) -> OriginRequestPolicy:
    """Read an `OriginRequestPolicyConfig`."""
    return OriginRequestPolicy(*_names(config))


def _names(config: Node) -> tuple[Names, Names, Names]:
    headers, cookies, queries = (config[f"{kind}Config"] for kind in ("Headers", "Cookies", "QueryStrings"))
    behaviour = headers["HeaderBehavior"]
    return (
        Names(
            "all" if behaviour.startswith("allViewer") else behaviour,
            frozenset(name.lower() for name in headers.get("Headers", ())),
        ),
        Names(cookies["CookieBehavior"], frozenset(cookies.get("Cookies", ()))),
        Names(queries["QueryStringBehavior"], frozenset(queries.get("QueryStrings", ()))),
    )
