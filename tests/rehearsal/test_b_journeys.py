"""People use the stage through its deployed API, and its deployed functions do their part."""

import re
from urllib.parse import urlsplit

import pytest

from chalicelib import clock
from infra.local.demo_art import jpeg
from tests.rehearsal.staging import Person, Rehearsal, until


@pytest.fixture(scope="module")
def ada(rehearsal: Rehearsal) -> Person:
    return rehearsal.sign_up("ada", groups=("authors",))


def test_from_sign_up_to_a_todo_that_is_done(ada: Person) -> None:
    created = ada.api.post("/todos", json={"title": "Rehearse the deploy"})
    assert created.status_code == 201, created.text
    todo = created.json()
    changed = ada.api.patch(
        f"/todos/{todo['id']}", json={"completed": True}, headers={"If-Match": created.headers["ETag"]}
    )
    assert changed.status_code == 200, changed.text
    assert [each["title"] for each in ada.api.get("/todos").json()["items"]] == ["Rehearse the deploy"]
    assert ada.api.get("/todos", params={"state": "open"}).json()["items"] == []


def test_somebody_else_sees_none_of_it(rehearsal: Rehearsal, ada: Person) -> None:
    bob = rehearsal.sign_up("bob")
    assert bob.api.get("/todos").json()["items"] == []
    todo = ada.api.get("/todos").json()["items"][0]["id"]
    assert bob.api.get(f"/todos/{todo}").status_code == 404
    assert bob.api.post("/posts", json={"title": "Not an author"}).status_code == 403


def test_from_an_upload_to_its_thumbnail(rehearsal: Rehearsal, ada: Person) -> None:
    todo = ada.api.post("/todos", json={"title": "Look at the moon"}).json()["id"]
    media_id, photo = clock.new_id(), jpeg("moon")
    key = f"users/{ada.sub}/{media_id}"
    ada.s3.put_object(Bucket=rehearsal.outputs["MediaBucket"], Key=key, Body=photo, ContentType="image/jpeg")
    about = {"key": key, "name": "moon.jpg", "content_type": "image/jpeg", "size": len(photo)}
    attached = ada.api.post(f"/todos/{todo}/attachments", json=about)
    assert attached.status_code == 201, attached.text
    ready = until(lambda: [got for got in [ada.api.get(f"/media/{media_id}").json()] if got["state"] == "ready"])
    assert len(ready[0]["thumbnails"]) >= 1
    shown = until(lambda: ada.api.get(f"/todos/{todo}").json()["attachments"][0]["thumbnail_url"])
    address = urlsplit(shown)
    assert address.hostname == f"{rehearsal.outputs['ThumbnailsBucket']}.s3.us-east-1.amazonaws.com"
    thumbnail = ada.s3.get_object(Bucket=rehearsal.outputs["ThumbnailsBucket"], Key=address.path.removeprefix("/"))[
        "Body"
    ].read()
    assert thumbnail[:4] in (b"RIFF", b"\xff\xd8\xff\xe0")


def test_from_a_subscription_to_the_welcome_mail(rehearsal: Rehearsal) -> None:
    reader, api = "reader@example.com", rehearsal.api()
    assert api.post("/subscribers", json={"email": reader}).status_code == 202
    asked = until(lambda: rehearsal.mails_to(reader))[0]
    link = re.search(r"https://\S+/subscribers/confirm\?token=(\S+)", asked["text"])
    assert link is not None, asked["text"]
    assert link[0].startswith(f"{rehearsal.outputs['SiteUrl']}/api/")
    confirmed = api.get("/subscribers/confirm", params={"token": link[1]})
    assert confirmed.status_code == 303, confirmed.text
    mails = until(lambda: [found for found in [rehearsal.mails_to(reader)] if len(found) == 2])[0]
    assert "elcome" in mails[1]["subject"] + mails[1]["text"]


def test_from_a_draft_to_its_readers_and_their_mailboxes(rehearsal: Rehearsal, ada: Person) -> None:
    new = {"title": "A rehearsal", "slug": "a-rehearsal", "body": "It *went* well.", "tags": ["deploys"]}
    created = ada.api.post("/posts", json=new)
    assert created.status_code == 201, created.text
    assert rehearsal.api().get("/posts/a-rehearsal").status_code == 404
    published = ada.api.post(
        "/posts/a-rehearsal/publish", json={"announce": True}, headers={"If-Match": created.headers["ETag"]}
    )
    assert published.status_code == 200, published.text
    assert "<em>went</em>" in rehearsal.api().get("/posts/a-rehearsal").json()["html"]
    page = until(lambda: rehearsal.page("/blog/a-rehearsal/"))
    assert "<em>went</em>" in page
    assert (
        "a-rehearsal"
        in until(lambda: [got for got in [rehearsal.page("/blog/feed.atom")] if "rehearsal" in (got or "")])[0]
    )
    told = until(
        lambda: [each for each in rehearsal.mails_to("reader@example.com") if "A rehearsal" in each["subject"]]
    )
    assert len(told) == 1


def test_from_the_contact_form_to_its_owner(rehearsal: Rehearsal) -> None:
    sent = rehearsal.api().post(
        "/contact", json={"name": "Eve", "email": "eve@example.com", "message": "Well rehearsed."}
    )
    assert sent.status_code == 202, sent.text
    told = until(
        lambda: [each for each in rehearsal.mails_to("owner@example.com") if "Well rehearsed." in each["text"]]
    )
    assert len(told) == 1


def test_nothing_was_put_aside(rehearsal: Rehearsal) -> None:
    sqs = rehearsal.client("sqs")
    for url in sqs.list_queues()["QueueUrls"]:
        if url.endswith("-failures"):
            counted = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
            assert counted["Attributes"]["ApproximateNumberOfMessages"] == "0", url
