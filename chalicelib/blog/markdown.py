"""Markdown to HTML: CommonMark with tables, code highlighted, everything sanitised.

HTML in the source is text, not markup; what comes out passes an allow-list all the same, both when it is stored
and when it is put into a page.

`render` takes as long as a text makes it take: Pygments' regular expressions can run for ever. So the API calls
`chalicelib.blog.rendering`, which runs it in a process that is ended in time.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

from chalicelib.readable import visible

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from nh3 import Cleaner

PHOTO_SCHEME = "photo:"
_PHOTO = rf"{PHOTO_SCHEME}([0-7][0-9A-HJKMNP-TV-Z]{{25}})\b"
_BLOCKS = {"blockquote", "br", "hr", "li", "ol", "p", "pre", "ul"}
_HEADINGS = {"h2", "h3", "h4", "h5", "h6"}
_INLINE = {"a", "code", "del", "em", "img", "s", "span", "strong"}
_TABLES = {"table", "tbody", "td", "th", "thead", "tr"}
_TAGS = _BLOCKS | _HEADINGS | _INLINE | _TABLES
_ATTRIBUTES = {
    "a": {"href", "title"},
    "code": {"class"},
    "img": {"alt", "data-photo", "title"},
    "ol": {"start"},
    "pre": {"class"},
    "span": {"class"},
}
_SCHEMES = {"http", "https", "mailto"}
_HIGHEST_HEADING = 2
_CODE = re.compile(r"<code\b[^>]*>.*?</code>", re.DOTALL)


def render(source: str, *, coloured: bool = True) -> str:
    """Turn Markdown into sanitised HTML; without `coloured`, code is plain.

    A photo is `![words](photo:ID)` and becomes `<img data-photo="ID">`.
    """
    html: str = _parser(coloured=coloured).render(source)
    return sanitise(html)


def photo_ids(source: str) -> list[str]:
    """The ids of the photos that Markdown names."""
    return re.findall(_PHOTO, source)


def sanitise(html: str) -> str:
    """Keep only what a post may hold, and show the bidirectional controls in code."""
    return _CODE.sub(lambda found: visible(found[0]), _cleaner().clean(html))


@cache
def _cleaner() -> "Cleaner":
    from nh3 import Cleaner  # noqa: PLC0415 - only what shows or stores HTML needs it

    return Cleaner(tags=_TAGS, attributes=_ATTRIBUTES, url_schemes=_SCHEMES, link_rel="noopener noreferrer")


@cache
def _parser(*, coloured: bool) -> "MarkdownIt":
    from markdown_it import MarkdownIt  # noqa: PLC0415 - only those who write wait for it

    highlight = _highlight if coloured else None
    parser = MarkdownIt("commonmark", {"html": False, "highlight": highlight}).enable(["table", "strikethrough"])
    parser.validateLink = _is_link  # type: ignore[method-assign]
    parser.core.ruler.push("photos", lambda state: _adapt(state.tokens))
    return parser


def _adapt(tokens: "list[Token]") -> None:
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            # The page's title is its only h1, so a text's highest headings are the second level.
            token.tag = f"h{max(int(token.tag[1]), _HIGHEST_HEADING)}"
        for child in token.children or []:
            if child.type == "image":
                _adapt_image(child)


def _adapt_image(image: "Token") -> None:
    source = str(image.attrs.get("src", ""))
    if source.startswith(PHOTO_SCHEME):
        image.attrs["data-photo"] = source.removeprefix(PHOTO_SCHEME)
    else:
        # Pictures from elsewhere would tell others who reads: their words remain.
        image.type, image.tag, image.children = "text", "", None


def _is_link(url: str) -> bool:
    return url.startswith((PHOTO_SCHEME, "/", "#")) or url.partition(":")[0].lower() in _SCHEMES


def _highlight(code: str, language: str, _: str) -> str:
    from pygments import highlight  # noqa: PLC0415 - only those who write wait for it
    from pygments.formatters import HtmlFormatter  # noqa: PLC0415
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415
    from pygments.util import ClassNotFound  # noqa: PLC0415

    from chalicelib.blog.languages import LANGUAGES  # noqa: PLC0415

    try:
        lexer = get_lexer_by_name(language)
    except ClassNotFound:
        return ""
    if LANGUAGES.isdisjoint(lexer.aliases):
        return ""
    coloured = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return f'<pre class="code language-{lexer.aliases[0]}"><code>{coloured}</code></pre>'
