"""The engine's own small rules, without an engine: codes, lock-outs, files and the start-up check."""

import itertools
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.engine import lockout, mailed_codes
from infra.local.engine.generations import DamagedStateError, Generations
from infra.local.engine.journal import Journal
from infra.local.engine.outbound import hook_source, refuse_outbound
from infra.local.engine.request_quotas import RequestQuotas
from infra.local.engine.targets import MissingTargetError, check_targets, check_version

NOW = 1_000_000.0


@pytest.mark.parametrize(("purpose", "hours"), [("confirm", 24), ("reset", 1)])
def test_a_code_is_right_until_it_expires(purpose: mailed_codes.Purpose, hours: int) -> None:
    issued = mailed_codes.issue(purpose, NOW)
    assert mailed_codes.check(issued, issued["code"], NOW + hours * 3600 - 1) == "right"
    assert mailed_codes.check(issued, issued["code"], NOW + hours * 3600) == "expired"
    assert mailed_codes.check(None, "123456", NOW) == "expired"


@pytest.mark.parametrize("answer", ["x", None, 5, "", "1234567"])
def test_whatever_is_not_the_code_is_wrong_and_changes_nothing(answer: object) -> None:
    issued = mailed_codes.issue("confirm", NOW)
    assert mailed_codes.check(issued, answer, NOW) == "wrong"
    assert mailed_codes.check(issued, issued["code"], NOW) == "right"


def test_a_user_has_so_many_tries_an_hour_whatever_codes_were_sent_meanwhile() -> None:
    quotas = RequestQuotas()
    assert [quotas.take("ConfirmSignUp", "ines", NOW + tried) for tried in range(16)] == [True] * 15 + [False]
    assert quotas.take("ResendConfirmationCode", "ines", NOW + 20)
    assert not quotas.take("ConfirmSignUp", "ines", NOW + 3599)
    # another user has tries of their own, and the hour ends
    assert quotas.take("ConfirmSignUp", "tove", NOW)
    assert quotas.take("ConfirmSignUp", "ines", NOW + 3600)
    assert not quotas.take("ConfirmSignUp", "ines", NOW + 3600)


def test_asking_for_a_new_password_and_giving_one_share_their_quota() -> None:
    quotas = RequestQuotas()
    asked = [quotas.take(("ForgotPassword", "ConfirmForgotPassword")[turn % 2], "ines", NOW) for turn in range(21)]
    assert asked == [True] * 20 + [False]


def test_codes_have_six_digits_and_differ() -> None:
    codes = [mailed_codes.issue("confirm", NOW)["code"] for _ in range(50)]
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    assert len(set(codes)) > 40


def test_the_lock_doubles_from_the_fifth_failure_to_a_quarter_of_an_hour() -> None:
    failures, waits = None, []
    now = NOW
    for _ in range(15):
        failures = lockout.failed(failures, now)
        waits.append(failures["locked_until"] - now)
        now = max(now, failures["locked_until"])
    assert waits[:14] == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
    assert waits[14] == 900


def test_a_quarter_of_an_hour_of_peace_starts_afresh() -> None:
    failures = None
    for _ in range(6):
        failures = lockout.failed(failures, NOW)
    assert lockout.locked(failures, NOW + 1)
    assert not lockout.locked(failures, NOW + 3)
    assert lockout.failed(failures, NOW + 901)["count"] == 1
    assert not lockout.locked(None, NOW)


@pytest.fixture
def generations(tmp_path: Path) -> Generations:
    found = Generations(tmp_path)
    assert found.load() == {}
    return found


def test_unchanged_states_are_not_written_again(generations: Generations, tmp_path: Path) -> None:
    assert generations.save({"a": "1", "b": "1"}, frozenset())
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert not generations.save({"a": "1", "b": "1"}, frozenset())
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before


def test_two_generations_are_kept_and_no_more(generations: Generations, tmp_path: Path) -> None:
    kept = generations.keep(b"code")
    generations.save({"a": "1", "b": "1"}, frozenset({kept}))
    for turn in range(5):
        generations.save({"a": str(turn)}, frozenset())
    assert Generations(tmp_path).load() == {"a": "4", "b": "1"}
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json"] * 5  # two manifests, a, a before, b
    with pytest.raises(FileNotFoundError):
        generations.kept(kept)


@pytest.mark.parametrize("victim", ["manifest.json", "a-*.json", "*.bin"])
def test_whatever_is_damaged_the_generation_before_is_whole(
    generations: Generations, tmp_path: Path, victim: str
) -> None:
    generations.save({"a": "old"}, frozenset())
    generations.save({"a": "new"}, frozenset({generations.keep(b"code")}))
    newest = json.loads((tmp_path / "manifest.json").read_text())
    names = ["manifest.json", *newest["sizes"]]
    (damaged,) = [tmp_path / name for name in names if Path(name).match(victim)]
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert Generations(tmp_path).load() == {"a": "old"}


def test_a_missing_newest_manifest_is_a_crash_between_two_renames(generations: Generations, tmp_path: Path) -> None:
    generations.save({"a": "old"}, frozenset())
    (tmp_path / "manifest.json").rename(tmp_path / "manifest.previous.json")
    assert Generations(tmp_path).load() == {"a": "old"}


@pytest.mark.parametrize("text", ["{", "[]", '{"sizes": {"gone": 1}, "services": {}}', '{"sizes": {}}'])
def test_nothing_whole_left_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(DamagedStateError, match="is damaged"):
        Generations(tmp_path).load()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal(tmp_path, repr)
    assert list(made.read()) == []
    made.resume()
    yield made
    made.close()


def written(folder: Path) -> list[object]:
    return list(Journal(folder, repr).read())


def test_nothing_is_written_before_the_commit(journal: Journal, tmp_path: Path) -> None:
    journal.add(["a", 1])
    assert written(tmp_path) == []
    journal.commit()
    journal.commit()
    assert written(tmp_path) == [["a", 1]]


def test_changes_of_one_commit_are_there_together_or_not_at_all(journal: Journal, tmp_path: Path) -> None:
    journal.add(["a", 1])
    journal.add(["a", 2])
    journal.commit()
    (tail,) = tmp_path.glob("tail-*")
    whole = tail.read_bytes()
    for length in range(len(whole)):
        tail.write_bytes(whole[:length])
        assert written(tmp_path) == []
    tail.write_bytes(whole)
    assert written(tmp_path) == [["a", 1], ["a", 2]]


def test_a_full_disk_loses_the_commit_and_nothing_before_it(journal: Journal, tmp_path: Path) -> None:
    # Given a limit on the size of files, which the kernel enforces as it enforces a full disk
    resource = pytest.importorskip("resource")
    signal = pytest.importorskip("signal")
    journal.add(["a", "kept"])
    journal.commit()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    # When a commit does not fit
    try:
        journal.add(["a", "x" * 8192])
        with pytest.raises(OSError, match="File too large"):
            journal.commit()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    # Then nothing of it is there, and it is still pending for when there is room
    assert written(tmp_path) == [["a", "kept"]]
    journal.commit()
    assert [len(str(change)) for change in written(tmp_path)] == [13, 8201]


def test_a_base_stands_for_everything_before_it(journal: Journal, tmp_path: Path) -> None:
    journal.add(["a", "before"])
    journal.commit()
    for turn in range(4):
        number = journal.next_tail()
        journal.add(["a", f"after {turn}"])
        journal.commit()
        journal.write_base(number, [[["a", f"base {turn}"]]])
    assert written(tmp_path) == [["a", "base 3"], ["a", "after 3"]]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        f"{kind}-{number:06d}.jsonl" for kind in ("base", "tail") for number in (4, 5)
    ]


@pytest.mark.parametrize("damage", [slice(0, -1), slice(0, -30), slice(20, None), slice(0, 0)])
def test_a_damaged_base_is_replaced_by_the_one_before_and_the_tails(
    journal: Journal, tmp_path: Path, damage: slice
) -> None:
    for turn in range(2):
        journal.write_base(journal.next_tail(), [[["a", f"base {turn}"]], [["a", "more"]]])
        journal.add(["a", f"after {turn}"])
        journal.commit()
    newest = max(tmp_path.glob("base-*"))
    newest.write_bytes(newest.read_bytes()[damage])
    assert written(tmp_path) == [["a", "base 0"], ["a", "more"], ["a", "after 0"], ["a", "after 1"]]


def test_a_crash_between_a_new_tail_and_its_base_loses_nothing(journal: Journal, tmp_path: Path) -> None:
    journal.add(["a", 1])
    journal.commit()
    journal.next_tail()
    journal.add(["a", 2])
    journal.commit()
    assert written(tmp_path) == [["a", 1], ["a", 2]]


@pytest.mark.parametrize(
    ("event", "arguments"),
    list(
        itertools.product(
            ["socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind"],
            [(None, (host, 80)) for host in ("192.0.2.1", "10.0.0.1", "0.0.0.0", "2001:db8::1", "example.com", "")],  # noqa: S104
        )
    )
    + list(
        itertools.product(
            ["socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"],
            [(host,) for host in ("example.com", b"example.com", "192.0.2.1", "localhost.example.com", "")],
        )
    ),
)
def test_addresses_beyond_this_machine_are_refused(event: str, arguments: tuple[object, ...]) -> None:
    with pytest.raises(PermissionError, match="reaches only this machine"):
        refuse_outbound(event, arguments)


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, ("127.0.0.1", 80))),
        ("socket.connect", (None, ("127.8.0.1", 80))),
        ("socket.connect", (None, ("::1", 80, 0, 0))),
        ("socket.connect", (None, "/run/some.sock")),
        ("socket.getaddrinfo", ("localhost", 80)),
        ("socket.getaddrinfo", (None, 80)),
        ("socket.gethostbyname", (b"127.0.0.1",)),
        ("open", ("/etc/hosts", "r", 0)),
    ],
)
def test_this_machine_is_reached(event: str, arguments: tuple[object, ...]) -> None:
    refuse_outbound(event, arguments)


def test_the_hook_works_as_text_in_another_process() -> None:
    program = f"{hook_source()}\nimport socket\nsocket.create_connection(('192.0.2.1', 80), 1)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert "PermissionError" in ended.stderr
    assert "refused socket.getaddrinfo to '192.0.2.1'" in ended.stderr


def test_a_missing_name_names_the_gap_and_itself() -> None:
    with pytest.raises(MissingTargetError, match=r"^Gap streams: json:dump_everything is not there\.$"):
        check_targets("streams", ["json:dump_everything"])


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ("json", "is not a target"),
        ("no_such_module:name", "is not there"),
        ("json:JSONDecoder.no_such_method", "is not there"),
        ("os:environ[NO_SUCH_KEY]", "is not there"),
        ("json:dumps(text)", r"takes \(obj\)"),
        ("json:decoder(text)", "is not a function"),
        ("os:sep()", "is not a function"),
    ],
)
def test_every_kind_of_change_is_noticed(target: str, problem: str) -> None:
    with pytest.raises(MissingTargetError, match=problem):
        check_targets("gap", [target])


def test_names_that_are_there_pass() -> None:
    os.environ["ENGINE_RULES_KEY"] = "1"
    check_targets("gap", ["json:dumps", "json:dumps(obj)", "json:JSONDecoder.decode", "os:environ[ENGINE_RULES_KEY]"])
    del os.environ["ENGINE_RULES_KEY"]


def test_another_version_is_refused() -> None:
    check_version("1.5.33", "1.5.33")
    with pytest.raises(MissingTargetError, match=r"^ministack 1\.5\.33 is required and 1\.6\.0 is installed\.$"):
        check_version("1.5.33", "1.6.0")
