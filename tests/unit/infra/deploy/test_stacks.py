"""Stacks: brought to their templates by change sets, left alone where nothing changed, and clear about failures."""

from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from botocore.exceptions import ClientError

from infra.deploy.parts import EVERY_PART
from infra.deploy.stacks import PROTECTION, Stack, StackError, apply, deployed_digest, outputs_of, remove
from infra.deploy.stage import load
from tests.support.cloudformation import CloudFormation, error

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
LARGEST_TEMPLATE_BYTES = 51_200


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    template = tmp_path / "data.yaml"
    template.write_text("Resources: {}\n")
    return Stack("mytodolist-dev-data", template, {"Stage": "dev"})


def bring(cloudformation: CloudFormation, stack: Stack) -> dict[str, str]:
    cloudformation.calls.clear()
    return apply(cloudformation, stack, poll_seconds=0.01)


def test_a_new_stack_is_created_by_a_change_set(stack: Stack) -> None:
    cloudformation = CloudFormation()
    assert bring(cloudformation, stack) == {"Stage": "dev"}
    assert cloudformation.calls == ["create CREATE", "execute CREATE"]
    assert deployed_digest(cloudformation, stack.name) == stack.digest()


def test_an_unchanged_stack_is_left_alone(stack: Stack) -> None:
    cloudformation = CloudFormation()
    bring(cloudformation, stack)
    assert bring(cloudformation, stack) == {"Stage": "dev"}
    assert cloudformation.calls == []


def test_a_changed_template_or_parameter_is_an_update(stack: Stack) -> None:
    cloudformation = CloudFormation()
    bring(cloudformation, stack)
    stack.template.write_text("Resources: {Todos: {}}\n")
    bring(cloudformation, stack)
    assert cloudformation.calls == ["create UPDATE", "execute UPDATE"]
    assert bring(cloudformation, Stack(stack.name, stack.template, {"Stage": "prod"})) == {"Stage": "prod"}
    assert cloudformation.calls == ["create UPDATE", "execute UPDATE"]


def test_tags_are_the_stacks_so_that_cloudformation_puts_them_on_every_resource(stack: Stack) -> None:
    cloudformation = CloudFormation()
    bring(cloudformation, replace(stack, tags={"app": "mytodolist", "stage": "dev"}))
    tags = cloudformation.stacks[stack.name]["Tags"]
    assert {"Key": "app", "Value": "mytodolist"} in tags
    assert {"Key": "stage", "Value": "dev"} in tags
    bring(cloudformation, replace(stack, tags={"app": "mytodolist", "stage": "dev", "owner": "web-team"}))
    assert cloudformation.calls == ["create UPDATE", "execute UPDATE"]


def test_a_protected_stack_refuses_to_be_deleted_until_it_is_removed_on_purpose(stack: Stack) -> None:
    cloudformation, protected = CloudFormation(), replace(stack, protected=True)
    bring(cloudformation, protected)
    assert cloudformation.calls == ["create CREATE", "execute CREATE", "protect True"]
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        cloudformation.delete_stack(StackName=stack.name)
    remove(cloudformation, stack.name, poll_seconds=0.01)
    assert cloudformation.stacks == {}


def test_protection_follows_the_stages_setting_without_another_change(stack: Stack) -> None:
    cloudformation = CloudFormation()
    bring(cloudformation, stack)
    bring(cloudformation, replace(stack, protected=True))
    assert cloudformation.calls == ["protect True"]
    bring(cloudformation, stack)
    assert cloudformation.calls == ["protect False"]


@pytest.mark.parametrize("template", ["Resources: {}\n", "Metadata:\n  Owner: people\nResources: {}\n"])
def test_the_digest_is_in_the_template_and_changes_no_resource(stack: Stack, template: str) -> None:
    # given a template with metadata of its own, or without
    stack.template.write_text(template)
    # when CloudFormation gets it
    body = yaml.safe_load(stack.body())
    # then the digest is beside what was there, where no resource sees it
    own = yaml.safe_load(template)
    assert body.pop("Metadata") == {"TemplateDigest": stack.digest(), **own.pop("Metadata", {})}
    assert body == own


def test_no_stack_is_tagged_with_its_digest(stack: Stack) -> None:
    # A tag of the stack that changes at each deploy changes every resource that can be tagged.
    cloudformation = CloudFormation()
    bring(cloudformation, stack)
    tags = cloudformation.asked[-1].get("Tags", [])
    assert stack.digest() not in {tag["Value"] for tag in tags}


def test_every_template_fits_into_a_request_with_its_digest() -> None:
    sizes = {part.template: len(part.stack(load("prod"), {}).body().encode()) for part in EVERY_PART}
    assert {name: size for name, size in sizes.items() if size > LARGEST_TEMPLATE_BYTES} == {}


def test_the_order_of_parameters_is_no_change(stack: Stack) -> None:
    one = Stack("s", stack.template, {"a": "1", "b": "2"})
    other = Stack("s", stack.template, {"b": "2", "a": "1"})
    assert one.digest() == other.digest() != stack.digest()


@pytest.mark.parametrize(
    "reason",
    [
        "The submitted information didn't contain changes. Submit different information to create a change set.",
        "No updates are to be performed.",
    ],
)
def test_a_change_that_changes_nothing_is_taken_back(stack: Stack, reason: str) -> None:
    cloudformation = CloudFormation()
    bring(cloudformation, stack)
    stack.template.write_text("Resources: {} # the same in other words\n")
    cloudformation.refuse = reason
    assert bring(cloudformation, stack) == {"Stage": "dev"}
    assert cloudformation.calls == ["create UPDATE", "delete change set"]
    assert cloudformation.change_sets == {}


def test_a_refused_change_set_says_why(stack: Stack) -> None:
    cloudformation = CloudFormation(refuse="Parameters: [Stage] must match pattern")
    with pytest.raises(StackError, match=r"Stack mytodolist-dev-data was refused: Parameters: \[Stage\] must match"):
        bring(cloudformation, stack)
    assert cloudformation.change_sets == {}


def test_a_template_that_is_none_is_one_sentence_too(stack: Stack) -> None:
    cloudformation = CloudFormation(invalid="Template format error: unsupported structure.")
    with pytest.raises(StackError, match=r"was refused: .*Template format error"):
        bring(cloudformation, stack)


def test_what_a_refused_creation_leaves_is_created_the_next_time(stack: Stack) -> None:
    cloudformation = CloudFormation(refuse="Parameters: [Stage] must match pattern")
    with pytest.raises(StackError):
        bring(cloudformation, stack)
    cloudformation.refuse = None
    assert bring(cloudformation, stack) == {"Stage": "dev"}
    assert cloudformation.calls == ["create CREATE", "execute CREATE"]


def test_a_change_set_that_a_crash_left_is_made_anew(stack: Stack) -> None:
    # given a run that ended between creating its change set and executing it
    cloudformation = CloudFormation()
    bring(cloudformation, stack)
    stack.template.write_text("Resources: {Todos: {}}\n")
    name = f"to-{stack.digest()[:16]}"
    cloudformation.change_sets[stack.name, name] = {"Status": "CREATE_COMPLETE"}
    # when the next run comes to the same template
    bring(cloudformation, stack)
    # then it is not stopped by what is left
    assert cloudformation.calls == ["create UPDATE", "delete change set", "create UPDATE", "execute UPDATE"]


@pytest.mark.parametrize("kind", ["CREATE", "UPDATE"])
def test_a_failure_names_the_first_resource_that_failed_and_its_reason(stack: Stack, kind: str) -> None:
    cloudformation = CloudFormation()
    if kind == "UPDATE":
        bring(cloudformation, stack)
        stack.template.write_text("Resources: {Todos: {}}\n")
    cloudformation.break_at = ("Todos", "Table already exists")
    with pytest.raises(StackError, match=r"Stack mytodolist-dev-data failed: Todos: Table already exists"):
        bring(cloudformation, stack)


def test_a_failure_is_not_explained_by_an_older_one(stack: Stack) -> None:
    # given a stack with a failed update behind it
    cloudformation = CloudFormation()
    bring(cloudformation, stack)
    for reason in ("the table is too hot", "the bucket is too full"):
        stack.template.write_text(f"Resources: {{}} # {reason}\n")
        cloudformation.break_at = ("Part", reason)
        # then each failure tells its own reason
        with pytest.raises(StackError, match=f"Part: {reason}"):
            bring(cloudformation, stack)


def test_a_failure_without_a_reason_says_so(stack: Stack) -> None:
    cloudformation = CloudFormation(break_at=("Todos", "x"))
    cloudformation._event = lambda *_: None  # type: ignore[method-assign] # events come late, or never
    with pytest.raises(StackError, match="CloudFormation gave no reason"):
        bring(cloudformation, stack)


@pytest.mark.parametrize("status", ["CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"])
def test_a_half_made_stack_is_removed_and_made_again(stack: Stack, status: str) -> None:
    # Not even a matching digest saves it: nothing of it is there.
    cloudformation = CloudFormation({stack.name: {"StackStatus": status, "TemplateBody": stack.body()}})
    assert bring(cloudformation, stack) == {"Stage": "dev"}
    assert cloudformation.calls == ["delete stack", "create CREATE", "execute CREATE"]


def test_what_a_rollback_could_not_delete_is_named_once_and_the_next_try_creates(stack: Stack) -> None:
    # Given a stack whose rollback failed at a bucket with objects
    cloudformation = CloudFormation({stack.name: {"StackStatus": "ROLLBACK_FAILED"}})
    cloudformation.resources = [
        {
            "LogicalResourceId": "LogsBucket",
            "PhysicalResourceId": "mytodolist-dev-logs",
            "ResourceStatus": "DELETE_FAILED",
            "ResourceStatusReason": "The bucket you tried to delete is not empty",
        },
        {"LogicalResourceId": "Policy", "ResourceStatus": "DELETE_COMPLETE"},
    ]
    # When it is applied, then the bucket is named, since the new stack could not have its name
    with pytest.raises(StackError, match=r"delete first: LogsBucket \(mytodolist-dev-logs\): The bucket .* not empty$"):
        bring(cloudformation, stack)
    assert cloudformation.calls == ["delete stack"]
    # And the next try starts afresh
    assert bring(cloudformation, stack) == {"Stage": "dev"}


def test_a_new_stack_is_protected_only_once_it_is_whole(stack: Stack) -> None:
    protected = Stack(stack.name, stack.template, {"Stage": "prod", PROTECTION: "true"})
    cloudformation = CloudFormation()
    bring(cloudformation, protected)
    assert cloudformation.calls == ["create CREATE", "execute CREATE", "create UPDATE", "execute UPDATE"]
    assert [given[PROTECTION] for given in cloudformation.executed] == ["false", "true"]
    # And an existing one stays protected
    protected.template.write_text("Resources: {Todos: {}}\n")
    bring(cloudformation, protected)
    assert [given[PROTECTION] for given in cloudformation.executed] == ["false", "true", "true"]


def test_a_deploy_that_stopped_before_the_protection_protects_the_next_time(stack: Stack) -> None:
    protected = Stack(stack.name, stack.template, {"Stage": "prod", PROTECTION: "true"})
    cloudformation = CloudFormation()
    bring(cloudformation, protected.without_protection())
    bring(cloudformation, protected)
    assert cloudformation.calls == ["create UPDATE", "execute UPDATE"]
    assert cloudformation.executed[-1][PROTECTION] == "true"


def test_a_deleted_stack_is_created(stack: Stack) -> None:
    cloudformation = CloudFormation({stack.name: {"StackStatus": "DELETE_COMPLETE"}})
    bring(cloudformation, stack)
    assert cloudformation.calls == ["create CREATE", "execute CREATE"]


def test_a_stack_that_somebody_deletes_meanwhile_is_no_success(stack: Stack) -> None:
    with pytest.raises(StackError, match="vanished"):
        bring(CloudFormation(vanish=True), stack)


def test_outputs_are_those_of_the_stack_or_nothing(stack: Stack) -> None:
    cloudformation = CloudFormation()
    assert outputs_of(cloudformation, stack.name) is None
    bring(cloudformation, stack)
    assert outputs_of(cloudformation, stack.name) == {"Stage": "dev"}
    cloudformation.stacks[stack.name].pop("Outputs")
    assert outputs_of(cloudformation, stack.name) == {}


def test_other_refusals_of_aws_are_not_taken_for_an_absent_stack(stack: Stack) -> None:
    class Forbidding(CloudFormation):
        def describe_stacks(self, *, StackName: str) -> dict[str, object]:  # noqa: N803
            raise error("AccessDenied", f"not allowed to describe {StackName}")

    with pytest.raises(ClientError, match="not allowed"):
        bring(Forbidding(), stack)
