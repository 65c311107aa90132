"""A nested stack is rolled back with its parent, and keeps what an update leaves alone.

AWS: a nested stack whose creation fails is rolled back, and so is its parent, which deletes all nested stacks that it
has made, with what has `RetainExceptOnCreate` in them: to the root it is one operation.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html

The emulator: leaves what a failed nested stack has made, and deletes a nested stack with all that it should retain. An
update of it forgets the attributes of every resource that does not change, so that what reads one fails.

Here: rollback and deletion go by the deletion policies of the nested template; attributes are kept. AWS does not
document the policy's part in a parent's rollback; this is what it says of an operation.
"""

import functools
from typing import Any

from ministack.services import cloudformation
from ministack.services.cloudformation import provisioners, stacks

from infra.local.engine.gaps.stacks import Properties

TARGETS = (
    "ministack.services.cloudformation:_stacks",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::CloudFormation::Stack]",
    (
        "ministack.services.cloudformation.provisioners:_update_resource"
        "(resource_type, physical_id, old_props, new_props, stack_name, logical_id, old_attrs)"
    ),
    "ministack.services.cloudformation.provisioners:_nested_stack_lookup_name(physical_id_or_arn)",
    (
        "ministack.services.cloudformation.stacks:_resource_policy"
        "(res_def, attribute, resources, params, conditions, mappings, stack_name, stack_id)"
    ),
)
_NESTED = "AWS::CloudFormation::Stack"
_FAILED = "CREATE_FAILED"


def apply() -> None:
    handlers = provisioners._RESOURCE_HANDLERS
    handler = handlers[_NESTED]
    delete = _by_policy(handler["delete"])
    handlers[_NESTED] = {**handler, "create": _rolled_back(handler["create"], delete), "delete": delete}
    provisioners._update_resource = _with_attributes(provisioners._update_resource)


def _rolled_back(original: Any, delete: Any) -> Any:
    @functools.wraps(original)
    def create(logical_id: str, properties: Properties, parent: str) -> Any:
        try:
            return original(logical_id, properties, parent)
        except Exception as error:
            for name, stack in list(cloudformation._stacks.items()):
                if name.startswith(f"{parent}-{logical_id}-") and stack["StackStatus"] == _FAILED:
                    delete(name, properties, in_rollback=True)
            message = f"Embedded stack {logical_id} was not successfully created: {error}"
            raise ValueError(message) from error

    return create


def _with_attributes(original: Any) -> Any:
    @functools.wraps(original)
    def update(resource_type: str, physical_id: str, old: Properties, new: Properties, *where: Any) -> Any:
        now_id, attributes = original(resource_type, physical_id, old, new, *where)
        stack, logical_id, *_ = where
        known = cloudformation._stacks[stack]["_resources"].get(logical_id, {}).get("Attributes") or {}
        return now_id, {**known, **attributes} if now_id == physical_id else attributes

    return update


def _by_policy(original: Any) -> Any:
    @functools.wraps(original)
    def delete(physical_id: str, properties: Properties, *, in_rollback: bool = False) -> Any:
        stack = cloudformation._stacks.get(provisioners._nested_stack_lookup_name(physical_id))
        if stack is not None:
            kept = ("Retain",) if in_rollback or _parent_rolls_back(stack) else ("Retain", "RetainExceptOnCreate")
            for logical_id in list(stack["_resources"]):
                if _policy(stack, logical_id) in kept:
                    del stack["_resources"][logical_id]
        return original(physical_id, properties)

    return delete


def _parent_rolls_back(stack: dict[str, Any]) -> bool:
    parent = cloudformation._stacks.get(stack.get("_parent_stack_name", ""), {})
    return "ROLLBACK" in parent.get("StackStatus", "")


def _policy(stack: dict[str, Any], logical_id: str) -> str:
    template = stack["_template"]
    policy: str = stacks._resource_policy(
        template["Resources"].get(logical_id),
        "DeletionPolicy",
        stack["_resources"],
        stack["_resolved_params"],
        stack["_conditions"],
        template.get("Mappings", {}),
        stack["StackName"],
        stack["StackId"],
    )
    return policy
