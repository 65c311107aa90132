"""A stage's cache cluster is switched on where its template says so.

AWS: `CacheClusterEnabled` and `CacheClusterSize` of `AWS::ApiGateway::Stage`.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-apigateway-stage.html

The emulator: drops both.
"""

from ministack.services import apigateway_v1

from infra.local.engine.gaps.stacks import Properties, after, is_true

TARGETS = (
    "ministack.services.apigateway_v1:_stages_v1",
    "ministack.services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::ApiGateway::Stage]",
)


def apply() -> None:
    after("AWS::ApiGateway::Stage", _cache)


def _cache(name: str, _: Properties, new: Properties) -> None:
    stage = apigateway_v1._stages_v1[new["RestApiId"]][name]
    enabled = is_true(new.get("CacheClusterEnabled"))
    stage["cacheClusterEnabled"] = enabled
    stage["cacheClusterSize"] = str(new.get("CacheClusterSize", "0.5")) if enabled else None
    stage["cacheClusterStatus"] = "AVAILABLE" if enabled else "NOT_AVAILABLE"
