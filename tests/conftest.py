"""What every test stands on: property tests that try the same examples on every machine."""

import gc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from infra import shell
from tests.support import needs

# The tests are the same from every shell.
shell.leave()

settings.register_profile(
    "same-everywhere",
    derandomize=True,
    deadline=None,
    database=None,
    # Fixtures that last for a whole test are what the properties are about, not what they vary.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("same-everywhere")


# Collections of cyclic garbage walk over every test and module that was imported, some hundred times a minute.
gc.set_threshold(100_000, 20, 20)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """End with a sentence where this machine lacks what the chosen tests need."""
    tests = Path(__file__).parent
    folders = {item.path.relative_to(tests).parts[0] for item in items if item.path.is_relative_to(tests)}
    steps = needs.missing(folders, tests.parent)
    if steps:
        pytest.exit(f"These tests need more than Python's packages: run python infra/setup.py {' '.join(steps)}", 4)
