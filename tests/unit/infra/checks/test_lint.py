"""cfn-lint sees each template in the regions, and with the parameters, that stages deploy it with."""

from dataclasses import replace
from pathlib import Path

import pytest

from infra.checks.lint import lint_file, lint_others, lint_stacks, lint_text
from infra.checks.stacks import StageStack, stacks_of, stages, with_everything

GROUP = """
Parameters:
  Name: { Type: String, Default: short }
  Keeps: { Type: String, AllowedValues: ["60", "120"], Default: "60" }
Resources:
  Group:
    Type: AWS::Logs::LogGroup
    Properties: { LogGroupName: !Ref Name, RetentionInDays: !Ref Keeps }
"""


def of_template(name: str) -> StageStack:
    every = [stack for stage in stages() for stack in stacks_of(with_everything(stage))]
    return next(stack for stack in every if stack.template.name == name)


def test_a_type_that_a_stages_region_lacks_is_found() -> None:
    dax = of_template("cache.yaml")
    assert list(lint_stacks([replace(dax, region="eu-west-1")])) == []
    found = list(lint_stacks([replace(dax, region="eu-north-1")]))
    assert len(found) == 3
    assert "E3006 Resource type 'AWS::DAX::Cluster' does not exist in 'eu-north-1'" in found[-1]


@pytest.mark.parametrize(
    ("parameters", "wrong"),
    [({"Name": "a" * 513}, True), ({"Keeps": "61"}, True), ({"Name": "a" * 512, "Keeps": "120"}, False)],
)
def test_a_value_is_judged_as_a_parameter_gives_it(tmp_path: Path, parameters: dict[str, str], wrong: bool) -> None:  # noqa: FBT001
    template = tmp_path / "group.yaml"
    template.write_text(GROUP)
    assert bool(list(lint_file(template, "eu-north-1", [parameters]))) == wrong


def test_a_template_that_no_stage_has_is_linted_in_each_region(tmp_path: Path) -> None:
    (tmp_path / "other.yaml").write_text(
        "Resources: { Nodes: { Type: AWS::DAX::SubnetGroup, Properties: { SubnetIds: [subnet-1] } } }"
    )
    found = list(lint_others([], ["eu-north-1", "eu-west-1"], tmp_path))
    assert [each for each in found if "E3006" in each and "in eu-north-1" in each]
    assert not [each for each in found if "E3006" in each and "in eu-west-1" in each]


def test_a_text_is_linted_too() -> None:
    assert list(lint_text("Resources: { Topic: { Type: AWS::SNS::Topic } }", "eu-north-1")) == []
    [found] = lint_text("Resources: { Topic: { Type: AWS::SNS::Topik } }", "eu-north-1")
    assert "E3006" in found
