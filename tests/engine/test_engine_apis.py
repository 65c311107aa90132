"""REST APIs made from OpenAPI documents: routes, authorizers, answers, caches, keys."""

import base64
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from apis import INTEGRATION, Api, calling, document, make_api, preflight
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from engine_support import SITE, Aws, eventually, http, refused, unique
from functions import FunctionHost, function_host
from people import Pool, make_pool, reissued

from infra.local.engine_process import REGION

Event = dict[str, Any]


@pytest.fixture
def host() -> Iterator[FunctionHost]:
    with function_host() as running:
        yield running


def echo(event: Event) -> dict[str, Any]:
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}


def described(aws: Aws, host: FunctionHost) -> dict[str, Any]:
    """A document with a route of each kind."""
    function = host.function(aws, echo)
    item = {"name": "item", "in": "path", "required": True, "type": "string"}
    return document(
        {
            "/": {"get": calling(function)},
            "/items/{item}": {
                "get": calling(function, parameters=[item]),
                "put": calling(function, parameters=[item]),
                "options": preflight(
                    Access_Control_Allow_Origin=SITE,
                    Access_Control_Allow_Methods="GET,PUT,OPTIONS",
                    Access_Control_Allow_Headers="Authorization,Content-Type",
                    Access_Control_Max_Age="600",
                ),
            },
            "/files/{proxy+}": {"x-amazon-apigateway-any-method": calling(function)},
        },
        **{"x-amazon-apigateway-binary-media-types": ["image/png"]},
    )


@pytest.fixture
def api(aws: Aws, host: FunctionHost) -> Api:
    return make_api(aws, described(aws, host), variables={"colour": "red"})


class TestRoutes:
    def test_every_route_of_the_document_is_there(self, api: Api) -> None:
        for method, path in (
            ("GET", "/"),
            ("GET", "/items/1"),
            ("PUT", "/items/1"),
            ("DELETE", "/files/a/b"),
            ("GET", "/files/c"),
        ):
            answer = api.call(method, path)
            assert (answer.status, answer.json["httpMethod"], answer.json["path"]) == (200, method, path)

    def test_the_function_learns_what_was_asked(self, api: Api) -> None:
        event = api.call("PUT", "/items/a%20b?tag=1&tag=2", b'{"x": 1}', x_own="yes").json
        assert event["resource"] == "/items/{item}"
        assert event["pathParameters"] == {"item": "a b"}
        assert event["queryStringParameters"] == {"tag": "2"}
        assert event["multiValueQueryStringParameters"] == {"tag": ["1", "2"]}
        assert (event["body"], event["isBase64Encoded"]) == ('{"x": 1}', False)
        assert {name.lower(): value for name, value in event["headers"].items()}["x-own"] == "yes"
        assert event["stageVariables"] == {"colour": "red"}
        context = event["requestContext"]
        assert (context["stage"], context["apiId"], context["httpMethod"]) == ("live", api.id, "PUT")

    def test_the_caller_is_the_connection_not_what_a_header_says(self, api: Api) -> None:
        event = api.call("GET", "/", x_forwarded_for="203.0.113.9").json
        assert event["requestContext"]["identity"]["sourceIp"] == "127.0.0.1"

    def test_unknown_paths_and_methods_are_refused_alike(self, api: Api) -> None:
        for method, path in (("GET", "/nothing"), ("DELETE", "/items/1"), ("POST", "/")):
            answer = api.call(method, path)
            assert (answer.status, answer.json) == (403, {"message": "Missing Authentication Token"})
            assert answer.headers["x-amzn-errortype"] == "MissingAuthenticationTokenException"

    def test_a_preflight_is_answered_without_the_function(self, api: Api, host: FunctionHost) -> None:
        answer = api.call("OPTIONS", "/items/1", origin=SITE, access_control_request_method="PUT")
        assert answer.status == 200
        assert answer.headers["access-control-allow-origin"] == SITE
        assert answer.headers["access-control-allow-methods"] == "GET,PUT,OPTIONS"
        assert answer.headers["access-control-allow-headers"] == "Authorization,Content-Type"
        assert answer.headers["access-control-max-age"] == "600"
        assert host.invocations == []

    def test_answers_carry_the_functions_cors_headers_and_no_others(self, aws: Aws, host: FunctionHost) -> None:
        headers = {"Access-Control-Allow-Origin": SITE}
        open_to_site = host.function(aws, lambda _: {"statusCode": 200, "headers": headers, "body": ""})
        closed = host.function(aws, lambda _: {"statusCode": 200, "body": ""})
        api = make_api(aws, document({"/open": {"get": calling(open_to_site)}, "/closed": {"get": calling(closed)}}))
        assert api.call("GET", "/open", origin=SITE).headers["access-control-allow-origin"] == SITE
        assert "access-control-allow-origin" not in api.call("GET", "/closed", origin=SITE).headers

    def test_binary_types_arrive_and_leave_as_bytes(self, aws: Aws, host: FunctionHost) -> None:
        picture = bytes(range(256))

        def flip(event: Event) -> dict[str, Any]:
            sent = base64.b64decode(event["body"]) if event["isBase64Encoded"] else b""
            body = base64.b64encode(sent[::-1]).decode()
            return {"statusCode": 201, "headers": {"content-type": "image/png"}, "body": body, "isBase64Encoded": True}

        types = {"x-amazon-apigateway-binary-media-types": ["image/png"]}
        api = make_api(aws, document({"/flip": {"post": calling(host.function(aws, flip))}}, **types))
        answer = api.call("POST", "/flip", picture, content_type="image/png", accept="image/png")
        assert (answer.status, answer.body, answer.headers["content-type"]) == (201, picture[::-1], "image/png")
        # Who does not ask for a binary type gets the text as it is.
        answer = api.call("POST", "/flip", picture, content_type="image/png", accept="text/plain")
        assert base64.b64decode(answer.body) == picture[::-1]

    def test_several_headers_of_one_name_stay_several(self, aws: Aws, host: FunctionHost) -> None:
        cookies = {"statusCode": 200, "multiValueHeaders": {"Set-Cookie": ["a=1", "b=2"]}, "body": ""}
        api = make_api(aws, document({"/": {"get": calling(host.function(aws, lambda _: cookies))}}))
        assert api.call("GET", "/").headers["set-cookie"] == "a=1, b=2"

    def test_documents_that_are_none_are_refused(self, api: Api) -> None:
        for body in ("{", "[]", '{"swagger": "2.0"}'):
            code = refused(lambda body=body: api.gateway.put_rest_api(restApiId=api.id, mode="overwrite", body=body))
            assert code == "BadRequestException"
        assert api.call("GET", "/").status == 200
        assert refused(lambda: api.gateway.put_rest_api(restApiId="nothing", body="{}")) == "BadRequestException"
        missing = json.dumps(document({}))
        assert refused(lambda: api.gateway.put_rest_api(restApiId="nothing", body=missing)) == "NotFoundException"


class TestChanges:
    def test_overwriting_leaves_only_the_new_documents_routes(self, aws: Aws, host: FunctionHost, api: Api) -> None:
        function = host.function(aws, echo)
        api.put(document({"/new": {"get": calling(function)}}))
        api.deploy()
        assert api.call("GET", "/new").status == 200
        assert api.call("GET", "/items/1").status == 403
        assert [api["id"] for api in api.gateway.get_rest_apis()["items"]].count(api.id) == 1

    def test_merging_adds_to_them(self, aws: Aws, host: FunctionHost, api: Api) -> None:
        api.put(document({"/new": {"get": calling(host.function(aws, echo))}}), mode="merge")
        assert (api.call("GET", "/new").status, api.call("GET", "/items/1").status) == (200, 200)

    def test_settings_keep_their_types(self, api: Api) -> None:
        def patch(*operations: dict[str, str]) -> dict[str, Any]:
            return dict(api.gateway.update_rest_api(restApiId=api.id, patchOperations=list(operations)))

        media_type = {"path": "/binaryMediaTypes/image~1gif"}
        size = {"op": "replace", "path": "/minimumCompressionSize"}
        changed = patch({**size, "value": "1024"}, {**media_type, "op": "add"})
        assert (changed["minimumCompressionSize"], changed["binaryMediaTypes"]) == (1024, ["image/png", "image/gif"])
        changed = patch({**size, "value": ""}, {**media_type, "op": "remove"})
        assert ("minimumCompressionSize" in changed, changed["binaryMediaTypes"]) == (False, ["image/png"])
        assert refused(lambda: api.gateway.update_rest_api(restApiId="no", patchOperations=[])) == "NotFoundException"

    def test_a_template_changes_its_api_in_place(self, aws: Aws, host: FunctionHost) -> None:
        # Given an API made by a template
        cloudformation, name = aws.client("cloudformation"), unique("stack")
        function = host.function(aws, echo)

        def template(path: str, deployment: str) -> str:
            body = document({path: {"get": calling(function)}}, info={"version": "1", "title": name})
            api = {"Ref": "Api"}
            resources = {
                "Api": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": body}},
                deployment: {"Type": "AWS::ApiGateway::Deployment", "Properties": {"RestApiId": api}},
                "Stage": {
                    "Type": "AWS::ApiGateway::Stage",
                    "Properties": {"RestApiId": api, "StageName": "live", "DeploymentId": {"Ref": deployment}},
                },
            }
            return json.dumps({"Resources": resources, "Outputs": {"Api": {"Value": api}}})

        def output() -> str:
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
            assert stack["StackStatus"].endswith("_COMPLETE"), stack
            return str(stack["Outputs"][0]["OutputValue"])

        cloudformation.create_stack(StackName=name, TemplateBody=template("/old", "First"))
        cloudformation.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
        api = Api(aws, output())
        assert api.call("GET", "/old").status == 200
        # When its document changes
        cloudformation.update_stack(StackName=name, TemplateBody=template("/new", "Second"))
        cloudformation.get_waiter("stack_update_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
        # Then the same address has the new routes
        assert output() == api.id
        assert (api.call("GET", "/new").status, api.call("GET", "/old").status) == (200, 403)


POOL = "pool"


def secured(pool: Pool, function: str) -> dict[str, Any]:
    """A document with a route for signed-in people, one for a scope, and one for holders of AWS keys."""
    authorizer = {"type": "cognito_user_pools", "providerARNs": [pool.arn]}
    header = {"in": "header", "type": "apiKey", "name": "Authorization"}
    schemes = {
        POOL: {
            **header,
            "x-amazon-apigateway-authtype": "cognito_user_pools",
            "x-amazon-apigateway-authorizer": authorizer,
        },
        "sigv4": {**header, "x-amazon-apigateway-authtype": "awsSigv4"},
    }
    return document(
        {
            "/mine": {"get": calling(function, {POOL: []})},
            "/scoped": {"get": calling(function, {POOL: ["aws.cognito.signin.user.admin"]})},
            "/keys": {"get": calling(function, {"sigv4": []})},
        },
        securityDefinitions=schemes,
    )


class TestAuthorizers:
    @pytest.fixture
    def pool(self, aws: Aws) -> Pool:
        pool = make_pool(aws)
        pool.add("ann")
        return pool

    @pytest.fixture
    def api(self, aws: Aws, host: FunctionHost, pool: Pool) -> Api:
        return make_api(aws, secured(pool, host.function(aws, echo)))

    def test_an_id_token_opens_a_route_and_its_claims_arrive_as_text(self, api: Api, pool: Pool) -> None:
        admin = pool.aws.client("cognito-idp")
        for group in ("admin", "writers"):
            admin.create_group(UserPoolId=pool.id, GroupName=group)
            admin.admin_add_user_to_group(UserPoolId=pool.id, GroupName=group, Username="ann")
        token = pool.sign_in("ann")["IdToken"]
        for header in (token, f"Bearer {token}"):
            claims = api.call("GET", "/mine", authorization=header).json["requestContext"]["authorizer"]["claims"]
            assert all(isinstance(value, str) for value in claims.values())
            assert sorted(claims["cognito:groups"].split(",")) == ["admin", "writers"]
            assert (claims["token_use"], claims["email_verified"]) == ("id", "true")
            assert claims["aud"] == pool.client
            for name in ("exp", "iat"):
                assert time.strptime(claims[name], "%a %b %d %H:%M:%S UTC %Y")

    def test_a_route_without_scopes_takes_no_access_token_and_one_with_scopes_no_id_token(
        self, api: Api, pool: Pool
    ) -> None:
        tokens = pool.sign_in("ann")
        statuses = {
            (path, kind): api.call("GET", path, authorization=tokens[kind]).status
            for path in ("/mine", "/scoped")
            for kind in ("IdToken", "AccessToken")
        }
        assert statuses == {
            ("/mine", "IdToken"): 200,
            ("/mine", "AccessToken"): 401,
            ("/scoped", "IdToken"): 401,
            ("/scoped", "AccessToken"): 200,
        }

    def test_tokens_that_are_not_the_pools_are_refused(self, api: Api, pool: Pool, host: FunctionHost) -> None:
        token = pool.sign_in("ann")["IdToken"]
        other = make_pool(pool.aws)
        other.add("ann")
        own, hour_ago = pool.signing_key(), int(time.time()) - 3600
        assert api.call("GET", "/mine", authorization=reissued(token, {}, key=own)).status == 200
        calls = len(host.invocations)
        bad = {
            "another pool's": other.sign_in("ann")["IdToken"],
            "forged": reissued(token, {}),
            "expired": reissued(token, {"exp": hour_ago}, key=own),
            "another issuer's": reissued(token, {"iss": "https://example.test"}, key=own),
            "unsigned": reissued(token, {}, header={"alg": "none"}).rpartition(".")[0] + ".",
            "cut": token[:-5],
            "rubbish": "abc",
            "empty": "",
        }
        answers = {name: api.call("GET", "/mine", authorization=value) for name, value in bad.items()}
        assert {name: answer.status for name, answer in answers.items()} == dict.fromkeys(bad, 401)
        assert answers["forged"].json == {"message": "Unauthorized"}
        assert api.call("GET", "/mine").status == 401
        assert len(host.invocations) == calls

    def test_a_route_for_aws_keys_wants_a_signature(self, aws: Aws, api: Api) -> None:
        assert self._signed(api, aws.engine.access_key, aws.engine.secret_key) == 200
        assert self._signed(api, aws.engine.access_key, "x" * 40) == 403
        assert self._signed(api, "AKIA" + "0" * 16, aws.engine.secret_key) == 403
        assert api.call("GET", "/keys").status == 403
        assert api.call("GET", "/keys", authorization="Bearer abc").status == 403

    @staticmethod
    def _signed(api: Api, access_key: str, secret_key: str) -> int:
        request = AWSRequest("GET", f"{api.url}/keys")
        SigV4Auth(Credentials(access_key, secret_key), "execute-api", REGION).add_auth(request)
        return http("GET", request.url, dict(request.headers)).status


class TestFailures:
    """What a caller sees of a function that does not answer well."""

    def answering(self, aws: Aws, host: FunctionHost, handler: Any, **integration: Any) -> Api:
        return make_api(
            aws,
            document(
                {"/": {"get": calling(host.function(aws, handler), integration=integration)}},
                **{
                    "x-amazon-apigateway-gateway-responses": {
                        "DEFAULT_5XX": {"responseParameters": {"gatewayresponse.header.X-Own": "'5'"}}
                    }
                },
            ),
        )

    def test_an_error_is_a_502_that_tells_nothing(self, aws: Aws, host: FunctionHost) -> None:
        def fail(_: Event) -> None:
            message = "the password is swordfish"
            raise ValueError(message)

        answer = self.answering(aws, host, fail).call("GET", "/")
        assert (answer.status, answer.json) == (502, {"message": "Internal server error"})
        assert answer.headers["x-own"] == "5"

    @pytest.mark.parametrize(
        "nonsense",
        [None, "text", [1], {"hello": "you"}, {"statusCode": "fine"}, {"statusCode": 200, "body": {"a": 1}}],
        ids=str,
    )
    def test_a_response_that_is_none_is_a_502(self, aws: Aws, host: FunctionHost, nonsense: object) -> None:
        assert self.answering(aws, host, lambda _: nonsense).call("GET", "/").status == 502

    def test_a_slow_function_is_a_504(self, aws: Aws, host: FunctionHost) -> None:
        release = threading.Event()
        api = self.answering(aws, host, lambda _: release.wait(20), timeoutInMillis=50)
        answer = api.call("GET", "/")
        release.set()
        assert (answer.status, answer.json) == (504, {"message": "Endpoint request timed out"})

    def test_a_body_above_ten_megabytes_is_a_413(self, aws: Aws, host: FunctionHost) -> None:
        function = host.function(aws, lambda event: {"statusCode": 200, "body": str(len(event["body"]))})
        api = make_api(aws, document({"/": {"post": calling(function)}}))
        assert api.call("POST", "/", b"x" * (10 * 1024 * 1024 + 1)).status == 413
        assert api.call("POST", "/", b"x" * 100_000).body == b"100000"

    def test_an_unknown_stage_is_refused(self, aws: Aws, host: FunctionHost) -> None:
        api = make_api(aws, document({"/": {"get": calling(host.function(aws, echo))}}))
        assert http("GET", api.url.replace("/live", "/dead")).status == 403


class TestGatewayResponses:
    TEMPLATE = '{"title": $context.error.messageString, "kind": "$context.error.responseType"}'

    def test_they_shape_what_the_gateway_itself_says(self, aws: Aws, host: FunctionHost) -> None:
        # Given a template, a status and headers for unknown routes
        api = make_api(aws, document({"/": {"get": calling(host.function(aws, echo))}}))
        api.gateway.put_gateway_response(
            restApiId=api.id,
            responseType="MISSING_AUTHENTICATION_TOKEN",
            statusCode="404",
            responseParameters={
                "gatewayresponse.header.Access-Control-Allow-Origin": f"'{SITE}'",
                "gatewayresponse.header.Vary": "'Origin'",
                "gatewayresponse.header.Content-Type": "'application/problem+json'",
            },
            responseTemplates={"application/json": self.TEMPLATE},
        )
        # When they are deployed, and not before
        assert api.call("GET", "/nothing").status == 403
        api.deploy()
        # Then they are what a caller sees
        answer = api.call("GET", "/nothing")
        assert (answer.status, answer.json) == (
            404,
            {"title": "Missing Authentication Token", "kind": "MISSING_AUTHENTICATION_TOKEN"},
        )
        assert answer.headers["content-type"] == "application/problem+json"
        assert (answer.headers["access-control-allow-origin"], answer.headers["vary"]) == (SITE, "Origin")

    def test_a_document_may_bring_them(self, aws: Aws, host: FunctionHost) -> None:
        responses = {"DEFAULT_4XX": {"responseTemplates": {"application/json": self.TEMPLATE}}}
        described = document(
            {"/": {"get": calling(host.function(aws, echo))}},
            **{"x-amazon-apigateway-gateway-responses": responses},
        )
        api = make_api(aws, described)
        answer = api.call("GET", "/nothing")
        assert (answer.status, answer.json["title"]) == (403, "Missing Authentication Token")


class TestCaches:
    @pytest.fixture
    def api(self, aws: Aws, host: FunctionHost) -> Api:
        """Routes that count how often their function ran, on a stage with a cache."""
        seen: list[Event] = []

        def count(event: Event) -> dict[str, Any]:
            seen.append(event)
            status = 404 if event["path"].endswith("/missing") else 200
            return {"statusCode": status, "headers": {"x-run": str(len(seen))}, "body": event["path"]}

        function = host.function(aws, count)
        page = {"name": "page", "in": "query", "type": "string"}
        item = {"name": "item", "in": "path", "required": True, "type": "string"}
        api = make_api(
            aws,
            document(
                {
                    "/list": {
                        "get": calling(
                            function,
                            parameters=[page],
                            integration={"cacheKeyParameters": ["method.request.querystring.page"]},
                        ),
                        "post": calling(function),
                    },
                    "/items/{item}": {
                        "get": calling(
                            function,
                            parameters=[item],
                            integration={"cacheKeyParameters": ["method.request.path.item"]},
                        )
                    },
                    "/same/{item}": {"get": calling(function, parameters=[item])},
                }
            ),
        )
        api.patch({"/cacheClusterEnabled": "true", "/cacheClusterSize": "0.5", "/*/*/caching/enabled": "true"})
        return api

    @staticmethod
    def run(api: Api, path: str, method: str = "GET", **headers: str) -> int:
        """Which run of the function the answer comes from."""
        return int(api.call(method, path, **headers).headers["x-run"])

    def test_equal_keys_get_the_answer_of_the_first_whoever_asks(self, api: Api) -> None:
        first = self.run(api, "/list?page=1", authorization="ann")
        assert self.run(api, "/list?page=1&other=2", authorization="bob", cache_control="max-age=0") == first
        assert self.run(api, "/list?page=2") == first + 1
        assert self.run(api, "/list") == first + 2

    def test_a_path_is_part_of_the_key_only_where_it_is_named(self, api: Api) -> None:
        assert self.run(api, "/items/a") != self.run(api, "/items/b")
        assert self.run(api, "/same/a") == self.run(api, "/same/b")

    def test_only_good_answers_to_get_are_kept(self, api: Api) -> None:
        assert self.run(api, "/list", "POST") != self.run(api, "/list", "POST")
        assert self.run(api, "/items/missing") != self.run(api, "/items/missing")

    def test_a_methods_own_setting_wins_and_takes_other_verbs(self, api: Api) -> None:
        api.patch({"/~1list/GET/caching/enabled": "false", "/~1list/POST/caching/enabled": "true"})
        assert self.run(api, "/list") != self.run(api, "/list")
        assert self.run(api, "/list", "POST") == self.run(api, "/list", "POST")
        assert self.run(api, "/items/a") == self.run(api, "/items/a")

    def test_an_answer_is_kept_for_its_time(self, api: Api) -> None:
        api.patch({"/*/*/caching/ttlInSeconds": "1"})
        first = self.run(api, "/list")
        assert self.run(api, "/list") == first
        eventually(lambda: self.run(api, "/list") > first)
        api.patch({"/*/*/caching/ttlInSeconds": "0"})
        assert self.run(api, "/list") != self.run(api, "/list")

    def test_nothing_is_kept_without_a_cache_cluster(self, api: Api) -> None:
        first = self.run(api, "/list")
        api.set(cacheClusterEnabled="false")
        assert self.run(api, "/list") == first + 1

    def test_a_cache_can_be_flushed(self, api: Api) -> None:
        first = self.run(api, "/list")
        api.gateway.flush_stage_cache(restApiId=api.id, stageName="live")
        assert self.run(api, "/list") == first + 1
        assert refused(lambda: api.gateway.flush_stage_cache(restApiId=api.id, stageName="no")) == "NotFoundException"


class TestUsagePlans:
    def test_a_route_that_wants_a_key_takes_the_plans_keys_at_their_pace(self, aws: Aws, host: FunctionHost) -> None:
        key_scheme = {"api_key": {"type": "apiKey", "name": "x-api-key", "in": "header"}}
        described = document(
            {"/": {"get": calling(host.function(aws, echo), {"api_key": []})}}, securityDefinitions=key_scheme
        )
        api = make_api(aws, described)
        key = api.gateway.create_api_key(name=unique("key"), enabled=True)
        plan = api.gateway.create_usage_plan(
            name=unique("plan"),
            apiStages=[{"apiId": api.id, "stage": "live"}],
            throttle={"rateLimit": 0.001, "burstLimit": 2},
        )
        api.gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=key["id"], keyType="API_KEY")
        assert api.call("GET", "/").status == 403
        assert api.call("GET", "/", x_api_key="wrong").status == 403
        assert [api.call("GET", "/", x_api_key=key["value"]).status for _ in range(3)] == [200, 200, 429]

    def test_a_plan_takes_and_loses_the_stages_of_apis_one_at_a_time(self, aws: Aws, host: FunctionHost) -> None:
        first, second = (make_api(aws, document({"/": {"get": calling(host.function(aws, echo))}})) for _ in range(2))
        gateway = first.gateway
        plan = gateway.create_usage_plan(name=unique("plan"), apiStages=[{"apiId": first.id, "stage": "live"}])["id"]

        def patch(op: str, value: str) -> list[str]:
            one = {"op": op, "path": "/apiStages", "value": value}
            changed = gateway.update_usage_plan(usagePlanId=plan, patchOperations=[one])
            return [f"{each['apiId']}:{each['stage']}" for each in changed["apiStages"]]

        assert patch("add", f"{second.id}:live") == [f"{first.id}:live", f"{second.id}:live"]
        assert patch("add", f"{second.id}:live") == [f"{first.id}:live", f"{second.id}:live"]
        assert refused(lambda: patch("add", f"{second.id}:none")) == "NotFoundException"
        assert patch("remove", f"{first.id}:live") == [f"{second.id}:live"]
        assert refused(lambda: patch("remove", f"{first.id}:live")) == "BadRequestException"
        assert refused(lambda: gateway.delete_usage_plan(usagePlanId=plan)) == "BadRequestException"
        assert patch("remove", f"{second.id}:live") == []
        gateway.delete_usage_plan(usagePlanId=plan)
        assert refused(lambda: gateway.get_usage_plan(usagePlanId=plan)) == "NotFoundException"

    def test_a_plans_limits_are_numbers(self, aws: Aws) -> None:
        gateway = aws.client("apigateway")
        plan = gateway.create_usage_plan(name=unique("plan"), throttle={"rateLimit": 1.0, "burstLimit": 1})["id"]
        patches = [
            {"op": "replace", "path": "/throttle/rateLimit", "value": "2.5"},
            {"op": "replace", "path": "/throttle/burstLimit", "value": "7"},
        ]
        changed = gateway.update_usage_plan(usagePlanId=plan, patchOperations=patches)
        assert changed["throttle"] == {"rateLimit": 2.5, "burstLimit": 7}


def test_an_import_keeps_what_a_document_says_of_an_integration(aws: Aws, host: FunctionHost) -> None:
    details = {
        "passthroughBehavior": "when_no_templates",
        "contentHandling": "CONVERT_TO_TEXT",
        "requestParameters": {"integration.request.header.x": "'1'"},
        "timeoutInMillis": 5000,
    }
    query = {"name": "page", "in": "query", "required": True, "type": "string"}
    api = make_api(
        aws,
        document({"/": {"get": calling(host.function(aws, echo), parameters=[query], integration=details)}}),
    )
    (root,) = api.gateway.get_resources(restApiId=api.id)["items"]
    method = api.gateway.get_method(restApiId=api.id, resourceId=root["id"], httpMethod="GET")
    assert method["requestParameters"] == {"method.request.querystring.page": True}
    kept = method["methodIntegration"]
    expected = {**details, "passthroughBehavior": "WHEN_NO_TEMPLATES", "type": "AWS_PROXY"}
    assert {name: kept[name] for name in expected} == expected
    assert INTEGRATION not in kept


def test_a_resource_policy_comes_with_the_document(aws: Aws, host: FunctionHost) -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "*"}
    described = document(
        {"/": {"get": calling(host.function(aws, echo))}},
        **{"x-amazon-apigateway-policy": {"Version": "2012-10-17", "Statement": [deny]}},
    )
    assert make_api(aws, described).call("GET", "/").status == 403


def test_a_document_says_which_parameters_a_route_cannot_do_without(aws: Aws, host: FunctionHost) -> None:
    token = {"name": "token", "in": "query", "required": True, "type": "string"}
    checked = {"x-amazon-apigateway-request-validator": "parameters", "parameters": [token]}
    validators = {"parameters": {"validateRequestParameters": True, "validateRequestBody": False}}
    function = host.function(aws, echo)
    described = document(
        {"/links": {"get": calling(function, **checked)}, "/open": {"get": calling(function)}},
        **{"x-amazon-apigateway-request-validators": validators},
    )
    api = make_api(aws, described)
    api.put(described)
    assert http("GET", f"{api.url}/links?token=1").status == 200
    assert http("GET", f"{api.url}/links").status == 400
    assert http("GET", f"{api.url}/open").status == 200
    assert len(api.gateway.get_request_validators(restApiId=api.id)["items"]) == 1
