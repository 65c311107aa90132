"""If-Match and If-None-Match: nobody overwrites what they have not seen."""

import pytest

from tests.support.api import Answered, Api


@pytest.fixture
def todo_id(ada: Api) -> str:
    """A todo at version 2."""
    todo_id: str = ada.post("/todos", {"title": "first"}).json()["id"]
    ada.patch(f"/todos/{todo_id}", {"title": "second"})
    return todo_id


def change(ada: Api, todo_id: str, if_match: str) -> Answered:
    return ada.patch(f"/todos/{todo_id}", {"title": "third"}, if_match=if_match)


@pytest.mark.parametrize("if_match", ['"2"', ' "2" ', "*", " * "])
def test_the_version_that_is_there_may_be_changed(ada: Api, todo_id: str, if_match: str) -> None:
    changed = change(ada, todo_id, if_match)
    assert (changed.status, changed.json()["version"]) == (200, 3)


def test_without_if_match_the_last_write_wins(ada: Api, todo_id: str) -> None:
    assert ada.patch(f"/todos/{todo_id}", {"title": "third"}).json()["title"] == "third"


@pytest.mark.parametrize("if_match", ['"1"', '"3"', '"0"', '"02"', 'W/"2"', '"abc"', '""', '"9999999999999999"'])
def test_any_other_version_is_refused_with_the_todo_as_it_is(ada: Api, todo_id: str, if_match: str) -> None:
    # when somebody writes who saw something else
    for refused in (change(ada, todo_id, if_match), ada.delete(f"/todos/{todo_id}", if_match=if_match)):
        # then they get what is there, and its version
        assert (refused.status, refused.headers["ETag"]) == (412, '"2"')
        assert refused.json()["type"] == "urn:problem-type:version-mismatch"
        assert refused.json()["current"] == ada.get(f"/todos/{todo_id}").json()
    assert ada.get(f"/todos/{todo_id}").json()["title"] == "second"


@pytest.mark.parametrize("if_match", ["2", '"1", "2"', '"2', "", "W/2"])
def test_what_is_no_single_entity_tag_is_refused(ada: Api, todo_id: str, if_match: str) -> None:
    refused = change(ada, todo_id, if_match)
    assert (refused.status, refused.json()["type"]) == (400, "urn:problem-type:invalid-header")
    assert refused.json()["errors"][0]["field"] == "If-Match"


def test_a_delete_takes_the_version_too(ada: Api, todo_id: str) -> None:
    assert ada.delete(f"/todos/{todo_id}", if_match='"2"').status == 204
    assert ada.delete(f"/todos/{todo_id}", if_match='"3"').status == 404


def test_a_version_of_what_is_gone_matches_nothing(ada: Api, todo_id: str) -> None:
    ada.delete(f"/todos/{todo_id}")
    assert change(ada, todo_id, '"3"').status == 404


@pytest.mark.parametrize(
    ("if_none_match", "status"),
    [('"2"', 304), ('W/"2"', 304), ("*", 304), ('"1", "2"', 304), ('"1"', 200), ('"22"', 200), ("2", 400)],
)
def test_what_the_caller_has_is_not_sent_again(ada: Api, todo_id: str, if_none_match: str, status: int) -> None:
    answered = ada.get(f"/todos/{todo_id}", if_none_match=if_none_match)
    assert answered.status == status
    if status == 304:
        assert (answered.body, answered.headers["ETag"]) == ("", '"2"')


def test_each_write_is_one_version(ada: Api, todo_id: str) -> None:
    versions = [ada.patch(f"/todos/{todo_id}", {}).json()["version"] for _ in range(3)]
    ada.delete(f"/todos/{todo_id}")
    restored = ada.post(f"/todos/{todo_id}/restore")
    assert [*versions, restored.json()["version"]] == [3, 4, 5, 7]
    assert restored.headers["ETag"] == '"7"'
