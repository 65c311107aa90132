"""A hand-written CloudFormation: stacks, change sets, events, and a switch for each way it can go wrong."""

from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError, WaiterError


@dataclass
class CloudFormation:
    """Stacks by name. `refuse` is why change sets fail, `break_at` the resource at which executing one fails.

    `executed` has the parameters of each execution, `resources` what a stack shows of its resources.
    """

    stacks: dict[str, dict[str, Any]] = field(default_factory=dict)
    change_sets: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    events: list[dict[str, str]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    executed: list[dict[str, str]] = field(default_factory=list)
    resources: list[dict[str, str]] = field(default_factory=list)
    refuse: str | None = None
    invalid: str | None = None
    break_at: tuple[str, str] | None = None
    vanish: bool = False

    def describe_stacks(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803 - AWS's own names
        if StackName not in self.stacks:
            raise error("ValidationError", f"Stack with id {StackName} does not exist")
        return {"Stacks": [{"StackName": StackName, **self.stacks[StackName]}]}

    def update_termination_protection(self, *, StackName: str, EnableTerminationProtection: bool) -> None:  # noqa: N803
        self.calls.append(f"protect {EnableTerminationProtection}")
        self.stacks[StackName]["EnableTerminationProtection"] = EnableTerminationProtection

    def get_template(self, *, StackName: str, TemplateStage: str) -> dict[str, str]:  # noqa: N803
        # Of a template with a transform AWS shows what the transform has written, unless it is asked for this.
        assert TemplateStage == "Original"
        return {"TemplateBody": self.stacks[StackName].get("TemplateBody", "")}

    def create_change_set(self, **asked: Any) -> None:
        self.calls.append(f"create {asked['ChangeSetType']}")
        self.asked.append(asked)
        if self.invalid is not None:
            raise error("ValidationError", self.invalid)
        key = (asked["StackName"], asked["ChangeSetName"])
        if key in self.change_sets:
            raise error("AlreadyExistsException", f"ChangeSet {asked['ChangeSetName']} already exists")
        if asked["ChangeSetType"] == "CREATE":
            self.stacks.setdefault(key[0], {"StackStatus": "REVIEW_IN_PROGRESS"})
        self.change_sets[key] = asked | {"Status": "CREATE_COMPLETE" if self.refuse is None else "FAILED"}

    def describe_change_set(self, *, StackName: str, ChangeSetName: str) -> dict[str, Any]:  # noqa: N803
        assert (StackName, ChangeSetName) in self.change_sets
        return {} if self.refuse is None else {"StatusReason": self.refuse}

    def delete_change_set(self, *, StackName: str, ChangeSetName: str) -> None:  # noqa: N803
        self.calls.append("delete change set")
        del self.change_sets[StackName, ChangeSetName]

    def execute_change_set(
        self,
        *,
        StackName: str,  # noqa: N803
        ChangeSetName: str,  # noqa: N803
        DisableRollback: bool,  # noqa: N803
    ) -> None:
        assert not DisableRollback
        change = self.change_sets.pop((StackName, ChangeSetName))
        kind = change["ChangeSetType"]
        self.calls.append(f"execute {kind}")
        self.executed.append({each["ParameterKey"]: each["ParameterValue"] for each in change["Parameters"]})
        self._event(StackName, f"{kind}_IN_PROGRESS", "User Initiated")
        if self.break_at is not None:
            self._event(self.break_at[0], f"{kind}_FAILED", self.break_at[1])
            self._event("Another", f"{kind}_FAILED", "Resource creation cancelled")
            rolled_back = "ROLLBACK_COMPLETE" if kind == "CREATE" else "UPDATE_ROLLBACK_COMPLETE"
            self.stacks[StackName] = self.stacks[StackName] | {"StackStatus": rolled_back}
            return
        outputs = [
            {"OutputKey": each["ParameterKey"], "OutputValue": each["ParameterValue"]} for each in change["Parameters"]
        ]
        protection = {name: value for name, value in self.stacks[StackName].items() if name.startswith("Enable")}
        self.stacks[StackName] = protection | {
            "StackStatus": f"{kind}_COMPLETE",
            "Tags": change["Tags"],
            "Outputs": outputs,
            "TemplateBody": change["TemplateBody"],
        }
        if self.vanish:
            del self.stacks[StackName]

    def delete_stack(self, *, StackName: str) -> None:  # noqa: N803
        self.calls.append("delete stack")
        if self.stacks[StackName].get("EnableTerminationProtection"):
            raise error(
                "ValidationError", f"Stack [{StackName}] cannot be deleted while TerminationProtection is enabled"
            )
        del self.stacks[StackName]

    def describe_stack_resources(self, *, StackName: str) -> dict[str, Any]:  # noqa: N803
        assert StackName in self.stacks
        return {"StackResources": self.resources}

    def get_paginator(self, operation: str) -> "Pages":
        if operation == "describe_stacks":
            return Pages("Stacks", [{"StackName": name, **stack} for name, stack in self.stacks.items()])
        assert operation == "describe_stack_events"
        return Pages("StackEvents", list(reversed(self.events)))

    def get_waiter(self, name: str) -> "Waiter":
        return Waiter(self, name)

    def _event(self, resource: str, status: str, reason: str) -> None:
        self.events.append({"LogicalResourceId": resource, "ResourceStatus": status, "ResourceStatusReason": reason})


@dataclass
class Pages:
    """What a list has, one item a page."""

    member: str
    items: list[dict[str, Any]]

    def paginate(self, **_: Any) -> list[dict[str, Any]]:
        return [{self.member: [item]} for item in self.items] or [{self.member: []}]


@dataclass
class Waiter:
    """Waits for nothing: what it waits for has happened, or has failed."""

    cloudformation: CloudFormation
    name: str

    def wait(self, *, StackName: str, WaiterConfig: dict[str, Any], ChangeSetName: str | None = None) -> None:  # noqa: N803
        assert WaiterConfig["MaxAttempts"] >= 1
        stack = self.cloudformation.stacks.get(StackName)
        if ChangeSetName is not None:
            good = self.cloudformation.change_sets[StackName, ChangeSetName]["Status"] == "CREATE_COMPLETE"
        elif self.name == "stack_delete_complete":
            good = stack is None
        else:
            wanted = self.name.removeprefix("stack_").upper()
            good = stack is None or stack["StackStatus"] == wanted
        if not good:
            raise WaiterError(self.name, "it failed", {})


def error(code: str, message: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "AnyOperation")
