"""The local stage: everything the application asks for, in a configuration that leaves other stages alone."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib import settings
from infra.local import stage
from infra.local.keys import Keys
from infra.local.layout import ROOT, Layout
from infra.local.provision import TEMPLATES, stacks
from infra.local.urls import browser_config, write_urls
from infra.stage_values import read_values

KEYS = Keys("LKIAUNIT", "secret", "signing")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path, tmp_path / "project", 1, 2, 3)


@pytest.fixture
def outputs() -> dict[str, str]:
    """What the templates declare as outputs, each with its own name for a value."""
    names = re.findall(
        r"^  (\w+):$",
        "".join(path.read_text().partition("\nOutputs:")[2] for path in TEMPLATES.glob("*.yaml")),
        re.MULTILINE,
    )
    return {name: f"value-of-{name}" for name in names}


def test_the_environment_is_all_that_the_application_asks_for(layout: Layout, outputs: dict[str, str]) -> None:
    environment = stage.environment(layout, KEYS, outputs)
    found = settings.read(environment)
    assert found.is_local
    assert (found.api_url, found.todos_table) == (layout.site_api, "value-of-TodosTable")
    assert found.allowed_origins == layout.origins


def test_the_environment_knows_of_a_cache_only_where_there_is_one(layout: Layout, outputs: dict[str, str]) -> None:
    assert "STAGE_CACHE_URL" not in stage.environment(layout, KEYS, outputs)
    cached = stage.environment(replace(layout, cache=True), KEYS, outputs)
    assert cached["STAGE_CACHE_URL"] == layout.api


def test_the_environment_points_every_sdk_at_the_engine(layout: Layout, outputs: dict[str, str]) -> None:
    environment = stage.environment(layout, KEYS, outputs)
    assert environment["AWS_ENDPOINT_URL"] == layout.aws
    assert (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]) == ("LKIAUNIT", "secret")
    assert environment["AWS_REGION"] == environment["AWS_DEFAULT_REGION"]


def test_the_laptop_has_the_transport_that_whoever_starts_it_asks_for(
    layout: Layout, outputs: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORE_TRANSPORT", "botocore")
    assert stage.environment(layout, KEYS, outputs)["STORE_TRANSPORT"] == "botocore"
    monkeypatch.delenv("STORE_TRANSPORT")
    assert stage.environment(layout, KEYS, outputs)["STORE_TRANSPORT"] == "lean"


def test_the_stages_values_are_what_chalice_reads_beside_its_configuration(layout: Layout) -> None:
    stage.write_chalice_values(layout, {"SIGNING_KEY": "s"})
    values = read_values(layout.project, "local")
    assert values is not None
    assert (values.region, values.environment) == ("us-east-1", {"SIGNING_KEY": "s"})


def test_a_project_of_its_own_is_made_of_links_to_the_code(layout: Layout) -> None:
    for _ in range(2):
        stage.link_project(layout)
    assert (layout.project / "app.py").samefile(ROOT / "app.py")
    assert (layout.project / ".chalice" / "config.json").samefile(ROOT / ".chalice" / "config.json")
    assert (layout.project / "chalicelib" / "settings.py").samefile(ROOT / "chalicelib" / "settings.py")


def test_what_a_project_has_already_stays(layout: Layout) -> None:
    layout.project.mkdir()
    (layout.project / "app.py").write_text("# its own\n")
    stage.link_project(layout)
    assert (layout.project / "app.py").read_text() == "# its own\n"


def test_the_repository_is_a_project_already() -> None:
    before = sorted(ROOT.iterdir())
    stage.link_project(Layout(ROOT / ".local", ROOT, 1, 2, 3))
    assert sorted(ROOT.iterdir()) == before


def test_the_browser_learns_public_names_only(layout: Layout, outputs: dict[str, str]) -> None:
    for config in (browser_config(layout, outputs), browser_config(layout, outputs, direct=True)):
        assert config["user_pool_id"] == "value-of-UserPoolId"
        assert config["todos_table"] == "value-of-TodosTable"
        assert not {KEYS.access_key, KEYS.secret_key, KEYS.signing_key} & set(config.values())


def test_a_browser_finds_everything_at_its_pages_own_origin(layout: Layout, outputs: dict[str, str]) -> None:
    config = browser_config(layout, outputs)
    assert (config["api"], config["mailbox"]) == ("/api", "/mailbox/")
    assert {config[f"{service}_endpoint"] for service in ("user_pool", "identity_pool", "s3", "dynamodb")} == {"/"}


def test_a_browser_past_the_edge_finds_each_part_at_its_own_address(layout: Layout, outputs: dict[str, str]) -> None:
    config = browser_config(layout, outputs, direct=True)
    assert config["api"] == layout.api
    assert {config[f"{name}_endpoint"] for name in ("user_pool", "identity_pool", "s3", "dynamodb")} == {layout.aws}


def test_functions_tell_the_edge_what_to_forget(layout: Layout, outputs: dict[str, str]) -> None:
    environment = stage.environment(layout, KEYS, outputs)
    assert environment["AWS_ENDPOINT_URL_CLOUDFRONT"] == layout.site
    assert settings.read(environment).distribution_id == "LOCAL"


def test_urls_say_where_everything_answers_and_who_may_sign_in(layout: Layout, outputs: dict[str, str]) -> None:
    write_urls(layout, outputs)
    urls = json.loads(layout.urls.read_text())
    assert (urls["site"], urls["api"], urls["aws"]) == (layout.site, layout.api, layout.aws)
    assert [set(user) for user in urls["demo_users"]] == [{"email", "password", "groups"}] * len(urls["demo_users"])
    assert "secret" not in layout.urls.read_text()


def test_every_template_is_a_stack_of_the_laptop(layout: Layout) -> None:
    declared = stacks(layout)
    assert {stack.template for stack in declared} == set(TEMPLATES.glob("*.yaml"))
    assert {stack.parameters["Stage"] for stack in declared} == {"local"}
    assert len({stack.name for stack in declared}) == len(declared)


def test_the_laptops_stacks_may_be_deleted_and_allow_only_its_site(layout: Layout) -> None:
    by_name = {stack.name.rpartition("-")[2]: stack.parameters for stack in stacks(layout)}
    assert by_name["data"]["Protected"] == by_name["identity"]["Protected"] == "false"
    assert by_name["media"]["AllowedOrigins"] == "http://127.0.0.1:1,http://localhost:1"
