"""What the API answers and functions do at a limit of AWS, one below it and one above it.

Most of our own limits are lower, so the answer is the same three times: a refusal that says what is wrong.
"""

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from chalicelib.events.queue import NotQueued, SqsQueue
from chalicelib.mail import ledger
from chalicelib.todos.model import Todo
from infra.limits import by_id
from tests.support.api import Answered, Api
from tests.unit.limits.sizes import item_size

# As long as the notes of a todo may be.
LONGEST_NOTES = "𝛀" * 20_000


def _attachment(author: Api, size: int) -> Answered:
    todo = author.post("/todos", {"title": "Photo"}).json()["id"]
    start = f"users/{author.sub}/"
    photo = {"key": start.ljust(size, "k"), "name": "a.jpg", "content_type": "image/jpeg", "size": 1}
    return author.post(f"/todos/{todo}/attachments", photo)


def _tagged(author: Api, size: int) -> Answered:
    around = len(ledger.delivery_id("post_", "a@example.com"))
    return author.post("/posts", {"title": "Long", "slug": "s" * (size - around)})


# By limit: a request of about its size, the status, and the kind of problem.
ANSWERS: dict[str, tuple[Callable[[Api, int], Answered], int, str]] = {
    "api-body": (lambda api, size: api.post("/todos", "x" * size), 413, "body-too-large"),
    "lambda-request": (lambda api, size: api.post("/posts", "x" * size), 413, "body-too-large"),
    "api-method-arn": (lambda api, size: api.get(f"/todos/{'i' * size}"), 404, "not-found"),
    "dynamodb-item": (lambda api, size: api.post("/posts", {"title": "L", "body": "b" * size}), 413, "body-too-large"),
    "dynamodb-partition-key": (lambda api, size: api.get(f"/posts/{'s' * size}"), 404, "not-found"),
    "dynamodb-sort-key": (lambda api, size: api.get(f"/todos/{'i' * size}"), 404, "not-found"),
    "dynamodb-transaction": (
        lambda api, count: api.post("/posts", {"title": "T", "tags": [f"t{each}" for each in range(count)]}),
        400,
        "invalid-body",
    ),
    "sns-message": (
        lambda api, size: api.post("/contact", {"name": "A", "email": "a@example.com", "message": "m" * size}),
        413,
        "body-too-large",
    ),
    "s3-key": (_attachment, 400, "invalid-body"),
    "ses-tag": (_tagged, 400, "invalid-body"),
}


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize("limit", ANSWERS)
def test_the_api_refuses_what_is_about_as_large_as_aws_takes(author: Api, limit: str, over: int) -> None:
    ask, status, kind = ANSWERS[limit]
    answered = ask(author, by_id(limit).value + over)
    assert (answered.status, answered.json()["type"]) == (status, f"urn:problem-type:{kind}")


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_a_list_of_a_megabyte_is_shown_to_its_end(ada: Api, over: int) -> None:
    # Given todos of about a megabyte together
    def add(notes: str) -> str:
        return str(ada.post("/todos", {"title": "t", "notes": notes}).json()["id"])

    ids, total = [add(LONGEST_NOTES)], by_id("dynamodb-query-page").value + over
    each = item_size(Todo, ada.sub, ids[0])
    around = each - len(LONGEST_NOTES.encode())
    while (missing := total - len(ids) * each) > each:
        ids.append(add(LONGEST_NOTES))
    wide, plain = divmod(missing - around, len("𝛀".encode()))
    ids.append(add("𝛀" * wide + "n" * plain))
    assert sum(item_size(Todo, ada.sub, name) for name in ids) == total
    # When they are listed page by page
    pages, path = list[list[str]](), "/todos?limit=100"
    while path:
        answered = ada.get(path).json()
        pages.append([todo["id"] for todo in answered["items"]])
        path = f"/todos?limit=100&cursor={answered['next']}" if answered.get("next") else ""
    # Then none is missing, and none comes twice
    assert len(pages) > 1
    assert sorted(name for page in pages for name in page) == sorted(ids)


class StrictSqs:
    """Refuses batches as SQS does, and remembers the others."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    def send_message_batch(self, Entries: list[dict[str, str]], **_: object) -> dict[str, object]:  # noqa: N803
        bodies = [entry["MessageBody"] for entry in Entries]
        if max(map(len, bodies)) > by_id("sqs-message").value:
            raise ClientError({"Error": {"Code": "InvalidParameterValue"}}, "SendMessageBatch")
        if sum(map(len, bodies)) > by_id("sqs-batch-size").value:
            raise ClientError({"Error": {"Code": "AWS.SimpleQueueService.BatchRequestTooLong"}}, "SendMessageBatch")
        self.taken += bodies
        return {"Successful": Entries}


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize("count", [1, 2])
def test_a_job_that_sqs_refuses_is_not_lost(count: int, over: int) -> None:
    # Given one message, or two, of about the size that SQS takes
    size = by_id("sqs-batch-size").value + over
    sizes = [size] if count == 1 else [size // 2, size - size // 2]
    sqs = StrictSqs()
    # When they are put into the queue, then the function fails where one is not in it, and has its own job again
    if over > 0:
        with pytest.raises(NotQueued):
            SqsQueue("https://sqs.example.test/jobs", sqs).put(["x" * each for each in sizes])
    else:
        SqsQueue("https://sqs.example.test/jobs", sqs).put(["x" * each for each in sizes])
    assert len(sqs.taken) == (0 if over > 0 else count)
