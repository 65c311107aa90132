"""`python -m infra.dashboard` writes the dashboard into its template. `--check` only compares."""

import re
import sys
import textwrap
from pathlib import Path

from infra.dashboard.body import text

TEMPLATE = Path(__file__).parents[1] / "templates" / "cloud" / "observability.yaml"
COMMAND = "python -m infra.dashboard"
_BODY = re.compile(r"(?<=\n      DashboardBody: !Sub \|\n)(?:        .*\n)+")


def written(template: str) -> str:
    """The template with the dashboard as it should be."""
    return _BODY.sub(lambda _: textwrap.indent(text(), "        "), template)


def main(arguments: list[str]) -> int:
    """Write the template, or say whether the one that is there is out of date."""
    template = TEMPLATE.read_text(encoding="utf-8")
    if "--check" not in arguments:
        TEMPLATE.write_text(written(template), encoding="utf-8")
        return 0
    if written(template) == template:
        return 0
    sys.stderr.write(f"The dashboard in {TEMPLATE.name} is out of date: run {COMMAND}.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
