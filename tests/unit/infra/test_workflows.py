"""The GitHub workflows, and wrong ones that are each found."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from infra.deploy.stacks import HALF_MADE
from infra.deploy.stage import ROOT
from infra.workflows import Project, faults, read_project, read_workflows

CHECKOUT = "uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2"
RIGHT = {
    "deploy.yml": """
name: deploy
on: { push: { tags: ["v*"] } }
permissions: {}
jobs:
  check:
    permissions: { contents: read }
    steps: [{ run: .ci/run }]
  prod:
    needs: check
    permissions: { contents: read, id-token: write }
    uses: ./.github/workflows/stage.yml
    with: { stage: prod }
""",
    "stage.yml": f"""
name: stage
on: {{ workflow_call: }}
permissions: {{}}
jobs:
  deploy:
    timeout-minutes: 90
    permissions: {{ contents: read, id-token: write }}
    environment: prod
    defaults: {{ run: {{ shell: bash }} }}
    steps:
      - {CHECKOUT}
      - uses: aws-actions/configure-aws-credentials@b47578312673ae6fa5b5096b330d9fbac3d116df # v4.2.1
        with: {{ role-duration-seconds: 5400 }}
      - run: make deploy STAGE=prod | tee deploy.txt
""",
}
PROJECT = Project(frozenset({"deploy"}), frozenset({"prod"}), 5400)


def changed(file: str, before: str, after: str) -> dict[str, str]:
    """The right workflows with one thing wrong."""
    assert before in RIGHT[file]
    return {**RIGHT, file: RIGHT[file].replace(before, after)}


def test_the_workflows_of_the_project_have_no_fault() -> None:
    assert faults(read_workflows(), read_project()) == []


def test_right_workflows_have_no_fault() -> None:
    assert faults(RIGHT, PROJECT) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (changed("stage.yml", CHECKOUT, "uses: actions/checkout@v4"), "not pinned by the full SHA"),
        (changed("stage.yml", " # v4.2.2", ""), "does not say its version"),
        (changed("deploy.yml", "permissions: {}", "permissions: { id-token: write }"), "workflow's permissions"),
        (changed("deploy.yml", "{ contents: read }", "write-all"), "the permissions are write-all"),
        (changed("deploy.yml", "{ contents: read }", "{ contents: write }"), "may write contents"),
        (changed("deploy.yml", "{ contents: read }", "{ id-token: write }"), "held by a job that assumes no role"),
        (changed("deploy.yml", "{ contents: read, id-token: write }", "{ contents: read }"), "lacks id-token: write"),
        (changed("deploy.yml", "needs: check", "needs: []"), "a tag deploys without .ci/run"),
        (changed("deploy.yml", "{ run: .ci/run }", "{ run: make deploy }"), "a tag deploys without .ci/run"),
        (changed("deploy.yml", "stage: prod", "stage: qa"), "infra/stages has no qa.yaml"),
        (changed("stage.yml", "environment: prod", "name: prod"), "outside an environment"),
        (changed("stage.yml", "shell: bash", "shell: sh"), "a pipe hides the failure of 'make deploy"),
        (changed("stage.yml", "make deploy STAGE=prod | tee deploy.txt", "make package"), "runs 'make package'"),
        (changed("stage.yml", "make deploy", "make deplyo"), "the Makefile has no target deplyo"),
        (changed("stage.yml", "STAGE=prod", "STAGE=qa"), "infra/stages has no qa.yaml"),
        (changed("stage.yml", "STAGE=prod", "STAGE=${{ inputs.stage }}"), "an expression is pasted into the script"),
        (changed("stage.yml", "5400", "7200"), "the role allows 5400 s"),
        (changed("stage.yml", "5400", "3600"), "may run longer than its session of 3600 s"),
        (changed("stage.yml", "timeout-minutes: 90", "name: prod"), "may run longer than its session"),
    ],
)  # fmt: skip
def test_each_wrong_workflow_is_found(wrong: dict[str, str], sentence: str) -> None:
    assert any(sentence in fault for fault in faults(wrong, PROJECT)), faults(wrong, PROJECT)


def test_a_role_that_allows_an_hour_alone_is_found() -> None:
    hour = replace(read_project(), longest_session=3600)
    assert any("the role allows 3600 s" in fault for fault in faults(read_workflows(), hour))


def test_no_workflow_has_a_secret_or_an_account_in_it() -> None:
    for name, text in read_workflows().items():
        assert "secrets." not in text, name
        assert not re.search(r"\b\d{12}\b", text), name


def test_the_job_that_builds_and_the_one_that_tests_cannot_become_a_role() -> None:
    jobs = yaml.safe_load(read_workflows()["deploy.yml"])["jobs"]
    assert jobs["check"]["permissions"] == {"contents": "read"}
    assert jobs["build"]["permissions"] == {"contents": "read"}


def test_a_release_passes_dev_and_staging_on_its_way_to_prod() -> None:
    jobs = yaml.safe_load(read_workflows()["deploy.yml"])["jobs"]
    needs = {name: job.get("needs", []) for name, job in jobs.items()}
    assert needs == {
        "check": [],
        "build": "check",
        "dev": "build",
        "staging": ["build", "dev"],
        "prod": ["build", "staging"],
    }
    deployed = [job["with"] for job in jobs.values() if "with" in job]
    assert {each["digest"] for each in deployed} == {"${{ needs.build.outputs.digest }}"}


@pytest.fixture
def without_a_role(tmp_path: Path) -> Callable[[], Project]:
    """Reads a project whose bootstrap template is not written yet."""
    (tmp_path / "Makefile").write_text("plan: ## Plan\n\ndeploy:\n")
    (tmp_path / "infra" / "stages").mkdir(parents=True)
    return lambda: read_project(tmp_path)


def test_a_role_that_says_nothing_allows_an_hour(without_a_role: Callable[[], Project]) -> None:
    assert without_a_role() == Project(frozenset({"plan", "deploy"}), frozenset(), 3600)


def test_the_workflow_makes_anew_the_stacks_that_make_deploy_makes_anew() -> None:
    text = (ROOT / ".github" / "workflows" / "deploy-stage.yml").read_text(encoding="utf-8")
    [listed] = re.findall(r"^ +([A-Z_| ]+)\)\n +aws cloudformation delete-stack", text, re.MULTILINE)
    assert listed.split(" | ") == list(HALF_MADE)
    assert "REVIEW_IN_PROGRESS) status=none" in text
    # A question that is refused or throttled must not pass for a stack that is not there: it would lose its protection.
    assert "|| echo none" not in text
