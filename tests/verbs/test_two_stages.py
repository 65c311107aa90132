"""Two stages in one account and region: what is done with one leaves everything of the other as it is."""

from dataclasses import replace
from pathlib import Path

from infra.deploy import api, config
from infra.deploy.aws import Aws
from infra.deploy.destroy import destroy, sentences, words_for_data
from infra.deploy.findings import Weight
from infra.deploy.plan import look
from infra.deploy.preflight import api_logs, hosted_zone, mail, names
from infra.deploy.stage import Stage
from tests.verbs.conftest import STAGE, MakeStacks
from tests.verbs.everything import changes, everything, of_the_account

CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/c"


def stages(aws: Aws) -> tuple[Stage, Stage]:
    """A stage, and another whose name begins alike, of the same mail domain and DNS zone."""
    zone = aws.client("route53").create_hosted_zone(Name="mytodolist.dev", CallerReference="zone")["HostedZone"]["Id"]
    first = Stage(
        *("dev", STAGE.region, "blog@mytodolist.dev"),
        mail_domain="mytodolist.dev",
        domain="dev.mytodolist.dev",
        certificate_arn=CERTIFICATE,
        hosted_zone_id=zone.removeprefix("/hostedzone/"),
        sets_up_api_logs=True,
        dashboard=False,
        alarms="least",
    )
    second = replace(first, name="dev2", domain="dev2.mytodolist.dev", mail_identity="existing", sets_up_api_logs=False)
    return first, second


def release(aws: Aws, stage: Stage) -> None:
    """An API with its plans and keys, as a deploy makes them beside the stacks."""
    gateway = aws.client("apigateway")
    made = gateway.create_rest_api(name=stage.api_name)["id"]
    resource = gateway.get_resources(restApiId=made)["items"][0]["id"]
    gateway.put_method(restApiId=made, resourceId=resource, httpMethod="GET", authorizationType="NONE")
    gateway.put_integration(restApiId=made, resourceId=resource, httpMethod="GET", type="MOCK")
    gateway.create_deployment(restApiId=made, stageName="api")
    api.put_plans(aws, made, config.plans(stage))


def test_nothing_of_a_stage_changes_when_another_is_deployed_again_and_destroyed(
    aws: Aws, make_stacks: MakeStacks, tmp_path: Path
) -> None:
    # given two stages, the second of which sends from the first's identity, and writes logs by its role
    first, second = stages(aws)
    for stage in (first, second):
        questions = (mail, names, api_logs, hosted_zone)
        findings = [each for ask in questions for each in ask(aws, stage, look(aws, stage).inventory)]
        assert [each.sentence for each in findings if each.weight == Weight.STOP] == []
        make_stacks(stage)
        release(aws, stage)
    before, shared = everything(aws, second), of_the_account(aws)
    assert len(before) > 50
    # when the first is deployed again with other settings, and destroyed with its data
    make_stacks(replace(first, log_days=7, backups=True))
    said = sentences(destroy(aws, first, words_for_data(first), tmp_path, lambda _: None))
    # then everything of the second is as it was
    assert changes(before, everything(aws, second)) == {}
    # and of what they share only the first's own has gone
    gone = changes(shared, of_the_account(aws))
    assert {name.partition(" ")[2].split()[0].rstrip(".") for name in gone} == {"dev.mytodolist.dev"}
    # which is said of what stays for the other
    assert "Left: SES identity mytodolist.dev, from which dev2 sends" in said
