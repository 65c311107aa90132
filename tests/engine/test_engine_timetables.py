"""Rules that fire by the clock. In a file that runs last: the minute they need passes during the others."""

import json

from engine_support import Aws, eventually


def test_rate_and_cron_rules_fire_each_minute(aws: Aws, every_minute: str) -> None:
    heard: list[str] = []

    def listen() -> bool:
        answer = aws.client("sqs").receive_message(QueueUrl=every_minute, MaxNumberOfMessages=10)
        heard.extend(json.loads(message["Body"]) for message in answer.get("Messages", []))
        return {"rate(1 minute)", "cron(* * * * ? *)"} <= set(heard)

    eventually(listen, seconds=120)
