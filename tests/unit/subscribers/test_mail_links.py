"""Addresses in mails are opened by browsers too, whichever the mail program meant them for."""

import re

import pytest

from chalicelib.mail.message import Mail
from chalicelib.settings import settings
from chalicelib.subscribers import letters, service
from chalicelib.subscribers.announcements import Announcement
from chalicelib.subscribers.model import State, Subscriber
from tests.support.api import Api
from tests.support.seam import Recorder, dynamodb_behind

ADA = "ada@example.com"
SITE = "https://site.example.test"
UNSUBSCRIBE_PAGE = f"{SITE}/blog/unsubscribe/#token="
HTML = "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"


def mails() -> list[Mail]:
    """One mail of each kind to a pending address."""
    service.ask(ADA)
    row = Subscriber.get(ADA, consistent_read=True)
    post = Announcement("tides", "Tides", "On the sea.", f"{SITE}/blog/tides/", "Ines")
    return [
        letters.confirm(ADA, row.request_id, int(row.expires_at)),
        letters.welcome(ADA, row.request_id),
        letters.new_post(ADA, row.request_id, post),
    ]


def paths_of_the_api(mail: Mail) -> set[str]:
    """The addresses of the API in a mail's body and header, without the host."""
    text = " ".join([mail.text, mail.html, mail.unsubscribe or ""])
    return set(re.findall(rf'{re.escape(settings().api_url)}([^\s"<>]+)', text))


def test_every_address_of_the_api_in_a_mail_leads_a_browser_to_a_page_of_the_site(anonymous: Api) -> None:
    found = [path for mail in mails() for path in sorted(paths_of_the_api(mail))]
    assert [path.partition("?")[0] for path in found] == [
        "/subscribers/confirm",
        "/subscribers/unsubscribe",
        "/subscribers/unsubscribe",
    ]
    for path in found:
        answered = anonymous.get(path, accept=HTML)
        assert (answered.status, answered.headers["Location"].startswith(f"{SITE}/blog/")) == (303, True)


def test_opening_the_address_of_list_unsubscribe_changes_nothing(anonymous: Api) -> None:
    # given a subscriber
    _, welcome, _ = mails()
    row = Subscriber.get(ADA, consistent_read=True)
    service.confirm(ADA, row.request_id)
    # when their mail program, or a program that looks into mails, opens the address
    ((path,),) = [sorted(paths_of_the_api(welcome))]
    with dynamodb_behind(Recorder) as recorder:
        answered = anonymous.get(path, accept=HTML)
    # then a page asks, with the token where no server sees it, and the subscription stands
    assert (answered.status, answered.headers["Location"]) == (303, UNSUBSCRIBE_PAGE + path.partition("=")[2])
    assert answered.headers["Cache-Control"] == "private, no-store"
    assert recorder.operations == []
    assert Subscriber.get(ADA, consistent_read=True).state == State.CONFIRMED


@pytest.mark.parametrize("token", ["changed", "a%0d%0aSet-Cookie:%20b=c", "%23%3Cscript%3E", "%C3%A9"])
def test_a_token_of_any_text_stays_behind_the_hash(token: str, anonymous: Api) -> None:
    answered = anonymous.get(f"/subscribers/unsubscribe?token={token}", accept=HTML)
    location = answered.headers["Location"]
    assert location.startswith(UNSUBSCRIBE_PAGE)
    assert not set(location.removeprefix(UNSUBSCRIBE_PAGE)) & set("#<>\r\n :é")
