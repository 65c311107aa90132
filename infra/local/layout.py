"""Where the laptop cloud lives: its ports, all on 127.0.0.1, and its folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
HOST = "127.0.0.1"
STAGE = "local"
REGION = "us-east-1"


class LayoutError(Exception):
    """The laptop cloud cannot be laid out as asked; the message is one sentence for the terminal."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`folder` holds all state; `project` is the Chalice project that serves the API.

    With `cache` the API keeps answers for a while, as a stage of API Gateway with a cache does. With a `dax_port` there
    is a DAX, and the API reads through it. `site_port` is the edge's. With a `direct_port` the site answers there
    too, past the edge, and its pages ask the API and the engine at their own addresses.
    """

    folder: Path
    project: Path
    site_port: int
    api_port: int
    aws_port: int
    cache: bool = False
    dax_port: int = 0
    direct_port: int = 0

    @property
    def site(self) -> str:
        return f"http://{HOST}:{self.site_port}"

    @property
    def api(self) -> str:
        return f"http://{HOST}:{self.api_port}"

    @property
    def aws(self) -> str:
        return f"http://{HOST}:{self.aws_port}"

    @property
    def dax(self) -> str:
        return f"dax://{HOST}:{self.dax_port}" if self.dax_port else ""

    @property
    def direct_site(self) -> str:
        return f"http://{HOST}:{self.direct_port}" if self.direct_port else ""

    @property
    def site_api(self) -> str:
        """The API as browsers reach it through the edge."""
        return f"{self.site}/api"

    @property
    def mailbox(self) -> str:
        return f"{self.site}/mailbox/"

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins whose pages may call the API and the engine: the site's addresses, by either of their names."""
        ports = filter(None, (self.site_port, self.direct_port))
        return tuple(f"http://{name}:{port}" for port in ports for name in (HOST, "localhost"))

    @property
    def engine_state(self) -> Path:
        return self.folder / "engine"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def dax_names(self) -> Path:
        return self.folder / "dax-names.jsonl"

    @property
    def keys(self) -> Path:
        return self.folder / "keys.json"

    @property
    def urls(self) -> Path:
        return self.folder / "urls.json"

    @property
    def outputs(self) -> Path:
        return self.folder / "outputs.json"

    @property
    def lock(self) -> Path:
        """The file whose lock says that a supervisor is running."""
        return self.folder / "supervisor.lock"


def from_environment(environment: Mapping[str, str] = os.environ) -> Layout:
    """Read SITE_PORT, API_PORT, AWS_PORT, DIRECT_PORT, LOCAL_FOLDER, CACHE, DAX and DAX_PORT.

    A second laptop cloud needs ports and a folder of its own; its Chalice project is in that folder too.

    Raises:
        LayoutError: a port is no port, two parts share one, the folder holds something else, or a switch is none.
    """
    site, api, aws, direct = (
        _port(environment, *each)
        for each in (("SITE_PORT", 8080), ("API_PORT", 8000), ("AWS_PORT", 4566), ("DIRECT_PORT", 8081))
    )
    if len({site, api, aws, direct}) < 4:
        raise LayoutError("SITE_PORT, API_PORT, AWS_PORT and DIRECT_PORT must differ.")
    cache = _switch(environment, "CACHE")
    dax = _port(environment, "DAX_PORT", 8111) if _switch(environment, "DAX") else 0
    if dax in (site, api, aws, direct):
        raise LayoutError("DAX_PORT must differ from the other ports.")
    named = environment.get("LOCAL_FOLDER", "")
    if not named:
        return Layout(ROOT / ".local", ROOT, site, api, aws, cache, dax, direct)
    folder = Path(named).expanduser().resolve()
    layout = Layout(folder, folder / "project", site, api, aws, cache, dax, direct)
    # `reset` removes the whole folder, so it must never be one that somebody already had.
    if folder.exists() and not layout.lock.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise LayoutError(f"LOCAL_FOLDER must be new, empty or the laptop cloud's own, not {folder}.")
    return layout


def _port(environment: Mapping[str, str], name: str, default: int) -> int:
    text = environment.get(name, "") or str(default)
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise LayoutError(f"{name} must be a port between 1 and 65535, not {text!r}.")
    return int(text)


def _switch(environment: Mapping[str, str], name: str) -> bool:
    text = environment.get(name, "") or "0"
    if text not in ("0", "1"):
        raise LayoutError(f"{name} must be 1 or 0, not {text!r}.")
    return text == "1"
