"""What a deploy tells Chalice of a stage."""

import pytest

from infra.deploy.aws import Aws
from infra.deploy.chalice_app import CLOSED, OPEN
from infra.deploy.release import chalice_arguments
from infra.deploy.stage import Stage

ACCOUNT = Aws(None, "eu-north-1", "123456789012", "aws")
SITE = "https://todo.example.com"


@pytest.mark.parametrize(("closed", "access"), [(True, CLOSED), (False, OPEN)])
def test_a_closed_api_is_asked_for_by_the_setting(*, closed: bool, access: str) -> None:
    stage = Stage("dev", "eu-north-1", "blog@example.com", closed_api=closed)
    assert chalice_arguments(ACCOUNT, stage, SITE) == ("mytodolist-dev", SITE, "requirements.txt", access, "")


def test_roles_get_the_boundary_of_a_stage_that_asks_for_it() -> None:
    stage = Stage("dev", "eu-north-1", "blog@example.com", roles_have_boundary=True)
    *_, boundary = chalice_arguments(ACCOUNT, stage, SITE)
    assert boundary == "arn:aws:iam::123456789012:policy/boundary-mytodolist-dev"
