"""What CloudFront and browsers keep, path by path: edge.yaml says the same, and the laptop's site reads it here.

https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Expiration.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from chalicelib.blog.site import FRESH, LASTING

# The API's stage, which is the first part of its paths on the site.
API = "/api"


@dataclass(frozen=True, slots=True)
class Keeping:
    """How CloudFront keeps answers, in seconds: at least, where an answer says nothing, and at most.

    `queries` and `headers` tell answers apart beside the path; nothing else does. `cache_control` is what the site's
    own files say; the API's answers speak for themselves.
    """

    name: str
    least: int
    default: int
    most: int
    queries: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    cache_control: str = ""


# Names of the build's files, and of photos, change with their content.
FOR_GOOD = Keeping("ForGood", 86_400, 31_536_000, 31_536_000, cache_control=LASTING)
# Pages say themselves how long they last: a minute here, and not unasked in browsers.
FOR_A_MINUTE = Keeping("ForAMinute", 0, 60, 3600, cache_control=FRESH)
# Whatever says nothing of caching is not kept.
PUBLIC_API = Keeping("PublicApi", 0, 0, 3600, queries=("tag", "limit", "cursor"), headers=("Origin",))
NEVER = Keeping("CachingDisabled", 0, 0, 0)

# Paths that browsers, feed readers and password managers ask for by custom, and where the site has what they want.
# https://w3c.github.io/webappsec-change-password-url/ and https://www.rfc-editor.org/rfc/rfc9116 name two of them.
_FEED = "/blog/feed.atom"
ELSEWHERE: Mapping[str, str] = {
    "/.well-known/change-password": "/account/",
    "/favicon.ico": "/favicon.svg",
    "/security.txt": "/.well-known/security.txt",
    **dict.fromkeys(("/feed", "/feed/", "/feed.atom", "/feed.xml", "/rss", "/rss/", "/rss.xml"), _FEED),
    **dict.fromkeys(("/atom.xml", "/index.xml", "/blog/atom.xml", "/blog/feed.xml", "/blog/rss.xml"), _FEED),
}

# The first pattern that fits decides; the last is the distribution's default.
BEHAVIOURS: Sequence[tuple[str, Keeping]] = (
    ("/assets/*", FOR_GOOD),
    ("/blog/photos/*", FOR_GOOD),
    (f"{API}/posts", PUBLIC_API),
    (f"{API}/posts/*", PUBLIC_API),
    (f"{API}/feed.atom", PUBLIC_API),
    (f"{API}/openapi.json", PUBLIC_API),
    (f"{API}/contact", NEVER),
    (f"{API}/subscribers", NEVER),
    (f"{API}/*", NEVER),
    ("*", FOR_A_MINUTE),
)


def keeping(path: str, behaviours: Sequence[tuple[str, Keeping]] = BEHAVIOURS) -> Keeping:
    """How what is at a path is kept."""
    return next(keeping for pattern, keeping in behaviours if fnmatchcase(path, pattern))
