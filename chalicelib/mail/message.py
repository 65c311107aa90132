"""A mail as it goes over the wire: text and HTML side by side (RFC 5322, RFC 2046).

Headers pass through `EmailMessage` alone, which refuses line breaks, so nothing that anybody typed becomes a header.
"""

import re
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
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
    """SMTP's rules, but for addresses of the web: folding would encode them beyond what mail programs read."""

    def _is_web_address(self, name: str) -> bool:
        return name.lower() == "list-unsubscribe"

    def fold(self, name: str, value: Any) -> str:  # noqa: ANN401 - the base's
        if self._is_web_address(name):
            return f"{name}: {value}{self.linesep}"
        return str(super().fold(name, value))

    def fold_binary(self, name: str, value: Any) -> bytes:  # noqa: ANN401 - the base's
        if self._is_web_address(name):
            return self.fold(name, value).encode("ascii")
        return super().fold_binary(name, value)


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
    # RFC 3834: nobody's holiday notice answers.
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
