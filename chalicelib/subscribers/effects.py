"""What follows when a subscriber's row changes, each once by the delivery ledger.

Every kind reads the row again before it sends, consistently: a stream's record and a row of the ledger may be old.
"""

from chalicelib.mail import delivery, ledger
from chalicelib.mail.delivery import About, Kind, Send
from chalicelib.mail.outbox import Outbox
from chalicelib.settings import settings
from chalicelib.subscribers import letters, service
from chalicelib.subscribers.announcements import Announcement
from chalicelib.subscribers.model import State, Subscriber


def ask_to_confirm(outbox: Outbox, email: str, request_id: str) -> None:
    """Send the mail with the link that confirms a sign-up."""
    _deliver(outbox, CONFIRM, email, request_id)


def welcome(outbox: Outbox, email: str, request_id: str) -> None:
    """Send the welcome mail, and tell the owner; neither waits for the other."""
    try:
        _deliver(outbox, WELCOME, email, request_id)
    finally:
        _deliver(outbox, NEW_SUBSCRIBER, email, request_id)


def tell_of_post(outbox: Outbox, email: str, post: Announcement) -> None:
    """Send a new post to one subscriber."""
    delivery.deliver(outbox, NEW_POST, _post_delivery_id(email, post), {"email": email, **post.as_text()})


def leave_post_to_the_sweeper(email: str, post: Announcement) -> None:
    """Have the sweeper send a new post to one subscriber, unless it was sent or is being sent."""
    held = ledger.claim(_post_delivery_id(email, post), NEW_POST.name, {"email": email, **post.as_text()})
    if held is not None:
        ledger.release(held)


def _post_delivery_id(email: str, post: Announcement) -> str:
    return ledger.delivery_id(f"post_{post.slug}", email)


def _deliver(outbox: Outbox, kind: Kind, email: str, request_id: str) -> None:
    name = ledger.delivery_id(f"{kind.name}_{request_id}", email)
    delivery.deliver(outbox, kind, name, {"email": email, "request_id": request_id})


def _prepare_confirm(outbox: Outbox, name: str, about: About) -> Send | None:
    subscriber = _still(about, State.PENDING)
    if subscriber is None:
        return None
    mail = letters.confirm(subscriber.email, subscriber.request_id, int(subscriber.expires_at))
    return lambda: outbox.mails.send(mail, name)


def _prepare_welcome(outbox: Outbox, name: str, about: About) -> Send | None:
    subscriber = _still(about, State.CONFIRMED)
    if subscriber is None:
        return None
    mail = letters.welcome(subscriber.email, subscriber.request_id)
    return lambda: outbox.mails.send(mail, name)


def _prepare_new_subscriber(outbox: Outbox, name: str, about: About) -> Send | None:
    if _still(about, State.CONFIRMED) is None:
        return None
    # SNS mails this in the clear, to whoever the topic's subscribers are, and keeps no secret of it. The owner needs
    # to know that somebody came, not who; the reference finds the row in the ledger for whoever may read it.
    text = f"Somebody confirmed a subscription to the blog.\n\nReference: {name}\n"
    return lambda: outbox.topics.publish(settings().new_subscriber_topic_arn, "A new subscriber", text)


def _prepare_new_post(outbox: Outbox, name: str, about: About) -> Send | None:
    subscriber = service.find(about["email"])
    if subscriber is None or subscriber.state != State.CONFIRMED:
        return None
    mail = letters.new_post(subscriber.email, subscriber.request_id, Announcement.from_text(about))
    return lambda: outbox.mails.send(mail, name)


def _still(about: About, state: State) -> Subscriber | None:
    subscriber = service.find(about["email"])
    if subscriber is None or subscriber.state != state or subscriber.request_id != about["request_id"]:
        return None
    return subscriber


CONFIRM = Kind("confirm", _prepare_confirm)
WELCOME = Kind("welcome", _prepare_welcome)
NEW_SUBSCRIBER = Kind("subscriber", _prepare_new_subscriber)
NEW_POST = Kind("post", _prepare_new_post)
KINDS = (CONFIRM, WELCOME, NEW_SUBSCRIBER, NEW_POST)
