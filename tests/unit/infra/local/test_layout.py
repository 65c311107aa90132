"""Where the laptop cloud lives: ports and a folder from the environment, each refusal one sentence."""

from pathlib import Path

import pytest

from infra.local.layout import ROOT, Layout, LayoutError, from_environment


def test_the_usual_places_need_no_settings() -> None:
    layout = from_environment({})
    assert (layout.site, layout.api, layout.aws) == (
        "http://127.0.0.1:8080",
        "http://127.0.0.1:8000",
        "http://127.0.0.1:4566",
    )
    assert (layout.folder, layout.project) == (ROOT / ".local", ROOT)
    assert layout.mailbox == "http://127.0.0.1:8080/mailbox/"
    assert (layout.site_api, layout.direct_site) == ("http://127.0.0.1:8080/api", "http://127.0.0.1:8081")
    names = "127.0.0.1", "localhost"
    assert layout.origins == tuple(f"http://{name}:{port}" for port in (8080, 8081) for name in names)


def test_everything_is_in_the_folder() -> None:
    layout = from_environment({})
    parts = (layout.engine_state, layout.logs, layout.keys, layout.urls, layout.outputs, layout.lock)
    assert {part.parent for part in parts} == {layout.folder}
    assert len(set(parts)) == 6


def test_ports_are_named_by_the_environment() -> None:
    layout = from_environment({"SITE_PORT": "1", "API_PORT": "65535", "AWS_PORT": ""})
    assert (layout.site_port, layout.api_port, layout.aws_port) == (1, 65535, 4566)


@pytest.mark.parametrize("off", [{}, {"DAX": ""}, {"DAX": "0", "DAX_PORT": "9"}])
def test_there_is_no_dax_unless_it_is_asked_for(off: dict[str, str]) -> None:
    assert (from_environment(off).dax_port, from_environment(off).dax) == (0, "")


def test_dax_has_its_usual_port_or_another() -> None:
    assert from_environment({"DAX": "1"}).dax == "dax://127.0.0.1:8111"
    assert from_environment({"DAX": "1", "DAX_PORT": "9"}).dax_port == 9
    with pytest.raises(LayoutError, match=r"^DAX_PORT must differ"):
        from_environment({"DAX": "1", "DAX_PORT": "8000"})
    with pytest.raises(LayoutError, match=r"^DAX_PORT must be a port"):
        from_environment({"DAX": "1", "DAX_PORT": "x"})


@pytest.mark.parametrize("text", ["0", "65536", "-1", "80a", "8080.0", " 8080", "\u0661\u0662", "http"])
@pytest.mark.parametrize("name", ["SITE_PORT", "API_PORT", "AWS_PORT", "DIRECT_PORT"])
def test_a_port_that_is_none_is_named(name: str, text: str) -> None:
    with pytest.raises(LayoutError, match=f"^{name} must be a port between 1 and 65535, not "):
        from_environment({name: text})


@pytest.mark.parametrize("ports", [{"SITE_PORT": "8000"}, {"API_PORT": "4566"}, {"SITE_PORT": "9", "AWS_PORT": "9"}])
def test_no_two_parts_share_a_port(ports: dict[str, str]) -> None:
    with pytest.raises(LayoutError, match="must differ"):
        from_environment(ports)


def test_a_second_laptop_cloud_has_a_folder_and_a_project_of_its_own(tmp_path: Path) -> None:
    layout = from_environment({"LOCAL_FOLDER": str(tmp_path / "second")})
    assert (layout.folder, layout.project) == (tmp_path / "second", tmp_path / "second" / "project")


def test_an_empty_folder_and_its_own_one_will_do(tmp_path: Path) -> None:
    layout = from_environment({"LOCAL_FOLDER": str(tmp_path)})
    layout.lock.touch()
    layout.logs.mkdir()
    assert from_environment({"LOCAL_FOLDER": str(tmp_path)}) == layout


def test_a_folder_of_somebody_elses_is_refused_since_reset_would_remove_it(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    for taken in (tmp_path, Path("~"), Path("/"), ROOT):
        with pytest.raises(LayoutError, match="LOCAL_FOLDER must be new, empty or the laptop cloud's own"):
            from_environment({"LOCAL_FOLDER": str(taken)})


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LayoutError):
        from_environment({"LOCAL_FOLDER": str(tmp_path / "file")})


def test_a_layout_does_not_change() -> None:
    assert hash(Layout(ROOT, ROOT, 1, 2, 3)) == hash(Layout(ROOT, ROOT, 1, 2, 3))


def test_a_cache_is_kept_only_where_it_is_asked_for(tmp_path: Path) -> None:
    assert not from_environment({}).cache
    assert not from_environment({"CACHE": "0"}).cache
    assert from_environment({"CACHE": "1"}).cache
    assert from_environment({"CACHE": "1", "LOCAL_FOLDER": str(tmp_path / "second")}).cache
    with pytest.raises(LayoutError, match=r"^CACHE must be 1 or 0, not 'yes'\.$"):
        from_environment({"CACHE": "yes"})
