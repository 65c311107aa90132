"""Every client of a service is watched where it is made, so that no call is left out of a trace."""

import ast
from pathlib import Path

CODE = Path(__file__).parents[3] / "chalicelib"
# There the client of one setting or another is watched, after it has been made.
ELSEWHERE = {"store/client.py"}


def unwatched(source: str) -> int:
    """How many clients of botocore's a file makes without `traces.watch` around them."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    watched = {id(each) for node in calls if ast.unparse(node.func) == "traces.watch" for each in node.args}
    made = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "create_client"]
    return sum(id(node) not in watched for node in made)


def test_no_client_is_made_unwatched() -> None:
    found = {path.relative_to(CODE).as_posix(): unwatched(path.read_text()) for path in CODE.rglob("*.py")}
    assert {name for name, count in found.items() if count} == ELSEWHERE


def test_an_unwatched_client_would_be_found() -> None:
    assert unwatched("traces.watch(session().create_client('s3'))") == 0
    assert unwatched("watched = traces.watch(old)\nnew = session().create_client('s3')") == 1
