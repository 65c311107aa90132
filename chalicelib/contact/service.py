"""The use cases of the contact form.

Nothing here tells the owner: the table's stream tells the function that does.
"""

from pynamodb.transactions import TransactWrite

from chalicelib import clock
from chalicelib.contact.contract import NewMessage
from chalicelib.contact.model import Message
from chalicelib.mail.addresses import without_tag
from chalicelib.ratelimits.service import Limit, LimitReached, computer, increment
from chalicelib.store import transactions
from chalicelib.store.transactions import TransactionRefused

BY_MAILBOX = Limit("email", 5)
BY_COMPUTER = Limit("ip", 5)
IN_TOTAL = Limit("contact", 200)
KEPT_SECONDS = 90 * 24 * 60 * 60
# DynamoDB counts puts before updates.
_MESSAGE_PLACE = 0


def receive(new: NewMessage, email: str, viewer_address: str) -> None:
    """Keep a message and count it by mailbox, by computer and in total: all of it or nothing.

    Raises:
        LimitReached: as many messages as a limit allows were sent in this hour.
    """
    message = Message(
        clock.new_id(),
        name=new.name.strip(),
        email=email,
        message=new.message.strip(),
        created_at=clock.timestamp(clock.now()),
        expires_at=clock.epoch_seconds() + KEPT_SECONDS,
    )
    counted = [(BY_MAILBOX, without_tag(email))]
    if viewer_address:
        counted.append((BY_COMPUTER, computer(viewer_address)))
    counted.append((IN_TOTAL, ""))

    def fill(transaction: TransactWrite) -> None:
        transaction.save(message, condition=Message.message_id.does_not_exist())
        for limit, subject in counted:
            counter, actions, condition = increment(limit, subject)
            transaction.update(counter, actions=actions, condition=condition)

    try:
        transactions.write(fill)
    except TransactionRefused as refusal:
        # No other message has this id: where it is refused, an attempt whose answer was lost has written it.
        if _MESSAGE_PLACE not in refusal.refused:
            raise LimitReached(counted[min(refusal.refused) - 1][0]) from refusal


def find(message_id: str) -> Message | None:
    """Return a message; one whose time is over counts as absent."""
    try:
        message = Message.get(message_id, consistent_read=True)
    except Message.DoesNotExist:
        return None
    return None if message.expires_at <= clock.epoch_seconds() else message
