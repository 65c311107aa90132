"""Writes docs/openapi.json, from which the browser's types are made. `--check` only compares."""

import json
import os
import sys
from pathlib import Path

from chalicelib.settings import variables

DOCUMENT = Path(__file__).parents[1] / "docs" / "openapi.json"


def generate() -> str:
    """Describe the API of no stage in particular."""
    os.environ.update(dict.fromkeys(variables(), "document"), API_URL="https://api.example.com")
    from app import blueprints  # noqa: PLC0415 - reads the environment when imported
    from chalicelib.meta.routes import describe  # noqa: PLC0415

    document = describe([endpoint for routes in blueprints for endpoint in routes.endpoints])
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the document, or say whether the one that is there is out of date."""
    text = generate()
    if "--check" not in arguments:
        DOCUMENT.write_text(text, encoding="utf-8")
        return 0
    if DOCUMENT.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write("docs/openapi.json is out of date: run `make openapi`.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
