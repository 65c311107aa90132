"""A stage's values: what `make deploy` and `make up` add to .chalice/config.json for a stage, which Git must not hold.

They are in .chalice/stages/STAGE.json, one file a stage, for its owner alone: the names of this account's tables, the
functions' settings and secrets, in Chalice's own words. Chalice's command line and our deploys read both files as one.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local.keys import write_privately

Config = dict[str, Any]


@dataclass(frozen=True, slots=True)
class StageValues:
    """The region of a stage, and what belongs under its name in `stages` of .chalice/config.json."""

    region: str
    config: Config

    @property
    def environment(self) -> dict[str, str]:
        """The environment variables that every function of the stage has."""
        return dict(self.config.get("environment_variables", {}))

    def environment_of(self, function: str) -> dict[str, str]:
        """The environment variables of one function, by Chalice's name of it."""
        own = self.config.get("lambda_functions", {}).get(function, {})
        return self.environment | dict(own.get("environment_variables", {}))


def values_file(project: Path, stage: str) -> Path:
    """Where the values of a stage are kept."""
    return project / ".chalice" / "stages" / f"{stage}.json"


def write_values(project: Path, stage: str, values: StageValues) -> None:
    """Keep the values of a stage, in a file that only its owner can read."""
    file = values_file(project, stage)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_privately(file, json.dumps({"region": values.region, "config": values.config}, indent=1))


def read_values(project: Path, stage: str) -> StageValues | None:
    """The values of a stage, or None where it was neither deployed nor started from this folder."""
    try:
        return StageValues(**json.loads(values_file(project, stage).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return None


def with_values(config: Mapping[str, Any], stage: str, values: StageValues) -> Config:
    """What .chalice/config.json says, with the values of one stage."""
    stages = config.get("stages", {})
    return {**config, "stages": {**stages, stage: _merged(stages.get(stage, {}), values.config)}}


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> Config:
    both = {
        name: _merged(one[name], other[name])
        for name in one.keys() & other.keys()
        if isinstance(one[name], dict) and isinstance(other[name], dict)
    }
    return {**one, **other, **both}
