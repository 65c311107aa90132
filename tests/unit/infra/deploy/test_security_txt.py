"""The site says where to report a vulnerability, as RFC 9116 asks."""

from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.blog.publishing import FEED
from infra.deploy import security_txt
from infra.edge_settings import ELSEWHERE
from tests.support.tables import TEMPLATES

FRONTEND = TEMPLATES.parents[1] / "frontend"
SITE = "https://site.example.test"
NOW = datetime(2026, 11, 23, 9, 14, tzinfo=UTC)


class Bucket:
    """Keeps what is put."""

    def __init__(self) -> None:
        self.put: list[dict[str, Any]] = []

    def put_object(self, **request: Any) -> None:
        self.put.append(request)


def test_it_has_the_two_fields_that_the_rfc_demands_and_its_own_address() -> None:
    fields = dict(line.split(": ", 1) for line in security_txt.text(SITE, NOW).splitlines())
    assert fields["Contact"] == f"{SITE}/blog/contact/"
    assert fields["Canonical"] == f"{SITE}/.well-known/security.txt"
    expires = datetime.strptime(fields["Expires"], "%Y-%m-%dT%H:%M:%S%z")
    assert NOW < expires < NOW + timedelta(days=365)


def test_it_is_plain_text_at_its_place() -> None:
    bucket = Bucket()
    security_txt.put(bucket, "site", SITE, NOW)
    (put,) = bucket.put
    assert (put["Bucket"], put["Key"], put["ContentType"]) == (
        "site",
        ".well-known/security.txt",
        "text/plain; charset=utf-8",
    )


def test_every_path_of_custom_leads_to_what_is_there() -> None:
    for target in set(ELSEWHERE.values()) - {FEED, f"/{security_txt.KEY}"}:
        built = target.removeprefix("/")
        assert (FRONTEND / "public" / built).is_file() or (FRONTEND / built / "index.html").is_file(), target
