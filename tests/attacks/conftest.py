"""One engine for all attacks on it, with what a person and a function may and may not touch."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.credentials import Credentials

from infra.local.engine_process import EngineProcess
from tests.attacks.requests import REGION, Caller, Wire

SITE = "http://127.0.0.1:8080"
PASSWORD = "Paper-and-1nk"
ACCOUNT = "000000000000"
MINE, THEIRS = "mine", "theirs"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.allow_hosts(["127.0.0.1"]))


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineProcess]:
    with EngineProcess(tmp_path_factory.mktemp("attacked"), origins=[SITE]) as running:
        yield running


@pytest.fixture
def wire(engine: EngineProcess) -> Iterator[Wire]:
    connection = Wire(engine.port)
    yield connection
    connection.close()


@dataclass(frozen=True)
class Laptop:
    """What there is to attack: a pool with a victim, two tables with a row each, an object, and a function."""

    engine: EngineProcess
    pool: str
    client_id: str

    def client(self, service: str) -> Any:
        """A client of the engine's root."""
        keys = {"aws_access_key_id": self.engine.access_key, "aws_secret_access_key": self.engine.secret_key}
        return boto3.client(service, endpoint_url=self.engine.url, region_name=REGION, config=_PATIENT, **keys)

    def anyone(self, service: str) -> Any:
        """A client without keys."""
        config = Config(signature_version=UNSIGNED)
        return boto3.client(service, endpoint_url=self.engine.url, region_name=REGION, config=config)


_PATIENT = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})


@pytest.fixture(scope="session")
def laptop(engine: EngineProcess) -> Laptop:
    made = Laptop(engine, "", "")
    idp = made.client("cognito-idp")
    pool = idp.create_user_pool(PoolName="people")["UserPool"]["Id"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = idp.create_user_pool_client(UserPoolId=pool, ClientName="web", ExplicitAuthFlows=flows)
    for name in (MINE, THEIRS):
        idp.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS")
        idp.admin_set_user_password(UserPoolId=pool, Username=name, Password=PASSWORD, Permanent=True)
        made.client("dynamodb").create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        )
        for owner in (MINE, THEIRS):
            made.client("dynamodb").put_item(TableName=name, Item={"pk": {"S": owner}, "words": {"S": f"of {owner}"}})
    s3 = made.client("s3")
    s3.create_bucket(Bucket="attacked")
    s3.put_object(Bucket="attacked", Key="private/one", Body=b"of theirs")
    return Laptop(engine, pool, client["UserPoolClient"]["ClientId"])


@pytest.fixture(scope="session")
def person(laptop: Laptop) -> Caller:
    """A signed-in person's keys, as the browser has them: the own rows, and the own prefix."""
    statements = [
        {
            "Effect": "Allow",
            "Action": "dynamodb:Query",
            "Resource": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{MINE}",
            "Condition": {
                "ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [MINE]},
                "Null": {"dynamodb:LeadingKeys": "false"},
            },
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": f"arn:aws:s3:::attacked/users/{MINE}/*",
        },
    ]
    return _assumed(laptop, "person", statements)


@pytest.fixture(scope="session")
def function(laptop: Laptop) -> Caller:
    """A function's keys: it may read one table."""
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{MINE}"
    return _assumed(laptop, "function", [{"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": table}])


@pytest.fixture(scope="session")
def without_keys() -> Caller:
    return Caller("no key")


def _assumed(laptop: Laptop, name: str, statements: list[dict[str, Any]]) -> Caller:
    iam, sts = laptop.client("iam"), laptop.client("sts")
    principal = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [principal]})
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=policy)
    keys = sts.assume_role(RoleArn=role, RoleSessionName=name)["Credentials"]
    return Caller(name, Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]))
