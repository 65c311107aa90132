"""Mails from templates: a folder for each, with subject.txt, body.txt and body.html, and one frame around the HTML.

A template says `$name` where a value goes; a value that the template does not know of, or that is not given, is an
error. In HTML every value is escaped.
"""

from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from chalicelib.mail.message import NAME, Mail
from chalicelib.readable import readable

FOLDER = Path(__file__).parent / "templates"


def write(name: str, to: str, values: Mapping[str, str], unsubscribe: str | None = None) -> Mail:
    """Write the mail of a template.

    Raises:
        KeyError: the template needs a value that is not there.
    """
    known = {"blog": NAME, **{key: readable(value) for key, value in values.items()}}
    subject = _template(name, "subject.txt").substitute(known).strip()
    text = _template(name, "body.txt").substitute(known)
    escaped = {key: escape(value) for key, value in known.items()}
    body = _template(name, "body.html").substitute(escaped)
    html = _template("", "frame.html").substitute(escaped, subject=escape(subject), body=body)
    return Mail(to, subject, text, html, unsubscribe)


@cache
def _template(name: str, part: str) -> Template:
    return Template((FOLDER / name / part).read_text(encoding="utf-8"))
