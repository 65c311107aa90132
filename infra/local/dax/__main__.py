"""`python -m infra.local.dax --port 8111`: a local DAX before the DynamoDB that AWS_ENDPOINT_URL names.

Lines on its standard input change its weather (`slow 2`, `silent`, `refusing`, `well`), ask for its counts (`counts`)
or end it at once (`die`); each is answered by a line. SIGUSR1 asks for its counts where nobody can write to it.
"""

import argparse
import json
import os
import signal
import sys
import threading
from pathlib import Path

import botocore.session
from botocore.config import Config

from infra.local.dax.authorization import Authorization
from infra.local.dax.node import Node
from infra.local.dax.server import HOST, Server
from infra.local.dax.weather import Weather

# As in the cluster's parameter group, infra/templates/cloud/cache.yaml.
ITEM_SECONDS = 10.0
QUERY_SECONDS = 1.0


def main(arguments: list[str]) -> int:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m infra.local.dax")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--item-seconds", type=float, default=ITEM_SECONDS)
    parser.add_argument("--query-seconds", type=float, default=QUERY_SECONDS)
    parser.add_argument("--names", type=Path, help="where the numbers of attribute names outlive this process")
    parser.add_argument("--certificate", type=Path, help="chain and key in one file: speak TLS")
    asked = parser.parse_args(arguments)
    config = Config(parameter_validation=False, max_pool_connections=50, retries={"total_max_attempts": 1})
    dynamodb = botocore.session.get_session().create_client("dynamodb", config=config)
    weather = Weather()
    node = Node(dynamodb, asked.item_seconds, asked.query_seconds, asked.names)
    authorization = Authorization(
        os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], os.environ.get("AWS_SESSION_TOKEN", "")
    )
    with Server(node, weather, authorization, asked.port, asked.certificate) as server:
        signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
        signal.signal(signal.SIGUSR1, lambda *_: _say(json.dumps(node.counts.told())))
        threading.Thread(target=_listen, args=(weather, node), daemon=True).start()
        _say(f"ready {HOST}:{server.port}")
        server.serve_forever(poll_interval=0.05)
    return 0


def _listen(weather: Weather, node: Node) -> None:
    for line in sys.stdin:
        kind, *seconds = line.split()
        if kind == "die":
            os._exit(1)
        elif kind == "counts":
            _say(json.dumps(node.counts.told()))
        else:
            weather.become(kind, *map(float, seconds))
            _say(kind)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
