"""Dashboards must have CloudWatch's structure.

AWS: PutDashboard refuses a body that breaks it, and lists each place; a stack with such a dashboard fails.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html

The emulator: stores whatever text it is given.

Here: `infra.dashboard.validation` reads the body first, for the API and for stacks.
"""

import functools
from typing import Any

from ministack.services import cloudwatch
from ministack.services.cloudformation import provisioners

from infra.dashboard.validation import problems, refusal

TARGETS = (
    "ministack.services.cloudformation.provisioners:_cw_dashboard_body(props)",
    "ministack.services.cloudwatch:_error(code, message, status, use_json, use_cbor)",
    "ministack.services.cloudwatch:_p",
    "ministack.services.cloudwatch:_put_dashboard(params, cbor_data, is_cbor, is_json)",
)


def apply() -> None:
    cloudwatch._put_dashboard = _checked(cloudwatch._put_dashboard)
    provisioners._cw_dashboard_body = _checked_of_stack(provisioners._cw_dashboard_body)


def _checked(original: Any) -> Any:
    @functools.wraps(original)
    def put(params: Any, members: Any, is_cbor: Any, is_json: Any = None) -> Any:
        body = members.get("DashboardBody", "") if is_cbor or is_json else cloudwatch._p(params, "DashboardBody")
        found = problems(body)
        if found:
            answer = {"use_json": is_json, "use_cbor": is_cbor}
            return cloudwatch._error("InvalidParameterInput", refusal(found), 400, **answer)
        return original(params, members, is_cbor, is_json)

    return put


def _checked_of_stack(original: Any) -> Any:
    @functools.wraps(original)
    def body(props: dict[str, Any]) -> str:
        text: str = original(props)
        found = problems(text)
        if found:
            raise ValueError(refusal(found))
        return text

    return body
