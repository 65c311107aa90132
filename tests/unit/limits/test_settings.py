"""Limits that templates, policies and settings can meet: each is found here before a deploy meets it."""

import json
import re
from pathlib import Path

import pytest

from infra import policies
from infra.checks.lint import LONGEST_STAGE
from infra.checks.names import LONGEST_REGION
from infra.checks.stacks import with_everything
from infra.deploy import config, key_ring
from infra.deploy.aws import Aws
from infra.deploy.one_stack import rest_api
from infra.deploy.parts import parts
from infra.deploy.stage import Stage, StageError, load
from infra.limits import ROOT, by_id
from infra.local.edge import function_check

TEMPLATES = sorted((ROOT / "infra" / "templates").rglob("*.yaml"))
PARTS = {"Parameters": "cfn-parameters", "Resources": "cfn-resources", "Outputs": "cfn-outputs"}
# AWS's default; a pattern may have twice as many characters where AWS has raised it.
PATTERN_BY_DEFAULT = 2048
# As identity.yaml makes it.
SIGNING_KEY_LENGTH = 64


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_stage_may_have_a_name_of_12_characters(tmp_path: Path, over: int) -> None:
    # Given a stage with a name of about the length that is allowed
    name = "s" * (len(LONGEST_STAGE) + over)
    (tmp_path / f"{name}.yaml").write_text("region: eu-north-1\nmail_from: blog@example.com\n")
    if over > 0:
        with pytest.raises(StageError, match="2 to 12 small letters and digits"):
            load(name, tmp_path)
        return
    # When it is loaded, then the names of its stacks and functions are ones that AWS takes
    stage = load(name, tmp_path)
    assert max(len(stage.stack(part.concern)) for part in parts(stage)) <= by_id("cfn-stack-name").value
    names = [policies.lambda_name(function, name) for function in policies.FUNCTIONS]
    assert max(map(len, names)) <= by_id("function-name").value


def test_the_function_behind_the_api_ends_before_api_gateway_stops_waiting() -> None:
    assert by_id("api-timeout").value >= config.API_SECONDS * 1000


def test_the_site_key_has_a_length_that_api_gateway_takes() -> None:
    (length,) = re.findall(r'"PasswordLength": (\d+)', Path(rest_api.__file__).read_text(encoding="utf-8"))
    assert 20 <= int(length) <= by_id("api-key-value").value


@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_the_environment_of_each_function_fits(function: str) -> None:
    # Given a stage with everything, and outputs as long as AWS makes them
    stage = with_everything(
        Stage(LONGEST_STAGE, LONGEST_REGION, f"{'a' * 40}@{'d' * 40}.example.com", cache_size="0.5")
    )
    outputs = Outputs(SigningKey=longest_ring())
    shared = config.environment(stage, outputs)
    variables = {**shared, **config.own_environment(function, stage, outputs)}
    # Then Lambda takes the environment
    config.check_environment(function, variables)


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_deploy_refuses_an_environment_that_lambda_refuses(over: int) -> None:
    # Given an environment of about the size that Lambda takes
    largest = by_id("lambda-environment").value
    variables = {"STAGE": "dev", "SITE_URL": ""}
    variables["SITE_URL"] = "u" * (largest + over - len(json.dumps(variables, separators=(",", ":"))))
    # When a deploy is about to give it to a function, then one byte too many is refused in a sentence
    if over > 0:
        with pytest.raises(config.ConfigError, match=r"api-handler has 4097 bytes.*longest variable is SITE_URL"):
            config.check_environment("api-handler", variables)
    else:
        config.check_environment("api-handler", variables)


def test_no_release_is_written_whose_environment_lambda_refuses(tmp_path: Path) -> None:
    # Given stacks that put out a longer address than a function's environment can hold
    stage = Stage("dev", "eu-north-1", "blog@example.com")
    outputs = Outputs(SigningKey=longest_ring(), DistributionId="E123EXAMPLE", SiteUrl="https://" + "d" * 5000)
    # Then the deploy ends before Chalice is told
    with pytest.raises(config.ConfigError, match="bytes, and Lambda takes 4096"):
        config.write(tmp_path, stage, Aws(None, stage.region, "123456789012", "aws"), outputs)


def longest_ring() -> str:
    """A key ring after more rotations than it holds keys."""
    ring = "k" * SIGNING_KEY_LENGTH
    for rotation in range(key_ring.MOST_KEYS + 1):
        ring = key_ring.rotated(ring, 1_900_000_000 + rotation * 100_000, "k" * SIGNING_KEY_LENGTH)
    return ring


class Outputs(dict[str, str]):
    """The outputs of a stage's stacks by any name, each as long as its kind can be."""

    def __contains__(self, name: object) -> bool:
        return True

    def get(self, name: str, _: object = None) -> str:  # type: ignore[override]
        return self[name]

    def __missing__(self, name: str) -> str:
        arn = f"arn:aws-us-gov:dynamodb:{LONGEST_REGION}:123456789012:"
        kinds = {
            "StreamArn": f"{arn}table/mytodolist-{LONGEST_STAGE}-subscribers/stream/2026-01-01T00:00:00.000",
            "PoolArn": f"{arn}userpool/{LONGEST_REGION}_abcdefghi",
            "Arn": f"{arn}mytodolist-{LONGEST_STAGE}-mail-event-jobs-failures",
            "SiteUrl": f"https://{'d' * 40}.example.com",
            "Url": f"https://sqs.{LONGEST_REGION}.amazonaws.com/123456789012/mytodolist-{LONGEST_STAGE}-announcements",
            "Bucket": f"mytodolist-{LONGEST_STAGE}-thumbnails-123456789012",
            "Endpoint": f"daxs://todo-{LONGEST_STAGE}.abc123.dax-clusters.{LONGEST_REGION}.amazonaws.com",
        }
        return next(
            (value for end, value in kinds.items() if name.endswith(end)), f"mytodolist-{LONGEST_STAGE}-deliveries"
        )


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_function_of_cloudfront_may_have_ten_kilobytes(over: int) -> None:
    code = "function handler(event) { return event.request; }\n"
    filled = code + "//" + "x" * (by_id("cloudfront-function").value + over - len(code) - 2)
    assert bool(function_check.faults(filled)) == (over > 0)
