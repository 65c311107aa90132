"""Nested stacks export their outputs.

AWS: an output of a nested stack with an `Export` can be imported by every stack of the region, its siblings too.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/outputs-section-structure.html

The emulator: shows a nested stack's outputs to its parent alone.

Here: they are exported once the nested stack is made or changed, by what the emulator does for other stacks; its
own deletion of a nested stack takes them back.
"""

from ministack.services import cloudformation
from ministack.services.cloudformation import provisioners, stacks

from infra.local.engine.gaps.stacks import Properties, after

TARGETS = (
    "ministack.services.cloudformation:_exports",
    "ministack.services.cloudformation:_stacks",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::CloudFormation::Stack]",
    "ministack.services.cloudformation.provisioners:_nested_stack_lookup_name(physical_id_or_arn)",
    (
        "ministack.services.cloudformation.stacks:_resolve_stack_outputs"
        "(outputs_defs, conditions, resources, param_values, mappings, stack_name, stack_id)"
    ),
)


def apply() -> None:
    after("AWS::CloudFormation::Stack", _export)


def _export(physical_id: str, _: Properties, __: Properties) -> None:
    name = provisioners._nested_stack_lookup_name(physical_id)
    stack = cloudformation._stacks[name]
    template = stack["_template"]
    outputs, exports = stacks._resolve_stack_outputs(
        template.get("Outputs", {}),
        stack["_conditions"],
        stack["_resources"],
        stack["_resolved_params"],
        template.get("Mappings", {}),
        name,
        stack["StackId"],
    )
    stack["Outputs"] = outputs
    cloudformation._exports.update(exports)
