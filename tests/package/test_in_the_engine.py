"""The transformed template as one CloudFormation stack of a local engine: made whole by the role that deploys it."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.deploy import __main__ as command
from infra.deploy.destroy import DestroyError, words_for_data, words_for_protected
from infra.deploy.inventory import WayError
from infra.deploy.one_stack.functions import ALIAS
from infra.deploy.stage import ROOT, Stage
from tests.package.building import STAGE
from tests.package.deployed import NAME, STACK, Deployed, account, deploy, until
from tests.package.engine_types import BUILT, NOT_TAKEN, RECORDED_ONLY
from tests.support.deploy_role import unlisted

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
Say = Callable[..., list[str]]
BY_THE_OTHER_WAY = "make package STAGE=prod, then aws cloudformation deploy, as docs/deploying.md says"


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    with account(tmp_path_factory.mktemp("one-stack")) as stack:
        deploy(stack)
        yield stack


def declared(template: Path) -> dict[str, str]:
    """The types of a template's resources, without those that hang on a condition."""
    found = json.loads(template.read_text())["Resources"]
    return {name: each["Type"] for name, each in found.items() if "Condition" not in each}


def types(resources: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    return {name: each["ResourceType"] for name, each in resources.items()}


def test_every_resource_of_the_stack_is_made(deployed: Deployed) -> None:
    stack = deployed.described()
    assert stack["StackStatus"] == "UPDATE_COMPLETE", stack.get("StackStatusReason")
    made = types(deployed.resources())
    assert made == declared(deployed.built.stack)
    assert len(made) >= 60


def test_every_resource_of_the_nested_stacks_is_made(deployed: Deployed) -> None:
    urls = {
        name: resource["Properties"]["TemplateURL"].partition("/templates/")[2]
        for name, resource in json.loads(deployed.built.stack.read_text())["Resources"].items()
        if resource["Type"] == STACK
    }
    nested = deployed.nested()
    assert set(nested) == set(urls)
    for name, stack_id in nested.items():
        assert deployed.described(stack_id)["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE")
        made = types(deployed.resources(stack_id))
        assert made.items() >= declared(deployed.built.expanded / urls[name]).items(), name


def test_what_is_built_and_what_is_only_recorded(deployed: Deployed) -> None:
    stacks = [NAME, *deployed.nested().values()]
    made = {kind for stack in stacks for kind in types(deployed.resources(stack)).values()}
    source = (ROOT / "infra" / "local" / "engine" / "gaps" / "stack_records.py").read_text()
    assert {kind for kind in made if f'"{kind}": ("' in source} == RECORDED_ONLY
    assert made >= BUILT


def test_its_api_answers(deployed: Deployed) -> None:
    with deployed.api() as api:
        assert api.get("/health").json() == {"status": "ok", "stage": "prod"}
        # It reads its tables with the role that its policy makes.
        assert api.get("/posts").json() == {"items": [], "next": None}
        assert api.get("/todos").status_code == 401
        assert api.get("/nothing-here").status_code == 404
    with deployed.api(plan=None) as api:
        assert api.get("/posts").status_code == 403


def test_its_routes_call_the_alias_of_a_release(deployed: Deployed) -> None:
    functions, handler = deployed.client("lambda"), deployed.resources()["APIHandler"]["PhysicalResourceId"]
    assert functions.get_alias(FunctionName=handler, Name=ALIAS)["FunctionVersion"] == "1"
    apis, api_id = deployed.client("apigateway"), deployed.resources()["RestAPI"]["PhysicalResourceId"]
    resources = apis.get_resources(restApiId=api_id, limit=500)["items"]
    health = next(each["id"] for each in resources if each["path"] == "/health")
    called = apis.get_integration(restApiId=api_id, resourceId=health, httpMethod="GET")["uri"]
    assert called.endswith(f":{handler}:{ALIAS}/invocations")


def test_cloudfront_is_given_the_key_that_the_api_wants(deployed: Deployed) -> None:
    secret = deployed.client("secretsmanager").get_secret_value(SecretId=f"{NAME}-site-key")
    with deployed.api() as asked:
        assert asked.headers["x-api-key"] == secret["SecretString"]
    [distribution] = deployed.client("cloudfront").list_distributions()["DistributionList"]["Items"]
    api_id = deployed.resources()["RestAPI"]["PhysicalResourceId"]
    [api] = [each for each in distribution["Origins"]["Items"] if each["DomainName"].startswith(api_id)]
    shown = {each["HeaderName"]: each["HeaderValue"] for each in api["CustomHeaders"]["Items"]}
    assert shown["x-api-key"] == f"{{{{resolve:secretsmanager:{secret['ARN']}}}}}"


def test_a_message_reaches_the_owner_by_the_stream(deployed: Deployed) -> None:
    message = {"name": "Bo", "email": "bo@example.com", "message": "Hello from one stack"}
    with deployed.api() as api:
        assert api.post("/contact", json=message).status_code == 202
    deadline = time.monotonic() + 30
    while not (mails := [mail for mail in deployed.engine.mail() if STAGE.owner_email in mail["to"]]):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert "Hello from one stack" in mails[0]["text"]


def test_the_manual_says_what_is_not_taken() -> None:
    text = (ROOT / "docs" / "deploying.md").read_text()
    for each in NOT_TAKEN:
        assert each in text


# --- every verb on the one stack, in the order of a stage's life


@pytest.fixture
def say(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a verb on the stage as the role that deploys, and return its lines."""

    def run(verb: str, words: str = "", stage: Stage = STAGE) -> list[str]:
        command.VERBS[verb](deployed.aws, stage, words)
        return capsys.readouterr().out.splitlines()

    return run


def test_plan_and_deploy_leave_it_alone_and_say_what_changes_it(
    deployed: Deployed, say: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    said = say("plan")
    assert f"  prod is one stack: {BY_THE_OTHER_WAY}" in said
    assert {line.split()[0] for line in said if "mytodolist-prod" in line} == {"leave"}
    before = deployed.described()
    with pytest.raises(WayError, match="make package STAGE=prod and aws cloudformation deploy"):
        say("deploy")
    capsys.readouterr()
    assert deployed.described() == before


def test_status_outputs_and_drift_look_at_the_whole_of_it(deployed: Deployed, say: Say) -> None:
    status = dict(line.split(maxsplit=1) for line in say("status"))
    assert status["prod"] == "is one stack, deployed by aws cloudformation deploy"
    assert status[NAME] == "UPDATE_COMPLETE"
    assert len([name for name in status if name.startswith(f"{NAME}-")]) >= 15
    outputs = dict(line.split("=", 1) for line in say("outputs") if "=" in line)
    assert outputs["ApiId"] == deployed.resources()["RestAPI"]["PhysicalResourceId"] == status["API"]
    assert "SiteApiKey" not in outputs
    assert say("drift") == ["prod is as its last deploy has left it."]


def test_site_and_smoke_end_a_deploy(say: Say) -> None:
    assert "  0 old versions of functions were deleted" in say("site")
    assert {"  public routes want the key", "  /blog/index.html is there"} <= set(say("smoke"))


def test_its_keys_are_rotated_with_both_valid_meanwhile(deployed: Deployed, say: Say) -> None:
    # given the parameters that the verb names
    given = dict(line.split("=", 1) for line in say("rotate-keys") if "=" in line)
    assert given == {"KeysRotated": given["KeysRotated"], "SiteKeyNumber": "1"}
    old = deployed.site_key()
    # when the one stack is deployed with them, and is stopped when CloudFront has the new key
    paused = deployed.template()
    paused["Resources"] |= {
        "Signal": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Pause": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "DependsOn": ["Edge", "SitePlanKey"],
            "Properties": {"Handle": {"Ref": "Signal"}, "Timeout": "60"},
        },
    }
    deployed.begin(paused, **given)
    until(lambda: deployed.has_begun("Pause") or None)
    new = deployed.site_key("1")
    # then both are valid
    assert [deployed.answers(old), deployed.answers(new)] == [200, 200]
    # and in the end the new one alone
    signal = {"Status": "SUCCESS", "UniqueId": "1", "Data": "", "Reason": ""}
    handle = deployed.resources()["Signal"]["PhysicalResourceId"]
    httpx.put(handle, content=json.dumps(signal)).raise_for_status()
    assert deployed.end() == "UPDATE_COMPLETE", deployed.reasons()
    assert [deployed.answers(old), deployed.answers(new)] == [403, 200]


def test_what_is_switched_off_beside_it_goes_by_make_beside(deployed: Deployed, say: Say) -> None:
    # given a stage's file that asks for three stacks of us-east-1 no more
    off = replace(STAGE, edge_logs=False, monthly_budget=0, firewall=False)
    gone = {f"{NAME}-{part}" for part in ("edge-logs", "budget", "firewall")}
    assert {line.split()[1] for line in say("plan", stage=off) if line.split()[0] == "remove"} == gone
    # then the firewall stays as long as CloudFront has it, and is not given to the one stack any more
    said = say("beside", stage=off)
    assert f"  {NAME}-firewall stays until the one stack is deployed without it: run make beside after that" in said
    assert [line for line in said if line.startswith("FirewallArn=")] == []
    # and goes when the one stack is deployed without it
    assert deployed.bring(deployed.template(), FirewallArn="") == "UPDATE_COMPLETE", deployed.reasons()
    assert f"  without {NAME}-firewall" in say("beside", stage=off)
    assert not gone & {line.split()[0] for line in say("status", stage=off)}


def test_it_goes_by_the_words_for_its_data_alone(deployed: Deployed, say: Say) -> None:
    for words, sentence in (("", "is protected"), (words_for_protected(STAGE), "its data cannot stay without it")):
        with pytest.raises(DestroyError, match=sentence):
            say("destroy", words)
    assert deployed.status() == "UPDATE_COMPLETE"
    said = say("destroy", words_for_data(STAGE))
    # The identity is the test's own, in the place of a mail domain.
    assert [line for line in said if line.startswith("Left")] == ["Left: SES identity blog@example.com"]
    assert say("status")[0] == "prod is not deployed"


@pytest.mark.parametrize(("on_failure", "status"), [("ROLLBACK", "ROLLBACK_COMPLETE"), ("DO_NOTHING", "CREATE_FAILED")])
def test_a_creation_that_failed_is_said_by_every_verb_and_is_taken_down(
    deployed: Deployed, say: Say, on_failure: str, status: str
) -> None:
    # given a first deploy that fails when some of it is made
    say("beside")
    deployed.upload()
    broken = {"Type": "AWS::CloudWatch::Dashboard", "DependsOn": ["Identity"], "Properties": {"DashboardBody": "{"}}
    template = deployed.template()
    some = {name: template["Resources"][name] for name in ("Logs", "Identity")}
    part = {**template, "Resources": {**some, "Broken": broken}, "Outputs": {}}
    assert deployed.bring(part, "CREATE", on_failure, Protected="false") == status
    # then looks say so
    assert any(line.split()[:2] == [NAME, status] for line in say("status"))
    assert f"{NAME} is {status}, then {BY_THE_OTHER_WAY}" in "\n".join(say("plan"))
    # and what needs a whole stage says what to run
    again = f'make destroy STAGE=prod WORDS="delete all data of prod", since {NAME} is {status}, then make package'
    for verb in ("site", "smoke", "rotate-keys"):
        with pytest.raises(command.FAILURES, match=again):
            say(verb)
    with pytest.raises(WayError, match="make package STAGE=prod"):
        say("deploy")
    # and by that command all of it goes
    say("destroy", words_for_data(STAGE))
    assert say("status")[0] == "prod is not deployed"
    assert [line for line in say("plan") if line.split()[0] not in ("create", "run", "update", "note:", "prod:")] == []


def test_the_role_knows_every_call_that_was_made(deployed: Deployed) -> None:
    made = [json.loads(line) for line in deployed.calls.read_text().splitlines()]
    assert len(made) > 200
    assert unlisted(made) == []
