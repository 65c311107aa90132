"""The checks of templates say what AWS refuses by its size: the limit and one less pass, one more is a sentence."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.checks import sizes
from infra.checks.names import wrong_values
from infra.checks.service_models import refused_values
from infra.deploy.parts import TEMPLATES
from infra.limits import by_id

TOPIC = {"Type": "AWS::SNS::Topic"}


def test_nothing_is_larger_than_aws_takes() -> None:
    assert list(sizes.findings(sorted(TEMPLATES.rglob("*.yaml")))) == []


def policy(size: int) -> dict[str, Any]:
    """A policy of so many characters without its white space."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ""}
    made = {"Version": "2012-10-17", "Statement": [statement]}
    statement["Resource"] = "r" * (size - len(json.dumps(made, separators=(",", ":"))))
    return made


def pattern(size: int) -> dict[str, list[str]]:
    return {"source": ["s" * (size - len('{"source":[""]}'))]}


def found_in(tmp_path: Path, template: dict[str, Any]) -> list[str]:
    # What is read is kept by its path.
    file = tmp_path / f"{len(list(tmp_path.iterdir()))}.yaml"
    file.write_text(json.dumps(template))
    return list(sizes.too_large(file))


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_template_may_have_51_200_bytes(tmp_path: Path, over: int) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(json.dumps({"Resources": {"T": TOPIC}}).ljust(by_id("cfn-template-body").value + over))
    assert [found for found in sizes.too_large(file) if "51201 bytes; 51200" in found] == (
        [next(sizes.too_large(file))] if over > 0 else []
    )


@pytest.mark.parametrize(
    ("limit", "part", "thing"),
    [
        ("cfn-parameters", "Parameters", {"Type": "String", "Default": "a"}),
        ("cfn-resources", "Resources", TOPIC),
        ("cfn-outputs", "Outputs", {"Value": "a"}),
    ],
)
def test_a_template_may_have_so_many_parts(tmp_path: Path, limit: str, part: str, thing: dict[str, Any]) -> None:
    def refused(count: int) -> bool:
        template = {"Resources": {"T0": TOPIC}} | {part: {f"T{number}": thing for number in range(count)}}
        return any(f"{count} {by_id(limit).unit}; " in found for found in found_in(tmp_path, template))

    assert [refused(by_id(limit).value + over) for over in (-1, 0, 1)] == [False, False, True]


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize("kind", ["AWS::IAM::ManagedPolicy", "AWS::IAM::Role", "AWS::Lambda::Function"])
def test_a_policy_or_environment_may_have_its_size(tmp_path: Path, kind: str, over: int) -> None:
    limit, properties = {
        "AWS::IAM::ManagedPolicy": ("iam-managed-policy", lambda size: {"PolicyDocument": policy(size)}),
        "AWS::IAM::Role": ("iam-inline-policies", lambda size: {"Policies": [{"PolicyDocument": policy(size)}]}),
        "AWS::Lambda::Function": (
            "lambda-environment",
            lambda size: {"Environment": {"Variables": {"A": "a" * (size - len('{"A":""}'))}}},
        ),
    }[kind]
    size = by_id(limit).value + over
    found = found_in(tmp_path, {"Resources": {"It": {"Type": kind, "Properties": properties(size)}}})
    assert [f"It ({kind}) has {size} " in each for each in found] == ([True] if over > 0 else [])


def test_two_policies_of_a_role_are_counted_together(tmp_path: Path) -> None:
    half = by_id("iam-inline-policies").value // 2
    both = [{"PolicyDocument": policy(half)}, {"PolicyDocument": policy(half + 1)}]
    assert len(found_in(tmp_path, {"Resources": {"It": {"Type": "AWS::IAM::Role", "Properties": {"Policies": both}}}}))


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_pattern_of_a_rule_may_have_2048_characters(tmp_path: Path, over: int) -> None:
    given = {"EventPattern": pattern(sizes.MOST_PATTERN_CHARACTERS + over)}
    found = found_in(tmp_path, {"Resources": {"It": {"Type": "AWS::Events::Rule", "Properties": given}}})
    assert bool(found) == (over > 0)
    assert by_id("events-pattern").value == sizes.MOST_PATTERN_CHARACTERS * 2


def refusals(found: Iterator[str]) -> bool:
    return next(found, None) is not None


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_functions_and_the_api_may_have_their_sizes(over: int) -> None:
    resources = [f"/{number}" for number in range(by_id("api-resources").value + over - 1)]
    longest = policy(by_id("iam-inline-policies").value + over)
    assert [
        refusals(sizes.above_filter("tell-owner", "p" * (by_id("lambda-filter-pattern").value + over))),
        refusals(sizes.above_policy("tell-owner", longest)),
        refusals(sizes.above_resources(resources)),
    ] == [over > 0] * 3


@pytest.mark.parametrize(
    ("limit", "name"), [("sqs-visibility", "VisibilityTimeout"), ("sqs-retention", "MessageRetentionPeriod")]
)
@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_time_of_a_queue_is_refused_when_it_is_too_long(limit: str, name: str, over: int) -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {name: by_id(limit).value + over}}
    found = list(wrong_values({"Resources": {"It": queue}}, {}))
    assert [f"{name} is {by_id(limit).value + 1}; " in each for each in found] == ([True] if over > 0 else [])


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_names_and_texts_are_refused_by_the_services_model(over: int) -> None:
    pool = {"UserPoolName": "n" * (by_id("pool-name").value + over)}
    secret = {"SecretString": "s" * (by_id("secret-value").value + over)}
    found = refused_values(
        {
            "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": pool},
            "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": secret},
        }
    )
    assert [sentence.partition(" ")[0] for sentence in found] == (["Pool", "Secret"] if over > 0 else [])
