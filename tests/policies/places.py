"""The ARNs of the stage `prod`, and of things beside it that it must not touch."""

from tests.templates.reading import ACCOUNT, REGION, STAGE


def table(name: str, stage: str = STAGE) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/mytodolist-{stage}-{name}"


def index(table_name: str, name: str) -> str:
    return f"{table(table_name)}/index/{name}"


def stream(table_name: str) -> str:
    return f"{table(table_name)}/stream/2026-01-01T00:00:00.000"


def queue(name: str, stage: str = STAGE) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:mytodolist-{stage}-{name}"


def topic(name: str, stage: str = STAGE) -> str:
    return f"arn:aws:sns:{REGION}:{ACCOUNT}:mytodolist-{stage}-{name}"


def bucket(name: str, key: str = "", stage: str = STAGE) -> str:
    return f"arn:aws:s3:::mytodolist-{stage}-{name}-{ACCOUNT}{f'/{key}' if key else ''}"


def log(function: str) -> str:
    return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/{function}:log-stream:2026/01/01/[$LATEST]1"


def sender(address: str) -> str:
    return f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{address}"


def configuration_set(stage: str = STAGE) -> str:
    return f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/mytodolist-{stage}"


def route(api: str, method: str, path: str, stage: str = "api") -> str:
    return f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api}/{stage}/{method}/{path}"


def distribution(name: str) -> str:
    return f"arn:aws:cloudfront::{ACCOUNT}:distribution/{name}"
