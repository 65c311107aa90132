"""What would stop a deploy is said before it begins, in a sentence with the next step; nothing is changed by asking."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deploy.aws import Aws
from infra.deploy.chalice_package import main as package_command
from infra.deploy.example_values import example_values
from infra.deploy.findings import Weight
from infra.deploy.inventory import Inventory, StageStack
from infra.deploy.leftovers import LISTINGS
from infra.deploy.package import RUNTIME
from infra.deploy.preflight import PreflightError, ask, require
from infra.deploy.stage import STAGES, Stage, load

ROLE = "arn:aws:iam::111111111111:role/"
CERTIFICATE = "arn:aws:acm:us-east-1:111111111111:certificate/1"
KEY = "arn:aws:kms:eu-west-1:111111111111:key/1"
STAGE = Stage("dev", "eu-west-1", "blog@mytodolist.dev", runbooks_url="https://github.com/ines/blog/runbooks")
GOOD = {
    # Nothing of the stage is there yet.
    **{listing.operation: {listing.items: []} for listing in LISTINGS},
    "list_email_identities": {"EmailIdentities": []},
    "list_stack_resources": {"StackResourceSummaries": []},
    "get_role": {},
    "get_account": {"cloudwatchRoleArn": f"{ROLE}logs", "ProductionAccessEnabled": True},
    "get_email_identity": "NotFoundException",
    "describe_certificate": {
        "Certificate": {
            "Status": "ISSUED",
            "DomainName": "*.mytodolist.dev",
            "NotAfter": datetime(9999, 1, 1, tzinfo=UTC),
        }
    },
    "get_hosted_zone": {"HostedZone": {"Name": "mytodolist.dev."}},
    "describe_key": {"KeyMetadata": {"KeyState": "Enabled"}},
    "describe_availability_zones": {"AvailabilityZones": [{"ZoneName": f"eu-west-1{each}"} for each in "abc"]},
    "get_service_quota": {"Quota": {"Value": 100.0}},
    "describe_stacks": {"Stacks": []},
    "describe_vpcs": {"Vpcs": []},
    "list_distributions": {"DistributionList": {}},
    "list_cache_policies": {"CachePolicyList": {}},
    "list_response_headers_policies": {"ResponseHeadersPolicyList": {}},
    "get_anomaly_monitors": {"AnomalyMonitors": [{}]},
    "get_account_settings": {"AccountLimit": {"ConcurrentExecutions": 1000}},
}
MESSAGING = Inventory(parts=(StageStack("mytodolist-dev-messaging", "messaging", "eu-west-1", {"StackStatus": "X"}),))


class MissingError(ClientError):
    """What a service answers of something that is not there."""


@dataclass(frozen=True)
class Pages:
    """One page."""

    answer: Any

    def paginate(self, **_: Any) -> list[Any]:
        return [self.answer]


@dataclass(frozen=True)
class Account(Aws):
    """An account with these answers by operation; a text is the code of an error."""

    session: Any = None
    region: str = "eu-west-1"
    account: str = "111111111111"
    partition: str = "aws"
    endpoint: str = ""
    answers: dict[str, Any] = field(default_factory=lambda: dict(GOOD))

    def __post_init__(self) -> None:
        object.__setattr__(self, "session", self)

    class exceptions:  # noqa: N801 - as boto3 calls it
        NotFoundException = MissingError
        NoSuchEntityException = MissingError
        ResourceNotFoundException = MissingError
        NoSuchResourceException = MissingError
        NoSuchHostedZone = MissingError
        UnknownMonitorException = MissingError

    def get_available_regions(self, service: str) -> list[str]:
        assert service == "dax"
        return ["eu-west-1"]

    def client(self, service: str, region: str = "") -> Any:
        assert service != "acm" or region == "us-east-1"
        return self

    def can_paginate(self, _: str) -> bool:
        return False

    def get_paginator(self, operation: str) -> "Pages":
        return Pages(GOOD[operation])

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        if operation not in GOOD:
            raise AttributeError(operation)
        answer = self.answers[operation]

        def call(**_: Any) -> Any:
            if isinstance(answer, str):
                kind = MissingError if any(each in answer for each in ("Not", "NoSuch", "Unknown")) else ClientError
                raise kind({"Error": {"Code": answer}}, operation)
            return answer

        return call


def sentences(stage: Stage, weight: Weight, inventory: Inventory | None = None, **answers: Any) -> list[str]:
    aws = Account(answers={**GOOD, **answers})
    found = ask(aws, stage, inventory or Inventory(), RUNTIME)
    return [each.sentence for each in found if each.weight == weight]


WITH_DOMAIN = replace(STAGE, domain="todo.mytodolist.dev", certificate_arn=CERTIFICATE, hosted_zone_id="Z1")
MONITOR = "arn:aws:ce::111111111111:anomalymonitor/0a1b2c3d-0000-4000-8000-00000000000a"
WITH_KEY, WITH_DAX = replace(STAGE, kms_key_arn=KEY), replace(STAGE, dax_nodes=3)


@pytest.mark.parametrize("stage", [STAGE, WITH_DOMAIN, WITH_KEY, WITH_DAX, replace(STAGE, anomaly_monitor_arn=MONITOR)])
def test_nothing_stops_a_stage_whose_account_has_all_it_needs(stage: Stage) -> None:
    assert sentences(stage, Weight.STOP) == []
    assert sentences(stage, Weight.UNKNOWN) == []


@pytest.mark.parametrize(
    ("stage", "answers", "sentence"),
    [
        (
            replace(STAGE, anomaly_monitor_arn=MONITOR),
            {"get_anomaly_monitors": "UnknownMonitorException"},
            f"The account has no cost anomaly monitor {MONITOR}: write the ARN",
        ),
        (STAGE, {"get_account": {}}, "write sets_up_api_logs: true in infra/stages/dev.yaml"),
        (replace(STAGE, sets_up_api_logs=True), {}, "take sets_up_api_logs out of infra/stages/dev.yaml"),
        (replace(STAGE, mail_identity="existing"), {}, "SES has no identity blog@mytodolist.dev here"),
        (STAGE, {"get_email_identity": {"VerifiedForSendingStatus": True}}, "write mail_identity: existing"),
        (WITH_DOMAIN, {"describe_certificate": "ResourceNotFoundException"}, "There is no certificate"),
        (
            WITH_DOMAIN,
            {"describe_certificate": {"Certificate": {"Status": "PENDING_VALIDATION", "DomainName": "x"}}},
            "PENDING_VALIDATION: write its records into DNS",
        ),
        (
            WITH_DOMAIN,
            {"describe_certificate": {"Certificate": {"Status": "ISSUED", "DomainName": "other.dev"}}},
            "The certificate is for other.dev, not todo.mytodolist.dev",
        ),
        (
            WITH_DOMAIN,
            {
                "describe_certificate": {
                    "Certificate": {
                        "Status": "ISSUED",
                        "DomainName": "todo.mytodolist.dev",
                        "NotAfter": datetime(2020, 1, 1, tzinfo=UTC),
                    }
                }
            },
            "has expired",
        ),
        (WITH_DOMAIN, {"get_hosted_zone": "NoSuchHostedZone"}, "There is no hosted zone Z1"),
        (WITH_DOMAIN, {"get_hosted_zone": {"HostedZone": {"Name": "other.dev."}}}, "it is other.dev"),
        (
            WITH_DOMAIN,
            {"get_hosted_zone": {"HostedZone": {"Name": "mytodolist.dev.", "Config": {"PrivateZone": True}}}},
            "is no public zone",
        ),
        (WITH_KEY, {"describe_key": {"KeyMetadata": {"KeyState": "PendingDeletion"}}}, "is PendingDeletion: enable it"),
        (WITH_KEY, {"describe_key": "NotFoundException"}, "is missing"),
        (replace(WITH_DAX, region="eu-north-1"), {}, "eu-north-1 has no DAX: write dax_nodes: 0"),
        (replace(WITH_DAX, dax_zones=("eu-west-1a", "eu-west-1x")), {}, "eu-west-1 has no zone eu-west-1x"),
        (
            WITH_DAX,
            {"describe_availability_zones": {"AvailabilityZones": [{"ZoneName": "a"}, {"ZoneName": "b"}]}},
            "name two in dax_zones",
        ),
        (
            replace(STAGE, api_reserved_concurrency=5),
            {"get_account_settings": {"AccountLimit": {"ConcurrentExecutions": 10}}},
            "reserve 5",
        ),
    ],
)
def test_what_aws_would_refuse_later_is_refused_first(stage: Stage, answers: dict[str, Any], sentence: str) -> None:
    [said] = sentences(stage, Weight.STOP, **answers)
    assert sentence in said
    with pytest.raises(PreflightError, match=re.escape(said)):
        require(ask(Account(answers={**GOOD, **answers}), stage, Inventory(), RUNTIME))


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 14)])
def test_another_python_than_that_of_functions_stops_a_deploy(version: tuple[int, int]) -> None:
    found = [
        each.sentence for each in ask(Account(answers=GOOD), STAGE, Inventory(), version) if each.weight == Weight.STOP
    ]
    said = f"this is {version[0]}.{version[1]}: install Python 3.13, then run make deploy STAGE=dev PYTHON=python3.13"
    assert found == [f"Functions run on Python 3.13, and {said}"]


def test_a_role_that_the_stage_itself_has_made_is_its_own() -> None:
    account = {"get_account": {"cloudwatchRoleArn": f"{ROLE}mytodolist-dev-observability-ApiLogsRole-1A"}}
    assert sentences(replace(STAGE, sets_up_api_logs=True), Weight.STOP, **account) == []
    others = {"get_account": {"cloudwatchRoleArn": f"{ROLE}mytodolist-dev2-observability-ApiLogsRole-1A"}}
    assert sentences(replace(STAGE, sets_up_api_logs=True), Weight.STOP, **others) != []


def test_an_identity_that_the_stage_itself_has_made_stops_nothing_though_it_waits_for_dns() -> None:
    waiting = {"get_email_identity": {"VerifiedForSendingStatus": False}}
    assert sentences(STAGE, Weight.STOP, MESSAGING, **waiting) == []
    assert "has not verified blog@mytodolist.dev yet" in sentences(STAGE, Weight.NOTE, MESSAGING, **waiting)[0]


def test_a_new_account_is_told_of_its_sandbox_and_its_few_functions() -> None:
    answers = {
        "get_account": {"cloudwatchRoleArn": f"{ROLE}logs", "ProductionAccessEnabled": False},
        "get_account_settings": {"AccountLimit": {"ConcurrentExecutions": 10}},
    }
    sandbox, unknown, few = sentences(STAGE, Weight.NOTE, **answers)
    assert "production access" in sandbox
    assert "open the link in the mail that AWS sends to blog@mytodolist.dev" in unknown
    assert "Lambda runs 10 functions at once" in few


@pytest.mark.parametrize(
    ("answers", "name"),
    [
        ({"list_tables": {"TableNames": ["mytodolist-dev-todos"]}}, "DynamoDB table mytodolist-dev-todos"),
        (
            {"describe_log_groups": {"logGroups": [{"logGroupName": "/aws/lambda/mytodolist-dev-publish-pages"}]}},
            "log group /aws/lambda/mytodolist-dev-publish-pages",
        ),
    ],
)
def test_a_name_that_is_taken_stops_a_stage_that_would_give_it(answers: dict[str, Any], name: str) -> None:
    [said] = sentences(STAGE, Weight.STOP, **answers)
    assert name in said
    assert 'make destroy STAGE=dev WORDS="delete all data of dev"' in said


def test_a_name_that_no_stack_of_the_stage_gives_stops_nothing() -> None:
    tables = ["mytodolist-dev-old", "mytodolist-dev2-todos", "todos"]
    assert sentences(STAGE, Weight.STOP, list_tables={"TableNames": tables}) == []
    # The stage's key is a parameter, so no stack makes the secret.
    secret = {"SecretList": [{"Name": "mytodolist-dev-signing-key", "ARN": "arn"}]}
    assert sentences(replace(STAGE, signing_key="parameter"), Weight.STOP, list_secrets=secret) == []
    assert sentences(STAGE, Weight.STOP, list_secrets=secret) != []


def test_a_list_that_aws_refuses_is_said_of_the_names() -> None:
    said, quota = sentences(STAGE, Weight.UNKNOWN, list_tables="AccessDenied")
    assert quota.startswith("the quota of tables: AWS does not say")
    assert "dynamodb list_tables (AccessDenied)" in said


def test_roles_that_aws_makes_for_itself_are_said_before() -> None:
    stage = replace(STAGE, backups=True, dax_nodes=3)
    said = sentences(stage, Weight.NOTE, get_role="NoSuchEntity", get_email_identity={"VerifiedForSendingStatus": True})
    assert [each for each in said if "AWSServiceRoleForBackup, AWSServiceRoleForDAX" in each]
    assert [each for each in sentences(stage, Weight.NOTE) if "AWSServiceRole" in each] == []


@pytest.mark.parametrize("operation", ["get_account_settings", "get_account", "get_email_identity"])
def test_a_question_that_is_not_allowed_is_said_and_stops_nothing(operation: str) -> None:
    said = sentences(STAGE, Weight.UNKNOWN, **{operation: "AccessDenied"})
    assert said
    assert all("AWS does not say (AccessDenied)" in each for each in said)
    assert sentences(STAGE, Weight.STOP, **{operation: "AccessDenied"}) == []


@pytest.mark.parametrize("name", sorted(path.stem for path in STAGES.glob("*.yaml")))
def test_a_stage_file_as_it_comes_is_refused_with_the_setting(name: str) -> None:
    found = list(example_values(load(name)))
    assert any(f"infra/stages/{name}.yaml: mail_from is blog@example.com" in each for each in found)


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("mail_from", "me@mail.example.org"),
        ("domain", "todo.example.com"),
        ("certificate_arn", f"arn:aws:acm:us-east-1:111111111111:certificate/{'0' * 8}-0000-0000-0000-000000000000"),
        ("account", "123456789012"),
        ("runbooks_url", Stage("dev", "eu-west-1", "blog@mytodolist.dev").runbooks_url),
        ("runbooks_url", "https://example.com/runbooks"),
        ("kms_key_arn", "arn:aws:kms:eu-west-1:123456789012:key/1"),
    ],
)
def test_each_kind_of_example_is_known(setting: str, value: str) -> None:
    [found] = example_values(replace(STAGE, **{setting: value}))
    assert f"{setting} is {value}" in found
    assert list(example_values(STAGE)) == []


def test_no_package_is_made_of_a_stage_file_as_it_comes(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert package_command(["prod", str(tmp_path / "package")]) == 1
    assert "domain is todo.example.com, the example's domain: write your own there." in capsys.readouterr().err
    assert not (tmp_path / "package").exists()
