"""The engine refuses what is one over a limit of AWS, and takes what is at the limit."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest
from botocore.exceptions import ClientError
from engine_support import Aws, make_table, text, unique
from functions import make_function

from infra.limits import by_id, limits

SORTED = {
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "AttributeDefinitions": [
        {"AttributeName": "pk", "AttributeType": "S"},
        {"AttributeName": "sk", "AttributeType": "S"},
    ],
}
TOPIC = {"T": {"Type": "AWS::SNS::Topic"}}


@dataclass(frozen=True)
class Trial:
    """A call that is about as large as a limit, and the code it is refused with beyond the limit."""

    call: Callable[[Aws, int], object]
    code: str


def _item(aws: Aws, size: int) -> object:
    item = {"pk": text("a"), "v": text("x" * (size - len("pkav")))}
    return aws.client("dynamodb").put_item(TableName=make_table(aws), Item=item)


def _keyed(aws: Aws, size: int, *, name: str) -> object:
    item = {"pk": text("a"), "sk": text("a"), name: text("k" * size)}
    return aws.client("dynamodb").put_item(TableName=make_table(aws, **SORTED), Item=item)


def _transaction(aws: Aws, count: int) -> object:
    table = make_table(aws)
    actions = [{"Put": {"TableName": table, "Item": {"pk": text(str(number))}}} for number in range(count)]
    return aws.client("dynamodb").transact_write_items(TransactItems=actions)


def _batch_write(aws: Aws, count: int) -> object:
    puts = [{"PutRequest": {"Item": {"pk": text(str(number))}}} for number in range(count)]
    return aws.client("dynamodb").batch_write_item(RequestItems={make_table(aws): puts})


def _batch_get(aws: Aws, count: int) -> object:
    keys = [{"pk": text(str(number))} for number in range(count)]
    return aws.client("dynamodb").batch_get_item(RequestItems={make_table(aws): {"Keys": keys}})


def _expression(aws: Aws, size: int) -> object:
    expression = "pk = :a".ljust(size)
    values = {":a": text("a")}
    return aws.client("dynamodb").scan(
        TableName=make_table(aws), FilterExpression=expression, ExpressionAttributeValues=values
    )


def _queue(aws: Aws, **attributes: str) -> str:
    return str(aws.client("sqs").create_queue(QueueName=unique("limit"), Attributes=attributes)["QueueUrl"])


def _message(aws: Aws, size: int) -> object:
    return aws.client("sqs").send_message(QueueUrl=_queue(aws), MessageBody="x" * size)


def _batch(aws: Aws, sizes: list[int]) -> object:
    entries = [{"Id": str(place), "MessageBody": "x" * size} for place, size in enumerate(sizes)]
    return aws.client("sqs").send_message_batch(QueueUrl=_queue(aws), Entries=entries)


def _publish(aws: Aws, size: int) -> object:
    topic = aws.client("sns").create_topic(Name=unique("limit"))["TopicArn"]
    return aws.client("sns").publish(TopicArn=topic, Message="x" * size)


def _bucket(aws: Aws, length: int) -> object:
    return aws.client("s3").create_bucket(Bucket=unique("b").ljust(length, "b"))


def _object_tags(aws: Aws, count: int) -> object:
    bucket, s3 = unique("limit"), aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="tagged", Body=b"")
    tags = [{"Key": str(number), "Value": "v"} for number in range(count)]
    return s3.put_object_tagging(Bucket=bucket, Key="tagged", Tagging={"TagSet": tags})


def _events(aws: Aws, count: int) -> object:
    entries = [{"Source": "test", "DetailType": "test", "Detail": "{}"}] * count
    return aws.client("events").put_events(Entries=entries)


def _stack(aws: Aws, name: str, parameters: int = 0) -> object:
    declared = {f"P{number}": {"Type": "String", "Default": "a"} for number in range(parameters)}
    template = {"Resources": TOPIC, **({"Parameters": declared} if declared else {})}
    return aws.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template))


def _long_template(aws: Aws, size: int) -> object:
    template = json.dumps({"Description": "t", "Resources": TOPIC})
    return aws.client("cloudformation").create_stack(StackName=unique("limit"), TemplateBody=template.ljust(size))


def _many(aws: Aws, count: int, *, part: str) -> object:
    things = {"Resources": {"Type": "AWS::CloudFormation::WaitConditionHandle"}, "Outputs": {"Value": "a"}}
    template = {"Resources": TOPIC, part: {f"N{number}": things[part] for number in range(count)}}
    return aws.client("cloudformation").create_stack(StackName=unique("limit"), TemplateBody=json.dumps(template))


def _policy(size: int) -> str:
    """A policy of so many characters."""
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))
    return text.replace("s3:::", f"s3:::{'a' * (size - len(text))}")


def _role(aws: Aws, name: str) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    aws.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
    return name


def _inline_policy(aws: Aws, size: int) -> object:
    role = _role(aws, unique("limit"))
    return aws.client("iam").put_role_policy(RoleName=role, PolicyName="own", PolicyDocument=_policy(size))


def _alarm(aws: Aws, name: str) -> object:
    return aws.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        MetricName="m",
        Namespace="n",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Statistic="Sum",
    )


def _subject(aws: Aws, length: int) -> object:
    topic = aws.client("sns").create_topic(Name=unique("limit"))["TopicArn"]
    return aws.client("sns").publish(TopicArn=topic, Message="x", Subject="s" * length)


def _key(aws: Aws, length: int) -> object:
    bucket, s3 = unique("limit"), aws.client("s3")
    s3.create_bucket(Bucket=bucket)
    return s3.put_object(Bucket=bucket, Key="k" * length, Body=b"")


def _rule(aws: Aws, name: str, pattern: str = "") -> object:
    when = {"EventPattern": pattern} if pattern else {"ScheduleExpression": "rate(1 day)"}
    return aws.client("events").put_rule(Name=name, **when)


def _pattern(size: int) -> str:
    empty = json.dumps({"source": [""]})
    return empty.replace('""', f'"{"s" * (size - len(empty))}"')


def _named(prefix: str, length: int) -> str:
    return unique(prefix).ljust(length, "n")


TRIALS: dict[str, Trial] = {
    "sqs-delay": Trial(
        lambda aws, value: aws.client("sqs").send_message(QueueUrl=_queue(aws), MessageBody="x", DelaySeconds=value),
        "InvalidParameterValue",
    ),
    "sqs-name": Trial(
        lambda aws, size: aws.client("sqs").create_queue(QueueName=_named("q", size)), "InvalidParameterValue"
    ),
    "sns-subject": Trial(_subject, "InvalidParameter"),
    "sns-name": Trial(lambda aws, size: aws.client("sns").create_topic(Name=_named("t", size)), "InvalidParameter"),
    "s3-key": Trial(_key, "KeyTooLongError"),
    "events-pattern": Trial(lambda aws, size: _rule(aws, unique("r"), _pattern(size)), "ValidationException"),
    "rule-name": Trial(lambda aws, size: _rule(aws, _named("r", size)), "ValidationException"),
    "iam-inline-policies": Trial(_inline_policy, "LimitExceeded"),
    "iam-managed-policy": Trial(
        lambda aws, size: aws.client("iam").create_policy(PolicyName=unique("p"), PolicyDocument=_policy(size)),
        "LimitExceeded",
    ),
    "iam-role-name": Trial(lambda aws, size: _role(aws, _named("r", size)), "ValidationError"),
    "function-name": Trial(lambda aws, size: make_function(aws, FunctionName=_named("f", size)), "ValidationException"),
    "alarm-name": Trial(lambda aws, size: _alarm(aws, _named("a", size)), "ValidationError"),
    "secret-name": Trial(
        lambda aws, size: aws.client("secretsmanager").create_secret(Name=_named("s", size), SecretString="x"),
        "ValidationException",
    ),
    "secret-value": Trial(
        lambda aws, size: aws.client("secretsmanager").create_secret(Name=unique("s"), SecretString="x" * size),
        "ValidationException",
    ),
    "pool-name": Trial(
        lambda aws, size: aws.client("cognito-idp").create_user_pool(PoolName=_named("p", size)),
        "InvalidParameterException",
    ),
    "log-group-name": Trial(
        lambda aws, size: aws.client("logs").create_log_group(logGroupName=_named("l", size)),
        "InvalidParameterException",
    ),
    "dynamodb-item": Trial(_item, "ValidationException"),
    "dynamodb-partition-key": Trial(partial(_keyed, name="pk"), "ValidationException"),
    "dynamodb-sort-key": Trial(partial(_keyed, name="sk"), "ValidationException"),
    "dynamodb-transaction": Trial(_transaction, "ValidationException"),
    "dynamodb-batch-write": Trial(_batch_write, "ValidationException"),
    "dynamodb-batch-get": Trial(_batch_get, "ValidationException"),
    "dynamodb-expression": Trial(_expression, "ValidationException"),
    "dynamodb-table-name": Trial(
        lambda aws, size: make_table(aws, unique("t").ljust(size, "t")), "ValidationException"
    ),
    "sqs-message": Trial(_message, "InvalidParameterValue"),
    "sqs-batch": Trial(
        lambda aws, count: _batch(aws, [1] * count), "AWS.SimpleQueueService.TooManyEntriesInBatchRequest"
    ),
    "sqs-batch-size": Trial(
        lambda aws, size: _batch(aws, [size // 2, size - size // 2]), "AWS.SimpleQueueService.BatchRequestTooLong"
    ),
    "sqs-visibility": Trial(lambda aws, value: _queue(aws, VisibilityTimeout=str(value)), "InvalidAttributeValue"),
    "sqs-retention": Trial(lambda aws, value: _queue(aws, MessageRetentionPeriod=str(value)), "InvalidAttributeValue"),
    "sns-message": Trial(_publish, "InvalidParameter"),
    "s3-bucket": Trial(_bucket, "InvalidBucketName"),
    "s3-tags": Trial(_object_tags, "BadRequest"),
    "events-entries": Trial(_events, "ValidationException"),
    "cfn-parameters": Trial(lambda aws, count: _stack(aws, unique("limit"), count), "ValidationError"),
    "cfn-template-body": Trial(_long_template, "ValidationError"),
    "cfn-resources": Trial(partial(_many, part="Resources"), "ValidationError"),
    "cfn-outputs": Trial(partial(_many, part="Outputs"), "ValidationError"),
    "cfn-stack-name": Trial(lambda aws, size: _stack(aws, unique("s").ljust(size, "s")), "ValidationError"),
}


@pytest.mark.parametrize("limit", TRIALS)
def test_the_engine_refuses_what_is_over_the_limit(aws: Aws, limit: str) -> None:
    value = by_id(limit).value
    assert [answer(aws, TRIALS[limit], value + over) for over in (-1, 0, 1)] == ["taken", "taken", TRIALS[limit].code]


def answer(aws: Aws, trial: Trial, size: int) -> str:
    """What the engine says of a call of this size: `taken`, or an error's code."""
    try:
        trial.call(aws, size)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "taken"


def test_the_table_names_this_test_where_there_is_a_trial() -> None:
    named = {limit.id for limit in limits() if any("test_engine_limits.py" in test for test in limit.tests)}
    assert named == TRIALS.keys()
