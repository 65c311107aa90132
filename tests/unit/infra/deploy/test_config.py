"""What Chalice is told: an environment that the application can start with, and a policy for each function."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.settings import read, variables
from infra import policies
from infra.api_settings import MINIMUM_COMPRESSION_BYTES
from infra.deploy.aws import Aws
from infra.deploy.config import SIGNING, ConfigError, chalice_stage, environment, plans, policy, told, write
from infra.deploy.one_stack.references import placeholders
from infra.deploy.stage import ROOT, Stage
from infra.stage_values import read_values

STAGE = Stage("dev", "eu-north-1", "blog@example.com")
OUTPUTS = {**placeholders(STAGE), "SiteUrl": "https://d1.cloudfront.net", "SigningKey": "a signing key"}
KEY = {"SIGNING_KEY": "a signing key"}
API_OWN, EVENT_TRACES = {"TRACING": "lean"} | KEY, {"TRACING": "sdk"}
AWS = Aws(None, "eu-north-1", "123456789012", "aws")


def test_the_application_starts_with_what_it_is_given() -> None:
    made = environment(STAGE, OUTPUTS)
    assert set(made) == {*variables(), "CA_BUNDLE"} - {"AWS_REGION"}
    settings = read({**made, "AWS_REGION": "eu-north-1"})
    assert (settings.api_url, settings.site_url) == ("https://d1.cloudfront.net/api", "https://d1.cloudfront.net")
    assert settings.allowed_origins == ("https://d1.cloudfront.net",)


def test_long_answers_of_the_api_are_compressed() -> None:
    assert chalice_stage(STAGE, {})["minimum_compression_size"] == MINIMUM_COMPRESSION_BYTES == 1000


def test_functions_trust_amazons_roots_alone_until_the_stage_says_otherwise() -> None:
    assert environment(STAGE, OUTPUTS)["CA_BUNDLE"] == "amazon-roots.pem"
    assert "CA_BUNDLE" not in environment(replace(STAGE, amazon_roots=False), OUTPUTS)


@pytest.mark.parametrize("region", ["cn-north-1", "eusc-de-east-1", "us-isob-east-1"])
def test_where_endpoints_may_go_back_to_others_everybody_is_trusted(region: str) -> None:
    assert "CA_BUNDLE" not in environment(replace(STAGE, region=region), OUTPUTS)


def of_its_own(function: str, stage: Stage, outputs: dict[str, str]) -> dict[str, str]:
    told: dict[str, str] = chalice_stage(stage, {}, outputs)["lambda_functions"][function]["environment_variables"]
    return told


def test_who_writes_pages_knows_the_distribution_and_nobody_else_does() -> None:
    with_one = {**OUTPUTS, "DistributionId": "E123"}
    assert of_its_own("publish-pages", STAGE, with_one) == {**EVENT_TRACES, "DISTRIBUTION_ID": "E123"}
    assert of_its_own("api_handler", STAGE, with_one) == API_OWN
    assert "DISTRIBUTION_ID" not in environment(STAGE, with_one)
    said = json.dumps(policy("publish-pages", STAGE, AWS, with_one))
    assert "arn:aws:cloudfront::123456789012:distribution/E123" in said


def test_who_writes_pages_knows_the_stage_cache_as_soon_as_the_api_is_there() -> None:
    cached = replace(STAGE, cache_size="0.5")
    known = {**OUTPUTS, "ApiId": "abc123", "StageUrl": "https://abc123.example/api", "SiteApiKey": "k"}
    wanted = {"STAGE_CACHE_URL": "https://abc123.example/api", "STAGE_CACHE_KEY": "k"}
    assert of_its_own("publish-pages", cached, known) == EVENT_TRACES | wanted
    assert of_its_own("publish-pages", cached, OUTPUTS) == of_its_own("publish-pages", STAGE, known) == EVENT_TRACES
    others = {name: EVENT_TRACES | (KEY if name in SIGNING else {}) for name in policies.FUNCTIONS} | {
        policies.API: API_OWN
    }
    assert told(cached, known) == others | {policies.PAGES: EVENT_TRACES | wanted}


@pytest.mark.parametrize(
    ("tracing", "of_api", "of_events"), [("lean", "lean", "sdk"), ("sdk", "sdk", "sdk"), ("off", "off", "off")]
)
def test_event_functions_leave_tracing_to_the_sdk_and_the_api_has_a_setting(
    tracing: str, of_api: str, of_events: str
) -> None:
    found = told(replace(STAGE, tracing=tracing), OUTPUTS)
    wanted = dict.fromkeys(policies.FUNCTIONS, of_events) | {policies.API: of_api}
    assert {name: one["TRACING"] for name, one in found.items()} == wanted


@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_only_functions_that_sign_or_verify_have_the_keys(function: str) -> None:
    assert ("SIGNING_KEY" in told(STAGE, OUTPUTS)[function]) is (function in SIGNING)
    assert "SIGNING_KEY" not in environment(STAGE, OUTPUTS)


def test_a_stage_may_leave_the_reading_of_items_to_pynamodb() -> None:
    assert "STORE_DECODING" not in environment(STAGE, OUTPUTS)
    assert environment(replace(STAGE, decoding="pynamodb"), OUTPUTS)["STORE_DECODING"] == "pynamodb"


def test_a_stage_whose_site_has_moved_keeps_the_ids_of_its_feed() -> None:
    assert "FEED_ORIGIN" not in environment(STAGE, OUTPUTS)
    moved = environment(replace(STAGE, feed_origin="https://old.example.com"), OUTPUTS)
    assert moved["FEED_ORIGIN"] == "https://old.example.com"


def test_a_stage_may_go_back_to_botocores_client() -> None:
    assert "STORE_TRANSPORT" not in environment(STAGE, OUTPUTS)
    assert environment(replace(STAGE, store_transport="botocore"), OUTPUTS)["STORE_TRANSPORT"] == "botocore"


@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_only_who_writes_pages_may_refresh_the_stage_cache_where_there_is_one(function: str) -> None:
    cached, known = replace(STAGE, cache_size="0.5"), {**OUTPUTS, "ApiId": "abc123"}
    may = "execute-api:InvalidateCache" in json.dumps(policy(function, cached, AWS, known))
    assert may is (function == policies.PAGES)
    assert "execute-api" not in json.dumps(policy(function, STAGE, AWS, known))


@pytest.mark.parametrize("command", ["infra.deploy.__main__", "infra.deploy.chalice_package"])
def test_whoever_deploys_has_none_of_it(command: str) -> None:
    subprocess.run([sys.executable, "-c", f"import {command}"], cwd=ROOT, env={}, check=True)


IN_VPC = {
    **OUTPUTS,
    "DaxEndpoint": "daxs://todo-dev.abc.dax-clusters.eu-north-1.amazonaws.com",
    "FunctionSubnets": "subnet-1,subnet-2,subnet-3",
    "FunctionGroup": "sg-1",
}


@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_dax_is_for_the_api_alone_which_joins_its_network(function: str) -> None:
    with_dax, is_api = replace(STAGE, dax_nodes=3), function == policies.API
    given = chalice_stage(with_dax, {}, IN_VPC)["lambda_functions"]["api_handler" if is_api else function]
    of_dax = API_OWN | {"DAX_ENDPOINT": IN_VPC["DaxEndpoint"]}
    of_events = EVENT_TRACES | (KEY if function in SIGNING else {})
    assert given["environment_variables"] == (of_dax if is_api else of_events)
    assert given.get("subnet_ids") == (["subnet-1", "subnet-2", "subnet-3"] if is_api else None)
    assert given.get("security_group_ids") == (["sg-1"] if is_api else None)
    allowed = {each["Sid"] for each in policy(function, with_dax, AWS, IN_VPC)["Statement"]}
    assert {"ThroughDax", "NetworkInterfaces", "NotByItsOwnCode"} & allowed == (
        {"ThroughDax", "NetworkInterfaces", "NotByItsOwnCode"} if is_api else set()
    )


def test_a_stage_without_dax_is_in_no_network() -> None:
    given = chalice_stage(STAGE, {}, IN_VPC)["lambda_functions"]["api_handler"]
    assert given["environment_variables"] == API_OWN
    assert "subnet_ids" not in given
    assert "ThroughDax" not in json.dumps(policy(policies.API, STAGE, AWS, IN_VPC))


@pytest.mark.parametrize("function", policies.FUNCTIONS)
def test_everything_a_function_may_do_fits_into_its_role(function: str) -> None:
    full = replace(STAGE, dax_nodes=3, cache_size="0.5")
    everything = policy(function, full, AWS, {**IN_VPC, "ApiId": "abc123", "DistributionId": "E123"})
    # What a role's own policies may have in all: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    assert len(json.dumps(everything, separators=(",", ":"))) < 10_240


def test_an_output_that_is_missing_is_named() -> None:
    lacking = {name: value for name, value in OUTPUTS.items() if name != "TodosTable"}
    with pytest.raises(ConfigError, match="No stack puts out TodosTable"):
        environment(STAGE, lacking)


def test_each_function_has_its_own_policy_and_no_more_is_made_up() -> None:
    told = chalice_stage(STAGE, {})
    assert told["autogen_policy"] is False
    files = {name: one["iam_policy_file"] for name, one in told["lambda_functions"].items()}
    assert len(set(files.values())) == len(policies.FUNCTIONS)
    assert files["api_handler"] == "policies/dev/api-handler.json"


def test_a_deploy_writes_the_stages_values_and_its_policies(tmp_path: Path) -> None:
    made = write(tmp_path, STAGE, AWS, OUTPUTS)
    values = read_values(tmp_path, "dev")
    assert values is not None
    assert (values.region, values.environment) == ("eu-north-1", made)
    for one in values.config["lambda_functions"].values():
        document = json.loads((tmp_path / ".chalice" / one["iam_policy_file"]).read_text())
        assert "$" not in json.dumps(document)


@pytest.mark.parametrize(
    "written", ["stages/dev.json", "policies/dev/api-handler.json", "deployed/dev.json", "deployments/x.zip"]
)
def test_what_a_deploy_writes_is_nothing_to_git(written: str) -> None:
    asked = subprocess.run(["git", "check-ignore", "-q", f".chalice/{written}"], cwd=ROOT, check=False)  # noqa: S607
    assert asked.returncode == 0


def test_readers_are_held_to_less_than_the_site() -> None:
    site, readers = plans(STAGE)
    assert (site.quota, readers.quota) == (0, 10_000)
    assert readers.rate < site.rate
