"""`make beside STAGE=prod`: what a stage's one stack cannot hold, before and after the one stack is deployed.

That is the bucket for packages, and what has to be in us-east-1.
"""

from collections.abc import Callable, Iterator

from infra.deploy import preflight
from infra.deploy.aws import Aws
from infra.deploy.inventory import StageStack, require_one_stack
from infra.deploy.parts import DEPLOYS, UNKNOWN, parts
from infra.deploy.plan import look
from infra.deploy.signing_key import key_version
from infra.deploy.stacks import apply, describe, outputs_in, remove
from infra.deploy.stage import Stage
from infra.deploy.termination import set_termination_protection

FIREWALL = "FirewallArn"
Say = Callable[[str], None]


def make_beside(aws: Aws, stage: Stage, say: Say = print) -> None:
    """Make what is beside the one stack, remove what the stage's file does not ask for any more, and say the rest.

    The one stack of a protected stage is protected. The lines with = are what `aws cloudformation deploy` is given: the
    firewall, the version of the signing key, whose change makes CloudFormation read the secret anew, and tags.

    Raises:
        WayError: the stage was made by `make deploy`.
        PreflightError: the account lacks what the one stack needs.
        StackError: CloudFormation refused a stack.
    """
    found = look(aws, stage)
    require_one_stack(stage, found.inventory)
    preflight.require([*preflight.api_logs(aws, stage, found.inventory), *preflight.names(aws, stage, found.inventory)])
    outputs = dict(found.outputs)
    for part in parts(stage):
        stack = part.stack(stage, outputs)
        if (part.region or part == DEPLOYS) and UNKNOWN not in stack.parameters.values():
            outputs |= apply(aws.client("cloudformation", part.region), stack, poll_seconds=aws.poll_seconds)
            say(f"  {stack.name}")
    _remove_switched_off(aws, stage, found.inventory.switched_off(stage), say)
    for line in _for_the_one_stack(aws, stage, outputs):
        say(line)


def _remove_switched_off(aws: Aws, stage: Stage, switched_off: tuple[StageStack, ...], say: Say) -> None:
    """Remove the parts beside the one stack that are switched off; WAF deletes no firewall that CloudFront uses.

    https://docs.aws.amazon.com/waf/latest/APIReference/API_DeleteWebACL.html
    """
    root = describe(aws.client("cloudformation"), stage.api_name)
    used = {each.get("ParameterValue") for each in (root or {}).get("Parameters", ())}
    for stack in reversed(switched_off):
        if outputs_in(stack.described).get(FIREWALL) in used:
            say(f"  {stack.name} stays until the one stack is deployed without it: run make beside after that")
            continue
        remove(aws.client("cloudformation", stack.region), stack.name, poll_seconds=aws.poll_seconds)
        say(f"  without {stack.name}")


def _for_the_one_stack(aws: Aws, stage: Stage, outputs: dict[str, str]) -> Iterator[str]:
    for name in ("DeploysBucket", *((FIREWALL,) if stage.firewall else ())):
        if name in outputs:
            yield f"{name}={outputs[name]}"
    client = aws.client("cloudformation")
    root = describe(client, stage.api_name)
    if root is not None:
        set_termination_protection(client, root, wanted=stage.protected)
        if "SigningKeyArn" in outputs:
            yield f"KeysRotated={key_version(aws, outputs['SigningKeyArn'])}"
    yield from (f"Tag={key}={value}" for key, value in stage.tags.items())
