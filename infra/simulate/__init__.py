"""Asks whether IAM would allow a request, by a simulator that knows its rules and every action's condition keys.

The simulator is a Node package with a lock file of its own beside this file (`npm ci` there), for development only. It
drops context keys that an action does not have, and a condition on a dropped key proves nothing: so that is an error.
https://github.com/cloud-copilot/iam-simulate
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ANONYMOUS = "anonymous"
Policy = Mapping[str, Any]

_FOLDER = Path(__file__).parent
_OWN_NODE = _FOLDER.parents[1] / ".venv-node" / ("Scripts" if os.name == "nt" else "bin")


class SimulationError(Exception):
    """The simulator could not judge; the message says why."""


@dataclass(frozen=True, slots=True)
class Request:
    """Who wants to do what with what, and what else AWS knows of it."""

    principal: str
    action: str
    resource: str
    context: Mapping[str, str | Sequence[str]] = field(default_factory=dict)


def allowed(
    asked: Sequence[tuple[Request, Sequence[Policy], Policy | None]], account: str = "123456789012"
) -> list[bool]:
    """Judge each request by the policies of who asks and that of what is asked for, all in one run.

    Raises:
        SimulationError: Node or the package is missing, a policy is invalid, or a context key would be ignored.
    """
    simulations = [
        {
            "principal": {"type": "Anonymous"} if request.principal == ANONYMOUS else request.principal,
            "action": request.action,
            "resource": request.resource,
            "account": account,
            "context": dict(request.context),
            "identityPolicies": list(identity_policies),
            "resourcePolicy": resource_policy,
        }
        for request, identity_policies, resource_policy in asked
    ]
    answers = json.loads(_run(json.dumps(simulations)))
    return [_judged(request, answer) for (request, _, _), answer in zip(asked, answers, strict=True)]


def _judged(request: Request, answer: Mapping[str, Any]) -> bool:
    if "error" in answer:
        raise SimulationError(f"{request}: {answer['error']}")
    if answer["ignored"]:
        raise SimulationError(f"{request}: {request.action} has no {', '.join(answer['ignored'])}")
    return bool(answer["result"] == "Allowed")


def _run(simulations: str) -> str:
    path = os.pathsep.join([str(_OWN_NODE), os.environ.get("PATH", "")])
    node = shutil.which("node", path=path)
    if node is None or not (_FOLDER / "node_modules").exists():
        raise SimulationError("The simulator is not installed. Run `npm ci` in infra/simulate.")
    done = subprocess.run(
        [node, "simulate.mjs"], cwd=_FOLDER, input=simulations, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SimulationError(done.stderr.strip())
    return done.stdout
