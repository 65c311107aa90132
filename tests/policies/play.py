"""A day of the application: every function runs on what really happens to it, on AWS in memory."""

import io
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import boto3
import time_machine
from moto.cloudfront.models import cloudfront_backends
from msgspec.structs import replace
from PIL import Image

import app as functions
from chalicelib import clock
from chalicelib.blog.copies import StageAndEdge
from chalicelib.blog.events import on_posts_changed
from chalicelib.mail import ledger
from chalicelib.media.model import READY, Media, StoredThumbnail, object_key
from chalicelib.media.uploads import LOOK_FOR_STRAYS
from chalicelib.settings import settings
from chalicelib.subscribers import tokens
from chalicelib.subscribers.announcements import Announcement, PageJob, body
from chalicelib.subscribers.announcing import PAGE
from chalicelib.subscribers.model import shard
from chalicelib.subscribers.tokens import Purpose, Token
from tests.policies.recording import API, DISTRIBUTION, Recorder
from tests.support.api import Api, Context
from tests.support.everyday import ROUTES, one_of_everything
from tests.support.seam import Meanwhile, dynamodb_behind
from tests.templates.reading import ACCOUNT
from tests.unit.media.uploads_of import batch, event, told_of

AUTHOR = "6f1a7c1e-0000-4000-8000-00000000ada0"
READER, LEAVER = "reader@example.com", "leaver@example.com"
TICK = {
    "version": "0",
    "account": "123456789012",
    "region": "eu-north-1",
    "detail": {},
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "time": "2026-11-01T00:00:00Z",
    "id": "89d1a02d-5ec7-412e-82f5-13505f849b41",
    "resources": [],
}
Item = Mapping[str, Any]


class Day:
    """Runs everything once, and lets `recorder` hear it."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._dynamodb = boto3.client("dynamodb")
        self._s3 = boto3.client("s3")
        self._api = Api(functions.app, AUTHOR, "authors")
        self._sequence = 0
        url = f"https://{API}.execute-api.eu-north-1.amazonaws.com/api"
        caching = replace(settings(), stage_cache_url=url, stage_cache_key="key", distribution_id=DISTRIBUTION)
        self._copies = StageAndEdge(caching, recorder.refreshed)

    def play(self) -> None:
        """Everything."""
        self._build()
        self._everyday()
        self._publish()
        self._subscribe()
        self._write_to_the_owner()
        self._photograph()
        self._throw_away()
        self._hear_of_mails()
        self._announce()
        self._sweep()

    def _build(self) -> None:
        place = {"LocationConstraint": settings().aws_region}
        for bucket in (settings().media_bucket, settings().thumbnails_bucket, settings().site_bucket):
            self._s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        for queue in (settings().announcements_arn, settings().thumbnail_jobs_arn):
            boto3.client("sqs").create_queue(QueueName=queue.rpartition(":")[2])
        for topic in (settings().new_subscriber_topic_arn, settings().owner_topic_arn):
            boto3.client("sns").create_topic(Name=topic.rpartition(":")[2])
        self._distribute()
        mail = boto3.client("sesv2")
        mail.create_email_identity(EmailIdentity=settings().mail_from)
        mail.create_configuration_set(ConfigurationSetName=settings().mail_configuration_set)

    def _distribute(self) -> None:
        behaviour = {"TargetOriginId": "site", "ViewerProtocolPolicy": "https-only"}
        origins = {"Quantity": 1, "Items": [{"Id": "site", "DomainName": "site.s3.amazonaws.com"}]}
        config = {"CallerReference": "a", "Comment": "", "Enabled": True, "Origins": origins}
        wanted = config | {"DefaultCacheBehavior": behaviour}
        made = boto3.client("cloudfront").create_distribution(DistributionConfig=wanted)["Distribution"]["Id"]
        # Moto chooses ids by chance, and policies name one.
        distributions = cloudfront_backends[ACCOUNT]["aws"].distributions
        distributions[DISTRIBUTION] = distributions.pop(made)

    def _everyday(self) -> None:
        with self._recorder.running("api-handler"):
            things = one_of_everything(self._api)
            for _, call, _, _ in ROUTES:
                call(self._api, things)
            for email in (READER, LEAVER):
                self._api.post("/subscribers", {"email": email})
            self._api.post("/contact", {"name": "Bo", "email": "bo@example.com", "message": "Hello"})

    def _publish(self) -> None:
        cover = self._ready_photo()
        self._api.post("/posts", {"title": "Seen", "slug": "seen", "tags": ["tea"], "cover": cover})
        for path, wanted in (("publish", {"announce": True}), ("unpublish", None)):
            before = self._item("posts", slug="seen")
            with self._recorder.running("api-handler"):
                answer = self._api.post(f"/posts/seen/{path}", wanted)
            assert answer.status == 200, answer.body
            self._stream("publish-pages", self._publish_pages, ["slug"], before, self._item("posts", slug="seen"))

    def _publish_pages(self, event: Mapping[str, Any], _: Context) -> Any:
        # As app.py calls it, in a stage whose answers are kept.
        return on_posts_changed(event, copies=self._copies)

    def _subscribe(self) -> None:
        for email in (READER, LEAVER):
            pending = self._item("subscribers", email=email)
            self._stream("mail-subscribers", functions.mail_subscribers, ["email"], None, pending)
            token = Token(email, pending["request_id"]["S"])
            with self._recorder.running("api-handler"):
                self._api.get(f"/subscribers/confirm?token={tokens.seal(Purpose.CONFIRM, token)}")
            confirmed = self._item("subscribers", email=email)
            assert confirmed["state"]["S"] == "confirmed"
            self._stream("mail-subscribers", functions.mail_subscribers, ["email"], pending, confirmed)
        with self._recorder.running("api-handler"):
            self._api.post(f"/subscribers/unsubscribe?token={tokens.seal(Purpose.LEAVE, token)}")

    def _write_to_the_owner(self) -> None:
        messages = self._dynamodb.scan(TableName=settings().messages_table)["Items"]
        for message in messages:
            self._stream("tell-owner", functions.tell_owner, ["message_id"], None, message)

    def _photograph(self) -> None:
        photos = {clock.new_id(): self._picture(), clock.new_id(): b"no photo", clock.new_id(): None}
        for media_id, data in photos.items():
            key, etag = object_key(AUTHOR, media_id), "0" * 32
            if data is not None:
                found = self._s3.put_object(Bucket=settings().media_bucket, Key=key, Body=data, ContentType="image/png")
                etag = found["ETag"].strip('"')
            with self._recorder.running("make-thumbnails"):
                assert functions.make_thumbnails(batch(told_of(key, etag=etag)), Context()) == {"batchItemFailures": []}
        seen, *_ = photos
        todo = self._api.post("/todos", {"title": "with a photo"}).json()["id"]
        photo = {"key": object_key(AUTHOR, seen), "name": "a.png", "content_type": "image/png", "size": 5}
        self._api.post(f"/todos/{todo}/attachments", photo)
        first = self._item("media", owner_id=AUTHOR, media_id=seen)
        keys = ["owner_id", "media_id"]
        self._stream("follow-photos", functions.follow_photos, keys, None, first)
        again = {**first, "thumbnails": {"L": []}}
        self._stream("follow-photos", functions.follow_photos, keys, first, again)
        self._api.delete(f"/todos/{todo}/attachments/{seen}")
        self._stream("follow-photos", functions.follow_photos, keys, first, None)
        self._late_upload(seen)
        self._lose_events()

    def _lose_events(self) -> None:
        # A photo and something else, of which S3 tells nothing, and which a schedule finds long after.
        for key in (object_key(AUTHOR, clock.new_id()), f"users/{AUTHOR}/a.html"):
            self._s3.put_object(Bucket=settings().media_bucket, Key=key, Body=b"a")
        question = json.dumps({"Event": LOOK_FOR_STRAYS, "Prefix": f"users/{AUTHOR}"})
        with time_machine.travel(clock.now() + timedelta(days=40)), self._recorder.running("make-thumbnails"):
            assert functions.make_thumbnails(batch(question), Context()) == {"batchItemFailures": []}

    def _late_upload(self, media_id: str) -> None:
        # A newer upload settles while an older one is at work: its thumbnails are taken back.
        key = object_key(AUTHOR, media_id)
        self._s3.put_object(Bucket=settings().media_bucket, Key=key, Body=self._picture(), ContentType="image/png")
        row = {"owner_id": AUTHOR, "media_id": media_id, "sequencer": "F" * 32}

        def settle_newer() -> None:
            with self._recorder.running(None):
                self._dynamodb.put_item(
                    TableName=settings().media_table, Item={name: {"S": value} for name, value in row.items()}
                )

        with (
            dynamodb_behind(lambda inner: Meanwhile(inner, "UpdateItem", settle_newer)),
            self._recorder.running("make-thumbnails"),
        ):
            functions.make_thumbnails(batch(told_of(key, sequencer="10")), Context())

    def _throw_away(self) -> None:
        attachments = {"M": {clock.new_id(): {"M": {"name": {"S": "a.png"}}}}}
        todo = {"user_id": {"S": AUTHOR}, "todo_id": {"S": clock.new_id()}, "attachments": attachments}
        self._stream("empty-trash", functions.empty_trash, ["user_id", "todo_id"], todo, None, by_ttl=True)

    def _hear_of_mails(self) -> None:
        with self._recorder.running("follow-mail"):
            for name in ("send", "bounce-permanent", "complaint", "reject"):
                functions.follow_mail(batch(event(f"ses/{name}")), Context())

    def _announce(self) -> None:
        post = Announcement("seen", "Seen", "", "https://site.example.test/blog/seen/", "Ada")
        # One subscriber more than a page holds.
        for number in range(PAGE):
            row = {
                "email": f"{number}@example.com",
                "confirmed_shard": shard(READER),
                "state": "confirmed",
                "request_id": "1",
            }
            self._dynamodb.put_item(
                TableName=settings().subscribers_table, Item={name: {"S": value} for name, value in row.items()}
            )
        with self._recorder.running("announce-posts"):
            answer = functions.announce_posts(batch(body(PageJob(post, shard(READER)))), Context())
        assert answer == {"batchItemFailures": []}

    def _sweep(self) -> None:
        pending = self._ask("new@example.com")
        self._ask_overdue("confirm", "new@example.com", pending)
        self._ask_overdue("subscriber", READER, self._item("subscribers", email=READER)["request_id"]["S"])
        # The table has the limits' counters, too.
        messages = [
            row for row in self._dynamodb.scan(TableName=settings().messages_table)["Items"] if "message" in row
        ]
        for each in messages:
            overdue = ledger.claim(
                f"contact_{each['message_id']['S']}_", "contact", {"message_id": each["message_id"]["S"]}
            )
            assert overdue is not None
            self._long_ago(overdue.delivery_id)
        with self._recorder.running("sweep-mail"):
            swept = functions.sweep_mail(TICK, Context())
        assert swept["failed"] == 0
        assert swept["tried_again"] >= 3

    def _ask(self, email: str) -> str:
        self._api.post("/subscribers", {"email": email})
        return str(self._item("subscribers", email=email)["request_id"]["S"])

    def _ask_overdue(self, kind: str, email: str, request_id: str) -> None:
        held = ledger.claim(
            ledger.delivery_id(f"{kind}_again", email), kind, {"email": email, "request_id": request_id}
        )
        assert held is not None
        self._long_ago(held.delivery_id)

    def _long_ago(self, delivery_id: str) -> None:
        self._dynamodb.update_item(
            TableName=settings().deliveries_table,
            Key={"delivery_id": {"S": delivery_id}},
            UpdateExpression="SET lease_until = :then",
            ExpressionAttributeValues={":then": {"N": str(clock.epoch_seconds() - 2 * ledger.GRACE_SECONDS)}},
        )

    def _ready_photo(self) -> str:
        media_id = clock.new_id()
        key = f"{object_key(AUTHOR, media_id)}/1/640.webp"
        self._s3.put_object(Bucket=settings().thumbnails_bucket, Key=key, Body=b"webp")
        thumbnail = StoredThumbnail(key=key, content_type="image/webp", width=640, height=480)  # type: ignore[no-untyped-call]
        moment = clock.timestamp(clock.now())
        Media(
            AUTHOR,
            media_id,
            name="a.png",
            content_type="image/png",
            size=5,
            state=READY,
            thumbnails=[thumbnail],
            created_at=moment,
            todo_id="t",
        ).save()
        return media_id

    def _picture(self) -> bytes:
        data = io.BytesIO()
        Image.new("RGB", (40, 30), "teal").save(data, "PNG")
        return data.getvalue()

    def _item(self, table: str, **key: str) -> Item:
        name = getattr(settings(), f"{table}_table")
        found = self._dynamodb.get_item(TableName=name, Key={part: {"S": value} for part, value in key.items()})
        item: Item = found["Item"]
        return item

    def _stream(
        self,
        function: str,
        handler: Callable[..., Any],
        keys: list[str],
        old: Item | None,
        new: Item | None,
        *,
        by_ttl: bool = False,
    ) -> None:
        self._sequence += 1
        name = "INSERT" if old is None else "MODIFY" if new is not None else "REMOVE"
        there = new or old or {}
        change: dict[str, Any] = {
            "Keys": {key: there[key] for key in keys},
            "SequenceNumber": str(self._sequence),
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        }
        change |= {"OldImage": old} if old is not None else {}
        change |= {"NewImage": new} if new is not None else {}
        record: dict[str, Any] = {"eventID": str(self._sequence), "eventName": name, "dynamodb": change}
        if by_ttl:
            record["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
        with self._recorder.running(function):
            assert handler({"Records": [json.loads(json.dumps(record))]}, Context()) == {"batchItemFailures": []}, (
                function
            )
