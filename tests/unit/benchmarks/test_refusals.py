"""A benchmark that cannot compare says so in a sentence, and compares nothing."""

import subprocess
import sys

import pytest

from benchmarks.__main__ import main, same_answers
from benchmarks.contestants import BenchError, answered

ANSWERS = """
import json, sys
for line in sys.stdin:
    print(json.dumps({"status": 200, "body": json.dumps({"title": sys.argv[1]})}), flush=True)
"""


def contestant(title: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", ANSWERS, title]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_peers_that_answer_alike_are_compared() -> None:
    with contestant("milk") as ours, contestant("milk") as peer:
        same_answers({"ours": ours, "stock": peer})
        for process in (ours, peer):
            process.terminate()


def test_a_peer_that_answers_something_else_ends_it() -> None:
    with contestant("milk") as ours, contestant("bread") as peer:
        with pytest.raises(BenchError, match=r"warm GET of one todo: stock answers 200 .*bread"):
            same_answers({"ours": ours, "stock": peer})
        for process in (ours, peer):
            process.terminate()


def test_a_contestant_that_ends_is_a_sentence() -> None:
    with (
        subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE, text=True) as ended,
        pytest.raises(BenchError, match="ended before it answered"),
    ):
        answered(ended)


def test_an_unknown_word_is_told_the_known_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fast"]) == 2
    assert capsys.readouterr().err == "Say python -m benchmarks [quick]\n"
