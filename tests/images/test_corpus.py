"""Every file of the corpus through the thumbnails function: its outcome, and the memory and time of all."""

import json
import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.images.corpus import CORPUS
from tests.images.measure import Measured

MOST_MEGABYTES = 300
MOST_SECONDS = 5


@pytest.fixture(scope="module")
def measurements(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Measured]:
    """The function, in a process of its own, having worked through all files."""
    folder = tmp_path_factory.mktemp("corpus")
    for name, case in CORPUS.items():
        (folder / (f"{name}.exhausts" if case.exhausts else name)).write_bytes(case.make())
    command = [sys.executable, "-m", "tests.images.measure", str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = [Measured(**json.loads(line)) for line in done.stdout.splitlines()]
    return {each.name: each for each in found}


@pytest.mark.parametrize("name", CORPUS)
def test_each_file_becomes_thumbnails_or_a_reason(name: str, measurements: Mapping[str, Measured]) -> None:
    assert measurements[name].reason == CORPUS[name].reason


def test_the_function_stays_small(measurements: Mapping[str, Measured]) -> None:
    own = max(each.own_peak for each in measurements.values())
    renderer = max(each.renderer_peak for each in measurements.values())
    assert own + renderer <= MOST_MEGABYTES


def test_no_file_takes_long(measurements: Mapping[str, Measured]) -> None:
    slow = {name: each.seconds for name, each in measurements.items() if each.seconds > MOST_SECONDS}
    assert slow == {}
