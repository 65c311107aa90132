"""Tables of a stack have all the properties their template gives them.

AWS: `AWS::DynamoDB::Table` and `GlobalTable` set time to live, point-in-time recovery, encryption, table class,
on-demand limits, and the replicas of a global table with the tags of each; a table under deletion protection fails the
stack's deletion.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-globaltable.html

The emulator: stores keys, indexes, capacity and the stream, and drops the rest; protection protects nothing; an
update of a global table without a name of its own makes a new, empty one.

Here: the rest goes through the DynamoDB API's own functions, so it can be read back and takes effect.
"""

import copy
from typing import Any

from ministack.core.responses import get_region
from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

from infra.local.engine.gaps.stacks import Properties, accepted, after, is_true

TARGETS = (
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::DynamoDB::Table]",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::DynamoDB::GlobalTable]",
    "ministack.services.cloudformation.provisioners:_ddb_update(physical_id, old_props, new_props, stack_name)",
    "ministack.services.dynamodb:_tables",
    "ministack.services.dynamodb:_tags",
    "ministack.services.dynamodb:_ttl_settings",
    "ministack.services.dynamodb:_update_continuous_backups(data)",
    "ministack.services.dynamodb:_update_table(data)",
    "ministack.services.dynamodb:_update_ttl(data)",
)
_GLOBAL = "AWS::DynamoDB::GlobalTable"
_FOR_REPLICAS = (
    "Replicas",
    "MultiRegionConsistency",
    "GlobalTableWitnesses",
    "WarmThroughput",
    "WriteOnDemandThroughputSettings",
    "ReadOnDemandThroughputSettings",
    "WriteProvisionedThroughputSettings",
    "ReadProvisionedThroughputSettings",
)


def apply() -> None:
    handlers = provisioners._RESOURCE_HANDLERS
    handlers[_GLOBAL] = {**handlers[_GLOBAL], "update": _update_in_place, "update_with_logical_id": True}
    after("AWS::DynamoDB::Table", _complete)
    after(_GLOBAL, lambda name, old, new: _complete(name, _own_replica(old), _own_replica(new)))
    after(_GLOBAL, _replicate)
    after(_GLOBAL, _tag)
    for resource_type in ("AWS::DynamoDB::Table", _GLOBAL):
        handler = handlers[resource_type]
        handlers[resource_type] = {**handler, "delete": _unless_protected(handler["delete"])}


def _update_in_place(physical_id: str, old: Properties, new: Properties, stack: str, logical_id: str) -> Any:
    plain = {name: value for name, value in new.items() if name not in _FOR_REPLICAS}
    return provisioners._ddb_update(physical_id, old, plain, stack, logical_id)


def _own_replica(properties: Properties) -> Properties:
    """A global table's settings, those of its replica in this region included."""
    replicas: list[Properties] = properties.get("Replicas") or []
    own = next((replica for replica in replicas if replica["Region"] == get_region()), {})
    return {**properties, **own}


def _complete(name: str, old: Properties, new: Properties) -> None:
    _describe_indexes(name)
    _time_to_live(name, old.get("TimeToLiveSpecification"), new.get("TimeToLiveSpecification"))
    recovery = new.get("PointInTimeRecoverySpecification") or {}
    enabled = is_true(recovery.get("PointInTimeRecoveryEnabled"))
    accepted(
        dynamodb._update_continuous_backups(
            {"TableName": name, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": enabled}}
        )
    )
    changes: dict[str, Any] = {}
    for member, default in (
        ("SSESpecification", {"SSEEnabled": False}),
        ("TableClass", "STANDARD"),
        ("DeletionProtectionEnabled", False),
        ("OnDemandThroughput", None),
    ):
        value, before = new.get(member, default), old.get(member, default)
        if value != before and value is not None:
            changes[member] = _member(member, value)
    if changes:
        accepted(dynamodb._update_table({"TableName": name, **changes}))


def _member(name: str, value: Any) -> Any:
    if name == "DeletionProtectionEnabled":
        return is_true(value)
    if name == "SSESpecification":
        key = {"KMSMasterKeyId": value["KMSMasterKeyId"]} if value.get("KMSMasterKeyId") else {}
        return {"Enabled": is_true(value.get("SSEEnabled")), "SSEType": value.get("SSEType", "KMS"), **key}
    return value


def _describe_indexes(name: str) -> None:
    """Indexes get an ARN and a status, in lists of their own: the stack keeps its properties to compare with."""
    table = dynamodb._tables[name]
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        described = {"IndexStatus": "ACTIVE"} if kind.startswith("Global") else {}
        table[kind] = [
            {"IndexArn": f"{table['TableArn']}/index/{index['IndexName']}", **described, **copy.deepcopy(index)}
            for index in table[kind]
        ]


def _time_to_live(name: str, old: Properties | None, new: Properties | None) -> None:
    wanted = new or ({**old, "Enabled": False} if old else None)
    if wanted is not None:
        specification = {**wanted, "Enabled": is_true(wanted.get("Enabled"))}
        accepted(dynamodb._update_ttl({"TableName": name, "TimeToLiveSpecification": specification}))


def _replicate(name: str, old: Properties, new: Properties) -> None:
    def elsewhere(properties: Properties) -> set[str]:
        return {replica["Region"] for replica in properties.get("Replicas") or []} - {get_region()}

    before, now = elsewhere(old), elsewhere(new)
    updates = [{"Create": {"RegionName": region}} for region in sorted(now - before)]
    updates += [{"Delete": {"RegionName": region}} for region in sorted(before - now)]
    for update in updates:
        accepted(dynamodb._update_table({"TableName": name, "ReplicaUpdates": [update]}))


def _tag(name: str, old: Properties, new: Properties) -> None:
    before, now = (_own_replica(properties).get("Tags") or [] for properties in (old, new))
    if before != now:
        dynamodb._tags[dynamodb._tables[name]["TableArn"]] = copy.deepcopy(now)


def _unless_protected(original: Any) -> Any:
    def delete(name: str, properties: Properties) -> None:
        table = dynamodb._tables.get(name) or {}
        if is_true(table.get("DeletionProtectionEnabled")):
            message = f"Resource cannot be deleted as it is currently protected against deletion: Table: {name}"
            raise ValueError(message)
        for region in [region for region in table.get("_global_regions") or [] if region != get_region()]:
            accepted(
                dynamodb._update_table({"TableName": name, "ReplicaUpdates": [{"Delete": {"RegionName": region}}]})
            )
        dynamodb._ttl_settings.pop(name, None)
        original(name, properties)

    return delete
