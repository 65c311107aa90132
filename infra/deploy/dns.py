"""The DNS records that a stage needs, as lines of a zone file, read from what AWS asks for.

https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy-setup-domain.html
https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.deploy.aws import Aws
from infra.deploy.stage import GLOBAL_REGION, Stage

_SECONDS = 300
Outputs = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """One record. `purpose` says what needs it, and whether AWS has seen it as far as AWS says so."""

    name: str
    type: str
    value: str
    purpose: str

    def line(self) -> str:
        """The record as a zone file has it."""
        target = f"{self.value.rstrip('.')}." if self.type in ("CNAME", "MX") else self.value
        return f"{self.name.rstrip('.')}. {_SECONDS} IN {self.type} {target} ; {self.purpose}"


def zone_lines(aws: Aws, stage: Stage, outputs: Outputs) -> list[str]:
    """Every record of a stage as a line of a zone file; what AWS does not let us read becomes a comment."""
    lines = []
    for what, read in _SOURCES.items():
        try:
            lines += [record.line() for record in read(aws, stage, outputs)]
        except ClientError as error:
            lines.append(f"; {what}: AWS did not say ({error.response['Error'].get('Code', 'unknown')})")
    return lines


def _mail(aws: Aws, stage: Stage, _: Outputs) -> Iterator[Record]:
    if not stage.mail_domain:
        return
    identity = aws.client("sesv2").get_email_identity(EmailIdentity=stage.mail_domain)
    dkim = identity.get("DkimAttributes", {})
    for token in dkim.get("Tokens", ()):
        name, value = f"{token}._domainkey.{stage.mail_domain}", f"{token}.dkim.amazonses.com"
        yield Record(name, "CNAME", value, f"DKIM of mails, {_said(dkim.get('Status'))}")
    attributes = identity.get("MailFromAttributes", {})
    if domain := attributes.get("MailFromDomain"):
        status = _said(attributes.get("MailFromDomainStatus"))
        yield Record(domain, "MX", f"10 feedback-smtp.{aws.region}.amazonses.com", f"bounces of mails, {status}")
        yield Record(domain, "TXT", '"v=spf1 include:amazonses.com ~all"', f"SPF of mails, {status}")


def _certificates(aws: Aws, stage: Stage, _: Outputs) -> Iterator[Record]:
    seen = set()
    for arn in filter(None, (stage.certificate_arn, stage.sign_in_certificate_arn)):
        found = aws.client("acm", GLOBAL_REGION).describe_certificate(CertificateArn=arn)["Certificate"]
        for validated in found.get("DomainValidationOptions", ()):
            asked: Any = validated.get("ResourceRecord")
            if asked and asked["Name"] not in seen:
                seen.add(asked["Name"])
                purpose = f"certificate of {validated['DomainName']}, {_said(validated.get('ValidationStatus'))}"
                yield Record(asked["Name"], asked["Type"], asked["Value"], purpose)


def _site(_: Aws, stage: Stage, outputs: Outputs) -> Iterator[Record]:
    if stage.domain and "DistributionDomain" in outputs:
        yield Record(stage.domain, "CNAME", outputs["DistributionDomain"], f"the site, {_written(stage)}")


def _sign_in(aws: Aws, stage: Stage, _: Outputs) -> Iterator[Record]:
    if "." not in stage.sign_in_domain:
        return
    found = aws.client("cognito-idp").describe_user_pool_domain(Domain=stage.sign_in_domain)["DomainDescription"]
    if target := found.get("CloudFrontDistribution"):
        yield Record(stage.sign_in_domain, "CNAME", target, f"the sign-in pages, {_written(stage)}")


def _said(status: str | None) -> str:
    return (status or "not known").lower().replace("_", " ")


def _written(stage: Stage) -> str:
    if stage.hosted_zone_id:
        return f"written by the stack into the zone {stage.hosted_zone_id}"
    return "an ALIAS or A record where the name is the top of its zone"


_SOURCES: Mapping[str, Callable[[Aws, Stage, Outputs], Iterator[Record]]] = {
    "mail": _mail,
    "certificates": _certificates,
    "the site": _site,
    "the sign-in pages": _sign_in,
}
