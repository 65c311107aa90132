"""A site kept in memory."""

from dataclasses import dataclass, field


@dataclass
class MemorySite:
    """What the site bucket would hold: content by path, and thumbnails that were shown to everybody."""

    pages: dict[str, bytes] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)

    def put(self, path: str, content: bytes, content_type: str = "text/html; charset=utf-8") -> None:
        self.pages[path] = content
        self.types[path] = content_type

    def delete(self, path: str) -> None:
        self.pages.pop(path, None)

    def read(self, path: str) -> bytes | None:
        return self.pages.get(path)

    def copy_thumbnail(self, thumbnail_key: str, path: str) -> None:
        self.copies[path] = thumbnail_key

    def text(self, path: str) -> str:
        return self.pages[path].decode()
