"""The log group of API Gateway's execution logs, which no template can own: API Gateway makes it by itself.

https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
"""

from contextlib import suppress

from infra.deploy.aws import Aws
from infra.deploy.stage import API_STAGE


def name(api_id: str) -> str:
    """The name that API Gateway gives the group."""
    return f"API-Gateway-Execution-Logs_{api_id}/{API_STAGE}"


def keep_for(aws: Aws, api_id: str, days: int) -> None:
    """Let the group's lines expire after `days`; make the group if there is none yet."""
    logs = aws.client("logs")
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=name(api_id))
    logs.put_retention_policy(logGroupName=name(api_id), retentionInDays=days)


def delete(aws: Aws, api_id: str) -> None:
    """Delete the group; one that is gone is fine."""
    logs = aws.client("logs")
    with suppress(logs.exceptions.ResourceNotFoundException):
        logs.delete_log_group(logGroupName=name(api_id))
