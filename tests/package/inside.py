"""What the package is asked to do: `python inside.py QUESTION` writes the answer as JSON.

The application and its libraries are whichever are first to be imported from.
"""

import hashlib
import io
import json
import ssl
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.session
from PIL import Image

import app
from chalicelib.blog import copies, feed
from chalicelib.blog import pages as blog_pages
from chalicelib.blog import rendering as text_rendering
from chalicelib.blog.languages import LANGUAGES
from chalicelib.blog.markdown import render
from chalicelib.blog.model import Post
from chalicelib.blog.slugs import from_title
from chalicelib.mail import clients as mail_clients
from chalicelib.mail import letters, message
from chalicelib.media import objects, rendering
from chalicelib.media.pictures import Rendered
from chalicelib.store import lean

SAMPLE = """# a comment // another -- and one more
class Todo < Base: def done(self) -> bool { return "text\\n" + 'c' * 42.5e3; }
<?php echo $x; ?> <p class="a">{{ name|upper }} &amp; {% if x %}y{% endif %}</p> <style>a { color: #fff }</style>
@decorate public static void main(String[] args) throws Exception { let x = y ?? `a ${b}`; } -> fn impl match
SELECT a, count(*) FROM t WHERE b = $1; $ echo "$HOME" | sed s/a/b/ >>> print(1)
```python
import this
```
key: [value, 1] = {"json": true} :- \\\\begin{x}
"""
TODAY = "2026-11-01T08:00:00.000000Z"


def highlighted() -> dict[str, str]:
    """A piece of code in every language, and in two that nobody knows here."""

    return {language: render(f"~~~{language}\n{SAMPLE}~~~\n") for language in [*sorted(LANGUAGES), "abap", "nonsense"]}


def prose() -> str:
    """Markdown with all that a post may hold, in the process that renders it."""

    return text_rendering.render(
        "# Title\n\nA [link](https://example.com), ~~no~~ **yes**.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> so\n"
    )


def photos() -> dict[str, list[Any]]:
    """The thumbnails of a photo in each format, made in a process of their own; and what is none."""

    made = {}
    for kind, mode in {"JPEG": "RGB", "PNG": "RGBA", "GIF": "P", "WEBP": "RGBA"}.items():
        photo = io.BytesIO()
        Image.linear_gradient("L").resize((900, 700)).convert(mode).save(photo, kind)
        outcome = rendering.render(photo.getvalue())
        assert isinstance(outcome, Rendered), outcome
        made[kind] = [[each.content_type, hashlib.sha256(each.data).hexdigest()] for each in outcome.pictures]
    return made | {"text": [type(rendering.render(b"no photo")).__name__]}


def mails() -> dict[str, list[str]]:
    """Every mail, as text and HTML, and as it goes over the wire."""

    names = ("author", "blog", "confirm", "leave", "site", "summary", "title", "until", "url")
    values = {name: f"<{name}>" for name in names}
    written = [letters.write(name, "ada@example.com", values) for name in ("confirm", "new-post", "welcome")]
    assert all(b"To: ada@example.com" in message.build(mail, "blog@example.com") for mail in written)
    return {mail.subject: [mail.text, mail.html] for mail in written}


def pages() -> dict[str, str]:
    """Pages around a post, and its own."""

    post = Post("a-post", author_id="ada", author_name="Ada", created_at=TODAY, draft_title="A post")
    post.draft_updated_at = post.published_at = post.updated_at = TODAY
    post.feed, post.feed_key, post.title, post.summary = "blog", TODAY, "A post", "Of nothing"
    post.html, post.tags, post.version = "<p>Text</p>", ["data"], 1
    assets = {name: f"/{name}" for name in ("style", "font", "script")}
    found = {
        "post": blog_pages.post_page(post, {}, [], assets),
        "front": blog_pages.front_page([post], assets),
        "tag": blog_pages.tag_page("data", [post], assets),
        "archive": blog_pages.archive_page([post], assets),
        "sitemap": blog_pages.sitemap([post]),
        "feed": feed.atom([post]),
        **dict(blog_pages.static_pages(assets)),
    }
    return {name: page.decode() for name, page in found.items()}


def addresses() -> dict[str, str]:
    """Slugs of titles in a few scripts."""

    return {title: from_title(title) for title in ("Straße", "日本語", "हिन्दी", "عربي", "🎉")}


def clients() -> dict[str, list[str]]:
    """Where the client of each service goes, and what it can do."""

    session = botocore.session.get_session()
    made = {name: session.create_client(name) for name in ("cloudfront", "dynamodb", "s3", "sesv2", "sns", "sqs")}
    known = {
        name: [client.meta.endpoint_url, *client.meta.service_model.operation_names] for name, client in made.items()
    }
    assert made["s3"].get_paginator("list_objects_v2")
    signed = made["s3"].generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
    return known | {"presigned": [signed.partition("?")[0]]}


def requests() -> dict[str, bytes | str]:
    """How a call of each service is written out, without being sent."""

    session = botocore.session.get_session()
    written = {}
    batch = {"Paths": {"Quantity": 1, "Items": ["/blog/*"]}, "CallerReference": "one"}
    for service, operation, given in (
        ("cloudfront", "CreateInvalidation", {"DistributionId": "E1", "InvalidationBatch": batch}),
        ("dynamodb", "GetItem", {"TableName": "t", "Key": {"k": {"S": "v"}}}),
        ("s3", "PutObject", {"Bucket": "b", "Key": "k", "Body": b"text", "ContentType": "text/plain"}),
        ("sesv2", "SendEmail", {"Content": {"Raw": {"Data": b"To: ada"}}}),
        ("sns", "Publish", {"TopicArn": "arn:aws:sns:eu-north-1:123456789012:t", "Message": "text"}),
        ("sqs", "SendMessage", {"QueueUrl": "https://sqs.example/1/q", "MessageBody": "text"}),
    ):
        client = session.create_client(service)
        model = client.meta.service_model.operation_model(operation)
        request = client._serializer.serialize_to_request(given, model)
        written[service] = repr([request["url_path"], request["method"], request["query_string"], request["body"]])
    return written


def handlers() -> dict[str, Any]:
    """Every function's answer to an event of nothing, and the API's to questions."""

    context = SimpleNamespace(
        function_name="a-function",
        aws_request_id="00000000-0000-0000-0000-000000000000",
        invoked_function_arn="arn:aws:lambda:eu-north-1:123456789012:function:a-function",
        get_remaining_time_in_millis=lambda: 30_000,
    )
    events = ("publish_pages", "mail_subscribers", "tell_owner", "follow_photos", "empty_trash")
    queues = ("make_thumbnails", "follow_mail", "announce_posts")
    nothing: dict[str, Any] = {"Records": []}
    answers = {name: getattr(app, name)(nothing, context) for name in (*events, *queues)}
    answers["sweep_mail"] = app.sweep_mail(a_tick(), context)
    for path in ("/health", "/posts", "/feed.atom"):
        answer = app.app(asked(path), context)
        answers[path] = [answer["statusCode"], answer["body"]]
    return answers


def a_tick() -> dict[str, Any]:
    """An event of a schedule."""
    told = dict.fromkeys(("account", "detail-type", "id", "region", "source", "time", "version"), "")
    return {**told, "detail": {}, "resources": []}


def asked(path: str) -> dict[str, Any]:
    """A GET as API Gateway hands it over."""
    return {
        "httpMethod": "GET",
        "path": path,
        "headers": {},
        "multiValueQueryStringParameters": None,
        "pathParameters": {},
        "stageVariables": None,
        "requestContext": {"httpMethod": "GET", "resourcePath": path, "path": path},
        "body": None,
        "isBase64Encoded": False,
    }


def trusted() -> list[str]:
    """The names of the authorities that DynamoDB's certificate has to come from."""
    context = ssl.create_default_context(cafile=lean._authorities())
    subjects = [dict(pair for [pair] in each["subject"]) for each in context.get_ca_certs()]
    return sorted(subject.get("commonName", subject.get("organizationalUnitName", "")) for subject in subjects)


def bundles() -> list[str]:
    """The file of authorities that each way to AWS goes by."""
    made = [objects.s3()._client, *map(mail_clients.client, ("sesv2", "sns", "sqs")), copies._cloudfront()]
    known = [client._endpoint.http_session._verify for client in made]
    return [*known, copies._http()._verify, lean._authorities()]


def keys() -> list[list[str]]:
    """The credentials of two requests, one after the other."""
    return [list(lean.find_keys()) for _ in range(2)]


def imported() -> list[str]:
    """Where everything was imported from that all the questions need, as far as it is no part of Python."""
    for question in (highlighted, prose, photos, mails, pages, addresses, clients, requests, handlers, trusted):
        question()
    files = [getattr(module, "__file__", None) or "" for module in sys.modules.values()]
    own = (sys.base_prefix, str(Path(__file__).parent))
    return sorted(file for file in files if file and not file.startswith(own))


if __name__ == "__main__":
    # Only the answer is for the standard output, and logs are none.
    json.dump(globals()[sys.argv[1]](), sys.__stdout__)  # type: ignore[arg-type]
