"""Buckets of a stack have all the properties their template gives them.

AWS: `AWS::S3::Bucket` sets encryption, lifecycle, ownership, tags, access logs and suspended versioning too, and
takes away what a template no longer says.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html

The emulator: sets CORS, the public access block, the web site, notifications and enabled versioning.

Here: the others join its table of configurations and go through the S3 API, as the rest do. Lifecycle rules are
kept and shown, and expire nothing.
"""

from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from ministack.services import s3
from ministack.services.cloudformation import provisioners

from infra.local.engine.gaps.stacks import Properties, accepted

TARGETS = (
    "ministack.services.cloudformation.provisioners:_S3_BUCKET_CONFIGURATIONS",
    "ministack.services.cloudformation.provisioners:_s3_apply_configurations(name, props, old_props)",
    "ministack.services.s3:S3_NS",
    "ministack.services.s3:_bucket_logging_config",
    "ministack.services.s3:_delete_bucket_encryption(name)",
    "ministack.services.s3:_delete_bucket_lifecycle(name)",
    "ministack.services.s3:_delete_bucket_ownership_controls(name)",
    "ministack.services.s3:_delete_bucket_tagging(name)",
    "ministack.services.s3:_put_bucket_encryption(name, body)",
    "ministack.services.s3:_put_bucket_lifecycle(name, body)",
    "ministack.services.s3:_put_bucket_logging(name, body)",
    "ministack.services.s3:_put_bucket_ownership_controls(name, body)",
    "ministack.services.s3:_put_bucket_tagging(name, body)",
    "ministack.services.s3:_put_bucket_versioning(name, body)",
)
_SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")


def apply() -> None:
    def put(function: Any) -> Any:
        return lambda name, body: accepted(function(name, body))

    provisioners._S3_BUCKET_CONFIGURATIONS += (
        ("BucketEncryption", _encryption, put(s3._put_bucket_encryption), s3._delete_bucket_encryption),
        ("LifecycleConfiguration", _lifecycle, put(s3._put_bucket_lifecycle), s3._delete_bucket_lifecycle),
        ("OwnershipControls", _ownership, put(s3._put_bucket_ownership_controls), s3._delete_bucket_ownership_controls),
        ("VersioningConfiguration", _versioning, put(s3._put_bucket_versioning), _suspend_versioning),
        ("Tags", _tags, put(s3._put_bucket_tagging), s3._delete_bucket_tagging),
        ("LoggingConfiguration", _logging, put(s3._put_bucket_logging), _stop_logging),
    )


def _xml(tag: str, members: Properties) -> bytes:
    """Members as elements of their own names; a list repeats its element."""
    root = Element(tag, xmlns=s3.S3_NS)
    _append(root, members)
    return tostring(root)


def _append(parent: Element, members: Properties) -> None:
    for name, value in members.items():
        for one in value if isinstance(value, list) else [value]:
            if one is None:
                continue
            child = SubElement(parent, name)
            if isinstance(one, dict):
                _append(child, one)
            else:
                child.text = str(one).lower() if isinstance(one, bool) else str(one)


def _encryption(configuration: Properties) -> bytes:
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": rule.get("ServerSideEncryptionByDefault"),
            "BucketKeyEnabled": rule.get("BucketKeyEnabled", False),
        }
        for rule in configuration["ServerSideEncryptionConfiguration"]
    ]
    return _xml("ServerSideEncryptionConfiguration", {"Rule": rules})


def _ownership(configuration: Properties) -> bytes:
    return _xml("OwnershipControls", {"Rule": configuration["Rules"]})


def _versioning(configuration: Properties) -> bytes:
    return _xml("VersioningConfiguration", {"Status": configuration["Status"]})


def _suspend_versioning(name: str) -> None:
    accepted(s3._put_bucket_versioning(name, _versioning({"Status": "Suspended"})))


def _tags(tags: list[Properties]) -> bytes:
    return _xml("Tagging", {"TagSet": {"Tag": tags}})


def _logging(configuration: Properties) -> bytes:
    target = {
        "TargetBucket": configuration.get("DestinationBucketName"),
        "TargetPrefix": configuration.get("LogFilePrefix", ""),
    }
    return _xml("BucketLoggingStatus", {"LoggingEnabled": target})


def _stop_logging(name: str) -> None:
    s3._bucket_logging_config.pop(name, None)


def _lifecycle(configuration: Properties) -> bytes:
    return _xml("LifecycleConfiguration", {"Rule": [_rule(rule) for rule in configuration["Rules"]]})


def _rule(rule: Properties) -> Properties:
    expiration = {
        "Days": rule.get("ExpirationInDays"),
        "Date": rule.get("ExpirationDate"),
        "ExpiredObjectDeleteMarker": rule.get("ExpiredObjectDeleteMarker"),
    }
    noncurrent = rule.get("NoncurrentVersionExpiration") or {"NoncurrentDays": None}
    if rule.get("NoncurrentVersionExpirationInDays"):
        noncurrent = {"NoncurrentDays": rule["NoncurrentVersionExpirationInDays"]}
    moves = [*(rule.get("Transitions") or []), *([rule["Transition"]] if "Transition" in rule else [])]
    return {
        "ID": rule.get("Id"),
        "Status": rule["Status"],
        "Filter": _filter(rule),
        "Expiration": expiration if any(value is not None for value in expiration.values()) else None,
        "NoncurrentVersionExpiration": noncurrent if noncurrent.get("NoncurrentDays") else None,
        "Transition": [
            {"Days": m.get("TransitionInDays"), "Date": m.get("TransitionDate"), "StorageClass": m["StorageClass"]}
            for m in moves
        ],
        "NoncurrentVersionTransition": [
            {"NoncurrentDays": m["TransitionInDays"], "StorageClass": m["StorageClass"]}
            for m in rule.get("NoncurrentVersionTransitions") or []
        ],
        "AbortIncompleteMultipartUpload": rule.get("AbortIncompleteMultipartUpload"),
    }


def _filter(rule: Properties) -> Properties:
    """One criterion stands alone, several stand in `And`."""
    members: Properties = {"Prefix": rule["Prefix"]} if "Prefix" in rule else {}
    members |= {size: rule[size] for size in _SIZES if size in rule}
    if rule.get("TagFilters"):
        members["Tag"] = rule["TagFilters"]
    if len(members) + len(members.get("Tag", [""])) - 1 > 1:
        return {"And": members}
    return members or {"Prefix": ""}
