"""`python at_another_time.py SECONDS chalice-arguments`: Chalice, with a clock that is that many seconds ahead."""

import sys
from datetime import UTC, datetime, timedelta

import time_machine
from chalice.cli import main

if __name__ == "__main__":
    then = datetime.now(UTC) + timedelta(seconds=int(sys.argv.pop(1)))
    with time_machine.travel(then):
        sys.exit(main())
