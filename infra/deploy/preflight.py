"""Asks the account, before a deploy, what would stop it later. Nothing here changes anything.

Each answer is a sentence with the next step. A question that AWS refuses to answer is said, and stops nothing.
"""

import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from infra import policies
from infra.deploy import parameters, quotas, taken_names
from infra.deploy.aws import Aws
from infra.deploy.example_values import example_values
from infra.deploy.findings import Finding, Question, Weight, note, stop, unknown
from infra.deploy.inventory import Inventory, StageStack
from infra.deploy.package import RUNTIME
from infra.deploy.stage import GLOBAL_REGION, Stage

_VERSION = ".".join(map(str, RUNTIME))
_NEEDED_ZONES = 2
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
_UNRESERVED = 100


class PreflightError(Exception):
    """The account or the stage's file would stop the deploy; the message has a sentence for each reason."""


def ask(aws: Aws, stage: Stage, inventory: Inventory, version: tuple[int, ...] = sys.version_info[:2]) -> list[Finding]:
    """Ask everything; a local engine is asked only what it knows. `version` is that of the Python that deploys."""
    found = [stop(sentence) for sentence in parameters.problems(stage)]
    if not aws.endpoint:
        found += [stop(sentence) for sentence in example_values(stage)]
        found += _python(stage, version)
    for name, question in QUESTIONS.items():
        try:
            found += list(question(aws, stage, inventory))
        except (BotoCoreError, ClientError) as error:
            if not aws.endpoint:
                found.append(unknown(name, error))
    return found


def require(findings: list[Finding]) -> None:
    """Raise PreflightError where an answer stops a deploy."""
    stops = [each.sentence for each in findings if each.weight == Weight.STOP]
    if stops:
        raise PreflightError("\n".join(stops))


def _python(stage: Stage, version: tuple[int, ...]) -> Iterator[Finding]:
    if version != RUNTIME:
        yield stop(
            f"Functions run on Python {_VERSION}, and this is {'.'.join(map(str, version))}: install Python "
            f"{_VERSION}, then run make deploy STAGE={stage.name} PYTHON=python{_VERSION}",
        )


def api_logs(aws: Aws, stage: Stage, _: Inventory) -> Iterator[Finding]:
    """API Gateway writes logs by one role an account and region; a stage without it is refused as it is made.

    https://docs.aws.amazon.com/apigateway/latest/api/API_GetAccount.html
    """
    role = aws.client("apigateway").get_account().get("cloudwatchRoleArn") or ""
    file = f"infra/stages/{stage.name}.yaml"
    own = f"/{stage.api_name}-".lower() in role.lower()
    if not role and not stage.sets_up_api_logs:
        yield stop(
            f"API Gateway has no role for logs in this account and region, and refuses a stage with logs: "
            f"write sets_up_api_logs: true in {file}.",
        )
    elif role and stage.sets_up_api_logs and not own:
        yield stop(
            f"API Gateway already writes logs by {role}, which other APIs use too: take sets_up_api_logs out of "
            f"{file}, and the role is left alone.",
        )


def mail(aws: Aws, stage: Stage, inventory: Inventory) -> Iterator[Finding]:
    """Whether SES sends the stage's mails, and to whom.

    https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_GetAccount.html
    """
    ses = aws.client("sesv2")
    if not ses.get_account().get("ProductionAccessEnabled", False):
        yield note(
            "SES is in its sandbox here, and mails verified addresses alone: ask AWS for production access "
            "in SES's console.",
        )
    name = stage.mail_identity_name
    try:
        verified = ses.get_email_identity(EmailIdentity=name).get("VerifiedForSendingStatus", False)
    except ses.exceptions.NotFoundException:
        if stage.mail_identity == "existing":
            yield stop(f"SES has no identity {name} here: verify it, or write mail_identity: create.")
        else:
            yield note(f"SES has not verified {name} yet, and sends nothing before: {_steps(stage)}.")
        return
    if stage.mail_identity == "create" and _stack(inventory, "messaging") is None:
        yield stop(
            f"SES has the identity {name} already, which a stack cannot make again: write mail_identity: existing in "
            f"infra/stages/{stage.name}.yaml.",
        )
    elif not verified:
        yield note(f"SES has not verified {name} yet: {_steps(stage)}.")


def _steps(stage: Stage) -> str:
    """What verifies the stage's identity, once it is there."""
    if stage.mail_domain:
        return f"after the deploy write the records of make outputs STAGE={stage.name} into DNS"
    return f"after the deploy open the link in the mail that AWS sends to {stage.mail_from}"


def names(aws: Aws, stage: Stage, inventory: Inventory) -> Iterator[Finding]:
    """Whether something has a name already that a stack of the stage would give."""
    found = taken_names.ask(aws, stage, inventory)
    if found.loose:
        yield stop(
            f"No stack of {stage.name} has these, and CloudFormation cannot make what is there already: "
            f"{', '.join(map(str, found.loose))}. What an earlier {stage.name} has left goes with its data by make "
            f'destroy STAGE={stage.name} WORDS="delete all data of {stage.name}", after a backup as docs/restore.md '
            f"says; if anything else has the names, write a stage of another name.",
        )
    for each in () if aws.endpoint else found.unasked:
        yield Finding(Weight.UNKNOWN, f"names that are taken: AWS does not say ({each}).")


def service_roles(aws: Aws, stage: Stage, _: Inventory) -> Iterator[Finding]:
    """Which roles AWS makes for its own services in the first deploy of an account.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html
    """
    needed = {
        "AWSServiceRoleForBackup": stage.backups,
        "AWSServiceRoleForDAX": stage.dax_nodes > 0,
        "AWSServiceRoleForDynamoDBReplication": bool(stage.replica_regions),
        "AWSServiceRoleForWAFV2Logging": stage.firewall,
        "AWSServiceRoleForAmazonCognitoIdpEmailService": stage.sign_in_mail == "ses",
    }
    iam = aws.client("iam")
    missing = []
    for name in (each for each, is_needed in needed.items() if is_needed):
        try:
            iam.get_role(RoleName=name)
        except iam.exceptions.NoSuchEntityException:
            missing.append(name)
    if missing:
        yield note(
            f"AWS makes {', '.join(missing)} in this deploy: its credentials need iam:CreateServiceLinkedRole, which "
            f"the role of make bootstrap STAGE={stage.name} has.",
        )


def certificate(aws: Aws, stage: Stage, _: Inventory) -> Iterator[Finding]:
    """Whether CloudFront can take the stage's certificate.

    https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html
    """
    if not stage.domain:
        return
    acm = aws.client("acm", GLOBAL_REGION)
    try:
        found = acm.describe_certificate(CertificateArn=stage.certificate_arn)["Certificate"]
    except acm.exceptions.ResourceNotFoundException:
        yield stop(f"There is no certificate {stage.certificate_arn}: ask ACM in {GLOBAL_REGION} for one.")
        return
    names = {found["DomainName"], *found.get("SubjectAlternativeNames", ())}
    if found["Status"] != "ISSUED":
        yield stop(f"The certificate of {stage.domain} is {found['Status']}: write its records into DNS.")
    elif not {stage.domain, f"*.{stage.domain.partition('.')[2]}"} & names:
        yield stop(f"The certificate is for {', '.join(sorted(names))}, not {stage.domain}: ask for another.")
    elif found.get("NotAfter", datetime.max.replace(tzinfo=UTC)) < datetime.now(UTC):
        yield stop(f"The certificate of {stage.domain} has expired: ask ACM in {GLOBAL_REGION} for another.")


def hosted_zone(aws: Aws, stage: Stage, _: Inventory) -> Iterator[Finding]:
    """Whether the hosted zone is a public one of the stage's domain.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html
    """
    if not stage.hosted_zone_id:
        return
    route53 = aws.client("route53")
    try:
        zone = route53.get_hosted_zone(Id=stage.hosted_zone_id)["HostedZone"]
    except route53.exceptions.NoSuchHostedZone:
        yield stop(f"There is no hosted zone {stage.hosted_zone_id}: correct hosted_zone_id.")
        return
    name = zone["Name"].rstrip(".")
    if zone.get("Config", {}).get("PrivateZone") or not f".{stage.domain}".endswith(f".{name}"):
        yield stop(f"The hosted zone {stage.hosted_zone_id} is no public zone of {stage.domain}: it is {name}.")


def key(aws: Aws, stage: Stage, _: Inventory) -> Iterator[Finding]:
    """Whether the tables' key is there and works.

    https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html
    """
    if not stage.kms_key_arn:
        return
    kms = aws.client("kms")
    try:
        state = kms.describe_key(KeyId=stage.kms_key_arn)["KeyMetadata"]["KeyState"]
    except kms.exceptions.NotFoundException:
        state = "missing"
    if state != "Enabled":
        yield stop(f"The key {stage.kms_key_arn} is {state}: enable it, or correct kms_key_arn.")


def zones(aws: Aws, stage: Stage, _: Inventory) -> Iterator[Finding]:
    """Whether the region has DAX, and zones enough for its network.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html
    """
    if not stage.dax_nodes:
        return
    if stage.region not in aws.session.get_available_regions("dax"):
        yield stop(f"{stage.region} has no DAX: write dax_nodes: 0, or choose another region.")
    found = {each["ZoneName"] for each in aws.client("ec2").describe_availability_zones()["AvailabilityZones"]}
    missing = [zone for zone in stage.dax_zones if zone not in found]
    if missing:
        yield stop(f"{stage.region} has no zone {', '.join(missing)}, only {', '.join(sorted(found))}.")
    if len(found) < max(_NEEDED_ZONES, 0 if stage.dax_zones else 3):
        yield stop(f"{stage.region} has the zones {', '.join(sorted(found))}: name two in dax_zones.")


def concurrency(aws: Aws, stage: Stage, _: Inventory) -> Iterator[Finding]:
    """How many functions may run at once: a new account may have ten.

    https://docs.aws.amazon.com/lambda/latest/api/API_GetAccountSettings.html
    """
    limit = aws.client("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    reserved = stage.api_reserved_concurrency + (len(policies.FUNCTIONS) - 1) * stage.event_reserved_concurrency
    if reserved and limit - reserved < _UNRESERVED:
        yield stop(
            f"Lambda runs {limit} functions at once here and leaves {_UNRESERVED} to all functions, so it refuses to "
            f"reserve {reserved}: lower api_reserved_concurrency and event_reserved_concurrency, or ask for more.",
        )
    if limit < stage.throttle_burst:
        yield note(
            f"Lambda runs {limit} functions at once here, and the API lets {stage.throttle_burst} requests in: "
            "ask Service Quotas for more concurrent executions.",
        )


def anomalies(aws: Aws, stage: Stage, _: Inventory) -> Iterator[Finding]:
    """Whether the account has the monitor of cost anomalies that the stage's file names.

    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetAnomalyMonitors.html
    """
    if not stage.anomaly_monitor_arn:
        return
    costs = aws.client("ce", GLOBAL_REGION)
    try:
        costs.get_anomaly_monitors(MonitorArnList=[stage.anomaly_monitor_arn])
    except costs.exceptions.UnknownMonitorException:
        yield stop(
            f"The account has no cost anomaly monitor {stage.anomaly_monitor_arn}: write the ARN that aws ce "
            "get-anomaly-monitors says as anomaly_monitor_arn, or take the line out.",
        )


QUESTIONS: Mapping[str, Question] = {
    "API Gateway's role for logs": api_logs,
    "SES": mail,
    "names that are taken": names,
    "service-linked roles": service_roles,
    "the certificate": certificate,
    "the hosted zone": hosted_zone,
    "the KMS key": key,
    "zones and DAX": zones,
    "Lambda's concurrency": concurrency,
    "quotas": quotas.ask,
    "the cost anomaly monitor": anomalies,
}


def _stack(inventory: Inventory, concern: str) -> StageStack | None:
    return next((each for each in (*inventory.parts, *inventory.nested) if each.concern == concern), None)
