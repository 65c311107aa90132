"""The stage is deployed again: changed, broken, broken off in the middle. People's data and the API's address stay."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from infra.deploy import release
from infra.deploy.chalice_app import deployed_file
from infra.deploy.release import ReleaseError
from infra.deploy.state import State, StateError
from tests.rehearsal.staging import Rehearsal
from tests.support.lifecycle import pass_days

VERSION = "chalicelib/meta/routes.py"
# Only in Lambda, so that nothing on the deploying machine notices.
BREAKS = 'import os\n\nif "AWS_LAMBDA_FUNCTION_NAME" in os.environ:\n    raise RuntimeError("broken on purpose")\n\n'


@pytest.fixture
def api_id(rehearsal: Rehearsal) -> Iterator[str]:
    found = rehearsal.look().api_id
    assert found is not None
    yield found
    rehearsal.restore("app.py")


def version(rehearsal: Rehearsal) -> str:
    answer = rehearsal.api().get("/openapi.json")
    assert answer.status_code == 200, answer.text
    said: str = answer.json()["info"]["version"]
    return said


def posts(rehearsal: Rehearsal) -> list[str]:
    return [each["slug"] for each in rehearsal.api().get("/posts").json()["items"]]


def test_a_change_arrives_at_the_second_try_and_everything_else_stays(
    rehearsal: Rehearsal, api_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    before, resources = posts(rehearsal), rehearsal.deployed()
    was = version(rehearsal)
    rehearsal.change(VERSION, f'VERSION = "{was}"', 'VERSION = "0.9.0"')
    with monkeypatch.context() as patch:
        patch.setattr(release.functions, "put_event_settings", power_cut)
        with pytest.raises(KeyboardInterrupt):
            rehearsal.deploy()
    # As on a machine that has never deployed before; and by now the stage's file closes the API.
    deployed_file(rehearsal.project, rehearsal.stage.name).unlink()
    rehearsal.stage = replace(rehearsal.stage, closed_api=True)
    rehearsal.deploy()
    assert version(rehearsal) == "0.9.0"
    assert rehearsal.look().api_id == api_id
    assert posts(rehearsal) == before == ["a-rehearsal"]
    assert rehearsal.deployed() == resources


def test_a_closed_api_answers_nobody_who_comes_past_the_edge(rehearsal: Rehearsal) -> None:
    # given an API that was closed by the last deploy, and somebody who has signed in
    person = rehearsal.sign_up("closed")
    token = {"Authorization": person.api.headers["Authorization"]}
    # when they ask with the key that CloudFront shows, then they are answered
    assert person.api.get("/todos").status_code == 200
    # and past CloudFront they are not, whatever they show for a key
    for headers in (token, {**token, "x-api-key": "somebody's own idea"}):
        assert httpx.get(f"{person.api.base_url}todos", headers=headers, timeout=60).status_code == 403
    # and without a token the key opens nothing
    assert rehearsal.api().get("/todos").status_code == 401
    # The next deploy opens it again.
    rehearsal.stage = replace(rehearsal.stage, closed_api=False)


def test_a_release_that_cannot_answer_is_taken_back_though_the_one_before_is_old(
    rehearsal: Rehearsal, api_id: str
) -> None:
    # given a release that has answered for longer than the bucket of releases keeps anything that was replaced
    s3 = rehearsal.client("s3")
    before = s3.list_object_versions(Bucket=rehearsal.outputs["DeploysBucket"])["Versions"]
    pass_days(s3, rehearsal.outputs["DeploysBucket"], days=400)
    after = s3.list_object_versions(Bucket=rehearsal.outputs["DeploysBucket"])["Versions"]
    assert len(after) < len(before)
    # when one is deployed that cannot answer, then the old one is back
    rehearsal.change("app.py", "from typing import Any\n", f"{BREAKS}from typing import Any\n")
    with pytest.raises(ReleaseError, match=r"answered 502 instead of 200[\s\S]*The release was taken back"):
        rehearsal.deploy()
    assert version(rehearsal) == "0.9.0"
    assert (posts(rehearsal), rehearsal.look().api_id) == (["a-rehearsal"], api_id)


def test_code_that_does_not_even_load_changes_nothing(rehearsal: Rehearsal, api_id: str) -> None:
    rehearsal.change("app.py", "from typing import Any\n", "from typing import Nothing\n")
    with pytest.raises(ReleaseError, match="cannot import name 'Nothing'"):
        rehearsal.deploy()
    assert (version(rehearsal), rehearsal.look().api_id) == ("0.9.0", api_id)


def test_chalice_typed_by_hand_finds_its_stage(rehearsal: Rehearsal, api_id: str) -> None:
    asked = subprocess.run(
        [str(Path(sys.executable).with_name("chalice")), "url", "--stage", "rehearsal"],
        cwd=rehearsal.project,
        env={**os.environ, "AWS_DEFAULT_REGION": rehearsal.stage.region},
        capture_output=True,
        text=True,
        check=True,
    )
    assert asked.stdout.startswith(f"https://{api_id}.execute-api.us-east-1.")


def test_an_api_that_chalice_alone_gave_another_name_is_found_all_the_same(rehearsal: Rehearsal, api_id: str) -> None:
    renamed = {"op": "replace", "path": "/name", "value": "mytodolist"}
    rehearsal.client("apigateway").update_rest_api(restApiId=api_id, patchOperations=[renamed])
    assert rehearsal.look().api_id == api_id


def test_two_people_do_not_deploy_at_once(rehearsal: Rehearsal) -> None:
    state = State(rehearsal.aws, rehearsal.outputs["DeploysBucket"], rehearsal.stage.name)
    with state.locked(), pytest.raises(StateError, match=r"has been deploying rehearsal since .* make unlock"):
        rehearsal.deploy()
    with state.locked():
        pass


def test_no_secret_is_said(rehearsal: Rehearsal) -> None:
    said = "\n".join(rehearsal.said)
    secret = rehearsal.client("secretsmanager").get_secret_value(SecretId=rehearsal.outputs["SigningKeyArn"])
    assert rehearsal.key() not in said
    assert secret["SecretString"] not in said
    assert not re.search(r"AKIA|LKIA|eyJ", said)
