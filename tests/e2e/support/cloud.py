"""A laptop cloud that serves the built front end."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from infra.local.layout import ROOT, Layout
from infra.local.supervisor import Supervisor
from tests.support.laptop import Laptop, free_ports

BUILD = ROOT / "frontend" / "dist"


@contextmanager
def running_cloud(folder: Path) -> Iterator[Laptop]:
    """Bring it up under `folder`, and take it down afterwards."""
    assert (BUILD / "index.html").exists(), "The front end is not built: npm --prefix frontend run build"
    site, api, engine, direct = free_ports(4)
    layout = Layout(folder / "local", folder / "local" / "project", site, api, engine, direct_port=direct)
    supervisor = Supervisor(layout, BUILD, say=lambda _: None)
    try:
        supervisor.start()
        with ExitStack() as opened:
            yield Laptop(layout, supervisor, json.loads(layout.urls.read_text()), opened)
    finally:
        supervisor.stop()
