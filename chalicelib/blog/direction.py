"""The direction of a text follows its letters, block by block: Hebrew and Arabic run from right to left.

`dir="auto"` takes it from the first letter that has a direction.
https://html.spec.whatwg.org/multipage/dom.html#the-dir-attribute
"""

import re

_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)((?:\s+[\w-]+="[^"]*")*)\s*>')
_BLOCKS = frozenset({"blockquote", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "table", "ul"})
# They are framed when they are put into a page, and get their direction there.
_FRAMED = frozenset({"pre", "table"})


def by_content(html: str) -> str:
    """Let each outermost block of sanitised HTML have the direction of its own text; what is in it follows."""
    depth = 0

    def directed(found: re.Match[str]) -> str:
        nonlocal depth
        closing, name, attributes = found.groups()
        if name not in _BLOCKS:
            return found[0]
        depth += -1 if closing else 1
        if closing or depth > 1 or name in _FRAMED:
            return found[0]
        return f'<{name}{attributes} dir="auto">'

    return _TAG.sub(directed, html)
