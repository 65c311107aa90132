"""Checks of the GitHub workflows that no linter makes: who may ask for a role, when, and what a run must not hide.

`python -m infra.workflows` prints each fault on a line and exits with 1 if there is one.
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax
"""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / ".github" / "workflows"
ASSUMES_A_ROLE = "aws-actions/configure-aws-credentials"
TESTS = ".ci/run"
# What code of others runs in: a job that can become a role must not.
_BUILDS = (TESTS, "make package", "make release", "make test", "make check", "pip install", "npm ")
# GitHub's and AWS's own default for a role's session.
DEFAULT_SESSION_SECONDS = 3600
_PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
_USES = re.compile(r"uses:\s*([^\s#]+)(.*)")
_VERSION = re.compile(r"\s+# v\d+\.\d+\.\d+\s*")
_PIPE = re.compile(r"(?<!\|)\|(?!\|)")
_MAKE = re.compile(r"\bmake ([a-z][a-z-]*)")

Job = Mapping[str, Any]


@dataclass(frozen=True)
class Project:
    """What the workflows are held to: the Makefile's targets, the stages, and the longest session of a stage's role."""

    targets: frozenset[str]
    stages: frozenset[str]
    longest_session: int


def read_project(root: Path = ROOT) -> Project:
    """The project as it is."""
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    targets = frozenset(re.findall(r"^([a-z][a-z-]*):", makefile, re.MULTILINE))
    stages = frozenset(path.stem for path in (root / "infra" / "stages").glob("*.yaml"))
    template = root / "infra" / "templates" / "cloud" / "deploy-role.yaml"
    longest = (
        re.search(r"MaxSessionDuration: (\d+)", template.read_text(encoding="utf-8")) if template.exists() else None
    )
    return Project(targets, stages, int(longest[1]) if longest else DEFAULT_SESSION_SECONDS)


def read_workflows(folder: Path = FOLDER) -> dict[str, str]:
    """The text of each workflow by its file's name."""
    return {path.name: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yml"))}


def faults(workflows: Mapping[str, str], project: Project) -> list[str]:
    """Every fault as a sentence that begins with its file and job."""
    parsed = {name: _read(text) for name, text in workflows.items()}
    found = []
    for name, workflow in parsed.items():
        found += [f"{name}: {fault}" for fault in _of_the_file(workflows[name], workflow)]
        for job_id, job in workflow["jobs"].items():
            found += [f"{name}, {job_id}: {fault}" for fault in _of_a_job(job, parsed, project)]
        found += [f"{name}, {fault}" for fault in _untested(workflow, parsed)]
    return found


def _read(text: str) -> dict[str, Any]:
    read = yaml.safe_load(text)
    # YAML 1.1 reads the word `on` as true.
    return {"on" if name is True else str(name): value for name, value in read.items()}


def _of_the_file(text: str, workflow: Mapping[str, Any]) -> Iterator[str]:
    for action, rest in _USES.findall(text):
        if action.startswith("./"):
            continue
        if not _PINNED.fullmatch(action):
            yield f"{action} is not pinned by the full SHA of a commit."
        elif not _VERSION.fullmatch(rest):
            yield f"{action} does not say its version in a comment: # v1.2.3."
    if workflow.get("permissions") not in ({}, {"contents": "read"}):
        yield "the workflow's permissions are not {} or { contents: read }; a job asks for what it needs beyond that."


def _of_a_job(job: Job, workflows: Mapping[str, Any], project: Project) -> Iterator[str]:
    runs = [str(step["run"]) for step in job.get("steps", []) if "run" in step]
    yield from _of_permissions(job, runs, workflows)
    yield from _of_the_session(job, project)
    shell = job.get("defaults", {}).get("run", {}).get("shell")
    for step in job.get("steps", []):
        run = str(step.get("run", ""))
        if _PIPE.search(run) and step.get("shell", shell) != "bash":
            yield f"a pipe hides the failure of {run.split('|', maxsplit=1)[0].strip()!r}: set shell: bash (pipefail)."
        if "${{" in run:
            yield f"an expression is pasted into the script {run.strip()!r}: pass it by env."
    for target in _MAKE.findall("\n".join(runs)):
        if target not in project.targets:
            yield f"the Makefile has no target {target}."
    for stage in _stages(job):
        if stage not in project.stages:
            yield f"infra/stages has no {stage}.yaml."


def _of_permissions(job: Job, runs: list[str], workflows: Mapping[str, Any]) -> Iterator[str]:
    permissions = job.get("permissions", {})
    if permissions in ("write-all", "read-all"):
        yield f"the permissions are {permissions}: name what the job needs."
        return
    assumes = _assumes_a_role(job, workflows)
    if permissions.get("id-token") == "write" and not assumes:
        yield "id-token: write is held by a job that assumes no role."
    if assumes and permissions.get("id-token") != "write":
        yield "the job assumes a role and lacks id-token: write."
    if assumes and "uses" not in job and "environment" not in job:
        yield "the job assumes a role outside an environment: the role trusts environments alone."
    if assumes and (built := [each for each in _BUILDS if any(each in run for run in runs)]):
        yield f"a job that assumes a role runs {built[0]!r}: do that in a job of its own."
    for name, access in permissions.items():
        if access == "write" and name != "id-token":
            yield f"the job may write {name}, which no job here needs."


def _of_the_session(job: Job, project: Project) -> Iterator[str]:
    for step in job.get("steps", []):
        if not str(step.get("uses", "")).startswith(ASSUMES_A_ROLE):
            continue
        seconds = int(step.get("with", {}).get("role-duration-seconds", DEFAULT_SESSION_SECONDS))
        if seconds > project.longest_session:
            yield f"asks for a session of {seconds} s; the role allows {project.longest_session} s."
        if "timeout-minutes" not in job or job["timeout-minutes"] * 60 > seconds:
            yield f"the job may run longer than its session of {seconds} s: set timeout-minutes."


def _untested(workflow: Mapping[str, Any], workflows: Mapping[str, Any]) -> Iterator[str]:
    """Jobs that a tag starts and that become a role without the tests having passed."""
    triggers = workflow.get("on", {})
    push = triggers.get("push") if isinstance(triggers, dict) else None
    if not push or "tags" not in push:
        return
    for job_id, job in workflow["jobs"].items():
        if not _assumes_a_role(job, workflows):
            continue
        before = [workflow["jobs"][needed] for needed in _needed(job_id, workflow["jobs"])]
        if not any(TESTS in str(step.get("run", "")) for each in before for step in each.get("steps", [])):
            yield f"{job_id}: a tag deploys without {TESTS} in a job that it needs."


def _needed(job_id: str, jobs: Mapping[str, Job]) -> set[str]:
    direct = jobs[job_id].get("needs", [])
    names = [direct] if isinstance(direct, str) else direct
    return set(names).union(*(_needed(name, jobs) for name in names))


def _assumes_a_role(job: Job, workflows: Mapping[str, Any]) -> bool:
    called = str(job.get("uses", ""))
    if called.startswith("./"):
        return any(_assumes_a_role(each, workflows) for each in workflows[Path(called).name]["jobs"].values())
    return any(str(step.get("uses", "")).startswith(ASSUMES_A_ROLE) for step in job.get("steps", []))


def _stages(job: Job) -> list[str]:
    matrix = job.get("strategy", {}).get("matrix", {}).get("stage", [])
    named = re.findall(r"STAGE=([a-z0-9]+)", " ".join(str(step.get("run", "")) for step in job.get("steps", [])))
    given = job.get("with", {}).get("stage")
    return [*matrix, *named, *([given] if given else [])]


def main() -> int:
    """Print the faults of the project's workflows."""
    found = faults(read_workflows(), read_project())
    for fault in found:
        sys.stderr.write(f"{fault}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
