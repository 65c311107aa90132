"""The composition root: wires capabilities to Chalice.

Every function is deployed with the whole application, so each event handler imports only what it needs, when it runs.
"""

import os
from typing import Any

if "AWS_CHALICE_CLI_MODE" in os.environ:
    # One of Chalice's commands imports this, not Lambda: the stage's values come from a file.
    from infra import chalice_command

    chalice_command.prepare()

from chalicelib import cold_start  # isort: split

from chalice.app import Chalice, CloudWatchEvent, DynamoDBEvent, Rate, SQSEvent

from chalicelib.blog.routes import routes as blog
from chalicelib.contact.routes import routes as contact
from chalicelib.media.routes import routes as media
from chalicelib.meta.internal import internal
from chalicelib.meta.routes import describing
from chalicelib.observe import logs
from chalicelib.settings import settings
from chalicelib.subscribers.routes import routes as subscribers
from chalicelib.todos.routes import routes as todos

logs.configure()

# The name of the API, also where Chalice alone deploys it.
app = Chalice(app_name=f"mytodolist-{settings().stage}", configure_logs=False)

capabilities = (todos, media, blog, subscribers, contact)
blueprints = (*capabilities, describing(capabilities))
for routes in blueprints:
    app.register_blueprint(routes)
app.register_blueprint(internal)


@app.on_dynamodb_record(
    settings().posts_stream_arn, batch_size=10, starting_position="TRIM_HORIZON", name="publish-pages"
)
def publish_pages(event: DynamoDBEvent) -> Any:  # noqa: ANN401 - Lambda's answer
    """Bring the site to what the posts say, and announce new ones."""
    from chalicelib.blog.events import on_posts_changed  # noqa: PLC0415

    return on_posts_changed(event.to_dict())


@app.on_dynamodb_record(
    settings().subscribers_stream_arn, batch_size=25, starting_position="TRIM_HORIZON", name="mail-subscribers"
)
def mail_subscribers(event: DynamoDBEvent) -> Any:  # noqa: ANN401
    """Ask new subscribers to confirm, and welcome those who did."""
    from chalicelib.subscribers.events import on_subscribers_changed  # noqa: PLC0415

    return on_subscribers_changed(event.to_dict())


@app.on_dynamodb_record(
    settings().messages_stream_arn, batch_size=10, starting_position="TRIM_HORIZON", name="tell-owner"
)
def tell_owner(event: DynamoDBEvent) -> Any:  # noqa: ANN401
    """Tell the owner of messages left in the contact form."""
    from chalicelib.contact.events import on_messages_added  # noqa: PLC0415

    return on_messages_added(event.to_dict())


@app.on_dynamodb_record(
    settings().media_stream_arn, batch_size=25, starting_position="TRIM_HORIZON", name="follow-photos"
)
def follow_photos(event: DynamoDBEvent) -> Any:  # noqa: ANN401
    """Show new thumbnails on todos, and delete what belongs to a removed photo."""
    from chalicelib.media.events import on_media_changed  # noqa: PLC0415

    return on_media_changed(event.to_dict())


@app.on_dynamodb_record(
    settings().todos_stream_arn, batch_size=100, starting_position="TRIM_HORIZON", name="empty-trash"
)
def empty_trash(event: DynamoDBEvent) -> Any:  # noqa: ANN401
    """Let the photos of todos go whose time in the trash is over."""
    from chalicelib.media.events import on_todos_removed  # noqa: PLC0415

    return on_todos_removed(event.to_dict())


@app.on_sqs_message(queue_arn=settings().thumbnail_jobs_arn, batch_size=1, name="make-thumbnails")
def make_thumbnails(event: SQSEvent) -> Any:  # noqa: ANN401
    """Make thumbnails of uploaded photos, one at a time: each takes what memory there is."""
    from chalicelib.media.events import on_upload_jobs  # noqa: PLC0415

    return on_upload_jobs(event.to_dict())


@app.on_sqs_message(queue_arn=settings().mail_event_jobs_arn, batch_size=10, name="follow-mail")
def follow_mail(event: SQSEvent) -> Any:  # noqa: ANN401
    """Note which mails were sent, and which came back."""
    from chalicelib.subscribers.events import on_mail_event  # noqa: PLC0415

    return on_mail_event(event.to_dict())


@app.on_sqs_message(queue_arn=settings().announcements_arn, batch_size=1, name="announce-posts")
def announce_posts(event: SQSEvent) -> Any:  # noqa: ANN401
    """Send a new post to subscribers, a page of them at a time."""
    from chalicelib.subscribers.events import on_announcement_jobs  # noqa: PLC0415

    return on_announcement_jobs(event.to_dict())


@app.schedule(Rate(5, unit=Rate.MINUTES), name="sweep-mail")
def sweep_mail(event: CloudWatchEvent) -> Any:  # noqa: ANN401
    """Settle mails of which it is unknown whether they were sent, and turn the polling of queues on or off.

    Once a day it asks for uploads that no event told of.
    """
    from chalicelib.contact.effects import CONTACT  # noqa: PLC0415
    from chalicelib.mail.events import on_sweep  # noqa: PLC0415
    from chalicelib.media.strays import ask_once_a_day  # noqa: PLC0415
    from chalicelib.subscribers.effects import CONFIRM, NEW_POST, NEW_SUBSCRIBER, WELCOME  # noqa: PLC0415

    if settings().queue_polling == "when_needed":
        from chalicelib.events.polling import poll_when_needed  # noqa: PLC0415

        poll_when_needed()
    done = on_sweep(event.to_dict(), (CONFIRM, WELCOME, NEW_SUBSCRIBER, NEW_POST, CONTACT))
    ask_once_a_day(event.to_dict())
    return done


if "AWS_CHALICE_CLI_MODE" in os.environ:
    chalice_command.finish(app)

cold_start.finish()
