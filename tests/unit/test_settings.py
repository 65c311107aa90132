"""Settings come from the environment, and what is missing is named at once."""

import pytest

from chalicelib.settings import Settings, SettingsError, optional_variables, read, settings, variables

COMPLETE = {name: name.lower() for name in variables()} | {
    "API_URL": "https://api.example.com/",
    "SITE_URL": "https://example.com/",
    "ALLOWED_ORIGINS": "https://example.com  https://www.example.com",
}


def test_every_setting_is_the_variable_of_its_name() -> None:
    found = read(COMPLETE)
    assert found.todos_table == "todos_table"
    assert {*variables(), *optional_variables()} == {name.upper() for name in Settings.__struct_fields__}


def test_the_region_is_lambdas_and_else_the_default_of_whoever_deploys() -> None:
    elsewhere = COMPLETE | {"AWS_DEFAULT_REGION": "eu-west-1"}
    assert read(elsewhere).aws_region == "aws_region"
    assert read({**elsewhere, "AWS_REGION": ""}).aws_region == "eu-west-1"


def test_addresses_have_no_slash_at_the_end() -> None:
    found = read(COMPLETE)
    assert (found.api_url, found.site_url) == ("https://api.example.com", "https://example.com")


def test_what_keeps_copies_of_answers_may_be_missing() -> None:
    assert [getattr(read(COMPLETE), name.lower()) for name in optional_variables()] == [""] * len(optional_variables())
    assert read(COMPLETE | {"STAGE_CACHE_URL": "https://a.example/api/"}).stage_cache_url == "https://a.example/api"


def test_origins_are_several() -> None:
    found = read(COMPLETE)
    assert found.allowed_origins == ("https://example.com", "https://www.example.com")


def test_dax_is_off_unless_it_is_given() -> None:
    assert read(COMPLETE).dax_endpoint == ""
    assert read(COMPLETE | {"DAX_ENDPOINT": " daxs://cache "}).dax_endpoint == "daxs://cache"


def test_everything_that_is_missing_is_named() -> None:
    lacking = {name: value for name, value in COMPLETE.items() if name not in ("STAGE", "MAIL_FROM")}
    with pytest.raises(SettingsError, match=r"The environment lacks STAGE, API_URL, MAIL_FROM\.") as error:
        read(lacking | {"API_URL": "   "})
    assert "document" not in str(error.value)


def test_an_empty_environment_lacks_them_all() -> None:
    with pytest.raises(SettingsError) as error:
        read({})
    assert all(name in str(error.value) for name in variables())


@pytest.mark.parametrize(("stage", "local"), [("local", True), ("dev", False), ("prod", False)])
def test_only_the_stage_named_local_is_the_laptop(stage: str, *, local: bool) -> None:
    assert read(COMPLETE | {"STAGE": stage}).is_local is local


def test_a_process_reads_them_once() -> None:
    assert settings() is settings()
