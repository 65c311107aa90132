"""What a template would refuse is refused before anything is deployed."""

from dataclasses import replace
from typing import Any

import pytest

from infra.deploy.parameters import check
from infra.deploy.stage import STAGES, Stage, StageError, load

STAGE = Stage("dev", "eu-north-1", "blog@example.com")


@pytest.mark.parametrize("name", sorted(path.stem for path in STAGES.glob("*.yaml")))
def test_every_stage_of_ours_passes(name: str) -> None:
    check(load(name))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"log_days": 31}, r"mytodolist-dev-edge LogDays=31, which must be one of 1, 3, 5, "),
        ({"traced_share": 1.5}, r"TracedShare=1\.5, which must be at most 1"),
        (
            {"replica_regions": ("eu-west-1", "eu-west-2", "eu-west-3", "us-east-1")},
            r"ReplicaRegion4=us-east-1, which must be left out",
        ),
        ({"mail_from": "nobody"}, r"MailFrom=nobody, which must be of the form "),
        ({"hosted_zone_id": "/hostedzone/Z1"}, r"HostedZoneId=/hostedzone/Z1, which must be of the form "),
        ({"kms_key_arn": "alias/mine"}, r"mytodolist-dev-data KmsKeyArn=alias/mine, which must be"),
        (
            {"certificate_arn": "arn:aws:acm:eu-north-1:1:certificate/1"},
            r"CertificateArn=.*, which must be of the form ",
        ),
        ({"replica_regions": ("Ireland",)}, r"ReplicaRegion1=Ireland, which must be of the form "),
    ],
)
def test_a_value_that_a_template_does_not_take_is_one_sentence(settings: dict[str, Any], sentence: str) -> None:
    with pytest.raises(StageError, match=rf"^infra/stages/dev\.yaml gives .*{sentence}"):
        check(replace(STAGE, **settings))
