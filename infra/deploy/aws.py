"""The account that a stage is deployed to: clients, and who is asking."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.deploy import calls
from infra.deploy.stage import Stage, StageError

# Where every call is noted, one JSON object a line; for rehearsals.
CALLS_FILE = "DEPLOY_CALLS_FILE"
# How often to look whether AWS has finished something; an engine on this machine is asked sooner.
POLL_SECONDS = 5.0
LOCAL_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Aws:
    """A stage's account. `endpoint` is empty on AWS, and the address of a local engine in a rehearsal."""

    session: Any
    region: str
    account: str
    partition: str
    endpoint: str = ""

    @property
    def poll_seconds(self) -> float:
        """How long to wait between two looks."""
        return LOCAL_POLL_SECONDS if self.endpoint else POLL_SECONDS

    def role_boundary_arn(self, stage: Stage) -> str:
        """The permissions boundary of the stage's roles in this account; empty where the stage has none."""
        return f"arn:{self.partition}:iam::{self.account}:policy/{stage.role_boundary}" if stage.role_boundary else ""

    def client(self, service: str, region: str = "") -> Any:  # noqa: ANN401 - boto3's clients are made at run time
        """A client in the stage's region, or in another."""
        return make_client(self.session, service, region or self.region)


def connect(stage: Stage) -> Aws:
    """Find out which account the credentials are of, and that it is the stage's.

    Raises:
        StageError: there are no credentials, or they are another account's.
    """
    session = new_session()
    try:
        caller = make_client(session, "sts", stage.region).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise StageError(f"AWS does not know you ({error}). Sign in, then run the command again.") from error
    if stage.account and caller["Account"] != stage.account:
        raise StageError(f"The stage {stage.name} is of account {stage.account}; you are in {caller['Account']}.")
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    return Aws(session, stage.region, caller["Account"], caller["Arn"].split(":")[1], endpoint)


def new_session() -> Any:  # noqa: ANN401 - boto3's session
    """A session that notes its calls where CALLS_FILE says so."""
    return boto3.Session(botocore_session=new_botocore_session())


def new_botocore_session() -> Any:  # noqa: ANN401 - Chalice works with these
    """The same for Chalice, which uses botocore itself."""
    session = botocore.session.get_session()
    noted = os.environ.get(CALLS_FILE)
    if noted:
        calls.note(session, Path(noted))
    return session


def make_client(session: Any, service: str, region: str) -> Any:  # noqa: ANN401
    """A client that tries again when AWS asks for patience."""
    config = Config(retries={"mode": "standard", "total_max_attempts": 5}, connect_timeout=5, read_timeout=70)
    return session.client(service, region_name=region, config=config)
