"""What a rehearsal did and what it could not: as Markdown for people and JSON for programs."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.deploy import calls

# What no engine on this machine can do.
NOT_EXECUTED = {
    "CloudFront's delivery": "pages are read from the site bucket; the API is asked itself, with CloudFront's key",
    "CloudFront's headers, edge function and firewall": "made as resources; tests/templates checks their templates",
    "Showing an earlier deployment of the API": "asked for and recorded; the engine always shows the newest routes",
    "Refreshing the stage cache": "the engine keeps copies to their end; tests/caching refreshes the laptop's gateway",
    "SES's and Cognito's delivery of mail": "mails are kept by the engine and read there",
    "IAM's own evaluation": "the engine's, and the simulator's in tests/policies",
    "CodeDeploy's shift of traffic": "tests/package makes the packaged stack; the direct path has no canary",
}


@dataclass
class Report:
    """Filled while the rehearsal runs. `validated` are requests that were checked against AWS's model and not sent."""

    calls: list[dict[str, Any]] = field(default_factory=list)
    validated: list[dict[str, str]] = field(default_factory=list)
    recorded: list[str] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    tests: list[tuple[str, str, float]] = field(default_factory=list)
    seconds: float = 0.0

    def read_calls(self, file: Path) -> None:
        """Take in what the deploys called."""
        self.calls = [dict(call) for call in calls.read(file)]

    def executed(self) -> dict[str, int]:
        """How often each operation was answered; a refusal counts where it is an answer, such as 404."""
        counted = Counter(f"{call['service']} {call['operation']}" for call in self.calls if call["status"] < 500)
        return dict(sorted(counted.items()))

    def as_json(self) -> dict[str, Any]:
        """Everything."""
        return {
            "seconds": round(self.seconds, 1),
            "facts": self.facts,
            "tests": [{"name": name, "outcome": said, "seconds": round(took, 1)} for name, said, took in self.tests],
            "executed": self.executed(),
            "validated_only": self.validated,
            "recorded_only": self.recorded,
            "not_executed": NOT_EXECUTED,
        }

    def as_markdown(self) -> str:
        """The same for people."""
        executed = self.executed()
        parts = [
            "# Rehearsal of a deploy",
            self._summary(len(executed)),
            _table("Figures", ("what", "how much"), self.facts.items()),
            _table("Steps", ("step", "", "s"), [(name, said, f"{took:.1f}") for name, said, took in self.tests]),
            _table("Executed on the engine", ("operation", "calls"), executed.items()),
            _table(
                "Validated only: built, checked against the service's own model, not sent",
                ("operation", "for"),
                [(each["operation"], each["for"]) for each in self.validated],
            ),
            _table("Recorded by the engine, not built", ("resource type",), [(each,) for each in self.recorded]),
            _table("Not executed", ("what", "instead"), NOT_EXECUTED.items()),
        ]
        return "\n\n".join(parts) + "\n"

    def _summary(self, executed: int) -> str:
        steps = f"{len(self.tests)} steps in {self.seconds:.0f} s"
        return f"{steps}; {executed} AWS operations executed, {len(self.validated)} validated only."

    def write(self, stem: Path) -> None:
        """Write both."""
        stem.parent.mkdir(parents=True, exist_ok=True)
        stem.with_suffix(".md").write_text(self.as_markdown(), encoding="utf-8")
        stem.with_suffix(".json").write_text(json.dumps(self.as_json(), indent=1) + "\n", encoding="utf-8")


def _table(title: str, head: tuple[str, ...], rows: Any) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head), *(" | ".join(map(str, row)) for row in rows)]
    return f"## {title}\n\n" + "\n".join(f"| {line} |" for line in lines)
