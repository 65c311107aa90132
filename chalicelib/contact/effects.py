"""What follows when a message arrives: the owner is told, once by the delivery ledger."""

from chalicelib.contact import service
from chalicelib.mail import delivery
from chalicelib.mail.delivery import About, Kind, Send
from chalicelib.mail.outbox import Outbox
from chalicelib.readable import readable
from chalicelib.settings import settings


def tell_owner(outbox: Outbox, message_id: str) -> None:
    """Publish a message to the owner's topic."""
    delivery.deliver(outbox, CONTACT, f"contact_{message_id}", {"message_id": message_id})


def _prepare_contact(outbox: Outbox, _: str, about: About) -> Send | None:
    message = service.find(about["message_id"])
    if message is None:
        return None
    # Messages from before names were checked: a line separator would begin a line that looks like the form's own.
    name = " ".join(readable(message.name).split())
    text = f"{name} <{message.email}> wrote by the contact form:\n\n{readable(message.message)}\n"
    subject = f"Message from {name}"
    return lambda: outbox.topics.publish(settings().owner_topic_arn, subject, text)


CONTACT = Kind("contact", _prepare_contact)
KINDS = (CONTACT,)
