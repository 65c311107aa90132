"""What Chalice made is written down at once, so that a deploy that breaks off is taken up again."""

from infra.deploy.chalice_app import merged

API = {"name": "rest_api", "resource_type": "rest_api", "rest_api_id": "abc"}


def test_a_first_run_that_breaks_off_leaves_what_it_made() -> None:
    assert merged([], [API]) == [API]


def test_a_later_run_that_breaks_off_loses_nothing_of_before() -> None:
    before = [API, {"name": "publish-pages", "lambda_arn": "old", "resource_type": "lambda_function"}]
    made = [{"name": "publish-pages", "lambda_arn": "new", "resource_type": "lambda_function"}]
    assert merged(before, made) == [API, made[0]]


def test_what_a_run_says_in_parts_is_put_together() -> None:
    assert merged([API], [{"name": "rest_api", "rest_api_url": "https://abc"}]) == [
        {**API, "rest_api_url": "https://abc"}
    ]
