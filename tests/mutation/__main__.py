"""Break what guards, wherever it can be broken, and print each change that no test notices and nothing explains.

`python -m tests.mutation [AREA …]` tries all areas, or those named. The exit status is 1 where such a change is left.
"""

import sys
from collections.abc import Sequence

from tests.mutation import functions
from tests.mutation.areas import AREAS
from tests.mutation.explained import is_wording, reasons


def main(names: Sequence[str]) -> int:
    """Run the areas, and print a line for each and the changes that are left."""
    explained = reasons()
    left = 0
    for name in names or AREAS:
        outcome = functions.run(name, AREAS[name])
        wording = sum(map(is_wording, outcome.survivors))
        open_ = [each for each in outcome.survivors if not is_wording(each) and each not in explained]
        left += len(open_)
        sys.stdout.write(
            f"{name:<10}{outcome.tried:>5} changes, {outcome.killed} killed, {outcome.timed_out} timed out, "
            f"{len(outcome.survivors) - wording - len(open_)} explained, {wording} of wording, {len(open_)} left\n"
        )
        for each in open_:
            sys.stdout.write(f"\n{each.path} {each.function}\n  - {each.before}\n  + {each.after}\n")
        sys.stdout.flush()
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
