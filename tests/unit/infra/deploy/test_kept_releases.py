"""A release can be taken back to the one before, however long ago that was made: nothing in use expires by its age."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.deploy.aws import Aws
from infra.deploy.release import roll_back
from infra.deploy.stage import Stage
from infra.deploy.state import PACKAGE, Release, State
from tests.templates.reading import names, stack, template

# Buckets that hold what deploys and rollbacks read.
HOLDING = {"DeploysBucket", "ArtifactsBucket", "ArtifactBucket", "Artifacts"}
BUCKET = "mytodolist-dev-deploys-123456789012"
YEAR = timedelta(days=365)


def rules(resource: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = resource["Properties"].get("LifecycleConfiguration", {}).get("Rules", [])
    return found


def expiring(resource: dict[str, Any]) -> list[dict[str, Any]]:
    """The rules that delete an object's current version by its age."""
    return [rule for rule in rules(resource) if "ExpirationInDays" in rule or "ExpirationDate" in rule]


def holding() -> dict[str, dict[str, Any]]:
    return {
        f"{name}: {logical}": resource
        for name in names()
        for logical, resource in template(name)["Resources"].items()
        if resource["Type"] == "AWS::S3::Bucket" and logical in HOLDING
    }


def test_no_release_expires_by_its_age() -> None:
    assert "cloud/deploys: DeploysBucket" in holding()
    assert {name: found for name, resource in holding().items() if (found := expiring(resource))} == {}


def test_a_rule_that_lets_packages_expire_is_found() -> None:
    bucket = template("cloud/deploys")["Resources"]["DeploysBucket"]
    wrong = {"Id": "old-releases", "Status": "Enabled", "Prefix": "packages/", "ExpirationInDays": 90}
    configuration = {"Rules": [*rules(bucket), wrong]}
    assert expiring({"Properties": {**bucket["Properties"], "LifecycleConfiguration": configuration}}) == [wrong]


@pytest.mark.parametrize("seeded", [False, True])
@mock_aws
def test_the_release_before_is_there_a_year_later(tmp_path: Any, *, seeded: bool) -> None:
    # given a release that answered
    session = boto3.Session("none", "none", region_name="us-east-1")
    s3 = session.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    state = State(Aws(session, "us-east-1", "123456789012", "aws"), BUCKET, "dev")
    package = tmp_path / "package.zip"
    package.write_bytes(b"what people use")
    state.keep_release(Release("digest", "deployment", "commit", "2026-01-01"), package)
    # when a year passes, and S3 does what the bucket's rules say
    found = rules(stack("cloud/deploys")["Resources"]["DeploysBucket"])
    if seeded:
        found = [*found, {"Status": "Enabled", "Prefix": "release/", "ExpirationInDays": 90}]
    a_year_later(s3, found)
    # then a release that cannot answer can be taken back to it
    assert (state.package() == b"what people use") is not seeded


@mock_aws
def test_without_the_package_of_the_release_before_the_next_step_is_its_commit(tmp_path: Any) -> None:
    # given a release whose package somebody has deleted
    session = boto3.Session("none", "none", region_name="us-east-1")
    aws = Aws(session, "us-east-1", "123456789012", "aws")
    session.client("s3").create_bucket(Bucket=BUCKET)
    state, package = State(aws, BUCKET, "dev"), tmp_path / "package.zip"
    package.write_bytes(b"what people use")
    state.keep_release(Release("digest", "deployment", "0a1b2c3", "2026-01-01"), package)
    session.client("s3").delete_object(Bucket=BUCKET, Key=PACKAGE)
    # when the next one cannot answer, then the sentence says what to deploy
    said = roll_back(aws, Stage("dev", "us-east-1", "blog@example.com"), state, "api")
    assert BUCKET in said
    assert "commit 0a1b2c3 and deploy that: make deploy STAGE=dev" in said


class Account:
    """An account with the stage's bucket, functions that can be updated at once, and an API."""

    def __init__(self, session: boto3.Session) -> None:
        self._session = session
        self.architectures: set[str] = set()

    def client(self, service: str, **_: object) -> Any:
        return self._session.client("s3") if service == "s3" else self

    def update_function_code(self, Architectures: list[str], **_: object) -> None:  # noqa: N803 - AWS's own name
        self.architectures.update(Architectures)

    def get_waiter(self, _: str) -> "Account":
        return self

    def wait(self, **_: object) -> None: ...

    def update_stage(self, **_: object) -> None: ...


@pytest.mark.parametrize(("kept", "expected"), [("x86_64", "x86_64"), ("", "arm64")])
@mock_aws
def test_a_release_that_is_taken_back_has_the_architecture_of_its_package(
    tmp_path: Any, kept: str, expected: str
) -> None:
    # given a release for another architecture than the stage's file says now, or one that does not say it
    account = Account(boto3.Session("none", "none", region_name="us-east-1"))
    account.client("s3").create_bucket(Bucket=BUCKET)
    aws = Aws(account, "us-east-1", "123456789012", "aws", "http://127.0.0.1:1")
    state, package = State(aws, BUCKET, "dev"), tmp_path / "package.zip"
    package.write_bytes(b"what people use")
    state.keep_release(Release("digest", "deployment", "commit", "2026-01-01", kept), package)
    # when the next one cannot answer
    roll_back(aws, Stage("dev", "us-east-1", "blog@example.com", architecture="arm64"), state, "api")
    # then every function gets the architecture together with the package
    assert account.architectures == {expected}


def a_year_later(s3: Any, found: list[dict[str, Any]]) -> None:
    now = datetime.now(UTC) + YEAR
    for item in s3.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        for rule in found:
            age = now - item["LastModified"]
            if item["Key"].startswith(rule.get("Prefix", "")) and age.days >= int(rule.get("ExpirationInDays", 10**6)):
                s3.delete_object(Bucket=BUCKET, Key=item["Key"])
