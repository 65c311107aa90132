"""The `local` stage of Chalice: the environment of `chalice local --stage local` and of the event functions."""

import os
from collections.abc import Mapping

from infra.local.edge.settings import DISTRIBUTION
from infra.local.keys import Keys
from infra.local.layout import REGION, ROOT, STAGE, Layout
from infra.local.provision import MAIL_FROM
from infra.stage_values import StageValues, write_values

LINKED = (".chalice/config.json", "app.py", "chalicelib", "infra")


def environment(layout: Layout, keys: Keys, outputs: Mapping[str, str]) -> dict[str, str]:
    """The environment of the application on the laptop."""
    return {
        "STAGE": STAGE,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": layout.aws,
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "API_URL": layout.site_api,
        "ALLOWED_ORIGINS": " ".join(layout.origins),
        "USER_POOL_ARN": outputs["UserPoolArn"],
        "USER_POOL_CLIENT_ID": outputs["UserPoolClientId"],
        "MEDIA_BUCKET": outputs["MediaBucket"],
        "THUMBNAILS_BUCKET": outputs["ThumbnailsBucket"],
        "SITE_BUCKET": outputs["SiteBucket"],
        "SITE_URL": layout.site,
        # The edge keeps copies, as CloudFront does, and is told by the same call which to forget.
        "DISTRIBUTION_ID": DISTRIBUTION,
        "AWS_ENDPOINT_URL_CLOUDFRONT": layout.site,
        "TODOS_TABLE": outputs["TodosTable"],
        "MEDIA_TABLE": outputs["MediaTable"],
        "IDEMPOTENCY_TABLE": outputs["IdempotencyTable"],
        "POSTS_TABLE": outputs["PostsTable"],
        "POST_TAGS_TABLE": outputs["PostTagsTable"],
        "SUBSCRIBERS_TABLE": outputs["SubscribersTable"],
        "DELIVERIES_TABLE": outputs["DeliveriesTable"],
        "MESSAGES_TABLE": outputs["MessagesTable"],
        "POSTS_STREAM_ARN": outputs["PostsStreamArn"],
        "SUBSCRIBERS_STREAM_ARN": outputs["SubscribersStreamArn"],
        "MESSAGES_STREAM_ARN": outputs["MessagesStreamArn"],
        "TODOS_STREAM_ARN": outputs["TodosStreamArn"],
        "MEDIA_STREAM_ARN": outputs["MediaStreamArn"],
        "THUMBNAIL_JOBS_ARN": outputs["ThumbnailJobsArn"],
        "MAIL_EVENT_JOBS_ARN": outputs["MailEventJobsArn"],
        "ANNOUNCEMENTS_ARN": outputs["AnnouncementsArn"],
        "ANNOUNCEMENTS_URL": outputs["AnnouncementsUrl"],
        "NEW_SUBSCRIBER_TOPIC_ARN": outputs["NewSubscriberTopicArn"],
        "OWNER_TOPIC_ARN": outputs["OwnerTopicArn"],
        "MAIL_FROM": MAIL_FROM,
        "MAIL_CONFIGURATION_SET": outputs["MailConfigurationSet"],
        "SIGNING_KEY": keys.signing_key,
        # There is no X-Ray on the laptop.
        "TRACING": "off",
        "STORE_TRANSPORT": os.environ.get("STORE_TRANSPORT", "lean"),
        **({"STAGE_CACHE_URL": layout.api} if layout.cache else {}),
    }


def link_project(layout: Layout) -> None:
    """Fill a project folder of its own with links to the code, so that what is saved is live there too."""
    if layout.project == ROOT:
        return
    layout.project.mkdir(parents=True, exist_ok=True)
    for name in LINKED:
        link = layout.project / name
        if not link.exists():
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(ROOT / name)


def write_chalice_values(layout: Layout, stage_environment: Mapping[str, str]) -> None:
    """Write what Chalice's configuration says of the local stage, beside .chalice/config.json."""
    config = {"lambda_timeout": 29, "environment_variables": dict(stage_environment)}
    write_values(layout.project, STAGE, StageValues(REGION, config))
