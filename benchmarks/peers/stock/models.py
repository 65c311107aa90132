"""The application's tables as PynamoDB's documentation shows models: a class each, with its own connection."""

import os

from pynamodb.attributes import (
    BooleanAttribute,
    JSONAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
    VersionAttribute,
)
from pynamodb.indexes import (
    AllProjection,
    GlobalSecondaryIndex,
    IncludeProjection,
    KeysOnlyProjection,
    LocalSecondaryIndex,
)
from pynamodb.models import Model


class Place:
    region = os.environ["AWS_REGION"]
    host = os.environ["AWS_ENDPOINT_URL"]


class ByCreated(LocalSecondaryIndex):
    class Meta:
        index_name = "by_created"
        projection = AllProjection()

    user_id = UnicodeAttribute(hash_key=True)
    live_id = UnicodeAttribute(range_key=True)


class ByState(GlobalSecondaryIndex):
    class Meta:
        index_name = "by_state"
        projection = AllProjection()

    user_state = UnicodeAttribute(hash_key=True)
    todo_id = UnicodeAttribute(range_key=True)


class ByDue(GlobalSecondaryIndex):
    class Meta:
        index_name = "by_due"
        projection = AllProjection()

    user_state = UnicodeAttribute(hash_key=True)
    due_key = UnicodeAttribute(range_key=True)


class Todo(Model):
    class Meta(Place):
        table_name = os.environ["TODOS_TABLE"]

    user_id = UnicodeAttribute(hash_key=True)
    todo_id = UnicodeAttribute(range_key=True)
    by_created = ByCreated()
    by_state = ByState()
    by_due = ByDue()
    live_id = UnicodeAttribute(null=True)
    user_state = UnicodeAttribute(null=True)
    due_key = UnicodeAttribute(null=True)
    title = UnicodeAttribute()
    notes = UnicodeAttribute(default="")
    completed = BooleanAttribute(default=False)
    order = NumberAttribute(null=True)
    due_on = UnicodeAttribute(null=True)
    due_at = UnicodeAttribute(null=True)
    tags = ListAttribute(of=UnicodeAttribute, default=list)
    attachments = MapAttribute(default=dict)
    created_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()
    version = VersionAttribute()
    trashed_state = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)
    last_key = UnicodeAttribute(null=True)
    last_fingerprint = UnicodeAttribute(null=True)


class Thumbnail(MapAttribute):
    key = UnicodeAttribute()
    content_type = UnicodeAttribute()
    width = NumberAttribute()
    height = NumberAttribute()


class Media(Model):
    class Meta(Place):
        table_name = os.environ["MEDIA_TABLE"]

    owner_id = UnicodeAttribute(hash_key=True)
    media_id = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute(null=True)
    content_type = UnicodeAttribute(null=True)
    size = NumberAttribute(null=True)
    state = UnicodeAttribute(default="uploaded")
    reason = UnicodeAttribute(null=True)
    thumbnails = ListAttribute(of=Thumbnail, default=list)
    created_at = UnicodeAttribute()
    todo_id = UnicodeAttribute(null=True)
    posts = UnicodeSetAttribute(null=True)
    sequencer = UnicodeAttribute(null=True)
    width = NumberAttribute(null=True)
    height = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)


class LedgerRow(Model):
    class Meta(Place):
        table_name = os.environ["IDEMPOTENCY_TABLE"]

    caller_key = UnicodeAttribute(hash_key=True)
    fingerprint = UnicodeAttribute()
    created_item = UnicodeAttribute()
    expires_at = NumberAttribute()


class Feed(GlobalSecondaryIndex):
    class Meta:
        index_name = "feed"
        projection = IncludeProjection(
            ["title", "summary", "tags", "cover", "author_name", "published_at", "updated_at"]
        )

    feed = UnicodeAttribute(hash_key=True)
    feed_key = UnicodeAttribute(range_key=True)


class ByAuthor(GlobalSecondaryIndex):
    class Meta:
        index_name = "by_author"
        projection = IncludeProjection(["draft_title", "published_at", "published_version", "version", "created_at"])

    author_id = UnicodeAttribute(hash_key=True)
    draft_updated_at = UnicodeAttribute(range_key=True)


class Post(Model):
    class Meta(Place):
        table_name = os.environ["POSTS_TABLE"]

    slug = UnicodeAttribute(hash_key=True)
    by_feed = Feed()
    by_author = ByAuthor()
    author_id = UnicodeAttribute()
    author_name = UnicodeAttribute()
    created_at = UnicodeAttribute()
    version = VersionAttribute()
    draft_title = UnicodeAttribute()
    draft_summary = UnicodeAttribute(default="")
    draft_body = UnicodeAttribute(default="")
    draft_html = UnicodeAttribute(null=True)
    draft_tags = ListAttribute(of=UnicodeAttribute, default=list)
    draft_cover = UnicodeAttribute(null=True)
    draft_language = UnicodeAttribute(null=True)
    draft_updated_at = UnicodeAttribute()
    feed = UnicodeAttribute(null=True)
    feed_key = UnicodeAttribute(null=True)
    title = UnicodeAttribute(null=True)
    summary = UnicodeAttribute(null=True)
    html = UnicodeAttribute(null=True)
    tags = ListAttribute(of=UnicodeAttribute, null=True)
    cover = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    published_at = UnicodeAttribute(null=True)
    updated_at = UnicodeAttribute(null=True)
    published_version = NumberAttribute(null=True)
    announced_at = UnicodeAttribute(null=True)


class PostTag(Model):
    class Meta(Place):
        table_name = os.environ["POST_TAGS_TABLE"]

    tag = UnicodeAttribute(hash_key=True)
    feed_key = UnicodeAttribute(range_key=True)
    slug = UnicodeAttribute()
    title = UnicodeAttribute()
    summary = UnicodeAttribute()
    tags = ListAttribute(of=UnicodeAttribute, default=list)
    cover = UnicodeAttribute(null=True)
    author_name = UnicodeAttribute()
    published_at = UnicodeAttribute()
    updated_at = UnicodeAttribute()


class ByShard(GlobalSecondaryIndex):
    class Meta:
        index_name = "confirmed"
        projection = KeysOnlyProjection()

    confirmed_shard = UnicodeAttribute(hash_key=True)
    email = UnicodeAttribute(range_key=True)


class Subscriber(Model):
    class Meta(Place):
        table_name = os.environ["SUBSCRIBERS_TABLE"]

    email = UnicodeAttribute(hash_key=True)
    by_shard = ByShard()
    state = UnicodeAttribute()
    request_id = UnicodeAttribute(null=True)
    left_request = UnicodeAttribute(null=True)
    confirmed_shard = UnicodeAttribute(null=True)
    confirmed_at = UnicodeAttribute(null=True)
    asked_1 = NumberAttribute(null=True)
    asked_2 = NumberAttribute(null=True)
    asked_3 = NumberAttribute(null=True)
    expires_at = NumberAttribute(null=True)


class Unsettled(GlobalSecondaryIndex):
    class Meta:
        index_name = "unsettled"
        projection = AllProjection()

    unsettled = UnicodeAttribute(hash_key=True)
    lease_until = NumberAttribute(range_key=True)


class Delivery(Model):
    class Meta(Place):
        table_name = os.environ["DELIVERIES_TABLE"]

    delivery_id = UnicodeAttribute(hash_key=True)
    by_lease = Unsettled()
    kind = UnicodeAttribute()
    state = UnicodeAttribute()
    token = UnicodeAttribute()
    attempt = NumberAttribute()
    lease_until = NumberAttribute()
    unsettled = UnicodeAttribute(null=True)
    about = JSONAttribute(null=True)
    message_id = UnicodeAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    expires_at = NumberAttribute(null=True)


class Message(Model):
    class Meta(Place):
        table_name = os.environ["MESSAGES_TABLE"]

    message_id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    email = UnicodeAttribute()
    message = UnicodeAttribute()
    created_at = UnicodeAttribute()
    expires_at = NumberAttribute()
