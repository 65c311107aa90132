"""Lambda functions whose code is in a template: CloudFormation takes any text, so it is checked and run here."""

import ast
import builtins
import io
import sys
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.deploy.promotion import RUNTIME
from tests.templates import reading

Node = dict[str, Any]
VERSION = (3, 13)
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-lambda-function-code.html
MODULE, MOST_BYTES = "index", 4 * 1024 * 1024
# https://docs.aws.amazon.com/lambda/latest/dg/python-package.html
PROVIDED = sys.stdlib_module_names | {"boto3", "botocore"}
FOUND: Mapping[str, Node] = {
    f"{template}.{name}": resource["Properties"]
    for template in reading.names()
    for name, resource in reading.of_type(reading.template(template)["Resources"], "AWS::Lambda::Function").items()
}
PAGE = FOUND["edge.NotFound"]
WRONG = {
    "a syntax error": ("def page(now):", "def page(now)"),
    "a handler of another name": ("def handler(", "def handle("),
    "a handler without its context": ("def handler(event, context):", "def handler(event):"),
    "a package that Lambda does not have": ("import boto3", "import boto3\nimport httpx"),
    "a package's part that Lambda does not have": ("import boto3", "import boto3\nfrom pydantic import BaseModel"),
    "a variable that the function is not given": ('os.environ["SITE_BUCKET"]', 'os.environ["BUCKET"]'),
    "a character that is typed by accident": ("KEPT_SECONDS = 60", "KEPT_SECONDS = 6O"),
}


def faults(function: Node) -> Iterator[str]:
    """Yield a sentence for each reason why Lambda would refuse the function, or why it would fail at its first call."""
    code, (module, _, handler) = function["Code"]["ZipFile"], function["Handler"].rpartition(".")
    if function["Runtime"] != RUNTIME:
        yield f"The runtime is not {RUNTIME}."
    if module != MODULE:
        yield f"CloudFormation puts the code into {MODULE}.py."
    if _zipped(code) > MOST_BYTES:
        yield "The package is larger than 4 MB."
    try:
        tree = ast.parse(code, feature_version=VERSION)
    except SyntaxError as error:
        yield f"Line {error.lineno}: {error.msg}."
        return
    yield from _faults_of(tree, handler, function.get("Environment", {}).get("Variables", {}))


def _faults_of(tree: ast.Module, handler: str, variables: Mapping[str, Any]) -> Iterator[str]:
    defined = {each.name: len(each.args.args) for each in tree.body if isinstance(each, ast.FunctionDef)}
    if defined.get(handler) != 2:
        yield f"There is no function {handler}(event, context)."
    yield from (f"Lambda has no {name}." for name in sorted(_imported(tree) - PROVIDED))
    named = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Load)}
    yield from (f"{name} is not defined." for name in sorted(named - _known(tree)))
    for each in ast.walk(tree):
        if isinstance(each, ast.Subscript) and ast.unparse(each.value) == "os.environ":
            name = ast.literal_eval(each.slice)
            if name not in variables:
                yield f"The function is given no {name}."


def _imported(tree: ast.Module) -> set[str]:
    plain = {alias.name for each in ast.walk(tree) if isinstance(each, ast.Import) for alias in each.names}
    of = {each.module or "" for each in ast.walk(tree) if isinstance(each, ast.ImportFrom)}
    return {name.partition(".")[0] for name in plain | of}


def _known(tree: ast.Module) -> set[str]:
    """The names that the code defines anywhere, and Python's own."""
    found = set(dir(builtins))
    for each in ast.walk(tree):
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            found.add(each.id)
        elif isinstance(each, ast.FunctionDef | ast.ClassDef):
            found.add(each.name)
        elif isinstance(each, ast.arg):
            found.add(each.arg)
        elif isinstance(each, ast.alias):
            found.add((each.asname or each.name).partition(".")[0])
        elif isinstance(each, ast.ExceptHandler) and each.name:
            found.add(each.name)
    return found


def _zipped(code: str) -> int:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{MODULE}.py", code)
    return len(packed.getvalue())


@pytest.mark.parametrize("name", FOUND)
def test_a_function_of_the_templates_is_in_order(name: str) -> None:
    assert list(faults(FOUND[name])) == []


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_function_is_found(name: str) -> None:
    before, after = WRONG[name]
    code = PAGE["Code"]["ZipFile"]
    assert before in code
    assert list(faults({**PAGE, "Code": {"ZipFile": code.replace(before, after)}}))


@pytest.mark.parametrize("change", [{"Runtime": "python3.9"}, {"Handler": "app.handler"}])
def test_a_wrong_setting_of_a_function_is_found(change: Node) -> None:
    assert list(faults({**PAGE, **change}))


class Bucket:
    """S3 with one page, which can be taken away."""

    def __init__(self, page: str | None) -> None:
        self.page = page
        self.asked: list[dict[str, str]] = []

    def get_object(self, **asked: str) -> dict[str, Any]:
        """Return the page.

        Raises:
            ClientError: there is none.
        """
        self.asked.append(asked)
        if self.page is None:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "Access Denied"}}, "GetObject")
        return {"Body": io.BytesIO(self.page.encode())}


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Node:
    """The names of the not-found page's function, after its start."""
    monkeypatch.setenv("SITE_BUCKET", "the-site")
    monkeypatch.setenv("AWS_DEFAULT_REGION", reading.REGION)
    names: Node = {}
    exec(compile(PAGE["Code"]["ZipFile"], "index.py", "exec"), names)  # noqa: S102 - the code that is tested
    return names


def test_the_function_answers_404_with_the_page(function: Node) -> None:
    function["s3"] = bucket = Bucket("<h1>Nothing here ☕</h1>")
    answer = function["handler"]({"rawPath": "/nope/index.html"}, None)
    assert (answer["statusCode"], answer["body"]) == (404, "<h1>Nothing here ☕</h1>")
    assert answer["headers"] == {"content-type": "text/html; charset=utf-8", "cache-control": "no-cache"}
    assert bucket.asked == [{"Bucket": "the-site", "Key": "404.html"}]


def test_the_function_reads_its_page_once_a_minute(function: Node) -> None:
    function["s3"] = bucket = Bucket("old")
    assert [function["page"](now) for now in (1000.0, 1059.0)] == ["old", "old"]
    bucket.page = "new"
    assert [function["page"](now) for now in (1059.9, 1060.0)] == ["old", "new"]
    assert len(bucket.asked) == 2


def test_the_function_keeps_its_page_while_s3_fails_and_logs_why(
    function: Node, capsys: pytest.CaptureFixture[str]
) -> None:
    function["s3"] = bucket = Bucket("page")
    function["page"](1000.0)
    bucket.page = None
    assert function["page"](1060.0) == "page"
    assert "404.html cannot be read: An error occurred (AccessDenied)" in capsys.readouterr().out


def test_the_function_answers_with_a_sentence_before_there_is_a_page(function: Node) -> None:
    function["s3"] = Bucket(None)
    answer = function["handler"]({}, None)
    assert answer["statusCode"] == 404
    assert "There is nothing at this address." in answer["body"]
