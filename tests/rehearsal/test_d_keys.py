"""Keys are rotated while the stage answers: old links and the old site key are valid until new ones are in use."""

import json
import re

from infra import policies
from infra.deploy.config import SIGNING
from infra.deploy.rotation import rotate_keys
from infra.stage_values import read_values
from tests.rehearsal.staging import Rehearsal, until

EMAIL = "rotation@example.com"


def signing_keys(rehearsal: Rehearsal) -> dict[str, str | None]:
    """The signing key that each function has."""
    lambda_, found = rehearsal.client("lambda"), {}
    for function in policies.FUNCTIONS:
        name = policies.lambda_name(function, rehearsal.stage.name)
        told = lambda_.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        found[function] = told.get("SIGNING_KEY")
    return found


def status(rehearsal: Rehearsal, key: str) -> int:
    return rehearsal.api(key=key).get("/posts").status_code


def rotate(rehearsal: Rehearsal) -> tuple[str, list[int]]:
    """Rotate; return the site key of before, and how both are answered while CloudFront still shows the old one."""
    before, meanwhile = rehearsal.key(), []

    def say(line: str) -> None:
        rehearsal.said.append(line)
        if "CloudFront takes some minutes" in line:
            client = rehearsal.client("apigateway")
            keys = client.get_api_keys(includeValues=True)["items"]
            new = next(each["value"] for each in keys if each["name"].endswith("-next"))
            meanwhile.extend([status(rehearsal, before), status(rehearsal, new)])

    rotate_keys(rehearsal.aws, rehearsal.stage, rehearsal.project, say)
    return before, meanwhile


def test_links_and_keys_are_valid_before_while_and_after_keys_are_rotated(rehearsal: Rehearsal) -> None:
    # given a link in a mail, and functions of which only those that sign have the key
    assert rehearsal.api().post("/subscribers", json={"email": EMAIL}).status_code == 202
    mail = until(lambda: rehearsal.mails_to(EMAIL))[-1]
    link = re.search(r"/subscribers/confirm\?token=[\w.-]+", mail["text"])
    assert link is not None
    first = signing_keys(rehearsal)
    assert {name for name, key in first.items() if key} == set(SIGNING)
    # when the keys are rotated
    old, meanwhile = rotate(rehearsal)
    # then both site keys were right meanwhile, and the new one is alone now
    assert meanwhile == [200, 200]
    assert (status(rehearsal, rehearsal.key()), status(rehearsal, old)) == (200, 403)
    # and the link is right, though the functions have a new key
    ring = json.loads(str(signing_keys(rehearsal)[policies.API]))
    assert ring["signing_keys"][0]["key"] == ring["digest_key"] == first[policies.API]
    answer = rehearsal.api().get(link[0], headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"].endswith("/blog/subscribed/")) == (303, True)


def test_cloudfront_shows_the_new_key_and_a_deploy_by_hand_keeps_it(rehearsal: Rehearsal) -> None:
    cloudfront = rehearsal.client("cloudfront")
    distribution = cloudfront.get_distribution_config(Id=rehearsal.outputs["DistributionId"])["DistributionConfig"]
    headers = [
        header["HeaderValue"]
        for origin in distribution["Origins"]["Items"]
        for header in origin.get("CustomHeaders", {}).get("Items", [])
    ]
    assert headers == [rehearsal.key()]
    values = read_values(rehearsal.project, rehearsal.stage.name)
    assert values is not None
    told = values.config["lambda_functions"]["api_handler"]["environment_variables"]
    assert told["SIGNING_KEY"] == signing_keys(rehearsal)[policies.API]


def test_a_second_run_makes_no_third_signing_key_within_the_hour(rehearsal: Rehearsal) -> None:
    before = signing_keys(rehearsal)
    assert rotate(rehearsal)[1] == [200, 200]
    assert signing_keys(rehearsal) == before
    names = {each["name"] for each in rehearsal.client("apigateway").get_api_keys()["items"]}
    assert names == {"mytodolist-rehearsal-site", "mytodolist-rehearsal-readers"}
