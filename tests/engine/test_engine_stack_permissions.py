"""CloudFormation acts with the permissions of the caller; roles are changed only where their boundary holds."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from engine_support import Aws, as_user, unique
from test_engine_stacks import settled

from infra.local.engine_process import ROOT

HANDLERS = json.loads((ROOT / "infra" / "deploy" / "role" / "handlers.json").read_text())
LAMBDA = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
TRUST = {"Version": "2012-10-17", "Statement": [LAMBDA]}
STACKS = {"Effect": "Allow", "Action": "cloudformation:*", "Resource": "*"}
Statement = dict[str, Any]


def actions(resource_type: str, *without: str) -> list[str]:
    """What a type's handlers need, but for some."""
    named = {action for kind in HANDLERS[resource_type].values() for action in kind}
    assert set(without) <= named
    return sorted(named - set(without))


def user(aws: Aws, *statements: Statement) -> Aws:
    """A user who may do what the statements say."""
    caller = as_user(aws, STACKS)
    arn = caller.client("sts").get_caller_identity()["Arn"]
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    aws.client("iam").put_user_policy(UserName=arn.rpartition("/")[2], PolicyName="more", PolicyDocument=policy)
    return caller


def make(aws: Aws, resource: Statement) -> tuple[str, str]:
    """Create a stack of one resource; return its status and the first reason of a failure."""
    name, cloudformation = unique("stack"), aws.client("cloudformation")
    template = json.dumps({"Resources": {"One": resource}})
    cloudformation.create_stack(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
    status = settled(aws, name)["StackStatus"]
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    reasons = [each["ResourceStatusReason"] for each in events if each["ResourceStatus"] == "CREATE_FAILED"]
    return status, reasons[-1] if reasons else ""


def queue(name: str) -> Statement:
    return {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}


def role(name: str, boundary: str = "") -> Statement:
    bounded = {"PermissionsBoundary": boundary} if boundary else {}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {"RoleName": name, "AssumeRolePolicyDocument": TRUST, **bounded},
    }


def test_a_caller_with_every_action_of_the_handler_makes_the_resource(aws: Aws) -> None:
    mine = {"Effect": "Allow", "Action": actions("AWS::SQS::Queue"), "Resource": "arn:aws:sqs:*:*:mine-*"}
    assert make(user(aws, mine), queue(unique("mine-queue"))) == ("CREATE_COMPLETE", "")


def test_root_needs_no_policy(aws: Aws) -> None:
    assert make(aws, queue(unique("queue")))[0] == "CREATE_COMPLETE"


@pytest.mark.parametrize("missing", ["sqs:CreateQueue", "sqs:GetQueueAttributes", "sqs:TagQueue"])
def test_a_caller_without_one_of_them_is_refused(aws: Aws, missing: str) -> None:
    most = {"Effect": "Allow", "Action": actions("AWS::SQS::Queue", missing), "Resource": "*"}
    status, reason = make(user(aws, most), queue(unique("queue")))
    assert status.startswith(("ROLLBACK", "CREATE_FAILED"))
    assert f"is not authorized to perform: {missing} on resource: arn:aws:sqs:" in reason


def test_a_caller_is_held_to_the_names_of_the_policy(aws: Aws) -> None:
    mine = {"Effect": "Allow", "Action": actions("AWS::SQS::Queue"), "Resource": "arn:aws:sqs:*:*:mine-*"}
    assert "not authorized to perform" in make(user(aws, mine), queue(unique("theirs")))[1]


def test_a_caller_is_held_to_their_policy_in_a_nested_stack_too(aws: Aws) -> None:
    # given a nested stack of one queue, in a bucket of templates
    s3, bucket, name = aws.client("s3"), unique("templates"), unique("queue")
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="queue.json", Body=json.dumps({"Resources": {"One": queue(name)}}))
    url = f"https://s3.amazonaws.com/{bucket}/queue.json"
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": url}}
    # then who lacks one action of the queue's handler is refused
    most = {"Effect": "Allow", "Action": actions("AWS::SQS::Queue", "sqs:CreateQueue"), "Resource": "*"}
    status, reason = make(user(aws, most), nested)
    assert status == "ROLLBACK_COMPLETE"
    assert "is not authorized to perform: sqs:CreateQueue on resource: arn:aws:sqs:" in reason
    # and who has all of them makes it
    whole = {"Effect": "Allow", "Action": actions("AWS::SQS::Queue"), "Resource": "*"}
    assert make(user(aws, whole), nested) == ("CREATE_COMPLETE", "")


def test_a_role_is_made_with_the_boundary_that_the_policy_asks_for(aws: Aws) -> None:
    iam = aws.client("iam")
    document = json.dumps({"Version": "2012-10-17", "Statement": [STACKS]})
    boundary = iam.create_policy(PolicyName=unique("boundary"), PolicyDocument=document)["Policy"]["Arn"]
    bounded = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    allowed = {"Effect": "Allow", "Action": "iam:*", "Resource": "*", "Condition": bounded}
    caller = user(aws, allowed)
    # By a template
    name = unique("role")
    assert make(caller, role(name, boundary)) == ("CREATE_COMPLETE", "")
    assert iam.get_role(RoleName=name)["Role"]["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    assert "not authorized to perform: iam:" in make(caller, role(unique("role")))[1]
    # By a call
    own, trust = caller.client("iam"), json.dumps(TRUST)
    own.create_role(RoleName=unique("role"), AssumeRolePolicyDocument=trust, PermissionsBoundary=boundary)
    with pytest.raises(ClientError, match="iam:CreateRole"):
        own.create_role(RoleName=unique("role"), AssumeRolePolicyDocument=trust)
    own.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
    unbounded = unique("role")
    iam.create_role(RoleName=unbounded, AssumeRolePolicyDocument=trust)
    with pytest.raises(ClientError, match="iam:PutRolePolicy"):
        own.put_role_policy(RoleName=unbounded, PolicyName="own", PolicyDocument=document)


def test_a_template_makes_a_provider_once(aws: Aws) -> None:
    provider = {
        "Type": "AWS::IAM::OIDCProvider",
        "Properties": {"Url": f"https://{unique('issuer')}.example.com", "ClientIdList": ["sts.amazonaws.com"]},
    }
    assert make(aws, provider) == ("CREATE_COMPLETE", "")
    known = aws.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    assert provider["Properties"]["Url"].removeprefix("https://") in str(known)  # type: ignore[index]
    assert "already exists" in make(aws, provider)[1]


def test_a_rule_is_asked_about_by_its_name(aws: Aws) -> None:
    mine = {"Effect": "Allow", "Action": "events:*", "Resource": "arn:aws:events:*:*:rule/mine-*"}
    events, name = user(aws, mine).client("events"), unique("mine-rule")
    events.put_rule(Name=name, ScheduleExpression="rate(1 day)")
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": "arn:aws:sqs:us-east-1:000000000000:x"}])
    with pytest.raises(ClientError, match="events:PutRule"):
        events.put_rule(Name=unique("theirs"), ScheduleExpression="rate(1 day)")


def test_a_function_is_asked_about_before_it_is_there(aws: Aws) -> None:
    mine = {"Effect": "Allow", "Action": "lambda:*", "Resource": "arn:aws:lambda:*:*:function:mine-*"}
    with pytest.raises(ClientError, match="lambda:CreateFunction"):
        user(aws, mine).client("lambda").create_function(
            FunctionName=unique("theirs"),
            Role="arn:aws:iam::000000000000:role/any",
            Code={"ZipFile": b"zip"},
            Runtime="python3.13",
            Handler="app.handler",
        )
