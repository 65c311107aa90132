"""REST APIs for the tests, described by OpenAPI documents like the ones Chalice writes."""

import json
from dataclasses import dataclass
from typing import Any

from engine_support import Answer, Aws, http, unique

from infra.local.engine_process import REGION

Operation = dict[str, Any]
INTEGRATION = "x-amazon-apigateway-integration"


def calling(function: str, *security: dict[str, list[str]], **more: Any) -> Operation:
    """An operation that a function answers."""
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{function}/invocations"
    proxy = {"type": "aws_proxy", "httpMethod": "POST", "uri": uri, "responses": {"default": {"statusCode": "200"}}}
    secured = {"security": list(security)} if security else {}
    return {INTEGRATION: {**proxy, **more.pop("integration", {})}, **secured, **more}


def preflight(**headers: str) -> Operation:
    """An operation the API answers itself, with these headers."""
    described = {name.replace("_", "-"): value for name, value in headers.items()}
    parameters = {f"method.response.header.{name}": f"'{value}'" for name, value in described.items()}
    mock = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 200}'},
        "responses": {"default": {"statusCode": "200", "responseParameters": parameters}},
    }
    types = {name: {"type": "string"} for name in described}
    return {INTEGRATION: mock, "responses": {"200": {"headers": types}}}


def document(paths: dict[str, dict[str, Operation]], **more: Any) -> dict[str, Any]:
    return {"swagger": "2.0", "info": {"version": "1.0", "title": unique("api")}, "paths": paths, **more}


@dataclass(frozen=True)
class Api:
    """An API with the stage `live`."""

    aws: Aws
    id: str

    @property
    def gateway(self) -> Any:
        return self.aws.client("apigateway")

    @property
    def url(self) -> str:
        return f"{self.aws.engine.url}/_aws/execute-api/{self.id}/live"

    def put(self, described: dict[str, Any], mode: str = "overwrite") -> None:
        self.gateway.put_rest_api(restApiId=self.id, mode=mode, body=json.dumps(described))

    def deploy(self, **options: Any) -> None:
        self.gateway.create_deployment(restApiId=self.id, stageName="live", **options)

    def set(self, **values: str) -> None:
        """Change the stage: `set(cacheClusterEnabled="true")`."""
        self.patch({f"/{name}": value for name, value in values.items()})

    def patch(self, values: dict[str, str]) -> None:
        operations = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
        self.gateway.update_stage(restApiId=self.id, stageName="live", patchOperations=operations)

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """One request; `content_type="a/b"` sends `content-type: a/b`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return http(method, self.url + path, named, body)


def make_api(aws: Aws, described: dict[str, Any], **deployment: Any) -> Api:
    """Import a document and deploy it, as `chalice deploy` does."""
    answer = aws.client("apigateway").import_rest_api(
        body=json.dumps(described), parameters={"endpointConfigurationTypes": "REGIONAL"}
    )
    api = Api(aws, answer["id"])
    api.deploy(**deployment)
    return api
