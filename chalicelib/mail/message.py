"""A mail as it goes over the wire: text and HTML side by side (RFC 5322, RFC 2046).

Text in a header is never read as an encoded word (RFC 2047): `email` would decode the word, and what it holds, a line
break for instance, would be written out. So this module writes the headers of each mail itself.
"""

import re
from collections.abc import Callable, Mapping
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import formataddr, parseaddr
from typing import Any

import msgspec

NAME = "MyBlog"
LONGEST_SUBJECT = 200
_ENCODING = "quoted-printable"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Mail(msgspec.Struct, frozen=True):
    """A mail to one person. `unsubscribe` is where a POST ends what it belongs to (RFC 8058)."""

    to: str
    subject: str
    text: str
    html: str
    unsubscribe: str | None = None


class _Policy(EmailPolicy):
    """SMTP's rules, but for the headers that `build` writes: they are kept as text, and encoded once.

    A web address is written on one line: mail programs do not read one that is folded.
    """

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:  # noqa: ANN401 - the base's
        if name.lower() not in _OWN_HEADERS:
            return super().header_store_parse(name, value)
        if _CONTROL.search(value):
            raise ValueError(f"{name} holds a line break or another control character.")
        return name, value

    def fold(self, name: str, value: Any) -> str:  # noqa: ANN401 - the base's
        if name.lower() not in _OWN_HEADERS:
            return str(super().fold(name, value))
        return f"{name}: {_OWN_HEADERS[name.lower()](value, name, self.linesep)}{self.linesep}"

    def fold_binary(self, name: str, value: Any) -> bytes:  # noqa: ANN401 - the base's
        if name.lower() not in _OWN_HEADERS:
            return super().fold_binary(name, value)
        return self.fold(name, value).encode("ascii")


def _ascii(value: str, name: str, _linesep: str) -> str:
    if not value.isascii() or "=?" in value:
        raise ValueError(f"{name} holds what is not plain ASCII.")
    return value


def _mailbox(value: str, name: str, linesep: str) -> str:
    display, address = parseaddr(value)
    plain = _ascii(address, name, linesep)
    return formataddr((display, plain))


def _text(value: str, name: str, linesep: str) -> str:
    charset = "us-ascii" if value.isascii() and "=?" not in value else "utf-8"
    return Header(value, charset, _LINE_LENGTH, name).encode(linesep=linesep)


_LINE_LENGTH = 76
_OWN_HEADERS: Mapping[str, Callable[[str, str, str], str]] = {
    "from": _mailbox,
    "to": _ascii,
    "subject": _text,
    "list-unsubscribe": _ascii,
}
_POLICY = _Policy(linesep=SMTP.linesep)


def build(mail: Mail, sender: str) -> bytes:
    """Write the mail out.

    Raises:
        ValueError: an address holds what no header can.
    """
    message = EmailMessage(_POLICY)
    message["From"] = mailbox(sender)
    message["To"] = mail.to
    message["Subject"] = one_line(mail.subject)
    # RFC 3834: no holiday notice answers.
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe is not None:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(_encodable(mail.text), cte=_ENCODING)
    message.add_alternative(_encodable(mail.html), subtype="html", cte=_ENCODING)
    return message.as_bytes()


def mailbox(sender: str) -> str:
    """The sender's address with the name that people see."""
    return sender if "<" in sender else f"{NAME} <{sender}>"


def one_line(text: str) -> str:
    """What is left of `text` on one line that a header can hold."""
    return " ".join(_CONTROL.sub(" ", _encodable(text)).split())[:LONGEST_SUBJECT].rstrip()


def _encodable(text: str) -> str:
    # Half a surrogate pair is no character, and no encoding has it.
    return text.encode("utf-8", "replace").decode()
