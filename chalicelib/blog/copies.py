"""Copies of what readers see, in API Gateway's stage cache and in CloudFront: forgotten when a post changes.

The stage cache is asked for each answer anew, by a request that is signed and says `Cache-Control: max-age=0`;
CloudFront is told the paths. Both may be done twice. What nobody can list, such as the later pages of a list, is not
asked for: it lasts for its seconds.
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-caching.html#invalidate-method-caching
https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/Invalidation.html
"""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec

from chalicelib.blog import addresses
from chalicelib.observe import traces
from chalicelib.settings import Settings, settings

SECONDS_TO_ANSWER = 10


class NotForgotten(Exception):  # noqa: N818 - what it is
    """A cache did not do as it was told, so it may still hold an old copy; the message says which."""


class Change(msgspec.Struct, frozen=True):
    """A post that readers see anew, or no more. `tags` are those of before and after; `name` is this change's own.

    `photos` are paths of photos that readers see no more.
    """

    slug: str
    tags: Sequence[str]
    name: str
    photos: Sequence[str] = ()


class Copies(Protocol):
    """Whoever keeps copies of answers."""

    def forget(self, change: Change) -> None:
        """Let no copy be shown any more that was made before `change`.

        Raises:
            NotForgotten: some may still be shown.
        """


class Transport(Protocol):
    """Sends a GET and returns the status of its answer."""

    def __call__(self, url: str, headers: Mapping[str, str]) -> int: ...


# Takes the paths that CloudFront is to forget, and the name by which asking twice is asking once.
Invalidate = Callable[[Sequence[str], str], object]


def api_paths(change: Change) -> list[str]:
    """The API's answers that a change makes old, as far as they can be listed."""
    return [f"/posts/{change.slug}", "/posts", *(f"/posts?tag={tag}" for tag in change.tags), "/feed.atom"]


def site_paths(change: Change) -> list[str]:
    """The site's pages that a change makes old, as CloudFront knows them.

    A page is kept under its folder's index.html, the address being rewritten before the cache is asked, and people
    know it by the folder: the asterisk stands for both.
    """
    pages = [addresses.post_path(change.slug), *map(addresses.tag_path, change.tags), "/blog/archive/"]
    return ["/blog/", "/blog/index.html", "/blog/feed.atom", "/sitemap.xml", *(f"{page}*" for page in pages)]


def edge_paths(change: Change, api_prefix: str) -> list[str]:
    """Everything that CloudFront forgets. Whatever the query, a list may hold the post."""
    api = [f"/posts/{change.slug}", "/posts", "/posts?*", "/feed.atom"]
    return [*site_paths(change), *change.photos, *(f"{api_prefix}{path}" for path in api)]


class StageAndEdge:
    """API Gateway's copies, then CloudFront's, which are made of those; each where the stage has it."""

    def __init__(
        self, stage: Settings | None = None, send: Transport | None = None, invalidate: Invalidate | None = None
    ) -> None:
        self._stage = stage or settings()
        self._send = send or _send
        self._invalidate = invalidate or self._create_invalidation

    def forget(self, change: Change) -> None:
        """Let no copy be shown any more that was made before `change`."""
        if self._stage.stage_cache_url:
            for path in api_paths(change):
                # An answer names the origin that asked, so each has a copy of its own.
                for origin in ("", *self._stage.allowed_origins):
                    self._refresh(path, origin)
        if self._stage.distribution_id:
            self._invalidate(edge_paths(change, urlsplit(self._stage.api_url).path), change.name)

    def _refresh(self, path: str, origin: str) -> None:
        url = f"{self._stage.stage_cache_url}{path}"
        headers = {"Cache-Control": "max-age=0"}
        headers |= {"Origin": origin} if origin else {}
        headers |= {"x-api-key": self._stage.stage_cache_key} if self._stage.stage_cache_key else {}
        status = self._send(url, _signed(url, headers, self._stage.aws_region))
        # A post that is gone answers 404, which is as it should be.
        if status >= 400 and status != 404:
            raise NotForgotten(f"The stage cache answered {status} when {path} was to be refreshed.")

    def _create_invalidation(self, paths: Sequence[str], name: str) -> None:
        # The same name and paths are one invalidation, however often they are sent.
        batch = {"Paths": {"Quantity": len(paths), "Items": list(paths)}, "CallerReference": name}
        _cloudfront().create_invalidation(DistributionId=self._stage.distribution_id, InvalidationBatch=batch)


def _signed(url: str, headers: Mapping[str, str], region: str) -> dict[str, str]:
    from botocore.auth import SigV4Auth  # noqa: PLC0415 - only the function that writes pages needs them
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415

    request = AWSRequest("GET", url, headers=dict(headers))
    SigV4Auth(_session().get_credentials(), "execute-api", region).add_auth(request)
    return dict(request.headers.items())


def _send(url: str, headers: Mapping[str, str]) -> int:
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError  # noqa: PLC0415

    try:
        return int(_http().send(AWSRequest("GET", url, headers=dict(headers)).prepare()).status_code)
    except BotoCoreError as error:
        # Its text may hold the address, and nothing else of ours.
        raise NotForgotten(f"The stage cache did not answer: {type(error).__name__}.") from error


@cache
def _session() -> Any:  # noqa: ANN401 - botocore has no types of its own
    import botocore.session  # noqa: PLC0415

    return botocore.session.get_session()


@cache
def _http() -> Any:  # noqa: ANN401
    from botocore.httpsession import URLLib3Session  # noqa: PLC0415

    # Clients look there by themselves. That it may be a path, botocore's types do not know.
    bundle: Any = os.environ.get("AWS_CA_BUNDLE") or True
    return URLLib3Session(verify=bundle, timeout=SECONDS_TO_ANSWER)


@cache
def _cloudfront() -> Any:  # noqa: ANN401
    from botocore.config import Config  # noqa: PLC0415

    config = Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 3, "mode": "standard"})
    return traces.watch(_session().create_client("cloudfront", region_name="us-east-1", config=config))
