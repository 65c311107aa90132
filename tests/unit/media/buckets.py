"""Buckets in memory, in the place of S3."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5

from chalicelib import clock
from chalicelib.media.objects import Fetched, Listed


@dataclass(frozen=True)
class Kept:
    """An object as it was written."""

    body: bytes
    content_type: str
    modified: datetime = field(default_factory=clock.now)

    @property
    def etag(self) -> str:
        return md5(self.body, usedforsecurity=False).hexdigest()


@dataclass
class Buckets:
    """Objects by bucket and key; `changes` are the writes and deletions that were asked for, in order."""

    objects: dict[tuple[str, str], Kept] = field(default_factory=dict)
    changes: list[tuple[str, str, str]] = field(default_factory=list)

    def keys(self, bucket: str) -> list[str]:
        return sorted(key for place, key in self.objects if place == bucket)

    def receive(self, bucket: str, key: str, body: bytes, content_type: str = "image/jpeg") -> Kept:
        """Take an upload, which is nothing the code under test has done."""
        self.objects[bucket, key] = Kept(body, content_type)
        return self.objects[bucket, key]

    def fetch(self, bucket: str, key: str, most_bytes: int) -> Fetched | None:
        kept = self.objects.get((bucket, key))
        if kept is None:
            return None
        return Fetched(kept.content_type, kept.body if len(kept.body) <= most_bytes else None)

    def exists(self, bucket: str, key: str) -> bool:
        return (bucket, key) in self.objects

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        self.changes.append(("put", bucket, key))
        self.objects[bucket, key] = Kept(body, content_type)

    def delete(self, bucket: str, key: str, etag: str | None = None) -> None:
        self.changes.append(("delete", bucket, key))
        kept = self.objects.get((bucket, key))
        if kept is not None and etag in (None, kept.etag):
            del self.objects[bucket, key]

    def list_under(self, bucket: str, prefix: str) -> Iterator[Listed]:
        for key in self.keys(bucket):
            if key.startswith(prefix):
                kept = self.objects[bucket, key]
                yield Listed(key, kept.etag, kept.modified)

    def delete_under(self, bucket: str, prefix: str) -> None:
        for key in self.keys(bucket):
            if key.startswith(prefix):
                self.delete(bucket, key)
