"""Time and identifiers. Times are RFC 3339 UTC text with milliseconds, so they sort as text."""

from datetime import UTC, datetime


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


def epoch_seconds() -> int:
    """Return the current time as DynamoDB's TTL counts it: whole seconds since 1970."""
    return int(now().timestamp())


def timestamp(moment: datetime) -> str:
    """Write a moment as `2026-11-21T09:14:03.120Z`.

    Raises:
        ValueError: the moment leaves the years 1 to 9999 when moved to UTC.
    """
    try:
        utc = moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("Expected a time in the years 0001 to 9999 in UTC") from error
    return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_id() -> str:
    """Return a new ULID: 26 characters that sort by creation time."""
    from ulid import ULID  # noqa: PLC0415 - it imports much, and reading needs no new names

    return str(ULID())
