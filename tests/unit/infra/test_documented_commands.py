"""Commands that documents and workflows give for the one stack keep what the stack has."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = sorted([*(ROOT / "docs").rglob("*.md"), *(ROOT / ".github" / "workflows").glob("*.yml"), ROOT / "README.md"])
# From the command to the end of its last continued line.
DEPLOY = re.compile(r"^[ \t]*aws cloudformation deploy (?:[^\n]*\\\n)*[^\n]*", re.MULTILINE)


def without_tags(text: str) -> list[str]:
    """Return the deploys that name no tags: the AWS CLI then sends none, and CloudFormation takes them away."""
    return [command for command in DEPLOY.findall(text) if "--tags " not in command]


def test_each_documented_deploy_of_a_stack_names_its_tags() -> None:
    commands = {path.name: DEPLOY.findall(path.read_text()) for path in SOURCES}
    assert {name for name, found in commands.items() if found} == {"keys.md", "deploy-stage.yml"}
    assert [command for path in SOURCES for command in without_tags(path.read_text())] == []


@pytest.mark.parametrize("path", [ROOT / "docs" / "keys.md", ROOT / ".github" / "workflows" / "deploy-stage.yml"])
def test_one_without_them_is_found(path: Path) -> None:
    assert without_tags(re.sub(r"--tags \S+", "", path.read_text()))
