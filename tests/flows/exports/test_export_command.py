"""`sovwatch export`: every format from a published snapshot, nothing but reading, clear words where it fails."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner, Result

from flows.commands import app, load_commands
from flows.exports.write import FORMATS, NAMED
from tests.flows.desk_state import state_after_three_nights

load_commands()


@pytest.fixture
def state() -> Path:
    return state_after_three_nights()


def run(state: Path, *words: str, text: str | None = None) -> Result:
    return CliRunner().invoke(app, ["export", *words, "--state", str(state)], input=text, catch_exceptions=False)


@pytest.mark.parametrize("name", NAMED)
def test_every_named_question_has_an_answer(state: Path, name: str) -> None:
    result = run(state, name, "--format", "jsonl")
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert bool(rows) == (name not in ("notes", "dates"))


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_holds_all_articles(state: Path, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"out.{form}"
    result = run(state, "articles", "--format", form, "--out", str(file))
    assert result.exit_code == 0, result.output
    assert "6 rows" in result.stderr
    if form == "parquet":
        table = pq.read_table(file)
        assert table.num_rows == 6 and "timestamp" in str(table.schema.field("published_at").type)
    elif form == "xlsx":
        assert openpyxl.load_workbook(file)["answer"].max_row == 7
    else:
        assert file.read_text(encoding="utf-8").count("Dresden gets a chip plant") == 1


def test_the_ending_tells_the_format(state: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.bib"
    assert run(state, "articles", "-o", str(file)).exit_code == 0
    assert file.read_text(encoding="utf-8").startswith("@online{")


def test_sql_from_the_command_line_from_input_and_a_view_by_its_name(state: Path) -> None:
    assert run(state, "SELECT 1 AS n", "-f", "csv").stdout_bytes == b"n\r\n1\r\n"
    assert run(state, "-", text="SELECT 2 AS n").stdout_bytes == b"n\r\n2\r\n"
    rows = list(csv.DictReader(io.StringIO(run(state, "storylines").stdout)))
    assert {row["storyline_id"] for row in rows} == {"saga", "clouds"}
    assert len(run(state, "runs", "-f", "jsonl").stdout.splitlines()) == 3


def test_words_are_searched_for(state: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(state, "Dresden plant", "--search").stdout)))
    assert {row["title"] for row in rows} == {"Dresden gets a chip plant", "Dresden plant gets two billion"}
    assert run(state, "zzzz", "--search", "-f", "jsonl").stdout == ""


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("DELETE FROM entries", "only reads"),
        ("COPY (SELECT 1) TO 'x.csv'", "only reads"),
        ("ATTACH 'x.db'", "only reads"),
        ("INSTALL httpfs", "only reads"),
        ("SELECT 1; SELECT 2", "one question"),
        ("SELEC 1", "syntax error"),
        ("FROM read_csv('/etc/hostname')", "disabled"),
        ("FROM read_text('/etc/hostname')", "disabled"),
        ("nothing_like_this", "does not exist"),
        ("", "takes one question"),
    ],
)
def test_nothing_but_reading_the_snapshot(state: Path, query: str, said: str) -> None:
    result = run(state, query, "-f", "csv")
    assert result.exit_code == 2, result.output
    assert said in result.stderr


def test_words_that_fit_nothing_are_explained(state: Path, tmp_path: Path) -> None:
    assert "none of" in run(state, "articles", "-f", "docx").stderr
    assert "needs a file" in run(state, "articles", "-f", "xlsx").stderr
    assert "title" in run(state, "SELECT 1 AS n", "-f", "ris").stderr
    assert run(state, "articles", "-o", str(tmp_path / "no" / "such" / "folder.csv")).exit_code == 1


def test_a_failure_leaves_the_old_file(state: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("old")
    question = "SELECT CASE WHEN i < 5000 THEN i ELSE error('no')::INT END AS i FROM range(6000) AS t(i)"
    assert run(state, question, "-o", str(file)).exit_code == 2
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_types_that_parquet_lacks_are_named(state: Path, tmp_path: Path) -> None:
    twice = run(state, "SELECT 1 AS n, 2 AS n", "-o", str(tmp_path / "b.parquet"))
    assert twice.exit_code == 0
    assert pq.read_table(tmp_path / "b.parquet").column_names == ["n", "n_2"]
