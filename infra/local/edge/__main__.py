"""`python -m infra.local.edge --port 8080`; EDGE_SETTINGS names the file with everything it needs to know."""

import argparse
import os
import sys
from pathlib import Path

import uvicorn

from infra.local.edge.app import Application
from infra.local.edge.settings import EdgeSettings


def main(arguments: list[str]) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.edge", description="The laptop's CloudFront.")
    parser.add_argument("--port", type=int, required=True)
    port = parser.parse_args(arguments).port
    application = Application(EdgeSettings.load(Path(os.environ["EDGE_SETTINGS"])))
    uvicorn.run(
        application,
        host="127.0.0.1",
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        # Functions of the template are part of the answer: without them none is right.
        lifespan="on",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
