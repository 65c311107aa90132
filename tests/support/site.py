"""A site kept in memory."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.blog.site import Page, Stored


@dataclass
class MemorySite:
    """What the site bucket would hold: content by path, and thumbnails that were shown to everybody."""

    pages: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)

    def put(self, path: str, content: bytes, content_type: str = "text/html; charset=utf-8") -> None:
        self.pages[path] = content
        self.types[path] = content_type

    def look(self, path: str) -> Stored | None:
        content = self.pages.get(path)
        return None if content is None else Stored(content, hashlib.sha256(content).hexdigest())

    def replace(self, path: str, seen: Stored | None, page: Page | None) -> None:
        if self.look(path) != seen:
            return
        if page is None:
            self.pages.pop(path, None)
        else:
            self.put(path, page.content, page.content_type)

    def copy_thumbnail(self, thumbnail_key: str, path: str) -> None:
        self.copies.setdefault(path, thumbnail_key)

    def paths_under(self, path: str) -> Iterator[str]:
        yield from [each for each in self.copies if each.startswith(path)]

    def remove(self, path: str) -> None:
        self.copies.pop(path, None)

    def text(self, path: str) -> str:
        return self.pages[path].decode()
