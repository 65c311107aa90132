"""The site's security.txt: where to report a vulnerability (RFC 9116).

https://www.rfc-editor.org/rfc/rfc9116
"""

from datetime import datetime, timedelta
from typing import Any

from chalicelib.blog.site import FRESH

KEY = ".well-known/security.txt"
# The RFC recommends that a file expires within a year. Every deploy writes it anew.
VALID = timedelta(days=364)


def text(site_url: str, now: datetime) -> str:
    """Return the file of a site: its contact form, until when the file is valid, and its own address."""
    expires = (now + VALID).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f"Contact: {site_url}/blog/contact/\nExpires: {expires}\nPreferred-Languages: en\nCanonical: {site_url}/{KEY}\n"
    )


def put(s3: Any, bucket: str, site_url: str, now: datetime) -> None:  # noqa: ANN401 - botocore's client
    """Write the file into the site bucket. `now` is in UTC."""
    s3.put_object(
        Bucket=bucket,
        Key=KEY,
        Body=text(site_url, now).encode(),
        ContentType="text/plain; charset=utf-8",
        CacheControl=FRESH,
    )
