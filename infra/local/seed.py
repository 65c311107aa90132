"""Puts the demo people and their todos into a running laptop cloud. Runs in the application's own environment."""

import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic, sleep
from typing import Any

import boto3

from chalicelib import clock
from chalicelib.blog import service as blog
from chalicelib.blog.contract import NewPost
from chalicelib.blog.model import Post
from chalicelib.blog.service import Author
from chalicelib.media.model import READY, Media, object_key
from chalicelib.settings import settings
from chalicelib.todos import service
from chalicelib.todos.contract import NewTodo
from infra.deploy import due_days, pages
from infra.local.demo import DEMO_USERS, POSTS, DemoPost, DemoTodo, DemoUser
from infra.local.demo_art import jpeg

THUMBNAILS_SECONDS = 20.0


def main() -> int:
    """Create the demo people that are not there yet, each with their todos, and render the blog."""
    cognito = boto3.client("cognito-idp")
    pool = settings().user_pool_arn.rpartition("/")[2]
    there = _emails(cognito, pool)
    for user in DEMO_USERS:
        if user.email not in there:
            sub = _create_person(cognito, pool, user)
            _create_todos(sub, user.todos)
            if "authors" in user.groups:
                _create_posts(Author(sub, user.name))
    due_days.store_days()
    # The build's files may have other names than at the last start.
    return pages.main()


def _emails(cognito: Any, pool: str) -> set[str]:  # noqa: ANN401 - boto3's client
    pages = cognito.get_paginator("list_users").paginate(UserPoolId=pool)
    attributes = [each for page in pages for user in page["Users"] for each in user["Attributes"]]
    return {each["Value"] for each in attributes if each["Name"] == "email"}


def _create_person(cognito: Any, pool: str, user: DemoUser) -> str:  # noqa: ANN401 - boto3's client
    attributes = [
        {"Name": "email", "Value": user.email},
        {"Name": "email_verified", "Value": "true"},
        {"Name": "name", "Value": user.name},
    ]
    created = cognito.admin_create_user(
        UserPoolId=pool, Username=user.email, UserAttributes=attributes, MessageAction="SUPPRESS"
    )
    cognito.admin_set_user_password(UserPoolId=pool, Username=user.email, Password=user.password, Permanent=True)
    for group in user.groups:
        cognito.admin_add_user_to_group(UserPoolId=pool, Username=user.email, GroupName=group)
    sub: str = next(each["Value"] for each in created["User"]["Attributes"] if each["Name"] == "sub")
    return sub


def _create_todos(sub: str, todos: Iterable[DemoTodo]) -> None:
    for todo in todos:
        due_on = None if todo.due_in_days is None else datetime.now().astimezone().date() + timedelta(todo.due_in_days)
        new = NewTodo(todo.title, todo.notes, todo.completed, due_on=due_on, tags=list(todo.tags))
        service.create(sub, new)


def _create_posts(author: Author) -> None:
    drafts = [DemoPost.read(path) for path in sorted(POSTS.glob("*.md"))]
    covers = {draft.cover: _upload(author, draft.cover) for draft in drafts}
    _wait_until_ready(author, covers.values())
    for draft in drafts:
        new = NewPost(draft.title, draft.slug, draft.summary, draft.body, draft.tags, covers[draft.cover])
        post = blog.create(author, new).post
        post.change([Post.published_at.set(draft.published_at)], Post.slug.exists())
        blog.publish(author, draft.slug)


def _upload(author: Author, drawing: str) -> str:
    media_id = clock.new_id()
    boto3.client("s3").put_object(
        Bucket=settings().media_bucket,
        Key=object_key(author.id, media_id),
        Body=jpeg(drawing),
        ContentType="image/jpeg",
    )
    return media_id


def _wait_until_ready(author: Author, media_ids: Iterable[str]) -> None:
    waiting, deadline = set(media_ids), monotonic() + THUMBNAILS_SECONDS
    while waiting and monotonic() < deadline:
        waiting -= {photo.media_id for photo in Media.query(author.id) if photo.state == READY}
        sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
