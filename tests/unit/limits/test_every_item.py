"""The longest item of every model, computed from what the routes take, fits into DynamoDB's 400 KB.

An attribute that is not listed here fails the tests, and so does one that is gone.
"""

from collections.abc import Mapping

import pytest

from chalicelib.blog.contract import MAX_BODY_CHARACTERS, MAX_DRAFT_BYTES, MAX_HTML_BYTES
from chalicelib.blog.contract import MAX_TAGS as MAX_POST_TAGS
from chalicelib.blog.routes import LONGEST_NAME
from chalicelib.blog.slugs import LONGEST as SLUG
from chalicelib.contact.contract import LONGEST_MESSAGE
from chalicelib.mail.addresses import LONGEST as EMAIL
from chalicelib.todos.attachments import MAX_ATTACHMENTS
from chalicelib.todos.contract import MAX_TAGS as MAX_TODO_TAGS
from tests.support.models import application_models
from tests.unit.limits.sizes import LARGEST_ITEM

# Bytes of a character in UTF-8, at most.
WIDE = 4
# Numbers, times, ULIDs, states, digests and media types: none is longer.
SHORT = 64
SUB = 128
# A set's or list's element, and the list itself.
ELEMENT, CONTAINER = 1, 3
IDEMPOTENCY_KEY = 255
# How many posts name one photo; no person writes more.
POSTS_OF_A_PHOTO = 4_000
THUMBNAILS = 6
# A sentence of ours about a photo or a mail.
REASON = 300
# An attribute's name and type around it in JSON.
AROUND_JSON = 40

TODO_TITLE, NOTES, TAG, FILE_NAME = 500 * WIDE, 20_000 * WIDE, 40 * WIDE, 255 * WIDE
POST_TITLE, SUMMARY, AUTHOR = 200 * WIDE, 500 * WIDE, LONGEST_NAME * WIDE
POST_TAGS = CONTAINER + MAX_POST_TAGS * (40 + ELEMENT)
ATTACHMENT = 26 + FILE_NAME + 4 * SHORT
ENTRY = {
    "feed_key": SHORT + SLUG,
    "slug": SLUG,
    "title": POST_TITLE,
    "summary": SUMMARY,
    "tags": POST_TAGS,
    "cover": SHORT,
    "author_name": AUTHOR,
    "published_at": SHORT,
    "updated_at": SHORT,
}
POST = ENTRY | {
    "author_id": SUB,
    "created_at": SHORT,
    "version": SHORT,
    "draft_title": POST_TITLE,
    "draft_summary": SUMMARY,
    # The text and its packed HTML together.
    "draft_body": MAX_DRAFT_BYTES,
    "draft_html": 0,
    "draft_tags": POST_TAGS,
    "draft_cover": SHORT,
    "draft_language": SHORT,
    "draft_updated_at": SHORT,
    "feed": SHORT,
    "html": MAX_HTML_BYTES,
    "language": SHORT,
    "published_version": SHORT,
    "announced_at": SHORT,
}
TODO_PHOTOS = {
    "user_id": SUB,
    "todo_id": SHORT,
    "attachments": CONTAINER + MAX_ATTACHMENTS * (ATTACHMENT + ELEMENT),
}
TODO = TODO_PHOTOS | {
    "live_id": SHORT,
    "user_state": SUB + SHORT,
    "due_key": 2 * SHORT,
    "title": TODO_TITLE,
    "notes": NOTES,
    "completed": 1,
    "order": SHORT,
    "due_on": SHORT,
    "due_at": SHORT,
    "tags": CONTAINER + MAX_TODO_TAGS * (TAG + ELEMENT),
    "created_at": SHORT,
    "updated_at": SHORT,
    "version": SHORT,
    "trashed_state": SHORT,
    "expires_at": SHORT,
    "last_key": IDEMPOTENCY_KEY,
    "last_fingerprint": SHORT,
}
# A new item as JSON: of ASCII, quotation marks become two bytes; all other characters stay.
CREATED = max(
    sum(TODO.values()) + len(TODO) * AROUND_JSON,
    sum(POST.values()) - MAX_HTML_BYTES + MAX_BODY_CHARACTERS + len(POST) * AROUND_JSON,
)
LONGEST: Mapping[str, Mapping[str, int]] = {
    "Post": POST,
    "PostTag": ENTRY | {"tag": 40},
    "Todo": TODO,
    "TodoPhotos": TODO_PHOTOS,
    "LedgerRow": {
        "caller_key": SUB + 1 + IDEMPOTENCY_KEY,
        "fingerprint": SHORT,
        "created_item": CREATED,
        "expires_at": SHORT,
    },
    "Media": {
        "owner_id": SUB,
        "media_id": SHORT,
        "name": FILE_NAME,
        "content_type": SHORT,
        "size": SHORT,
        "state": SHORT,
        "reason": REASON,
        "thumbnails": CONTAINER + THUMBNAILS * (SUB + 8 * SHORT),
        "created_at": SHORT,
        "todo_id": SHORT,
        "posts": CONTAINER + POSTS_OF_A_PHOTO * (SLUG + ELEMENT),
        "sequencer": SHORT,
        "width": SHORT,
        "height": SHORT,
        "expires_at": SHORT,
    },
    "Message": {
        "message_id": SHORT,
        "name": 100 * WIDE,
        "email": EMAIL * WIDE,
        "message": LONGEST_MESSAGE * WIDE,
        "created_at": SHORT,
        "expires_at": SHORT,
    },
    "Counter": {"message_id": EMAIL * WIDE + SHORT, "sent": SHORT, "expires_at": SHORT},
    "Subscriber": {
        "email": EMAIL * WIDE,
        "request_id": SHORT,
        "state": SHORT,
        "asked_1": SHORT,
        "asked_2": SHORT,
        "asked_3": SHORT,
        "confirmed_at": SHORT,
        "confirmed_shard": SHORT,
        "left_request": SHORT,
        "expires_at": SHORT,
    },
    "Delivery": {
        "delivery_id": EMAIL * WIDE + SLUG + SHORT,
        "kind": SHORT,
        "state": SHORT,
        "token": SHORT,
        "lease_until": SHORT,
        "attempt": SHORT,
        "unsettled": SHORT,
        "message_id": 2 * SHORT,
        "reason": REASON,
        # What a mail is about: the post's lines, twice as long where JSON escapes them, and an address.
        "about": 2 * (POST_TITLE + SUMMARY + AUTHOR + EMAIL * WIDE + 300),
        "expires_at": SHORT,
    },
    "Progress": {"delivery_id": EMAIL * WIDE + SLUG + SHORT, "page": SHORT, "expires_at": SHORT},
}
MODELS = {model.__name__: model for model in application_models()}


def test_every_model_is_listed() -> None:
    assert LONGEST.keys() == MODELS.keys()


@pytest.mark.parametrize("name", LONGEST)
def test_every_attribute_is_listed(name: str) -> None:
    assert LONGEST[name].keys() == MODELS[name].get_attributes().keys()


@pytest.mark.parametrize("name", LONGEST)
def test_the_longest_item_of_every_model_fits(name: str) -> None:
    names = sum(len(attribute.attr_name) for attribute in MODELS[name].get_attributes().values())
    assert names + sum(LONGEST[name].values()) < LARGEST_ITEM
