"""Finds properties that AWS has deprecated, that only AWS sets, or that AWS never shows again."""

from collections.abc import Iterator, Mapping

from infra.checks.resolving import Node
from infra.checks.schemas import deprecated, dotted, read_only, values_at, write_only

# AWS never shows these again, so neither a drift nor a change by hand is seen. Each is accepted for a reason.
WRITE_ONLY: Mapping[tuple[str, str], str] = {
    ("AWS::CloudFront::Function", "AutoPublish"): "it says what CloudFormation does, and is no state of the function",
    ("AWS::Cognito::UserPool", "EnabledMfas"): "the pool's own answer has the software token's setting",
    ("AWS::Lambda::Function", "Code.ZipFile"): "Lambda shows a function's code as a package",
    ("AWS::Logs::DeliverySource", "ResourceArn"): "AWS shows it under another name, ResourceArns",
    ("AWS::S3::Bucket", "LifecycleConfiguration.Rules.*.ExpiredObjectDeleteMarker"): "S3 shows it under another name",
    ("AWS::SecretsManager::Secret", "GenerateSecretString"): "it holds at creation alone",
    ("AWS::SecretsManager::Secret", "SecretString"): "AWS shows a secret to those alone who may read it",
}


def misused(template: Node) -> Iterator[str]:
    """Yield a sentence for each property of a template that should not be set."""
    for logical, resource in template["Resources"].items():
        kind, properties = resource["Type"], resource.get("Properties", {})
        for path in deprecated(kind):
            if any(True for _ in values_at(properties, path)):
                yield f"{logical} ({kind}): {dotted(path)} is deprecated."
        for path in read_only(kind):
            if any(True for _ in values_at(properties, path)):
                yield f"{logical} ({kind}): only AWS sets {dotted(path)}."
        for path in write_only(kind):
            if (kind, dotted(path)) not in WRITE_ONLY and any(True for _ in values_at(properties, path)):
                yield f"{logical} ({kind}): AWS never shows {dotted(path)} again; say in WRITE_ONLY why that is right."
