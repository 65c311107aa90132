"""The identities of SES that a stage sends from or has made; one identity may serve several stages of an account.

https://docs.aws.amazon.com/ses/latest/dg/verify-addresses-and-domains.html
"""

from collections.abc import Iterator

from infra.deploy.aws import Aws
from infra.deploy.ownership import identity_tags, made_by
from infra.deploy.stacks import GONE, outputs_in
from infra.deploy.stage import APP, Stage

# The output of a messaging stack that names its identity.
_OUTPUT = "MailIdentity"


def other_senders(aws: Aws, stage: Stage, identity: str) -> list[str]:
    """The other stages of this account and region whose messaging stack sends from the identity, by name."""
    found = set()
    for page in aws.client("cloudformation").get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            name = stack["StackName"].split("-")
            # `mytodolist-dev-messaging`, or `mytodolist-dev-Messaging-…` in a stage that is one stack.
            is_messaging = name[0] == APP and len(name) > len(("app", "stage")) and name[2].lower() == "messaging"
            if is_messaging and stack["StackStatus"] not in GONE and outputs_in(stack).get(_OUTPUT) == identity:
                found.add(name[1])
    return sorted(found - {stage.name})


def made_identities(aws: Aws, stage: Stage) -> Iterator[str]:
    """The identities that the stage has made: of those of its mail domain, the ones with its tag.

    A stage whose file has named another address before has left that one too.
    """
    domain = stage.mail_domain or stage.mail_from.rpartition("@")[2]
    token: dict[str, str] = {}
    while True:
        page = aws.client("sesv2").list_email_identities(**token)
        for each in page["EmailIdentities"]:
            name = str(each["IdentityName"])
            if name.rpartition("@")[2] == domain and made_by(stage, identity_tags(aws, name)):
                yield name
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}
