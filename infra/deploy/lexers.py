"""Pygments with the lexers of the languages that posts are highlighted in.

Its table of lexers then names what is there, so that any other language is one it does not know.
"""

import ast
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

# How Pygments' table describes a lexer: module, name, aliases, file names, media types.
Described = tuple[str, str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]

_PACKAGE = "pygments.lexers"
# Found by name alone: the base of plain text, and the table itself.
_ALWAYS = {"__init__", "_mapping", "special"}
_HTML = {
    "formatters": {"__init__", "_mapping", "html"},
    "styles": {"__init__", "_mapping", "default"},
}


def keep_lexers(root: Path, languages: Collection[str]) -> None:
    """Remove from the Pygments in `root` the lexers of other languages, and whatever does not write HTML.

    Raises:
        LookupError: Pygments does not know one of the languages.
    """
    folder = root / "pygments" / "lexers"
    table = _table(folder)
    known = {alias: described[0] for described in table.values() for alias in described[2]}
    if unknown := sorted(set(languages) - set(known)):
        raise LookupError(f"Pygments has no lexer for {', '.join(unknown)}.")
    kept = _with_imports(folder, {_module(known[language]) for language in languages} | _ALWAYS, table)
    for part, names in {"lexers": kept, **_HTML}.items():
        for source in (root / "pygments" / part).glob("*.py"):
            if source.stem not in names:
                source.unlink()
    left = {name: described for name, described in table.items() if _module(described[0]) in kept}
    (folder / "_mapping.py").write_text(f"LEXERS = {left!r}\n", encoding="utf-8")


def _table(folder: Path) -> dict[str, Described]:
    [assigned] = ast.parse((folder / "_mapping.py").read_text(encoding="utf-8")).body
    assert isinstance(assigned, ast.Assign)  # noqa: S101 - for the type checker; the line above has looked
    table: dict[str, Described] = ast.literal_eval(assigned.value)
    return table


def _with_imports(folder: Path, modules: set[str], table: Mapping[str, Described]) -> set[str]:
    """The modules and all that they import, at their top or later."""
    found: set[str] = set()
    looking = set(modules)
    while looking:
        module = looking.pop()
        found.add(module)
        looking |= set(_imports(folder / f"{module}.py", table)) - found
    return found


def _imports(source: Path, table: Mapping[str, Described]) -> Iterator[str]:
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        if (node.module or "").startswith(f"{_PACKAGE}."):
            yield _module(str(node.module))
        elif node.module == _PACKAGE:
            for name in (each.name for each in node.names):
                if name in table:
                    yield _module(table[name][0])
                elif source.with_name(f"{name}.py").exists():
                    yield name


def _module(name: str) -> str:
    return name.removeprefix(f"{_PACKAGE}.")
