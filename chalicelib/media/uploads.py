"""Reads what S3 tells of new objects: photos of a person, and what else came under people's prefixes.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

import msgspec

_log = logging.getLogger(__name__)

_OWN_KEY = re.compile(r"users/([0-9a-zA-Z-]{1,128})/([0-7][0-9A-HJKMNP-TV-Z]{25})")
PEOPLE = "users/"
# The message that asks to look for objects that no event told of.
LOOK_FOR_STRAYS = "mytodolist:LookForStrays"
_SEQUENCER = re.compile(r"[0-9a-fA-F]{1,32}")
_SEQUENCER_DIGITS = 32


class _Message(msgspec.Struct):
    """A message about new objects, from S3 itself or in the envelope of an SNS topic."""

    Records: list[dict[str, Any]] | None = None
    Event: str | None = None
    Prefix: str | None = None
    Message: str | None = None


class Upload(msgspec.Struct, frozen=True):
    """A photo that came into the media bucket; of two uploads to one key, the later has the greater sequencer."""

    owner: str
    media_id: str
    sequencer: str
    etag: str


class Look(msgspec.Struct, frozen=True):
    """A question: which objects under `prefix` has no event told of."""

    prefix: str


class Stray(msgspec.Struct, frozen=True):
    """An object under a person's prefix whose key is not a photo's, so that nothing would ever judge it."""

    key: str
    etag: str


def key_parts(key: str) -> tuple[str, str] | None:
    """The owner and the id in a photo's key, or None where the key is another's."""
    photo = _OWN_KEY.fullmatch(key)
    return None if photo is None else (photo[1], photo[2])


def uploads(body: str, bucket: str) -> Iterator[Upload | Stray | Look]:
    """Read a message of the queue and yield the photos that it tells of, and the strays, or its question.

    Raises:
        msgspec.MsgspecError, KeyError, ValueError: it is not a message of S3.
    """
    message = msgspec.json.decode(body, type=_Message)
    if message.Message is not None:
        message = msgspec.json.decode(message.Message, type=_Message)
    if message.Event == "s3:TestEvent":
        _log.info("upload ignored", extra={"fields": {"because": "it is S3's test"}})
        return
    if message.Event == LOOK_FOR_STRAYS and message.Prefix is not None and message.Prefix.startswith(PEOPLE):
        yield Look(message.Prefix)
        return
    if message.Records is None:
        raise ValueError("This is not a message of S3.")
    for record in message.Records:
        found = _read(record, bucket)
        if found is None:
            _log.warning("upload ignored", extra={"fields": {"because": "it is no photo of ours"}})
        else:
            yield found


def _read(record: Mapping[str, Any], bucket: str) -> Upload | Stray | None:
    """Read one record; None where it is not about a new object under a person's prefix of `bucket`."""
    if record["eventSource"] != "aws:s3" or not record["eventName"].startswith("ObjectCreated:"):
        return None
    place, thing = record["s3"]["bucket"], record["s3"]["object"]
    # S3 encodes keys once.
    key = unquote_plus(thing["key"])
    if place["name"] != bucket or not key.startswith(PEOPLE):
        return None
    photo = key_parts(key)
    if photo is None:
        return Stray(key, thing["eTag"])
    return Upload(*photo, comparable(thing["sequencer"]), thing["eTag"])


def comparable(sequencer: str) -> str:
    """Write a sequencer so that it sorts as text: S3 compares them padded with zeros on the right."""
    if _SEQUENCER.fullmatch(sequencer) is None:
        raise ValueError("This is not a sequencer of S3.")
    return sequencer.upper().ljust(_SEQUENCER_DIGITS, "0")
