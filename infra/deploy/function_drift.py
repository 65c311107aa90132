"""Compares the functions of a stage, which no stack has, with its file, its outputs and its last release.

A secret is compared by its digest. What differs is named by its property; values are said where they are numbers.
https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConcurrency.html
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra import policies
from infra.deploy import config
from infra.deploy.aws import Aws
from infra.deploy.config import API_HANDLER
from infra.deploy.package import RUNTIME, digest
from infra.deploy.plan import Found
from infra.deploy.role_drift import role_differences
from infra.deploy.stage import Stage
from infra.deploy.state import State
from infra.event_settings import EVENT_SETTINGS, StreamSettings

_SIGNING_KEY = "SIGNING_KEY"


def function_differences(aws: Aws, stage: Stage, found: Found) -> Iterator[str]:
    """Return a line for each difference in a function, its role, or its event source."""
    client = aws.client("lambda")
    # The key itself stays in its secret: it is not read here.
    outputs = {**found.outputs, "SigningKey": ""}
    wanted = config.chalice_stage(stage, config.environment(stage, outputs), outputs)
    state = State(aws, found.outputs["DeploysBucket"], stage.name)
    release, signing_key = state.release(), state.signing_key_digest()
    for function in policies.FUNCTIONS:
        name = policies.lambda_name(function, stage.name)
        if name not in found.functions:
            yield f"{name} was deleted"
            continue
        own = wanted["lambda_functions"][API_HANDLER if function == policies.API else function]
        variables = {**wanted["environment_variables"], **own["environment_variables"]}
        there = client.get_function_configuration(FunctionName=name)
        reserved = client.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions", 0)
        if release is not None and there["CodeSha256"] != code_sha256(release.package):
            yield f"{name} runs other code than that of the last release, commit {release.commit}"
        expected = _expected(stage, own, is_local=bool(aws.endpoint))
        yield from configuration_differences(name, _configured(there, reserved, expected), expected)
        existing = there.get("Environment", {}).get("Variables", {})
        yield from environment_differences(name, existing, variables, signing_key)
        document = config.policy(function, stage, aws, found.outputs)
        yield from role_differences(aws, there["Role"].rpartition("/")[2], document, aws.role_boundary_arn(stage))
        if function in EVENT_SETTINGS:
            mappings = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
            yield from event_source_differences(name, function, mappings, stage, found.outputs)


def code_sha256(package_digest: str) -> str:
    """Return Lambda's CodeSha256 of the package with this hexadecimal SHA-256."""
    return base64.b64encode(bytes.fromhex(package_digest)).decode()


def configuration_differences(name: str, there: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    """Return a line for each property that is not as wanted. A line has no text of a property: it may be a secret."""
    for key, value in wanted.items():
        found = there.get(key)
        if found != value:
            is_number = isinstance(found, int) and isinstance(value, int)
            yield f"{name} {key}: {found}, not {value}" if is_number else f"{name} {key} is not as a deploy sets it"


def environment_differences(
    name: str, there: Mapping[str, str], wanted: Mapping[str, str], signing_key: str | None
) -> Iterator[str]:
    """Return a line for each variable that is missing, unknown, or has another value. No line has a value.

    `signing_key` is the digest of the key that the last deploy or rotation has given to the functions, if it is known.
    """
    for variable in sorted(wanted.keys() | there.keys()):
        if variable not in there:
            yield f"{name} lacks the environment variable {variable}"
        elif variable not in wanted:
            yield f"{name} has the environment variable {variable}, which no deploy sets"
        elif variable == _SIGNING_KEY:
            if signing_key is not None and digest(there[variable].encode()) != signing_key:
                yield f"{name} has another {variable} than the last deploy or rotation has given it"
        elif there[variable] != wanted[variable]:
            yield f"{name} has another value of {variable} than a deploy would give it"


def _expected(stage: Stage, own: Mapping[str, Any], *, is_local: bool) -> dict[str, Any]:
    """What Chalice is told of a function, in Lambda's words."""
    expected = {
        "MemorySize": own["lambda_memory_size"],
        "Timeout": own["lambda_timeout"],
        "Architectures": [stage.architecture],
        "Layers": [],
        "SubnetIds": sorted(own.get("subnet_ids", [])),
        "SecurityGroupIds": sorted(own.get("security_group_ids", [])),
        "TracingConfig": "Active",
        "ReservedConcurrentExecutions": own.get("reserved_concurrency", 0),
    }
    # A local engine runs the Python that deploys.
    return expected if is_local else {**expected, "Runtime": f"python{'.'.join(map(str, RUNTIME))}"}


def _configured(there: Mapping[str, Any], reserved: int, expected: Mapping[str, Any]) -> dict[str, Any]:
    network = there.get("VpcConfig", {})
    found = {
        "Layers": [layer["Arn"] for layer in there.get("Layers", [])],
        "SubnetIds": sorted(network.get("SubnetIds", [])),
        "SecurityGroupIds": sorted(network.get("SecurityGroupIds", [])),
        "TracingConfig": there.get("TracingConfig", {}).get("Mode"),
        "ReservedConcurrentExecutions": reserved,
    }
    return {key: found.get(key, there.get(key)) for key in expected}


def event_source_differences(
    name: str, function: str, mappings: Sequence[Mapping[str, Any]], stage: Stage, outputs: Mapping[str, str]
) -> Iterator[str]:
    """Return a line for each difference in how a function is fed, given Lambda's list of its event sources."""
    settings = EVENT_SETTINGS[function]
    if isinstance(settings, StreamSettings):
        wanted, may_be_disabled = settings.as_mapping(outputs["StreamFailuresArn"]), False
    else:
        # The sweeper turns the polling of queues off and on where a stage wants that.
        wanted, may_be_disabled = settings.as_mapping(), stage.queue_polling != "always"
    if len(mappings) != 1:
        yield f"{name} has {len(mappings)} event sources, not one"
    for mapping in mappings:
        if mapping.get("State") == "Disabled" and not may_be_disabled:
            yield f"{name}: its event source is disabled"
        yield from configuration_differences(name, mapping, wanted)
