"""The stage gets a DAX by one setting: the api function alone joins its network, and answers without a cluster too.

The engine makes the network and records the cluster, so nobody answers at its address.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from infra import policies
from infra.deploy.config import policy
from infra.deploy.package import megabytes, newest_package, sizes
from tests.rehearsal.report import Report
from tests.rehearsal.staging import Rehearsal


@pytest.fixture(scope="module")
def with_dax(rehearsal: Rehearsal) -> Iterator[Rehearsal]:
    plain = rehearsal.stage
    rehearsal.stage = replace(plain, dax_nodes=1)
    try:
        rehearsal.deploy()
        yield rehearsal
    finally:
        rehearsal.stage = plain


def configuration(rehearsal: Rehearsal, function: str) -> dict[str, Any]:
    name = policies.lambda_name(function, rehearsal.stage.name)
    found: dict[str, Any] = rehearsal.client("lambda").get_function_configuration(FunctionName=name)
    return found


def test_the_client_is_in_the_package(with_dax: Rehearsal, report: Report) -> None:
    package = newest_package(with_dax.project)
    report.facts["package with DAX's client"] = megabytes(sizes(package)[0])
    names = zipfile.ZipFile(package).namelist()
    assert {"amazondax/AmazonDaxClient.pyc", "antlr4/Parser.pyc", "app.py"} <= set(names)


def test_the_api_function_alone_is_in_the_network(with_dax: Rehearsal) -> None:
    outputs = with_dax.outputs
    for function in policies.FUNCTIONS:
        found, is_api = configuration(with_dax, function), function == policies.API
        network = found.get("VpcConfig", {})
        assert network.get("SubnetIds", []) == (outputs["FunctionSubnets"].split(",") if is_api else [])
        assert network.get("SecurityGroupIds", []) == ([outputs["FunctionGroup"]] if is_api else [])
        assert found["Environment"]["Variables"].get("DAX_ENDPOINT") == (outputs["DaxEndpoint"] if is_api else None)


def test_it_may_call_the_cluster(with_dax: Rehearsal) -> None:
    role = configuration(with_dax, policies.API)["Role"].rpartition("/")[2]
    iam = with_dax.client("iam")
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    given = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    assert given == policy(policies.API, with_dax.stage, with_dax.aws, with_dax.outputs)
    assert {"ThroughDax", "NetworkInterfaces"} <= {each["Sid"] for each in given["Statement"]}


def test_the_api_answers_though_its_cluster_does_not(with_dax: Rehearsal) -> None:
    answers = [with_dax.api().get(path) for path in ("/posts", "/posts/a-rehearsal")]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[1].json()["slug"] == "a-rehearsal"


def test_without_the_setting_the_function_leaves_the_network(with_dax: Rehearsal) -> None:
    cache = with_dax.stage.stack("cache")
    with_dax.stage = replace(with_dax.stage, dax_nodes=0)
    with_dax.deploy()
    found = configuration(with_dax, policies.API)
    assert found.get("VpcConfig", {}).get("SubnetIds", []) == []
    assert "DAX_ENDPOINT" not in found["Environment"]["Variables"]
    # Its cluster is paid for while it runs, and nothing reaches it any more.
    assert cache not in with_dax.look().stacks
