"""A change that readers see has every copy forgotten that it makes old, and nothing else."""

import http.server
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from moto import mock_aws
from msgspec.structs import replace

from chalicelib.blog.copies import Change, Copies, NotForgotten, StageAndEdge, api_paths, edge_paths, site_paths
from chalicelib.blog.events import on_posts_changed
from chalicelib.settings import settings
from tests.support.api import Api
from tests.support.site import MemorySite

URL = "https://abc.execute-api.eu-north-1.amazonaws.com/api"
CHANGE = Change("seen", ["cups", "tea"], "seen-1")
CACHED = replace(settings(), stage_cache_url=URL, stage_cache_key="the site's key")


@dataclass
class Cache:
    """A stage cache that notes what it is asked, and answers with a status."""

    status: int = 200
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def __call__(self, url: str, headers: Mapping[str, str]) -> int:
        self.asked.append((url, headers))
        return self.status


@dataclass
class Notes:
    """Copies that note what is forgotten; the first `failures` times they fail."""

    failures: int = 0
    changes: list[Change] = field(default_factory=list)

    def forget(self, change: Change) -> None:
        self.changes.append(change)
        if len(self.changes) <= self.failures:
            raise NotForgotten("busy")


def test_a_post_its_lists_and_the_feed_are_asked_for_anew() -> None:
    assert api_paths(CHANGE) == ["/posts/seen", "/posts", "/posts?tag=cups", "/posts?tag=tea", "/feed.atom"]


def test_pages_are_forgotten_by_both_their_names() -> None:
    assert set(site_paths(CHANGE)) == {
        "/blog/",
        "/blog/index.html",
        "/blog/feed.atom",
        "/sitemap.xml",
        "/blog/seen/*",
        "/blog/archive/*",
        "/blog/tags/cups/*",
        "/blog/tags/tea/*",
    }


def test_nothing_else_is_forgotten() -> None:
    paths = edge_paths(CHANGE, "/api")
    assert {path for path in paths if path.startswith("/api")} == {
        "/api/posts/seen",
        "/api/posts",
        "/api/posts?*",
        "/api/feed.atom",
    }
    assert not {"/*", "/blog/*", "/api/*", "/api/posts*"} & set(paths)


def test_each_request_is_signed_and_says_who_may_see_the_answer() -> None:
    cache = Cache()
    StageAndEdge(CACHED, cache).forget(CHANGE)
    assert len(cache.asked) == len(api_paths(CHANGE)) * (1 + len(settings().allowed_origins))
    assert {headers.get("Origin", "") for _, headers in cache.asked} == {"", *settings().allowed_origins}
    for url, headers in cache.asked:
        assert url.startswith(f"{URL}/")
        assert (headers["Cache-Control"], headers["x-api-key"]) == ("max-age=0", "the site's key")
        assert "/eu-north-1/execute-api/aws4_request" in headers["Authorization"]
        assert "cache-control" in headers["Authorization"]


def test_a_post_that_is_gone_is_forgotten_too() -> None:
    StageAndEdge(CACHED, Cache(404)).forget(CHANGE)


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_cache_that_does_not_obey_is_an_error(status: int) -> None:
    with pytest.raises(NotForgotten, match=rf"answered {status} when /posts/seen was to be refreshed\.$"):
        StageAndEdge(CACHED, Cache(status)).forget(CHANGE)


def test_where_nothing_is_kept_nothing_is_asked() -> None:
    cache = Cache()
    StageAndEdge(settings(), cache).forget(CHANGE)
    assert cache.asked == []


@mock_aws
def test_cloudfront_is_told_once_however_often_a_record_comes() -> None:
    behaviour = {"TargetOriginId": "site", "ViewerProtocolPolicy": "https-only"}
    origins = {"Quantity": 1, "Items": [{"Id": "site", "DomainName": "site.s3.amazonaws.com"}]}
    config = {"CallerReference": "a", "Comment": "", "Enabled": True, "Origins": origins}
    client: Any = boto3.client("cloudfront")
    made = client.create_distribution(DistributionConfig=config | {"DefaultCacheBehavior": behaviour})
    distribution = made["Distribution"]["Id"]

    StageAndEdge(replace(settings(), distribution_id=distribution)).forget(CHANGE)

    (listed,) = client.list_invalidations(DistributionId=distribution)["InvalidationList"]["Items"]
    batch = client.get_invalidation(DistributionId=distribution, Id=listed["Id"])["Invalidation"]["InvalidationBatch"]
    assert batch["CallerReference"] == "seen-1"
    assert batch["Paths"]["Items"] == edge_paths(CHANGE, "")
    client.close()


def test_publishing_has_the_tags_of_before_and_after_forgotten(ines: Api, site: MemorySite) -> None:
    copies = Notes()
    for tags in (["tea"], ["cups"]):
        ines.post("/posts", {"title": "Seen", "slug": "seen"})
        ines.patch("/posts/seen", {"tags": tags})
        record = published(ines)
        assert on_posts_changed(record, site, copies) == {"batchItemFailures": []}
    assert [change.tags for change in copies.changes] == [["tea"], ["cups", "tea"]]
    assert copies.changes[0].slug == "seen"
    assert copies.changes[0].name != copies.changes[1].name


def test_a_draft_that_changes_has_nothing_forgotten(ines: Api, site: MemorySite) -> None:
    copies = Notes()
    ines.post("/posts", {"title": "Seen", "slug": "seen"})
    before = stored("seen")
    ines.patch("/posts/seen", {"title": "Seen again"})
    on_posts_changed(changed("2", before, stored("seen")), site, copies)
    assert copies.changes == []


def test_a_record_whose_copies_were_not_forgotten_comes_again_by_its_name(ines: Api, site: MemorySite) -> None:
    copies = Notes(failures=1)
    ines.post("/posts", {"title": "Seen", "slug": "seen"})
    record = published(ines)
    number = record["Records"][0]["dynamodb"]["SequenceNumber"]
    assert on_posts_changed(record, site, copies) == {"batchItemFailures": [{"itemIdentifier": number}]}
    assert on_posts_changed(record, site, copies) == {"batchItemFailures": []}
    assert copies.changes[0] == copies.changes[1]


@pytest.fixture
def listener() -> Iterator[tuple[str, list[Any]]]:
    """A server on this machine: its address, and the requests it got."""
    got: list[Any] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            got.append((self.path, dict(self.headers)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/api", got
        server.shutdown()
        thread.join()


@pytest.mark.enable_socket
def test_requests_go_over_the_wire_as_they_were_signed(listener: tuple[str, list[Any]]) -> None:
    url, got = listener
    copies: Copies = StageAndEdge(replace(CACHED, stage_cache_url=url, allowed_origins=()))
    copies.forget(CHANGE)
    assert [path for path, _ in got] == [f"/api{path}" for path in api_paths(CHANGE)]
    assert all(headers["Authorization"].startswith("AWS4-HMAC-SHA256 ") for _, headers in got)


@pytest.mark.enable_socket
def test_a_cache_that_cannot_be_reached_is_an_error_that_tells_no_secret() -> None:
    with pytest.raises(NotForgotten, match=r"^The stage cache did not answer: EndpointConnectionError\.$"):
        StageAndEdge(replace(CACHED, stage_cache_url="http://127.0.0.1:1/api")).forget(CHANGE)


def stored(slug: str) -> Any:
    found = boto3.client("dynamodb").get_item(TableName=settings().posts_table, Key={"slug": {"S": slug}})
    return found.get("Item")


def published(author: Api) -> Any:
    before = stored("seen")
    version = author.post("/posts/seen/publish").json()["version"]
    return changed(str(version), before, stored("seen"))


def changed(number: str, before: Any, after: Any) -> Any:
    change = {"Keys": {"slug": after["slug"]}, "SequenceNumber": number, "OldImage": before, "NewImage": after}
    return {"Records": [{"eventName": "MODIFY", "dynamodb": change}]}
