"""The DNS records of a stage, as AWS asks for them."""

from dataclasses import replace
from typing import Any

from infra.deploy.__main__ import output_lines
from infra.deploy.aws import Aws
from infra.deploy.dns import zone_lines
from infra.deploy.stage import Stage
from tests.support.cloudformation import error

CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/1"
STAGE = Stage(
    "prod",
    "eu-north-1",
    "blog@example.com",
    mail_domain="example.com",
    domain="todo.example.com",
    certificate_arn=CERTIFICATE,
    sign_in_domain="auth.example.com",
    sign_in_certificate_arn=CERTIFICATE,
)
OUTPUTS = {"DistributionDomain": "d1.cloudfront.net"}


class Account:
    """What SES, ACM and Cognito say of the stage's names; `denied` services refuse."""

    def __init__(self, *denied: str) -> None:
        self.denied = denied
        self.asked: list[tuple[str, str]] = []

    def client(self, service: str, region_name: str, **_: object) -> "Account":
        self.asked.append((service, region_name))
        if service in self.denied:
            raise error("AccessDeniedException", "not authorized")
        return self

    def get_email_identity(self, EmailIdentity: str) -> dict[str, Any]:  # noqa: N803 - AWS's own names
        assert EmailIdentity == "example.com"
        return {
            "DkimAttributes": {"Tokens": ["abc", "def"], "Status": "PENDING"},
            "MailFromAttributes": {"MailFromDomain": "bounces.example.com", "MailFromDomainStatus": "SUCCESS"},
        }

    def describe_certificate(self, CertificateArn: str) -> dict[str, Any]:  # noqa: N803
        assert CertificateArn == CERTIFICATE
        record = {"Name": "_x.todo.example.com.", "Type": "CNAME", "Value": "_y.acm-validations.aws."}
        option = {"DomainName": "todo.example.com", "ValidationStatus": "SUCCESS", "ResourceRecord": record}
        return {"Certificate": {"DomainValidationOptions": [option]}}

    def describe_user_pool_domain(self, Domain: str) -> dict[str, Any]:  # noqa: N803
        assert Domain == "auth.example.com"
        return {"DomainDescription": {"CloudFrontDistribution": "d2.cloudfront.net"}}


def lines(account: Account, stage: Stage = STAGE) -> list[str]:
    return zone_lines(Aws(account, "eu-north-1", "123456789012", "aws"), stage, OUTPUTS)


def test_every_record_that_aws_asks_for_is_a_line_of_a_zone_file() -> None:
    account = Account()
    alias = "an ALIAS or A record where the name is the top of its zone"
    assert lines(account) == [
        "abc._domainkey.example.com. 300 IN CNAME abc.dkim.amazonses.com. ; DKIM of mails, pending",
        "def._domainkey.example.com. 300 IN CNAME def.dkim.amazonses.com. ; DKIM of mails, pending",
        "bounces.example.com. 300 IN MX 10 feedback-smtp.eu-north-1.amazonses.com. ; bounces of mails, success",
        'bounces.example.com. 300 IN TXT "v=spf1 include:amazonses.com ~all" ; SPF of mails, success',
        "_x.todo.example.com. 300 IN CNAME _y.acm-validations.aws. ; certificate of todo.example.com, success",
        f"todo.example.com. 300 IN CNAME d1.cloudfront.net. ; the site, {alias}",
        f"auth.example.com. 300 IN CNAME d2.cloudfront.net. ; the sign-in pages, {alias}",
    ]
    assert ("acm", "us-east-1") in account.asked


def test_the_outputs_of_a_stage_are_shown_with_its_records_and_without_its_secret() -> None:
    account = Aws(Account(), "eu-north-1", "123456789012", "aws")
    shown = output_lines(account, STAGE, {**OUTPUTS, "SiteApiKey": "secret"})
    assert shown == ["DistributionDomain=d1.cloudfront.net", *lines(Account())]
    assert any("_domainkey" in line for line in shown)


def test_records_that_a_stack_writes_say_so() -> None:
    found = lines(Account(), replace(STAGE, hosted_zone_id="Z1"))
    assert [line for line in found if "written by the stack into the zone Z1" in line] == found[-2:]


def test_what_aws_does_not_let_us_read_is_a_comment_and_the_rest_is_there() -> None:
    found = lines(Account("sesv2"))
    assert found[0] == "; mail: AWS did not say (AccessDeniedException)"
    assert len(found) == 4


def test_a_stage_without_names_of_its_own_needs_no_record() -> None:
    account = Account()
    assert lines(account, Stage("dev", "eu-north-1", "blog@example.com")) == []
    assert account.asked == []
