"""What API Gateway answers by itself: every type that AWS knows, as a problem of the catalogue."""

import json

import pytest

from chalicelib.web.problems import CATALOGUE
from infra.gateway_responses import GATEWAY_RESPONSES

# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
TYPES = {
    "ACCESS_DENIED": 403,
    "API_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_FAILURE": 500,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "EXPIRED_TOKEN": 403,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
    "INVALID_API_KEY": 403,
    "INVALID_SIGNATURE": 403,
    "MISSING_AUTHENTICATION_TOKEN": 403,
    "QUOTA_EXCEEDED": 429,
    "REQUEST_TOO_LARGE": 413,
    "RESOURCE_NOT_FOUND": 404,
    "THROTTLED": 429,
    "UNAUTHORIZED": 401,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "WAF_FILTERED": 403,
}
# Where ours says more than AWS does: a path that is none is not forbidden, and a late key is no fault of ours.
OTHERWISE = {"AUTHORIZER_FAILURE": 503, "EXPIRED_TOKEN": 401, "MISSING_AUTHENTICATION_TOKEN": 404}


def test_there_is_one_for_every_type() -> None:
    assert set(GATEWAY_RESPONSES) == set(TYPES)


@pytest.mark.parametrize("type_", TYPES)
def test_each_is_a_problem_with_the_status_it_says(type_: str) -> None:
    response = GATEWAY_RESPONSES[type_]
    body = json.loads(response.body())
    assert response.problem in CATALOGUE
    assert body["status"] == response.problem.status == (TYPES | OTHERWISE)[type_]
    assert (body["type"], body["title"], body["detail"]) == (
        response.problem.uri,
        response.problem.title,
        response.detail,
    )


@pytest.mark.parametrize("type_", TYPES)
def test_each_body_may_stand_in_a_template(type_: str) -> None:
    # `$` and `#` would mean something to API Gateway's mapping templates.
    assert not {b"$", b"#"} & {bytes([byte]) for byte in GATEWAY_RESPONSES[type_].body()}
