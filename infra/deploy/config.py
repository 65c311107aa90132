"""What Chalice is told of a stage: its values beside .chalice/config.json, and a policy file for each function."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chalicelib.settings import variables as setting_names
from infra import cache_settings, policies
from infra.api_settings import MINIMUM_COMPRESSION_BYTES, ApiSettings, Plan
from infra.deploy import roots
from infra.deploy.stage import API_STAGE, Stage
from infra.stage_values import StageValues, write_values

if TYPE_CHECKING:
    # Chalice alone has no boto3.
    from infra.deploy.aws import Aws

API_HANDLER = "api_handler"
API_SECONDS = 29
EVENT_SECONDS = 30
THUMBNAIL_SECONDS = 60
THUMBNAILS = "make-thumbnails"
# The functions that sign or verify, or name what they store by a hash: the only ones that have the keys for it.
SIGNING = (policies.API, "mail-subscribers", "announce-posts", "sweep-mail")
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LARGEST_ENVIRONMENT_BYTES = 4096
# Lambda sets it itself, and refuses to be told.
_BY_LAMBDA = {"AWS_REGION"}


class ConfigError(Exception):
    """The stacks did not put out what the application needs, or more than Lambda takes."""


def environment(stage: Stage, outputs: Mapping[str, str]) -> dict[str, str]:
    """The environment of every function.

    What no line here names is an output of the same name: TODOS_TABLE is TodosTable.
    """
    own = {
        "STAGE": stage.name,
        "API_URL": f"{outputs['SiteUrl']}/{API_STAGE}",
        "SITE_URL": outputs["SiteUrl"],
        "ALLOWED_ORIGINS": outputs["SiteUrl"],
        "MAIL_FROM": stage.mail_from,
    }
    wanted = [name for name in setting_names() if name not in _BY_LAMBDA]
    missing = [name for name in wanted if name not in own and _output(name) not in outputs]
    if missing:
        raise ConfigError(f"No stack puts out {', '.join(map(_output, missing))}, which the application needs.")
    trusted = {"CA_BUNDLE": roots.FILE} if stage.trusts_amazon_alone else {}
    return {name: own.get(name) or outputs[_output(name)] for name in wanted} | trusted | _choices(stage)


def own_environment(function: str, stage: Stage, outputs: Mapping[str, str]) -> dict[str, str]:
    """What one function is told beside that: keys, X-Ray, DAX, and copies as far as the API and CloudFront are there.

    `outputs` has the stage's key ring as SigningKey; no stack puts it out.
    """
    own = {"TRACING": stage.tracing if function == policies.API or stage.tracing == "off" else "sdk"}
    if function in SIGNING:
        own["SIGNING_KEY"] = outputs["SigningKey"]
    if function == policies.API and stage.dax_nodes:
        return own | {"DAX_ENDPOINT": outputs["DaxEndpoint"]}
    if function == policies.SWEEPER and stage.queue_polling != "always":
        return own | {"QUEUE_POLLING": stage.queue_polling}
    if function != policies.PAGES:
        return own
    known = (outputs.get(name, "") for name in ("StageUrl", "SiteApiKey", "DistributionId"))
    return own | cache_settings.environment(stage.cache_size, *known)


def check_environment(function: str, variables: Mapping[str, str]) -> None:
    """Refuse an environment that Lambda would refuse.

    Raises:
        ConfigError: it has more than 4 096 bytes as JSON.
    """
    size = len(json.dumps(variables, separators=(",", ":")).encode())
    if size > LARGEST_ENVIRONMENT_BYTES:
        longest = max(variables, key=lambda name: len(variables[name]))
        raise ConfigError(
            f"The environment of {function} has {size} bytes, and Lambda takes {LARGEST_ENVIRONMENT_BYTES}. "
            f"Its longest variable is {longest}; shorten what the stage's file says of it."
        )


def network(function: str, stage: Stage, outputs: Mapping[str, str]) -> dict[str, list[str]]:
    """The network a function is in, in Chalice's words: DAX's for the API where there is one, and else none."""
    if function != policies.API or not stage.dax_nodes:
        return {}
    return {"subnet_ids": outputs["FunctionSubnets"].split(","), "security_group_ids": [outputs["FunctionGroup"]]}


def told(stage: Stage, outputs: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """What every function is told of its own, by its name."""
    return {function: own_environment(function, stage, outputs) for function in policies.FUNCTIONS}


def chalice_stage(
    stage: Stage, stage_environment: Mapping[str, str], outputs: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """What Chalice's configuration says of the stage; without `outputs`, nothing of each function that they decide."""
    functions = {_chalice_name(function): _function(stage, function, outputs) for function in policies.FUNCTIONS}
    return {
        "api_gateway_stage": API_STAGE,
        "api_gateway_endpoint_type": "REGIONAL",
        "minimum_compression_size": MINIMUM_COMPRESSION_BYTES,
        "autogen_policy": False,
        "lambda_architecture": stage.architecture,
        "xray": True,
        "tags": stage.tags,
        "environment_variables": dict(stage_environment),
        "lambda_functions": functions,
    }


def write(project: Path, stage: Stage, aws: "Aws", outputs: Mapping[str, str]) -> dict[str, str]:
    """Write the policy files and the stage's values; return the functions' environment.

    Both are in folders that Git does not look at.

    Raises:
        ConfigError: an output is missing, or Lambda would refuse a function's environment.
    """
    documents = {function: policy(function, stage, aws, outputs) for function in policies.FUNCTIONS}
    write_policies(project, stage, documents)
    made = environment(stage, outputs)
    for function, own in told(stage, outputs).items():
        check_environment(function, {**made, **own})
    write_values(project, stage.name, StageValues(stage.region, chalice_stage(stage, made, outputs)))
    return made


def write_policies(project: Path, stage: Stage, documents: Mapping[str, Any]) -> None:
    """Write the policy of each function where `chalice_stage` says it is."""
    for function, document in documents.items():
        file = project / ".chalice" / _policy_file(stage, function)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document, indent=1), encoding="utf-8")


def policy(function: str, stage: Stage, aws: "Aws", outputs: Mapping[str, str]) -> dict[str, Any]:
    """The policy of one function, with this account's names in it."""
    return render_policy(function, stage, aws.account, aws.partition, outputs)


def render_policy(
    function: str, stage: Stage, account: str, partition: str, outputs: Mapping[str, str]
) -> dict[str, Any]:
    """The policy of one function in an account."""
    return policies.render(
        function,
        stage.name,
        account,
        stage.region,
        partition,
        mail_from=stage.mail_from,
        kms_key_arn=stage.kms_key_arn or None,
        api_id=outputs.get("ApiId") if stage.cache_size else None,
        distribution_id=outputs.get("DistributionId"),
        in_vpc=function == policies.API and stage.dax_nodes > 0,
        through_dax=stage.dax_nodes > 0,
        polled_when_needed=stage.queue_polling == "when_needed",
    )


def api_settings(stage: Stage, outputs: Mapping[str, str]) -> ApiSettings:
    """The settings of the stage's API."""
    return ApiSettings(
        site=outputs["SiteUrl"],
        access_log_arn=outputs["ApiAccessLogArn"],
        throttle_rate=stage.throttle_rate,
        throttle_burst=stage.throttle_burst,
        plans=plans(stage),
        variables={"stage": stage.name},
        method_metrics=stage.method_metrics,
    )


def plans(stage: Stage) -> tuple[Plan, Plan]:
    """The site's own plan, and that of readers who ask the API themselves."""
    return (
        Plan(f"{stage.api_name}-site", stage.throttle_rate, stage.throttle_burst),
        Plan(f"{stage.api_name}-readers", stage.reader_rate, stage.reader_burst, stage.reader_quota),
    )


def _function(stage: Stage, function: str, outputs: Mapping[str, str] | None) -> dict[str, Any]:
    memory, seconds = stage.event_memory, EVENT_SECONDS
    if function == policies.API:
        memory, seconds = stage.api_memory, API_SECONDS
    elif function == THUMBNAILS:
        memory, seconds = stage.thumbnail_memory, THUMBNAIL_SECONDS
    given = {
        "iam_policy_file": _policy_file(stage, function),
        "lambda_memory_size": memory,
        "lambda_timeout": seconds,
    }
    reserved = stage.api_reserved_concurrency if function == policies.API else stage.event_reserved_concurrency
    if reserved:
        given["reserved_concurrency"] = reserved
    if outputs is None:
        return given
    own = {"environment_variables": own_environment(function, stage, outputs)}
    return given | own | network(function, stage, outputs)


def _choices(stage: Stage) -> dict[str, str]:
    """What a stage does otherwise than the application does untold."""
    untold = {"STORE_DECODING": "tables", "STORE_TRANSPORT": "lean"}
    asked = {"STORE_DECODING": stage.decoding, "STORE_TRANSPORT": stage.store_transport}
    origin = {"FEED_ORIGIN": stage.feed_origin} if stage.feed_origin else {}
    return {name: choice for name, choice in asked.items() if choice != untold[name]} | origin


def _policy_file(stage: Stage, function: str) -> str:
    return f"policies/{stage.name}/{function}.json"


def _chalice_name(function: str) -> str:
    return API_HANDLER if function == policies.API else function


def _output(variable: str) -> str:
    return "".join(word.capitalize() for word in variable.split("_"))
