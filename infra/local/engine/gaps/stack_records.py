"""Resources a laptop has no use for are recorded, so that a stack that names them can be made.

AWS: builds them.

The emulator: refuses the stack with "Unsupported resource type".

Here: they get a physical id and the attributes templates read, and do nothing. `AWS::SES::Template` is a real one.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dax-cluster.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ses-template.html
"""

from typing import Any

from ministack.core.responses import get_account_id, get_region
from ministack.services import ses
from ministack.services.cloudformation import provisioners

from infra.local.engine.gaps.stacks import Properties

TARGETS = (
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS",
    "ministack.services.cloudformation.provisioners:_physical_name(stack_name, logical_id)",
    "ministack.services.ses:_iso_now",
    "ministack.services.ses:_templates",
)
# The property that names a resource, and the last part of its ARN before the name.
_RECORDED = {
    "AWS::Backup::BackupSelection": ("", "backup:{region}:{account}:selection:"),
    "AWS::Budgets::Budget": ("", "budgets:{account}:budget/"),
    "AWS::CE::AnomalyMonitor": ("", "ce:{account}:anomalymonitor/"),
    "AWS::CE::AnomalySubscription": ("", "ce:{account}:anomalysubscription/"),
    "AWS::CloudWatch::AnomalyDetector": ("", "cloudwatch:{region}:{account}:anomaly-detector/"),
    "AWS::CloudWatch::CompositeAlarm": ("AlarmName", "cloudwatch:{region}:{account}:alarm:"),
    "AWS::CodeDeploy::Application": ("ApplicationName", "codedeploy:{region}:{account}:application:"),
    "AWS::CodeDeploy::DeploymentGroup": ("DeploymentGroupName", "codedeploy:{region}:{account}:deploymentgroup:"),
    "AWS::DAX::Cluster": ("ClusterName", "dax:{region}:{account}:cache/"),
    "AWS::DAX::ParameterGroup": ("ParameterGroupName", "dax:{region}:{account}:parametergroup/"),
    "AWS::DAX::SubnetGroup": ("SubnetGroupName", "dax:{region}:{account}:subnetgroup/"),
    "AWS::EC2::SecurityGroupEgress": ("", "ec2:{region}:{account}:security-group-rule/"),
    "AWS::EC2::SecurityGroupIngress": ("", "ec2:{region}:{account}:security-group-rule/"),
    "AWS::Logs::Delivery": ("", "logs:{region}:{account}:delivery:"),
    "AWS::Logs::DeliveryDestination": ("Name", "logs:{region}:{account}:delivery-destination:"),
    "AWS::Logs::DeliverySource": ("Name", "logs:{region}:{account}:delivery-source:"),
    "AWS::Synthetics::Canary": ("Name", "synthetics:{region}:{account}:canary:"),
    "AWS::WAFv2::LoggingConfiguration": ("", "wafv2:{region}:{account}:logging/"),
    "AWS::XRay::Group": ("GroupName", "xray:{region}:{account}:group/"),
    "AWS::XRay::SamplingRule": ("", "xray:{region}:{account}:sampling-rule/"),
}


def apply() -> None:
    handlers = provisioners._RESOURCE_HANDLERS
    for resource_type, (name_property, arn) in _RECORDED.items():
        handlers.setdefault(resource_type, _recorder(name_property, arn))
    handlers.setdefault(
        "AWS::SES::Template",
        {"create": _template_create, "update": _template_update, "delete": _template_delete},
    )


def _recorder(name_property: str, arn: str) -> dict[str, Any]:
    def create(logical_id: str, properties: Properties, stack: str) -> tuple[str, Properties]:
        name = properties.get(name_property) or provisioners._physical_name(stack, logical_id)
        return name, _attributes(name, arn)

    def update(physical_id: str, _: Properties, new: Properties, *_where: str) -> tuple[str, Properties]:
        name = new.get(name_property) or physical_id
        return name, _attributes(name, arn)

    return {"create": create, "update": update, "delete": _forget}


def _attributes(name: str, arn: str) -> Properties:
    full = f"arn:aws:{arn.format(region=get_region(), account=get_account_id())}{name}"
    endpoint = f"{name}.dax-clusters.{get_region()}.amazonaws.com"
    return {
        "Arn": full,
        "ClusterDiscoveryEndpoint": endpoint,
        "ClusterDiscoveryEndpointURL": f"dax://{endpoint}",
        "SubscriptionArn": full,
        "MonitorArn": full,
        "RuleARN": full,
        "GroupARN": full,
    }


def _forget(physical_id: str, properties: Properties) -> None:
    """Nothing was built."""


def _template_create(logical_id: str, properties: Properties, stack: str) -> tuple[str, Properties]:
    template = properties.get("Template") or {}
    name = template.get("TemplateName") or provisioners._physical_name(stack, logical_id)
    ses._templates[name] = {
        "TemplateName": name,
        "SubjectPart": template.get("SubjectPart", ""),
        "TextPart": template.get("TextPart", ""),
        "HtmlPart": template.get("HtmlPart", ""),
        "CreatedTimestamp": ses._iso_now(),
    }
    return name, {"Id": name}


def _template_update(physical_id: str, _: Properties, new: Properties, stack: str) -> tuple[str, Properties]:
    ses._templates.pop(physical_id, None)
    wanted = {"TemplateName": physical_id, **(new.get("Template") or {})}
    return _template_create(physical_id, {"Template": wanted}, stack)


def _template_delete(physical_id: str, properties: Properties) -> None:  # noqa: ARG001 - the emulator passes both
    ses._templates.pop(physical_id, None)
