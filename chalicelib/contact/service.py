"""The use cases of the contact form.

Nothing here tells the owner: the table's stream tells the function that does.
"""

from pynamodb.transactions import TransactWrite

from chalicelib import clock
from chalicelib.contact.contract import NewMessage
from chalicelib.contact.model import HOUR_SECONDS, Counter, Message, counter_key
from chalicelib.store import transactions
from chalicelib.store.transactions import TransactionRefused

MESSAGES_AN_HOUR = 5
KEPT_SECONDS = 90 * 24 * 60 * 60
# DynamoDB counts puts before updates.
_MESSAGE_PLACE = 0


class TooManyMessages(Exception):  # noqa: N818 - reads as the answer it becomes
    """The sender sent as many messages this hour as anybody may."""

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("Too many messages in an hour.")
        self.retry_after_seconds = retry_after_seconds


def receive(new: NewMessage, email: str, source_ip: str) -> None:
    """Keep a message and count it for its sender, by address and by computer, both or neither.

    Raises:
        TooManyMessages: the sender sent as many this hour as anybody may.
    """
    now = clock.epoch_seconds()
    message = Message(
        clock.new_id(),
        name=new.name.strip(),
        email=email,
        message=new.message.strip(),
        created_at=clock.timestamp(clock.now()),
        expires_at=now + KEPT_SECONDS,
    )
    senders = [f"email {email}", *([f"ip {source_ip}"] if source_ip else [])]

    def fill(transaction: TransactWrite) -> None:
        transaction.save(message, condition=Message.message_id.does_not_exist())
        for sender in senders:
            transaction.update(
                Counter(counter_key(sender, now // HOUR_SECONDS)),
                actions=[Counter.sent.add(1), Counter.expires_at.set(now + 2 * HOUR_SECONDS)],
                condition=Counter.sent.does_not_exist() | (Counter.sent < MESSAGES_AN_HOUR),
            )

    try:
        transactions.write(fill)
    except TransactionRefused as refusal:
        # Nobody else has this id: where the message is refused, an attempt whose answer was lost has written it.
        if _MESSAGE_PLACE not in refusal.refused:
            raise TooManyMessages(HOUR_SECONDS - now % HOUR_SECONDS) from refusal


def find(message_id: str) -> Message | None:
    """Return a message; one whose time is over counts as absent."""
    try:
        message = Message.get(message_id, consistent_read=True)
    except Message.DoesNotExist:
        return None
    return None if message.expires_at <= clock.epoch_seconds() else message
