"""The one stack of each stage in infra/stages: what AWS would refuse of it, in its own region and with its settings."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from infra.checks.lint import lint_file, lint_text
from infra.checks.one_stack import one_stack_faults
from infra.checks.stacks import stages
from infra.deploy.one_stack.template import OneStackError, require_possible
from tests.package.building import OF_FILES, Built, build_all

Node = dict[str, Any]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Built]:
    return build_all(tmp_path_factory.mktemp("packages"), OF_FILES)


@pytest.fixture
def template(built: dict[str, Built]) -> Node:
    """The one stack of prod, to be changed."""
    read: Node = json.loads(built["prod"].stack.read_text())
    return read


@pytest.mark.parametrize("name", OF_FILES)
def test_nothing_would_be_refused_of_a_stages_one_stack(built: dict[str, Built], name: str) -> None:
    region, file = OF_FILES[name].region, built[name].stack
    assert [*lint_file(file, region, []), *one_stack_faults(json.loads(file.read_text()), region)] == []


@pytest.mark.parametrize("name", sorted({stage.name for stage in stages()} - OF_FILES.keys()))
def test_a_stage_that_cannot_be_one_stack_is_refused_with_what_its_file_needs(name: str) -> None:
    [stage] = [each for each in stages() if each.name == name]
    with pytest.raises(OneStackError, match=rf"infra/stages/{name}\.yaml needs (a domain|signing_key: secret)"):
        require_possible(stage)


def read_what_is_not_put_out(made: Node) -> None:
    made["Resources"]["PublishPages"]["Properties"]["Environment"]["Variables"]["ADDRESS"] = {
        "Fn::GetAtt": ["Edge", "Outputs.NoSuchOutput"]
    }


def give_an_unknown_parameter(made: Node) -> None:
    made["Resources"]["Data"]["Properties"]["Parameters"]["NoSuchParameter"] = "1"


def give_a_refused_value(made: Node) -> None:
    made["Resources"]["Observability"]["Properties"]["Parameters"]["Alarms"] = "several"


def name_a_function_too_long(made: Node) -> None:
    made["Resources"]["PublishPages"]["Properties"]["FunctionName"] = "mytodolist-" + "x" * 60


def allow_an_action_that_aws_does_not_know(made: Node) -> None:
    [policy] = made["Resources"]["PublishPagesRole"]["Properties"]["Policies"]
    policy["PolicyDocument"]["Statement"][0]["Action"] = ["dynamodb:GetItems"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (read_what_is_not_put_out, "Edge.Outputs.NoSuchOutput is read"),
        (give_an_unknown_parameter, "Data: The template has no parameter NoSuchParameter"),
        (give_a_refused_value, "Observability: The parameter Alarms is 'several'"),
        (name_a_function_too_long, "FunctionName has 71 characters; 64 are allowed"),
        (allow_an_action_that_aws_does_not_know, "dynamodb:GetItems"),
    ],
)
def test_a_wrong_one_stack_is_found(template: Node, change: Callable[[Node], None], sentence: str) -> None:
    change(template)
    found = list(one_stack_faults(template, OF_FILES["prod"].region))
    assert found
    assert all(sentence in each for each in found), found


def test_a_type_that_the_stages_region_lacks_is_found() -> None:
    properties = {"SubnetIds": ["subnet-0a1b2c3d"]}
    text = json.dumps({"Resources": {"Cache": {"Type": "AWS::DAX::SubnetGroup", "Properties": properties}}})
    regions = [OF_FILES[name].region for name in ("busy", "prod")]
    assert [len(list(lint_text(text, region))) for region in regions] == [0, 1]


def test_every_nested_template_is_beside_its_stack(built: dict[str, Built]) -> None:
    for each in built.values():
        resources = json.loads(each.sam.read_text())["Resources"].values()
        urls = [one["Properties"]["TemplateURL"] for one in resources if one["Type"] == "AWS::CloudFormation::Stack"]
        assert [url for url in urls if not Path(each.folder / "package" / url).is_file()] == []
        assert urls
