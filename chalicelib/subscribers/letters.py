"""What subscribers read: the words are in chalicelib/mail/templates."""

from datetime import UTC, datetime
from textwrap import fill

from chalicelib.mail import letters
from chalicelib.mail.message import Mail
from chalicelib.settings import settings
from chalicelib.subscribers.announcements import Announcement
from chalicelib.subscribers.tokens import Purpose, Token, seal

_TEXT_WIDTH = 64


def confirm(email: str, request_id: str, expires_at: int) -> Mail:
    """Ask the owner of an address whether they want posts."""
    link = seal(Purpose.CONFIRM, Token(email, request_id, expires_at))
    until = datetime.fromtimestamp(expires_at, UTC)
    values = {
        "site": settings().site_url,
        "confirm": f"{settings().api_url}/subscribers/confirm?token={link}",
        "until": f"{until:%A} {until.day} {until:%B, %H:%M} UTC",
    }
    return letters.write("confirm", email, values)


def welcome(email: str, request_id: str) -> Mail:
    """Say that the subscription stands, and how to end it."""
    leave, one_click = _ways_out(email, request_id)
    return letters.write("welcome", email, {"site": settings().site_url, "leave": leave}, one_click)


def new_post(email: str, request_id: str, post: Announcement) -> Mail:
    """Tell of a new post."""
    leave, one_click = _ways_out(email, request_id)
    values = {
        "site": settings().site_url,
        "title": post.title,
        "summary": _wrapped(post.summary or f"There is a new post by {post.author_name}."),
        "url": post.url,
        "author": post.author_name,
        "leave": leave,
    }
    return letters.write("new-post", email, values, one_click)


def _wrapped(text: str) -> str:
    # In HTML a line break is a space; in plain text nobody else breaks lines.
    return "\n".join(fill(line, _TEXT_WIDTH) for line in text.splitlines())


def _ways_out(email: str, request_id: str) -> tuple[str, str]:
    # People go to a page of the site; their mail program's own button goes to the API.
    token = seal(Purpose.LEAVE, Token(email, request_id))
    # Behind the # nothing is sent to the site, so no log of it holds the token.
    page = f"{settings().site_url}/blog/unsubscribe/#token={token}"
    return page, f"{settings().api_url}/subscribers/unsubscribe?token={token}"
