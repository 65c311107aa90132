"""What the laptop cloud and the tests take over from the shell that starts them.

A shell may name another account, endpoint, proxy or Python for every program that is started from it. The laptop cloud
and the tests start with the variables listed here and with no others.
"""

import os
from collections.abc import Mapping

# Of the machine and its user.
_MACHINE = """
    HOME USER LOGNAME SHELL PATH LD_LIBRARY_PATH DYLD_LIBRARY_PATH SYSTEMROOT TMPDIR TEMP TMP TZ LANG LANGUAGE
    TERM COLUMNS LINES NO_COLOR FORCE_COLOR CI
"""
# Of the laptop cloud: docs/running-locally.md.
_LAPTOP = """
    SITE_PORT API_PORT AWS_PORT DIRECT_PORT DAX_PORT CACHE DAX LOCAL_FOLDER ENGINE_PYTHON ENGINE_LOG_LEVEL
    STORE_TRANSPORT STORE_DECODING
"""
# Of the tests: how much of them runs, and by which browser.
_TESTS = (
    "CHROMIUM COVERAGE E2E_SEEDS E2E_WAY FAULT_SEEDS FAULT_SIGN_UPS DECODING_EXAMPLES STATE_EXAMPLES"
    " PYTHONDONTWRITEBYTECODE"
)
_NAMES = frozenset(f"{_MACHINE} {_LAPTOP} {_TESTS}".split())
_BEGINNINGS = ("LC_", "COVERAGE_", "COV_", "PYTEST_", "HYPOTHESIS_", "PLAYWRIGHT_")
# Chalice sets this for its own commands. Without it, app.py does not verify tokens in `chalice local`.
CHALICE_COMMAND = "AWS_CHALICE_CLI_MODE"
# A file in the home folder may name another endpoint too, or switch off those of the environment.
NO_FILES = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def taken_over(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables to start with."""
    kept = {name: value for name, value in environment.items() if name in _NAMES or name.startswith(_BEGINNINGS)}
    return kept | NO_FILES


def leads_elsewhere(name: str) -> bool:
    """Whether a variable may lead the calls of AWS's clients to another account, endpoint or proxy."""
    if name == CHALICE_COMMAND:
        return False
    return name.startswith(("AWS_", "BOTO")) or name.lower().endswith("_proxy")


def leave() -> None:
    """Go on in this process, and in those that it starts, without the other variables of the shell."""
    kept = taken_over(os.environ)
    os.environ.clear()
    os.environ.update(kept)
