"""Actions that a resource type's handlers name for what no template of ours has, so that the role does without them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Unused:
    """Actions by a regular expression, and the words of a template that would need them."""

    actions: str
    words: tuple[str, ...]
    types: str = r"AWS::\w+::\w+"

    def fits(self, resource_type: str, action: str) -> bool:
        """Whether a type's action is one of these."""
        return bool(re.fullmatch(self.types, resource_type) and re.fullmatch(self.actions, action))


UNUSED = (
    # A template that takes a role's boundary away: this is what the role must not do.
    Unused(r"iam:DeleteRolePermissionsBoundary", ()),
    Unused(r"(kinesis:.*|dynamodb:.*Kinesis.*)", ("KinesisStreamSpecification",)),
    Unused(r"(logs|s3):.*|dynamodb:.*Import.*", ("ImportSourceSpecification",), r"AWS::DynamoDB::\w+"),
    Unused(r"application-autoscaling:.*|cloudwatch:PutMetricData", ("WriteProvisionedThroughputSettings",)),
    Unused(r"s3tables:.*", ("MetadataTableConfiguration", "MetadataConfiguration")),
    Unused(r"s3:.*Metadata.*", ("MetadataTableConfiguration", "MetadataConfiguration"), "AWS::S3::Bucket"),
    Unused(r"s3:.*Replicat.*|iam:PassRole", ("ReplicationConfiguration",), "AWS::S3::Bucket"),
    Unused(r"s3:.*ObjectLock.*", ("ObjectLockConfiguration",)),
    Unused(r"s3:.*AccelerateConfiguration", ("AccelerateConfiguration",)),
    Unused(r"s3:.*BucketAbac", ("AbacStatus",)),
    Unused(r"firehose:.*", ("FirehoseDestination", "DeliveryStreamArn")),
    Unused(r"(elasticfilesystem|s3files):.*", ("FileSystemConfigs",)),
    Unused(r"lambda:.*(CodeSigningConfig|CapacityProvider|Microvm|NetworkConnector).*", ("CodeSigningConfigArn",)),
    Unused(r"lambda:GetLayerVersion", ("Layers",)),
    Unused(r"cognito-sync:.*", ("CognitoEvents", "PushSync", "CognitoStreams")),
    Unused(r"iam:(Put|Delete)RolePolicy", ("AnalyticsConfiguration",), r"AWS::Cognito::\w+"),
    Unused(r"(autoloop|codewhisperer|workmail):.*", ("AWS::WorkMail",)),
    Unused(r"(vpc-lattice|vpce):.*", ("ServiceNetworkArn",)),
    Unused(r"ec2:.*(Ipam|EncryptionControl|NetworkAcl).*", ("Ipv4IpamPoolId", "VpcEncryptionControl")),
    Unused(r"cloudfront:.*(ConnectionGroup|ConnectionFunction|VpcOrigin|KeyValueStore).*", ("VpcOriginConfig",)),
    Unused(r"billing:.*", ("BillingViewArn",)),
    Unused(r"backup:.*LogicallyAirGapped.*|backup:.*(Mpa|AccessPolicy|VaultLock).*", ("LockConfiguration",)),
    Unused(r"s3:GetObject|iam:PassRole", ("BodyS3Location",), "AWS::ApiGateway::RestApi"),
    Unused(r"iam:(Attach|Detach)(Group|User)Policy", ("Groups:", "Users:"), "AWS::IAM::ManagedPolicy"),
)


def is_unused(resource_type: str, action: str) -> bool:
    """Whether no template of ours has what a type's handler would call an action for."""
    return any(each.fits(resource_type, action) for each in UNUSED)


def words_in(templates: Iterable[str]) -> list[str]:
    """The words of UNUSED that the templates have by now: their actions are needed."""
    text = "\n".join(templates)
    return [word for each in UNUSED for word in each.words if re.search(rf"\b{re.escape(word)}", text)]
