"""Every CloudFront function of the templates: in njs, whose language is CloudFront's, and by AWS's list of features."""

import asyncio
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.edge_settings import ELSEWHERE
from infra.local.edge import function_check, function_headers
from infra.local.edge.functions import FunctionError, Functions
from tests.templates import reading

TYPE = "AWS::CloudFront::Function"
FOUND = {
    f"{template}.{name}": resource["Properties"]
    for template in reading.names()
    for name, resource in reading.of_type(reading.template(template)["Resources"], TYPE).items()
}
PASSES = "function handler(event) { return event.request; }\n"
# What the list of features does not show, and njs does.
REFUSED_BY_NJS = {
    "a name declared twice": "let a = 1; let a = 2;",
    "an assignment to an undeclared name at the start": "undeclared = 1;",
    "a constant assigned at the start": "const c = 1; c = 2;",
}
REFUSED_BY_THE_LIST = {
    "for-of": "function f(a) { for (const one of a) {} }",
    "destructuring": "const { a } = {};",
    "spread": "const a = [...[1]];",
    "a default argument": "const f = (a = 1) => a;",
    "optional chaining": "const f = a => a?.b;",
    "a class": "class A {}",
    "a generator": "function* f() {}",
    "catch without a name": "try {} catch {}",
    "look-behind": "/(?<=a)b/.test('ab');",
    "a sticky regular expression": "/a/y.test('a');",
    "a Map": "const m = new Map();",
    "a Buffer by new": "const b = new Buffer('a');",
    "a Buffer's pool": "const size = Buffer.poolSize;",
    "code from text": "eval('1');",
    "a timer": "setTimeout(handler, 1);",
    "a request": "fetch('https://example.com/');",
    "a module": "import fs from 'fs';",
    "what is no JavaScript": "function (",
    "more than 10 KB": f"// {'x' * function_check.MOST_BYTES}",
}


def event(uri: str, headers: Mapping[str, str] | None = None, query: Mapping[str, Any] | None = None) -> Any:
    sent = {name: {"value": value} for name, value in (headers or {}).items()}
    return {"request": {"method": "GET", "uri": uri, "querystring": query or {}, "headers": sent, "cookies": {}}}


def returned(code: str, given: Any, seconds: float = 5.0) -> dict[str, Any]:
    async def run() -> dict[str, Any]:
        functions = Functions({"tested": code}, seconds=seconds)
        try:
            return await functions.run("tested", given)
        finally:
            await functions.close()

    return asyncio.run(run())


def njs_says(code: str, folder: Path) -> str:
    """What njs says of the code: nothing where it runs."""
    script = folder / "function.js"
    script.write_text(code)
    ran = subprocess.run(["njs", str(script)], capture_output=True, text=True, check=False)  # noqa: S607
    return ran.stdout + ran.stderr


def test_this_machine_has_the_engine_that_the_runtime_is_built_on() -> None:
    assert shutil.which("njs"), "Install Debian's package njs: python infra/setup.py njs"


def test_the_templates_have_functions() -> None:
    assert {"edge.CleanUrls", "edge.PlainReads", "edge.ViewerAddress"} <= set(FOUND)


@pytest.mark.parametrize("name", FOUND)
def test_a_function_of_the_templates_is_in_order(name: str, tmp_path: Path) -> None:
    function = FOUND[name]
    assert function_check.faults(function["FunctionCode"]) == []
    assert njs_says(function["FunctionCode"], tmp_path) == ""
    config = function["FunctionConfig"]
    assert config["Runtime"] == function_check.RUNTIME
    assert len(config["Comment"]) <= function_check.MOST_COMMENT
    assert function_check.NAME.fullmatch(function["Name"]["Fn::Sub"].replace("${Stage}", "s" * 12))
    assert function["AutoPublish"] is True


@pytest.mark.parametrize("name", REFUSED_BY_THE_LIST)
def test_a_wrong_function_is_refused_by_the_list_of_features(name: str) -> None:
    assert function_check.faults(PASSES) == []
    assert function_check.faults(PASSES + REFUSED_BY_THE_LIST[name])


@pytest.mark.parametrize("name", REFUSED_BY_NJS)
def test_a_wrong_function_is_refused_by_njs(name: str, tmp_path: Path) -> None:
    assert njs_says(PASSES, tmp_path) == ""
    assert "Error" in njs_says(PASSES + REFUSED_BY_NJS[name], tmp_path)


def test_a_function_without_a_handler_is_refused() -> None:
    assert function_check.faults("function other(event) { return event.request; }")
    assert function_check.faults("function handler() { return {}; }")


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ("headers['x-plain'] = { value: '1' };", False),
        ("delete headers.pragma;", False),
        ("headers.host = { value: 'other.example.com' };", True),
        ("delete headers.via;", True),
        ("headers['content-length'] = { value: '0' };", True),
        ("headers['x-edge-location'] = { value: 'here' };", True),
        ("headers['x-amz-cf-id'] = { value: '1' };", True),
        ("headers.connection = { value: 'close' };", True),
        ("headers['X-Upper'] = { value: '1' };", True),
    ],
)
def test_a_function_may_not_touch_every_header(change: str, refused: bool) -> None:  # noqa: FBT001 - a column
    code = f"function handler(event) {{ const headers = event.request.headers; {change} return event.request; }}"
    sent = event("/", {"host": "site.example.com", "via": "1.1 proxy", "pragma": "no-cache"})
    after = returned(code, sent)["headers"]
    assert bool(function_headers.faults(sent["request"]["headers"], after)) is refused


@pytest.mark.parametrize(
    "body", ["throw new Error('no');", "return 'text';", "return undefined;", "while (true) {}", "return f();"]
)
def test_a_function_that_fails_says_so(body: str) -> None:
    with pytest.raises(FunctionError):
        returned(
            f"async function f() {{ return {{}}; }}\nfunction handler(event) {{ {body} }}", event("/"), seconds=0.5
        )


@pytest.mark.parametrize(
    ("path", "rewritten"),
    [("/", "/index.html"), ("/blog/", "/blog/index.html"), ("//host/", "/host/index.html"), ("/a.css", "/a.css")],
)
def test_a_folder_is_its_index(path: str, rewritten: str) -> None:
    assert returned(FOUND["edge.CleanUrls"]["FunctionCode"], event(path))["uri"] == rewritten


def test_a_page_without_its_slash_is_redirected_with_its_query() -> None:
    query = {
        "q": {"value": "a%20b"},
        "bare": {"value": ""},
        "tag": {"value": "x", "multiValue": [{"value": "x"}, {"value": "y"}]},
    }
    answer = returned(FOUND["edge.CleanUrls"]["FunctionCode"], event("//evil.example/blog", query=query))
    assert answer["statusCode"] == 301
    assert answer["headers"]["location"]["value"] == "/evil.example/blog/?q=a%20b&bare&tag=x&tag=y"


def elsewhere(code: str) -> dict[str, str]:
    """The paths that a function sends elsewhere, as its code lists them."""
    (listed,) = re.findall(r"const ELSEWHERE = {(.*?)};", code, re.DOTALL)
    return dict(re.findall(r"'([^']+)': '([^']+)'", listed))


def test_paths_of_custom_are_the_same_on_aws_and_on_the_laptop() -> None:
    assert elsewhere(FOUND["edge.CleanUrls"]["FunctionCode"]) == ELSEWHERE
    assert elsewhere("const ELSEWHERE = {'/feed': '/other'};") != ELSEWHERE


@pytest.mark.parametrize("path", ["/favicon.ico", "/.well-known/change-password", "/feed", "//rss.xml"])
def test_a_path_of_custom_is_redirected_for_now(path: str) -> None:
    answer = returned(FOUND["edge.CleanUrls"]["FunctionCode"], event(path))
    assert (answer["statusCode"], answer["headers"]["location"]["value"]) == (302, ELSEWHERE[path.replace("//", "/")])


@pytest.mark.parametrize("path", ["/constructor", "/__proto__", "/.well-known/other", "/blog/feed/"])
def test_no_other_path_is(path: str) -> None:
    assert returned(FOUND["edge.CleanUrls"]["FunctionCode"], event(path)).get("statusCode") != 302


def test_reads_of_the_api_carry_no_wish_about_caches() -> None:
    sent = event("/api/posts", {"cache-control": "max-age=0", "pragma": "no-cache", "if-none-match": '"1"'})
    assert returned(FOUND["edge.PlainReads"]["FunctionCode"], sent)["headers"] == {"if-none-match": {"value": '"1"'}}
