"""A program: requests full of what is a person's to every route, an event, and a call of each other service."""

import re
import sys

import app as application
from chalicelib.mail.clients import client
from chalicelib.media.objects import s3
from chalicelib.settings import settings
from chalicelib.store.client import shared_client
from tests.support.api import Api, Context
from tests.unit.test_privacy import BODIES, CANARIES, ENDPOINTS, call

# What routes take, so that the database is asked.
PATH_ID, SLUG = "01CANARYANDAPATH0000000000", "canary-and-a-slug"
GOOD: list[object] = [
    {"title": CANARIES["body"]},
    {"title": CANARIES["body"], "body": CANARIES["body"]},
    {"name": CANARIES["name"], "email": CANARIES["email"], "message": CANARIES["body"]},
    {"email": CANARIES["email"]},
    None,
]


def requests() -> None:
    person = Api(application.app).as_person(CANARIES["sub"], "authors")
    for endpoint in ENDPOINTS:
        for body in BODIES:
            call(person, endpoint, body, f"?cursor={CANARIES['query']}")
            call(person, endpoint, body, "")
        path = re.sub(r"{\w+}", lambda name: SLUG if name[0] == "{slug}" else PATH_ID, endpoint.path)
        for body in GOOD:
            headers = {"If-Match": '"1"', "Idempotency-Key": CANARIES["key"], "User-Agent": CANARIES["agent"]}
            application.app(person.event(endpoint.method, path, body, headers), Context())


def events() -> None:
    key = {"message_id": {"S": CANARIES["key"]}}
    image = {**key, "email": {"S": CANARIES["email"]}, "message": {"S": CANARIES["body"]}}
    change = {"Keys": key, "NewImage": image, "SequenceNumber": "1"}
    application.tell_owner({"Records": [{"eventName": "INSERT", "dynamodb": change}]}, Context())


def services() -> None:
    key, text = f"users/{CANARIES['sub']}/photo", CANARIES["body"]
    s3().put("bucket", key, b"", "image/png")
    s3().fetch("bucket", key, 10)
    s3().delete("bucket", key)
    s3().delete_under("bucket", key)
    client("sns").publish(TopicArn="arn:aws:sns:eu-north-1:123456789012:owner", Subject=text, Message=text)
    client("sqs").send_message(QueueUrl="https://queue.example/123456789012/mails", MessageBody=text)
    to = {"ToAddresses": [CANARIES["email"]]}
    mail = {"Simple": {"Subject": {"Data": text}, "Body": {"Text": {"Data": text}}}}
    client("sesv2").send_email(FromEmailAddress=CANARIES["email"], Destination=to, Content=mail)
    s3().exists("bucket", key)


def dax() -> None:
    key = {"slug": {"S": CANARIES["key"]}}
    shared_client()._make_api_call("GetItem", {"TableName": settings().posts_table, "Key": key})


if __name__ == "__main__":
    {"requests": requests, "events": events, "services": services, "dax": dax}[sys.argv[1]]()
