"""The command line of the failure queues."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

import boto3

from infra.deadletters.letters import FAILURE_QUEUES, Letter, Post
from infra.deadletters.replay import Clients, ReplayError, replay
from infra.local import aws
from infra.local.keys import load_or_make
from infra.local.layout import STAGE, from_environment


def main(arguments: list[str]) -> int:
    """Run one command; 1 if a letter failed again."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.deadletters", description="Look at failures, and replay them."
    )
    parser.add_argument("command", choices=("list", "show", "replay"))
    parser.add_argument("--stage", default=STAGE)
    parser.add_argument("--queue", choices=tuple(FAILURE_QUEUES), help="only this failure queue")
    parser.add_argument("--id", help="only this message")
    parser.add_argument("--dry-run", action="store_true", help="say what a replay would do, and do nothing")
    parser.add_argument("--rate", type=float, default=5.0, help="letters a second (default 5)")
    options = parser.parse_args(arguments)
    if options.rate <= 0:
        parser.error("--rate must be more than 0")
    clients = _clients(options.stage)
    queues = [options.queue] if options.queue else list(FAILURE_QUEUES)
    with clients.post.held(queues) as letters:
        chosen = [letter for letter in letters if options.id in (None, letter.message_id)]
        if options.command == "replay":
            return _replay_all(chosen, clients, 1 / options.rate, dry_run=options.dry_run)
        for letter in chosen:
            sys.stdout.write(f"{letter.summary() if options.command == 'list' else _whole(letter)}\n")
    return 0


def _replay_all(letters: list[Letter], clients: Clients, pause: float, *, dry_run: bool) -> int:
    failed = 0
    for letter in letters:
        if dry_run:
            sys.stdout.write(f"would replay {letter.summary()}\n")
            continue
        try:
            sys.stdout.write(f"{letter.message_id}  {replay(letter, clients)}\n")
        except ReplayError as error:
            failed += 1
            sys.stdout.write(f"{letter.message_id}  stays: {error}\n")
        time.sleep(pause)
    sys.stdout.write(f"{len(letters) - failed} of {len(letters)} {'to replay' if dry_run else 'replayed'}\n")
    return 1 if failed else 0


def _whole(letter: Letter) -> str:
    try:
        body = json.dumps(json.loads(letter.body), indent=2)
    except ValueError:
        body = letter.body
    return f"{letter.queue}  {letter.message_id}\n{body}"


def _clients(stage: str) -> Clients:
    make: Callable[[str], Any]
    if stage == STAGE:
        layout = from_environment()
        keys = load_or_make(layout.keys)

        def make(service: str) -> Any:  # noqa: ANN401 - boto3's clients are made at run time
            return aws.client(layout, keys, service)
    else:
        make = boto3.client
    return Clients(Post(make("sqs"), stage), make("dynamodbstreams"), make("dynamodb"), make("lambda"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
