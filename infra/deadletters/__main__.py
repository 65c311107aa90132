"""The command line of the failure queues."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from botocore.exceptions import BotoCoreError, ClientError

from infra.deadletters.clients import Clients, clients_of
from infra.deadletters.letters import FAILURE_QUEUES, Held, Letter
from infra.deadletters.replay import ReplayError, prepare
from infra.local.layout import STAGE, LayoutError

RATE = 5.0


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    Returns:
        0; 1 if a letter could not be replayed, or the queues could not be reached.
    """
    options = _parser().parse_args(arguments)
    try:
        return run(options, clients_of(options.stage))
    except LayoutError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except (BotoCoreError, ClientError) as error:
        sys.stderr.write(f"The failure queues of {options.stage} cannot be reached: {error}\n")
        return 1


def run(options: argparse.Namespace, clients: Clients, pause: Callable[[float], None] = time.sleep) -> int:
    """Run the command that `options` say, on a stage's own services."""
    held = Held(clients)
    try:
        letters = _chosen(options, held)
        if options.command == "replay":
            return _replay(letters, held, clients, lambda: pause(1 / options.rate), dry_run=options.dry_run)
        for letter in letters:
            sys.stdout.write(f"{letter.summary() if options.command == 'list' else letter.whole()}\n")
        return 0
    finally:
        held.let_go()


def _replay(
    letters: Iterator[Letter], held: Held, clients: Clients, pause: Callable[[], None], *, dry_run: bool
) -> int:
    tried = stay = 0
    for letter in letters:
        if tried:
            pause()
        tried += 1
        try:
            replay = prepare(letter, clients)
            if not dry_run:
                replay.do()
                held.done(letter)
            sys.stdout.write(f"{letter.message_id}  {'would go' if dry_run else 'went'} {replay.says}\n")
        except ReplayError as error:
            stay += 1
            sys.stdout.write(f"{letter.message_id}  stays: {error}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{tried - stay} of {tried} {'would be replayed' if dry_run else 'replayed'}\n")
    return 1 if stay else 0


def _chosen(options: argparse.Namespace, held: Held) -> Iterator[Letter]:
    for queue in [options.queue] if options.queue else FAILURE_QUEUES:
        for letter in held.take(queue):
            if options.id in (None, letter.message_id):
                yield letter


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.deadletters", description="Look at what could not be handled, and try it again."
    )
    parser.add_argument("command", choices=("list", "show", "replay"))
    parser.add_argument("--stage", default=STAGE, help=f"whose queues (default {STAGE}: the laptop)")
    parser.add_argument("--queue", choices=tuple(FAILURE_QUEUES), help="only this failure queue")
    parser.add_argument("--id", help="only this message")
    parser.add_argument("--dry-run", action="store_true", help="say what a replay would do, and change nothing")
    parser.add_argument("--rate", type=_rate, default=RATE, help=f"letters a second, at most (default {RATE:g})")
    return parser


def _rate(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1000:
        raise argparse.ArgumentTypeError("must be more than 0 and no more than 1000")
    return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
