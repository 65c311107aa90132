"""The calls that make a resource whose properties the service's API names otherwise.

Each translation takes the properties one by one; one that it does not know is an error, so that none goes unjudged.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.checks.resolving import Node

Parameters = dict[str, Any]
# What a resource that a call is about is called, where only AWS knows its id.
ITSELF = "itself"


class UntranslatedError(Exception):
    """A translation does not know a property; the message names it."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call: the service and the operation as botocore names them, and the parameters."""

    service: str
    operation: str
    parameters: Parameters


class _Properties:
    """The properties of a resource, each taken once; tags are the same for every service."""

    def __init__(self, properties: Node) -> None:
        self._left = {name: value for name, value in properties.items() if name != "Tags"}

    def take(self, *names: str) -> Parameters:
        """Take these properties, as far as the resource has them."""
        return {name: self._left.pop(name) for name in names if name in self._left}

    def renamed(self, **names: str) -> Parameters:
        """Take properties under the names of the API, given as `Property="ApiName"`."""
        return {names[name]: value for name, value in self.take(*names).items()}

    def end(self, kind: str) -> None:
        """Raise UntranslatedError if a property was not taken."""
        if self._left:
            raise UntranslatedError(f"{kind} has {', '.join(self._left)}, which infra/checks/service_calls.py lacks.")


def calls(kind: str, properties: Node) -> list[Call]:
    """Return the calls that make a resource.

    Raises:
        KeyError: the type has no translation.
        UntranslatedError: a property has none.
    """
    given = _Properties(properties)
    found = [Call(*each) for each in TRANSLATIONS[kind][1](given)]
    given.end(kind)
    return found


def _vpc(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    yield "ec2", "CreateVpc", given.take("CidrBlock", "InstanceTenancy")
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        for value in given.take(name).values():
            yield "ec2", "ModifyVpcAttribute", {"VpcId": ITSELF, name: {"Value": value}}


def _subnet(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    yield "ec2", "CreateSubnet", given.take("VpcId", "CidrBlock", "AvailabilityZone")


def _route_table(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    yield "ec2", "CreateRouteTable", given.take("VpcId")


def _route_table_association(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    yield "ec2", "AssociateRouteTable", given.take("RouteTableId", "SubnetId")


def _security_group(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    named = {"GroupName": ITSELF} | given.renamed(GroupDescription="Description", VpcId="VpcId", GroupName="GroupName")
    yield "ec2", "CreateSecurityGroup", named
    for direction in ("Ingress", "Egress"):
        for rules in given.take(f"SecurityGroup{direction}").values():
            for rule in rules:
                permission = _permission(_Properties(rule))
                yield (
                    "ec2",
                    f"AuthorizeSecurityGroup{direction}",
                    {"GroupId": ITSELF, "IpPermissions": [permission]},
                )


def _permission(rule: _Properties) -> Parameters:
    """A rule of a security group as EC2's API has it."""
    permission = rule.take("IpProtocol", "FromPort", "ToPort")
    described = rule.take("Description")
    for value in rule.take("CidrIp").values():
        permission["IpRanges"] = [{"CidrIp": value} | described]
    for value in rule.take("SourceSecurityGroupId", "DestinationSecurityGroupId").values():
        permission["UserIdGroupPairs"] = [{"GroupId": value} | described]
    for value in rule.take("DestinationPrefixListId", "SourcePrefixListId").values():
        permission["PrefixListIds"] = [{"PrefixListId": value} | described]
    rule.end("a rule of a security group")
    return permission


def _rule(direction: str) -> Callable[[_Properties], Iterator[tuple[str, str, Parameters]]]:
    def translate(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
        group = given.take("GroupId")
        yield "ec2", f"AuthorizeSecurityGroup{direction}", {**group, "IpPermissions": [_permission(given)]}

    return translate


def _endpoint(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    named = given.take("VpcId", "VpcEndpointType", "ServiceName", "RouteTableIds", "SubnetIds", "SecurityGroupIds")
    yield "ec2", "CreateVpcEndpoint", named | _as_texts(given.take("PolicyDocument"))


def _bucket(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    bucket = {"Bucket": ITSELF} | given.renamed(BucketName="Bucket")
    yield "s3", "CreateBucket", bucket
    for name, (operation, member) in _OF_A_BUCKET.items():
        for value in given.take(name).values():
            yield "s3", operation, {**bucket, member: _renamed(value)}
    for value in given.take("LoggingConfiguration").values():
        logged = _Properties(value).renamed(DestinationBucketName="TargetBucket", LogFilePrefix="TargetPrefix")
        yield "s3", "PutBucketLogging", {**bucket, "BucketLoggingStatus": {"LoggingEnabled": logged}}


_OF_A_BUCKET: Mapping[str, tuple[str, str]] = {
    "BucketEncryption": ("PutBucketEncryption", "ServerSideEncryptionConfiguration"),
    "CorsConfiguration": ("PutBucketCors", "CORSConfiguration"),
    "LifecycleConfiguration": ("PutBucketLifecycleConfiguration", "LifecycleConfiguration"),
    "NotificationConfiguration": ("PutBucketNotificationConfiguration", "NotificationConfiguration"),
    "OwnershipControls": ("PutBucketOwnershipControls", "OwnershipControls"),
    "PublicAccessBlockConfiguration": ("PutPublicAccessBlock", "PublicAccessBlockConfiguration"),
    "VersioningConfiguration": ("PutBucketVersioning", "VersioningConfiguration"),
}
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_Types.html
_NAMES_OF_S3: Mapping[str, str] = {
    "CorsRules": "CORSRules",
    "ExposedHeaders": "ExposeHeaders",
    "Id": "ID",
    "MaxAge": "MaxAgeSeconds",
    "ServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault",
    "Topic": "TopicArn",
}


def _renamed(value: Any) -> Any:
    """A setting of a bucket with the names of S3's API."""
    if isinstance(value, list):
        return [_renamed(each) for each in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"ServerSideEncryptionConfiguration"}:
        return {"Rules": _renamed(value["ServerSideEncryptionConfiguration"])}
    if set(value) == {"S3Key"}:
        return {"Key": {"FilterRules": value["S3Key"]["Rules"]}}
    made = {_NAMES_OF_S3.get(name, name): _renamed(each) for name, each in value.items()}
    if "Event" in made:
        made["Events"] = [made.pop("Event")]
    for flat, nested in (("ExpirationInDays", "Days"), ("ExpiredObjectDeleteMarker", "ExpiredObjectDeleteMarker")):
        if flat in made:
            made["Expiration"] = {**made.get("Expiration", {}), nested: made.pop(flat)}
    if "Status" in made and {"ID", "Expiration", "NoncurrentVersionExpiration"} & set(made):
        made["Filter"] = _filter(made)
    return made


def _filter(rule: Parameters) -> Parameters:
    """The objects that a rule of a life cycle is about."""
    names = ("Prefix", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
    wanted = {name: rule.pop(name) for name in names if name in rule}
    tags = rule.pop("TagFilters", [])
    if len(wanted) + len(tags) > 1:
        return {"And": wanted | ({"Tags": tags} if tags else {})}
    return {"Tag": tags[0]} if tags else wanted or {"Prefix": ""}


def _bucket_policy(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    yield "s3", "PutBucketPolicy", given.take("Bucket") | _as_texts(given.renamed(PolicyDocument="Policy"))


def _queue(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    named = {"QueueName": ITSELF} | given.take("QueueName")
    attributes = given.take(*_QUEUE_ATTRIBUTES)
    yield "sqs", "CreateQueue", {**named, "Attributes": _as_texts(attributes)}


_QUEUE_ATTRIBUTES = (
    *("DelaySeconds", "FifoQueue", "KmsMasterKeyId", "MaximumMessageSize", "MessageRetentionPeriod"),
    *("ReceiveMessageWaitTimeSeconds", "RedriveAllowPolicy", "RedrivePolicy", "SqsManagedSseEnabled"),
    "VisibilityTimeout",
)


def _queue_policy(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    policy = _as_texts(given.renamed(PolicyDocument="Policy"))
    for queue in given.take("Queues")["Queues"]:
        yield "sqs", "SetQueueAttributes", {"QueueUrl": queue, "Attributes": policy}


def _topic(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    named = {"Name": ITSELF} | given.renamed(TopicName="Name")
    yield "sns", "CreateTopic", {**named, "Attributes": _as_texts(given.take("DisplayName", "KmsMasterKeyId"))}


def _topic_policy(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    (policy,) = _as_texts(given.take("PolicyDocument")).values()
    for topic in given.take("Topics")["Topics"]:
        yield "sns", "SetTopicAttributes", {"TopicArn": topic, "AttributeName": "Policy", "AttributeValue": policy}


def _subscription(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    attributes = _as_texts(given.take("FilterPolicy", "RawMessageDelivery", "RedrivePolicy"))
    yield "sns", "Subscribe", given.take("TopicArn", "Protocol", "Endpoint") | {"Attributes": attributes}


def _firewall_log(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    named = given.take("ResourceArn", "LogDestinationConfigs", "RedactedFields", "LoggingFilter")
    yield "wafv2", "PutLoggingConfiguration", {"LoggingConfiguration": named}


def _oidc_provider(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    named = given.renamed(Url="Url", ClientIdList="ClientIDList", ThumbprintList="ThumbprintList")
    yield "iam", "CreateOpenIDConnectProvider", named


def _record(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    record = given.take("Name", "Type", "TTL", "AliasTarget")
    for values in given.take("ResourceRecords").values():
        record["ResourceRecords"] = [{"Value": value} for value in values]
    if "AliasTarget" in record:
        record["AliasTarget"] = {"EvaluateTargetHealth": False, **record["AliasTarget"]}
    change = {"Action": "CREATE", "ResourceRecordSet": record}
    yield "route53", "ChangeResourceRecordSets", given.take("HostedZoneId") | {"ChangeBatch": {"Changes": [change]}}


def _account(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    for role in given.take("CloudWatchRoleArn").values():
        patch = {"op": "replace", "path": "/cloudwatchRoleArn", "value": role}
        yield "apigateway", "UpdateAccount", {"patchOperations": [patch]}


def _anomalies(given: _Properties) -> Iterator[tuple[str, str, Parameters]]:
    named = given.take("MonitorArnList", "Subscribers", "Frequency", "SubscriptionName", "Threshold")
    for expression in given.take("ThresholdExpression").values():
        named["ThresholdExpression"] = json.loads(expression)
    tags = given.take("ResourceTags")
    yield "ce", "CreateAnomalySubscription", {"AnomalySubscription": named, **tags}


def _as_texts(values: Node) -> dict[str, str]:
    """Attributes as SQS and SNS take them: texts, and JSON for what is none."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in values.items()}


# By type: the first call, which the others follow, and the translation.
TRANSLATIONS: Mapping[str, tuple[str, Callable[[_Properties], Iterator[tuple[str, str, Parameters]]]]] = {
    "AWS::ApiGateway::Account": ("apigateway.UpdateAccount", _account),
    "AWS::CE::AnomalySubscription": ("ce.CreateAnomalySubscription", _anomalies),
    "AWS::EC2::RouteTable": ("ec2.CreateRouteTable", _route_table),
    "AWS::EC2::SecurityGroup": ("ec2.CreateSecurityGroup", _security_group),
    "AWS::EC2::SecurityGroupEgress": ("ec2.AuthorizeSecurityGroupEgress", _rule("Egress")),
    "AWS::EC2::SecurityGroupIngress": ("ec2.AuthorizeSecurityGroupIngress", _rule("Ingress")),
    "AWS::EC2::Subnet": ("ec2.CreateSubnet", _subnet),
    "AWS::EC2::SubnetRouteTableAssociation": ("ec2.AssociateRouteTable", _route_table_association),
    "AWS::EC2::VPC": ("ec2.CreateVpc", _vpc),
    "AWS::EC2::VPCEndpoint": ("ec2.CreateVpcEndpoint", _endpoint),
    "AWS::IAM::OIDCProvider": ("iam.CreateOpenIDConnectProvider", _oidc_provider),
    "AWS::Route53::RecordSet": ("route53.ChangeResourceRecordSets", _record),
    "AWS::S3::Bucket": ("s3.CreateBucket", _bucket),
    "AWS::S3::BucketPolicy": ("s3.PutBucketPolicy", _bucket_policy),
    "AWS::SNS::Subscription": ("sns.Subscribe", _subscription),
    "AWS::SNS::Topic": ("sns.CreateTopic", _topic),
    "AWS::SNS::TopicPolicy": ("sns.SetTopicAttributes", _topic_policy),
    "AWS::SQS::Queue": ("sqs.CreateQueue", _queue),
    "AWS::SQS::QueuePolicy": ("sqs.SetQueueAttributes", _queue_policy),
    "AWS::WAFv2::LoggingConfiguration": ("wafv2.PutLoggingConfiguration", _firewall_log),
}
