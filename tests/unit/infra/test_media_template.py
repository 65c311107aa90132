"""The bucket of photos: what nothing judges does not stay, and browsers hear what they need to."""

from typing import Any

import cfnlint.decode
import pytest

from chalicelib.media.contract import MAX_BYTES
from tests.support.tables import TEMPLATES


@pytest.fixture(scope="module")
def bucket() -> dict[str, Any]:
    found, problems = cfnlint.decode.decode(str(TEMPLATES / "media.yaml"))
    assert not problems
    return dict(found["Resources"]["MediaBucket"]["Properties"])


def test_an_object_that_is_too_large_for_a_photo_expires_after_a_day(bucket: dict[str, Any]) -> None:
    (rule,) = [each for each in bucket["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in each]
    assert (rule["Status"], rule["Prefix"], rule["ExpirationInDays"]) == ("Enabled", "users/", 1)
    # A photo may have exactly so many bytes, and S3's rule is for those with more.
    assert int(rule["ObjectSizeGreaterThan"]) == MAX_BYTES


def test_pages_may_read_the_servers_time_and_what_they_stored(bucket: dict[str, Any]) -> None:
    (rule,) = bucket["CorsConfiguration"]["CorsRules"]
    assert {"Date", "ETag"} <= set(rule["ExposedHeaders"])
