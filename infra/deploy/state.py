"""What deploys of a stage share: Chalice's state, the last good release, and a lock, in the stage's deploys bucket.

Without `.chalice/deployed/STAGE.json` a deploy would make a second API. The bucket's copy is the truth; the folder's
is fetched before each deploy and kept after it, even when the deploy breaks off.
"""

import getpass
import hashlib
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.aws import Aws

LOCK = "lock.json"
RELEASE = "release/current.json"
PACKAGE = "release/package.zip"
SIGNING_KEY_DIGEST = "release/signing-key.sha256"


class StateError(Exception):
    """Another deploy is under way; the message says whose."""


@dataclass(frozen=True, slots=True)
class Release:
    """A release that answered: its package's digest, API Gateway's deployment, and the commit it was made of.

    `architecture` is what the package is made for; releases that were kept before it was have none.
    """

    package: str
    deployment_id: str
    commit: str
    made_at: str
    architecture: str = ""


class State:
    """The deploys bucket of a stage."""

    def __init__(self, aws: Aws, bucket: str, stage: str) -> None:
        self.bucket = bucket
        self._s3 = aws.client("s3")
        self._chalice = f"chalice/{stage}.json"
        self._stage = stage

    def fetch(self, file: Path) -> None:
        """Put Chalice's state where Chalice looks for it."""
        stored = self._read(self._chalice)
        if stored is None:
            # Nobody has deployed yet, or what broke off never came to keep it.
            return
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(stored)

    def keep(self, file: Path) -> None:
        """Keep Chalice's state for the next deploy, wherever that runs."""
        if file.exists():
            self._s3.put_object(Bucket=self.bucket, Key=self._chalice, Body=file.read_bytes())

    def forget(self, file: Path) -> None:
        """Chalice has nothing left of this stage."""
        for key in (self._chalice, RELEASE, PACKAGE, SIGNING_KEY_DIGEST):
            self._s3.delete_object(Bucket=self.bucket, Key=key)
        file.unlink(missing_ok=True)

    def api_id(self) -> str | None:
        """The id of the API that Chalice made, or None."""
        stored = self._read(self._chalice)
        made = [] if stored is None else json.loads(stored)["resources"]
        return next((str(each["rest_api_id"]) for each in made if "rest_api_id" in each), None)

    def release(self) -> Release | None:
        """The last release that answered."""
        stored = self._read(RELEASE)
        return None if stored is None else Release(**json.loads(stored))

    def package(self) -> bytes | None:
        """That release's package."""
        return self._read(PACKAGE)

    def keep_release(self, release: Release, package: Path) -> None:
        """This release answered: what comes next falls back on it."""
        self._s3.put_object(Bucket=self.bucket, Key=PACKAGE, Body=package.read_bytes())
        self._s3.put_object(Bucket=self.bucket, Key=RELEASE, Body=json.dumps(asdict(release)).encode())

    def keep_signing_key_digest(self, signing_key: str) -> None:
        """Keep the SHA-256 of the signing key that the functions have now, so that another one is noticed."""
        made = hashlib.sha256(signing_key.encode()).hexdigest()
        self._s3.put_object(Bucket=self.bucket, Key=SIGNING_KEY_DIGEST, Body=made.encode())

    def signing_key_digest(self) -> str | None:
        """The SHA-256 of the signing key that the functions got last, or None if it was never kept."""
        stored = self._read(SIGNING_KEY_DIGEST)
        return None if stored is None else stored.decode()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep others from deploying the stage meanwhile.

        Raises:
            StateError: somebody else is deploying it, or was when their machine stopped.
        """
        mine = {"who": getpass.getuser(), "where": socket.gethostname(), "since": now()}
        try:
            self._s3.put_object(Bucket=self.bucket, Key=LOCK, Body=json.dumps(mine).encode(), IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise
            raise StateError(self._held()) from error
        try:
            yield
        finally:
            self._s3.delete_object(Bucket=self.bucket, Key=LOCK)

    def unlock(self) -> None:
        """Take away the lock that a stopped machine has left."""
        self._s3.delete_object(Bucket=self.bucket, Key=LOCK)

    def _held(self) -> str:
        holder: dict[str, Any] = json.loads(self._read(LOCK) or b"{}")
        who = f"{holder.get('who', 'somebody')} on {holder.get('where', 'another machine')}"
        return (
            f"{who} has been deploying {self._stage} since {holder.get('since', 'just now')}. "
            f"If that has ended: make unlock STAGE={self._stage}"
        )

    def _read(self, key: str) -> bytes | None:
        try:
            content: bytes = self._s3.get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except self._s3.exceptions.NoSuchKey:
            return None
        return content


def now() -> str:
    """The time, for people and files."""
    return datetime.now(UTC).isoformat(timespec="seconds")
