"""The house rules that a reader can rely on: which room imports which, who may use what, how long a file gets."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("extractors", "warehouse", "config", "flows")
# Room to the rooms that it may import from besides itself.
MAY_IMPORT = {
    "extractors": set[str](),
    "warehouse": {"extractors"},
    "config": set[str](),
    "flows": {"extractors", "warehouse", "config"},
}
# Library to the only room that may import it.
KEPT_IN = {
    "prefect": "flows",
    "typer": "flows",
    "rich": "flows",
    "duckdb": "warehouse",
    "pyarrow": "warehouse",
    "trafilatura": "extractors",
    "feedparser": "extractors",
    "fastfeedparser": "extractors",
    "aiohttp": "extractors",
    "pydantic": "config",
}
# The demo newsroom and the benchmarks serve pages themselves; nothing else outside of extractors fetches.
MAY_ALSO = {("flows/demo", "aiohttp")}
LONGEST = 400
# What a local machine, an index or a workplace would leave behind.
LEFTOVERS = ("/" + "work/", "/" + "root/", "/home" + "/")


def python_files(*rooms: str) -> list[Path]:
    return sorted(path for room in rooms for path in (ROOT / room).rglob("*.py"))


def imports_of(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of every import in the file, those inside of functions included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.lineno, node.module


def test_there_is_something_to_check() -> None:
    assert all(len(python_files(room)) > 3 for room in ROOMS)


def test_imports_run_one_way() -> None:
    wrong = []
    for room in ROOMS:
        allowed = MAY_IMPORT[room] | {room}
        for path in python_files(room):
            for line, name in imports_of(path):
                other = name.split(".")[0]
                if other in {*ROOMS, "tests"} and other not in allowed:
                    wrong.append(f"{path.relative_to(ROOT)}:{line} imports {name}")
    assert not wrong


def test_each_library_stays_in_its_room() -> None:
    wrong = []
    for room in ROOMS:
        for path in python_files(room):
            place = path.relative_to(ROOT).as_posix()
            for line, name in imports_of(path):
                library = name.split(".")[0]
                excused = any(place.startswith(f"{folder}/") and library == kept for folder, kept in MAY_ALSO)
                if KEPT_IN.get(library, room) != room and not excused:
                    wrong.append(f"{place}:{line} imports {name}, which belongs to {KEPT_IN[library]}")
    assert not wrong


def test_no_relative_imports() -> None:
    wrong = []
    for path in python_files(*ROOMS, "tests"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        relative = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.level]
        wrong += [f"{path.relative_to(ROOT)}:{node.lineno}" for node in relative]
    assert not wrong


@pytest.mark.parametrize("room", ROOMS)
def test_files_stay_short_enough_to_read(room: str) -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(room)}
    assert not {path.name: length for path, length in lengths.items() if length > LONGEST}


@pytest.mark.parametrize("room", ROOMS)
def test_every_file_says_what_it_gives(room: str) -> None:
    silent = [
        path.relative_to(ROOT).as_posix()
        for path in python_files(room)
        if path.name != "__init__.py" and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_no_sql_runs_outside_of_the_warehouse() -> None:
    wrong = []
    for path in python_files("flows", "extractors", "config"):
        calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
        ran = [node for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "execute"]
        wrong += [f"{path.relative_to(ROOT)}:{node.lineno} runs SQL" for node in ran]
    assert not wrong


def test_no_file_names_the_machine_that_it_was_written_on() -> None:
    kinds = {".py", ".sql", ".md", ".yaml", ".toml", ".j2", ".html", ".txt", ".json", ".xml", ".lock"}
    wrong = []
    for path in (path for folder in (*ROOMS, "tests", "docs") for path in (ROOT / folder).rglob("*")):
        if path.suffix in kinds and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            wrong += [f"{path.relative_to(ROOT)}: {word}" for word in LEFTOVERS if word in text]
    assert not wrong
