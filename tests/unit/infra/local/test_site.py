"""The laptop's site: the build, the mailbox and what the application has written, with CloudFront's headers."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urljoin

import boto3
import httpx
import pytest
from moto import mock_aws
from starlette.applications import Starlette

from infra.edge_settings import ELSEWHERE, FOR_A_MINUTE, FOR_GOOD
from infra.local.site import SiteSettings, application, main

S3 = "https://s3.us-east-1.amazonaws.com"
ENGINE = "http://127.0.0.1:3"
CONFIG = {
    "api": "http://127.0.0.1:2",
    "s3_endpoint": ENGINE,
    "user_pool_endpoint": ENGINE,
    "dynamodb_endpoint": ENGINE,
}
HEADERS = {
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
}


def build(folder: Path) -> Path:
    for name in ("assets", "mailbox"):
        (folder / name).mkdir(parents=True)
    for name, text in {
        "index.html": "<h1>Todos</h1>" + "x" * 1000,
        "404.html": "<h1>Nothing here</h1>",
        "mailbox/index.html": "<h1>Mailbox</h1>",
        "assets/app-1a2b.js": "//",
        "robots.txt": "",
    }.items():
        (folder / name).write_text(text)
    return folder


def settings(files: Path, **changes: Any) -> SiteSettings:
    bucket = {"bucket": "site", "region": "us-east-1", "endpoint": S3, "access_key": "a", "secret_key": "s"}
    usual = {"files": files, "config": CONFIG, "mail_url": "http://127.0.0.1:9", "mail_token": "t", "bucket": bucket}
    return SiteSettings(**(usual | changes))


@pytest.fixture(scope="module")
def bucket() -> Iterator[Any]:
    """The site bucket."""
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1", endpoint_url=S3)
        s3.create_bucket(Bucket="site")
        yield s3
        s3.close()


@dataclass(frozen=True)
class Browser:
    """Asks a site, without a network between them."""

    site: Starlette

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.ask("GET", path, **headers)

    def ask(self, method: str, path: str, **headers: str) -> httpx.Response:
        async def once() -> httpx.Response:
            transport = httpx.ASGITransport(self.site, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
                named = {name.replace("_", "-"): value for name, value in headers.items()}
                return await client.request(method, path, headers=named)

        return asyncio.run(once())


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, bucket: Any) -> Browser:
    return Browser(application(settings(build(tmp_path_factory.mktemp("site") / "dist"))))


def put(bucket: Any, key: str, text: str) -> None:
    bucket.put_object(Bucket="site", Key=key, Body=text.encode(), ContentType="text/html", CacheControl="max-age=60")


@pytest.mark.parametrize(
    "path", ["/", "/config.json", "/assets/app-1a2b.js", "/nowhere", "/mailbox/", "/../etc/passwd"]
)
def test_every_answer_has_the_security_headers(site: Browser, path: str) -> None:
    headers = site.get(path).headers
    assert {name: headers[name] for name in HEADERS} == HEADERS
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_the_policy_lets_scripts_come_from_here_alone_and_calls_go_to_the_api_and_the_engine(site: Browser) -> None:
    policy = dict(directive.split(" ", 1) for directive in site.get("/").headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["font-src"] == "'self'"
    assert policy["connect-src"] == "'self' http://127.0.0.1:2 http://127.0.0.1:3"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert not re.search(r"unsafe|\*|https?:(?!//127\.0\.0\.1)", " ".join(policy.values()))


@pytest.mark.parametrize(
    ("path", "caching"),
    [
        ("/", FOR_A_MINUTE.cache_control),
        ("/index.html", FOR_A_MINUTE.cache_control),
        ("/robots.txt", FOR_A_MINUTE.cache_control),
        ("/assets/app-1a2b.js", FOR_GOOD.cache_control),
        ("/config.json", FOR_A_MINUTE.cache_control),
        ("/mailbox/", FOR_A_MINUTE.cache_control),
    ],
)
def test_hashed_assets_last_for_ever_and_pages_are_looked_at_each_time(site: Browser, path: str, caching: str) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, caching)


def test_what_is_missing_does_not_last(site: Browser) -> None:
    answer = site.get("/assets/gone-1a2b.js")
    assert (answer.status_code, answer.headers.get("cache-control", "")) == (404, "")


def test_a_page_that_has_not_changed_is_not_sent_again(site: Browser) -> None:
    tag = site.get("/").headers["etag"]
    again = site.get("/", if_none_match=tag)
    assert (again.status_code, again.content) == (304, b"")


def test_large_pages_are_compressed(site: Browser) -> None:
    assert site.get("/", accept_encoding="gzip").headers["content-encoding"] == "gzip"


def test_the_browsers_configuration_is_what_the_settings_say(site: Browser) -> None:
    assert site.get("/config.json").json() == CONFIG


def test_what_is_nowhere_gets_the_page_for_that(site: Browser) -> None:
    answer = site.get("/nowhere")
    assert (answer.status_code, answer.text) == (404, "<h1>Nothing here</h1>")


def test_a_build_without_that_page_says_so_in_words(tmp_path: Path, bucket: Any) -> None:
    (build(tmp_path / "dist") / "404.html").unlink()
    answer = Browser(application(settings(tmp_path / "dist"))).get("/nowhere")
    assert (answer.status_code, answer.text, answer.headers["x-content-type-options"]) == (404, "Not found", "nosniff")


@pytest.mark.parametrize("path", ["/../settings.json", "/%2e%2e/settings.json", "/assets/..%2f..%2fsettings.json"])
def test_nothing_outside_the_build_is_served(tmp_path: Path, bucket: Any, path: str) -> None:
    (tmp_path / "settings.json").write_text("secret")
    answer = Browser(application(settings(build(tmp_path / "dist")))).get(path)
    assert (answer.status_code, "secret" in answer.text) == (404, False)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_the_site_is_for_reading(site: Browser, method: str) -> None:
    assert site.ask(method, "/index.html").status_code == 405


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.1:8080"])
def test_the_loopback_names_are_served(site: Browser, host: str) -> None:
    assert site.get("/", host=host).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "192.168.0.5", ""]
)
def test_any_other_name_is_refused_so_that_no_page_rebinds_to_it(site: Browser, host: str) -> None:
    for path in ("/", "/config.json", "/mailbox/"):
        assert site.get(path, host=host, accept="application/json").status_code == 400


@pytest.mark.parametrize("path", ELSEWHERE)
def test_paths_that_programs_ask_for_by_custom_lead_to_what_they_want(site: Browser, path: str) -> None:
    answer = site.get(path)
    assert (answer.status_code, answer.headers["location"]) == (302, ELSEWHERE[path])


@pytest.mark.parametrize("path", ["//evil.example/tea", "///evil.example/tea", "/\\evil.example/tea", "//mailbox"])
def test_no_path_redirects_to_another_host(site: Browser, bucket: Any, path: str) -> None:
    put(bucket, "evil.example/tea/index.html", "<h1>Tea</h1>")
    location = site.get(f"http://127.0.0.1:8080{path}").headers["location"]
    assert urljoin("http://127.0.0.1:8080/", location).startswith("http://127.0.0.1:8080/")


# --- what the application has written


def test_a_written_page_is_served_as_it_was_written(site: Browser, bucket: Any) -> None:
    put(bucket, "blog/tea/index.html", "<h1>Tea</h1>")
    answer = site.get("/blog/tea/")
    assert (answer.status_code, answer.text) == (200, "<h1>Tea</h1>")
    assert (answer.headers["content-type"], answer.headers["cache-control"]) == ("text/html", "max-age=60")
    assert site.get("/blog/tea/", if_none_match=answer.headers["etag"]).status_code == 304


def test_a_page_without_its_slash_is_where_the_slash_is(site: Browser, bucket: Any) -> None:
    put(bucket, "blog/tea/index.html", "<h1>Tea</h1>")
    answer = site.get("/blog/tea")
    assert (answer.status_code, answer.headers["location"]) == (301, "/blog/tea/")


def test_a_file_is_served_by_its_name(site: Browser, bucket: Any) -> None:
    put(bucket, "blog/feed.atom", "<feed/>")
    assert site.get("/blog/feed.atom").text == "<feed/>"


def test_the_build_comes_before_the_bucket(site: Browser, bucket: Any) -> None:
    put(bucket, "index.html", "<h1>Other</h1>")
    assert "Todos" in site.get("/").text


@pytest.mark.parametrize("path", ["/blog/", "/blog/coffee", "/blog/" + "a" * 2000, "/%00", "/blog/%ff/"])
def test_what_nobody_wrote_is_nowhere(site: Browser, path: str) -> None:
    assert site.get(path).status_code == 404


@pytest.mark.enable_socket
def test_without_the_engine_what_is_built_is_served_and_the_rest_is_unavailable(tmp_path: Path) -> None:
    # given an engine that is not there
    access = {"bucket": "site", "region": "us-east-1", "access_key": "a", "secret_key": "s"}
    gone = settings(build(tmp_path / "dist"), bucket=access | {"endpoint": "http://127.0.0.1:9"})
    site = Browser(application(gone))
    # then the build is served all the same
    assert site.get("/").status_code == 200
    # and what might be in the bucket is unavailable, not absent
    assert site.get("/blog/tea/").status_code == 503
    mails = site.get("/mailbox/", accept="application/json")
    # without a word about how it was looked for
    assert "boto" not in site.get("/blog/tea/").text
    assert (mails.status_code, mails.json()) == (503, {"messages": [], "error": "The AWS engine does not answer."})


# --- the mailbox


@pytest.fixture
def engine() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """A hand-written engine that has sent two mails, and what it was asked with."""
    asked: list[dict[str, str]] = []

    class Engine(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append({name.lower(): value for name, value in self.headers.items()})
            allowed = self.headers["X-Engine-Token"] == "t"
            body = json.dumps({"messages": [{"id": "old"}, {"id": "new"}]} if allowed else {}).encode()
            self.send_response(200 if allowed else 403)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Engine) as server:
        serving = Thread(target=lambda: server.serve_forever(poll_interval=0.01))
        serving.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/_local/mail", asked
        server.shutdown()
        serving.join()


@pytest.mark.enable_socket
def test_the_mailbox_is_a_page_for_people_and_json_for_scripts(
    tmp_path: Path, engine: tuple[str, list[dict[str, str]]]
) -> None:
    url, asked = engine
    site = Browser(application(settings(build(tmp_path / "dist"), mail_url=url)))
    page = site.get("/mailbox/", accept="text/html,*/*")
    mails = site.get("/mailbox/", accept="application/json")
    assert (page.text, page.headers["vary"]) == ("<h1>Mailbox</h1>", "Accept")
    assert mails.json() == {"messages": [{"id": "new"}, {"id": "old"}]}
    assert (mails.headers["cache-control"], mails.headers["vary"].split(", ")[0]) == ("no-store", "Accept")
    assert [headers["x-engine-token"] for headers in asked] == ["t"]


@pytest.mark.enable_socket
def test_an_engine_that_refuses_is_one_that_does_not_answer(
    tmp_path: Path, engine: tuple[str, list[dict[str, str]]]
) -> None:
    site = Browser(application(settings(build(tmp_path / "dist"), mail_url=engine[0], mail_token="wrong")))
    assert site.get("/mailbox/", accept="application/json").status_code == 503


# --- starting it


def test_settings_are_what_the_supervisor_wrote(tmp_path: Path) -> None:
    path = tmp_path / "site.json"
    written = settings(tmp_path / "dist")
    path.write_text(
        json.dumps(
            {
                "files": str(written.files),
                "config": CONFIG,
                "mail_url": written.mail_url,
                "mail_token": "t",
                "bucket": dict(written.bucket),
            }
        )
    )
    assert SiteSettings.load(path) == written


def test_without_a_port_there_is_no_site(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "--port" in capsys.readouterr().err
