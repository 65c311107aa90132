"""`python -m infra.lighthouse`: audit the reader's pages, on a laptop cloud of its own."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from infra import setup
from infra.local.children import ChildError, free_port
from infra.local.layout import ROOT, Layout
from infra.local.supervisor import Supervisor

PAGES = ("/blog/", "/blog/a-list-that-survives-the-tunnel/")


def main() -> int:
    """Audit the pages; below the best score in any category is a failure."""
    os.environ["CHROMIUM"] = setup.find_browser() or ""
    with TemporaryDirectory() as folder:
        state = Path(folder) / "local"
        layout = Layout(state, state / "project", free_port(), free_port(), free_port())
        supervisor = Supervisor(layout, ROOT / "frontend" / "dist", say=lambda _: None)
        try:
            supervisor.start()
            addresses = [f"{layout.site}{page}" for page in PAGES]
            setup.npm("run", "--silent", "lighthouse", "--", *addresses, folder=setup.LIGHTHOUSE)
        except (ChildError, setup.SetupError) as error:
            sys.stderr.write(f"{error}\n")
            return 1
        finally:
            supervisor.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
