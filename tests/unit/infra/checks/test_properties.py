"""Templates set no property that AWS has deprecated, sets itself, or never shows again."""

from pathlib import Path

import pytest

from infra.checks.properties import WRITE_ONLY, misused
from infra.checks.resolving import read
from infra.deploy.parts import TEMPLATES

FILES = sorted(TEMPLATES.rglob("*.yaml"))
WRONG = {
    "deprecated": "Type: AWS::XRay::SamplingRule, Properties: { RuleName: old }",
    "only AWS sets": "Type: AWS::SQS::Queue, Properties: { QueueUrl: mine }",
    "never shows": "Type: AWS::Backup::BackupVault, Properties: { LockConfiguration: { ChangeableForDays: 3 } }",
    "deprecated DistributionConfig": (
        "Type: AWS::CloudFront::Distribution, Properties: { DistributionConfig: { S3Origin: { DNSName: old } } }"
    ),
}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_template_sets_what_it_should_not(file: Path) -> None:
    assert list(misused(read(file))) == []


@pytest.mark.parametrize("said", WRONG)
def test_a_property_that_should_not_be_set_is_found(tmp_path: Path, said: str) -> None:
    file = tmp_path / "template.yaml"
    file.write_text(f"Resources: {{ It: {{ {WRONG[said]} }} }}")
    [fault] = misused(read(file))
    assert said.partition(" ")[0] in fault


def test_what_is_accepted_is_still_used() -> None:
    used = {resource["Type"] for file in FILES for resource in read(file)["Resources"].values()}
    assert [kind for kind, _ in WRITE_ONLY if kind not in used] == []
