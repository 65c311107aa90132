"""Does to a bucket what S3 would do to it in a number of days, by the bucket's own lifecycle rules.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
"""

from typing import Any


def pass_days(s3: Any, bucket: str, days: int) -> None:
    """Delete the objects and the replaced versions that expire within these days."""
    for rule in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]:
        prefix = rule.get("Prefix") or rule.get("Filter", {}).get("Prefix", "")
        if rule["Status"] != "Enabled":
            continue
        if "Days" in rule.get("Expiration", {}) and rule["Expiration"]["Days"] <= days:
            for each in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=each["Key"])
        if rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays", days + 1) <= days:
            for each in s3.list_object_versions(Bucket=bucket, Prefix=prefix).get("Versions", []):
                if not each["IsLatest"]:
                    s3.delete_object(Bucket=bucket, Key=each["Key"], VersionId=each["VersionId"])
