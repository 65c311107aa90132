"""The laptop cloud and the tests are the same from every shell."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra import setup, shell
from tests.support.terminal import FOREIGN_SHELL

ROOT = Path(__file__).parents[3]
# Of the store, the todos and a client of AWS.
TESTS = ("tests/unit/todos/test_trash.py", "tests/unit/test_settings.py")


def test_what_leads_elsewhere_stays_in_the_shell() -> None:
    # given a shell of another project
    here = {"PATH": "/bin", "HOME": "/home/ada", "LC_ALL": "C.UTF-8", "SITE_PORT": "9000", "NO_SUCH_VARIABLE": "1"}
    # when something of ours starts from it
    taken = shell.taken_over({**here, **FOREIGN_SHELL})
    # then it has the machine's variables, its own, and no file of the shell's
    del here["NO_SUCH_VARIABLE"]
    assert taken == {**here, **shell.NO_FILES}


@pytest.mark.parametrize("name", [*(name for name in FOREIGN_SHELL if name.startswith("AWS_")), "https_proxy"])
def test_a_variable_of_aws_or_a_proxy_leads_elsewhere(name: str) -> None:
    assert shell.leads_elsewhere(name)
    assert not shell.leads_elsewhere("PATH")


def test_the_tests_pass_from_a_shell_of_another_project() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTS]
    foreign = {name: value for name, value in FOREIGN_SHELL.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **foreign}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_setup_forgets_what_the_shell_prefers(monkeypatch: pytest.MonkeyPatch) -> None:
    # given preferences of a shell, and where its packages come from
    for name in ("NODE_ENV", "PYTHONPATH", "PIP_TARGET", "NPM_CONFIG_OMIT", "npm_config_production"):
        monkeypatch.setenv(name, "1")
    monkeypatch.setenv("PIP_USER", "1")
    monkeypatch.setenv("PIP_INDEX_URL", "https://pypi.example.com")
    monkeypatch.setenv("npm_config_registry", "https://npm.example.com")
    # when something is set up
    setup.forget_preferences()
    # then only the second count
    assert {"PIP_INDEX_URL", "npm_config_registry"} <= os.environ.keys()
    assert os.environ["PIP_USER"] == "0"
    assert not {"NODE_ENV", "PYTHONPATH", "PIP_TARGET", "NPM_CONFIG_OMIT", "npm_config_production"} & os.environ.keys()
