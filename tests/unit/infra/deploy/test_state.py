"""What deploys share: a lock that one holds, and a state that outlives a machine."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deploy.state import LOCK, Release, State, StateError


class S3:
    """A bucket in memory, with conditional puts."""

    class exceptions:  # noqa: N801 - boto3's name
        class NoSuchKey(Exception):  # noqa: N818
            pass

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, IfNoneMatch: str = "") -> None:  # noqa: N803
        if IfNoneMatch == "*" and Key in self.objects:
            raise ClientError({"Error": {"Code": "PreconditionFailed", "Message": Bucket}}, "PutObject")
        self.objects[Key] = Body

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        if Key not in self.objects:
            raise self.exceptions.NoSuchKey(Bucket)
        return {"Body": io.BytesIO(self.objects[Key])}

    def delete_object(self, *, Bucket: str, Key: str) -> None:  # noqa: N803
        assert Bucket
        self.objects.pop(Key, None)


class Account:
    def __init__(self) -> None:
        self.s3 = S3()

    def client(self, _: str) -> S3:
        return self.s3


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def state(account: Account) -> State:
    return State(account, "deploys", "dev")  # type: ignore[arg-type]


def test_one_deploy_at_a_time(state: State, account: Account) -> None:
    held = pytest.raises(StateError, match=r"has been deploying dev since .*make unlock STAGE=dev")
    with state.locked(), held, state.locked():
        pass
    assert LOCK not in account.s3.objects


def test_a_lock_goes_even_when_the_deploy_fails(state: State, account: Account) -> None:
    with pytest.raises(RuntimeError), state.locked():
        raise RuntimeError
    assert LOCK not in account.s3.objects


def test_a_stopped_machine_s_lock_can_be_taken_away(state: State, account: Account) -> None:
    account.s3.objects[LOCK] = b'{"who": "ada", "where": "laptop", "since": "noon"}'
    with pytest.raises(StateError, match="ada on laptop has been deploying dev since noon"), state.locked():
        pass
    state.unlock()
    with state.locked():
        pass


def test_another_machine_finds_what_chalice_made(state: State, tmp_path: Path) -> None:
    mine, theirs = tmp_path / "mine" / "dev.json", tmp_path / "theirs" / "dev.json"
    mine.parent.mkdir()
    mine.write_text(json.dumps({"resources": [{"name": "rest_api", "rest_api_id": "abc"}]}))
    state.keep(mine)
    state.fetch(theirs)
    assert theirs.read_bytes() == mine.read_bytes()
    assert state.api_id() == "abc"


def test_before_the_first_deploy_there_is_nothing(state: State, tmp_path: Path) -> None:
    file = tmp_path / "dev.json"
    state.fetch(file)
    state.keep(file)
    assert not file.exists()
    assert (state.release(), state.package(), state.api_id()) == (None, None, None)


def test_a_release_that_answered_is_what_the_next_falls_back_on(state: State, tmp_path: Path) -> None:
    package, release = tmp_path / "package.zip", Release("digest", "d1", "abc1234", "noon")
    package.write_bytes(b"zip")
    state.keep_release(release, package)
    assert (state.release(), state.package()) == (release, b"zip")
    state.forget(tmp_path / "dev.json")
    assert (state.release(), state.package()) == (None, None)
