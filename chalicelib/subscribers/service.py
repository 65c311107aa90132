"""The use cases of subscribers. Each is one conditional write; `ask` counts the request first.

Nothing here sends a mail: the table's stream tells the function that does.
"""

from contextlib import suppress

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib import clock
from chalicelib.mail.addresses import without_tag
from chalicelib.ratelimits import service as ratelimits
from chalicelib.ratelimits.service import Limit
from chalicelib.store import transactions
from chalicelib.store.errors import ConditionFailed
from chalicelib.store.pages import Key, Page, one_page
from chalicelib.store.transactions import TransactionRefused
from chalicelib.subscribers.model import State, Subscriber, shard

COOL_DOWN_SECONDS = 15 * 60
# The row remembers the last three times: no fourth confirmation mail goes out within a day of the first.
DAY_SECONDS = 24 * 60 * 60
BY_COMPUTER = Limit("subscribers ip", 20)
BY_MAILBOX = Limit("subscribers email", 6, ratelimits.DAY_SECONDS)
IN_TOTAL = Limit("subscribers", 500)
PENDING_SECONDS = 48 * 60 * 60
REMEMBERED_SECONDS = 30 * DAY_SECONDS


class NotToConfirm(Exception):  # noqa: N818 - what it is
    """There is nothing that this link could confirm any more."""


def ask(email: str, viewer_address: str = "") -> None:
    """Take a wish for new posts. Whether anything comes of it is not for the caller to know.

    Every request counts for its computer and in total. So these limits tell nothing about the state of an address. A
    request that leads to a mail also counts for the mailbox. It is ignored where the mailbox got its mails of the day.

    Nothing does while the address is subscribed, was asked a short time ago, or was asked too often today; and nothing
    ever does once its mail bounced or its owner complained.

    Raises:
        LimitReached: as many addresses were asked for as a computer may ask for, or as all may in total.
    """
    if viewer_address:
        ratelimits.count(BY_COMPUTER, ratelimits.computer(viewer_address))
    ratelimits.count(IN_TOTAL)
    now = clock.epoch_seconds()
    may_ask_again = (
        Subscriber.state.is_in(State.PENDING, State.UNSUBSCRIBED)
        & (Subscriber.asked_1 <= now - COOL_DOWN_SECONDS)
        & (Subscriber.asked_3 <= now - DAY_SECONDS)
    )
    actions: list[Action] = [
        Subscriber.state.set(State.PENDING),
        Subscriber.request_id.set(clock.new_id()),
        Subscriber.asked_3.set(Subscriber.asked_2 | 0),
        Subscriber.asked_2.set(Subscriber.asked_1 | 0),
        Subscriber.asked_1.set(now),
        Subscriber.expires_at.set(now + PENDING_SECONDS),
    ]

    def fill(transaction: TransactWrite) -> None:
        transaction.update(
            Subscriber(email), actions=actions, condition=Subscriber.email.does_not_exist() | may_ask_again
        )
        counter, counting, below = ratelimits.increment(BY_MAILBOX, without_tag(email))
        transaction.update(counter, actions=counting, condition=below)

    with suppress(TransactionRefused):
        transactions.write(fill)


def confirm(email: str, request_id: str) -> None:
    """Subscribe an address whose owner followed a link of this sign-up; doing it again changes nothing.

    Any link of the last 48 hours will do, not only the newest, unless the address has left since it was sent.

    Raises:
        NotToConfirm: the sign-up has expired, or the address has left, bounced or complained since.
    """
    not_left_since = Subscriber.left_request.does_not_exist() | (Subscriber.left_request < request_id)
    pending = (Subscriber.state == State.PENDING) & (Subscriber.expires_at > clock.epoch_seconds())
    subscriber = Subscriber(email)
    try:
        subscriber.change(
            [
                Subscriber.state.set(State.CONFIRMED),
                Subscriber.confirmed_shard.set(shard(email)),
                Subscriber.confirmed_at.set(clock.timestamp(clock.now())),
                Subscriber.expires_at.remove(),
            ],
            pending & not_left_since,
        )
    except ConditionFailed as refused:
        stands = None if refused.item is None else Subscriber.from_raw_data(refused.item)
        if stands is None or stands.state != State.CONFIRMED or (stands.left_request or "") >= request_id:
            raise NotToConfirm("Nothing waits for this link.") from refused


def leave(email: str) -> None:
    """Unsubscribe an address; one that is not there, has left, bounced or complained stays as it is."""
    _change_if(
        email,
        [
            Subscriber.state.set(State.UNSUBSCRIBED),
            Subscriber.left_request.set(Subscriber.request_id),
            Subscriber.expires_at.set(clock.epoch_seconds() + REMEMBERED_SECONDS),
            Subscriber.confirmed_shard.remove(),
        ],
        Subscriber.state.is_in(State.PENDING, State.CONFIRMED),
    )


def bounced(email: str) -> None:
    """Remember for ever that mails to an address come back, whether or not it subscribes."""
    worse = Subscriber.state.is_in(State.BOUNCED, State.COMPLAINED)
    _change_if(email, _for_ever(State.BOUNCED), Subscriber.email.does_not_exist() | ~worse)


def complained(email: str) -> None:
    """Remember for ever that an address's owner called a mail of ours spam."""
    _change_if(email, _for_ever(State.COMPLAINED), Subscriber.state != State.COMPLAINED)


def find(email: str) -> Subscriber | None:
    """Return what is known of an address now; what has expired is not known."""
    try:
        subscriber = Subscriber.get(email, consistent_read=True)
    except Subscriber.DoesNotExist:
        return None
    return None if subscriber.is_expired else subscriber


def confirmed_page(of: str, after: str | None, until: str | None, limit: int) -> Page[Subscriber]:
    """List the addresses of a shard that are sent posts, behind `after` up to `until`, by the index, which lags."""
    start: Key | None = None if after is None else {"confirmed_shard": {"S": of}, "email": {"S": after}}
    condition = None if until is None else Subscriber.email <= until
    found = Subscriber.by_shard.query(of, condition, limit=limit, last_evaluated_key=start)
    return one_page(found, Subscriber)


def _for_ever(state: State) -> list[Action]:
    return [Subscriber.state.set(state), Subscriber.confirmed_shard.remove(), Subscriber.expires_at.remove()]


def _change_if(email: str, actions: list[Action], condition: Condition) -> None:
    try:
        Subscriber(email).change(actions, condition)
    except ConditionFailed:
        return
