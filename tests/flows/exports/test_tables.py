"""CSV, JSON Lines, Markdown, Excel: what comes back is what was asked, and no cell is a formula, a row or markup."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from flows.exports.sheet import CHARACTERS, TooWide, write_xlsx
from flows.exports.tables import FORMULA, escaped, guarded, render_csv, render_jsonl, render_markdown

FORMULAS = [
    "=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\ufeff=HYPERLINK(1)",
    "＝1", "=\"a\";\"b\"", "-2 degrees",
]  # fmt: skip
TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
ROW = (1, -2.5, Decimal("-3.10"), None, True, datetime(2026, 3, 2, 6, tzinfo=UTC), date(2026, 3, 2), ["a", "b"],
       {"k": 1}, b"\xfb", float("nan"), 'a,"b"\nc')  # fmt: skip
NAMES = ["n", "f", "d", "none", "yes", "at", "day", "list", "struct", "bytes", "nan", "text"]


def read_csv(rows: list[tuple[Any, ...]], names: list[str]) -> list[list[str]]:
    return list(csv.reader(io.StringIO("".join(render_csv(names, rows)), newline="")))


def test_csv_keeps_numbers_times_and_lists() -> None:
    header, row = read_csv([ROW], NAMES)
    assert header == NAMES
    assert row == ["1", "-2.5", "-3.10", "", "true", "2026-03-02T06:00:00+00:00", "2026-03-02", "a; b", '{"k": 1}',
                   "'+w==", "", 'a,"b"\nc']  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_no_csv_cell_begins_like_a_formula(text: str) -> None:
    (name,), (cell,) = read_csv([(text,)], [text])
    assert cell[0] == name[0] == "'"


@settings(max_examples=150, deadline=None)
@given(text=TEXT)
@example("'=1")
def test_any_text_in_csv_is_one_cell_that_no_spreadsheet_runs(text: str) -> None:
    _, row = read_csv([(text, 7)], ["a", "b"])
    assert len(row) == 2 and row[1] == "7"
    assert not FORMULA.match(row[0])
    assert row[0].removeprefix("'") == re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", " ", text).removeprefix("'")


def test_columns_of_one_name_get_numbers() -> None:
    assert read_csv([(1, 2, 3)], ["n", "n", "n_2"])[0] == ["n", "n_2", "n_2_2"]


def test_json_lines_hold_the_values_as_they_are() -> None:
    lines = list(render_jsonl(NAMES, [ROW, ROW]))
    assert len(lines) == 2 and all(line.count("\n") == 1 for line in lines)
    said = json.loads(lines[0])
    assert (said["list"], said["struct"], said["text"], said["f"]) == (["a", "b"], {"k": 1}, 'a,"b"\nc', -2.5)


def table_cells(markdown: str) -> list[list[str]]:
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown)
    rows = re.findall(r"<tr>(.*?)</tr>", shown, re.DOTALL)
    return [[unescape(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)] for row in rows]


@settings(max_examples=200, deadline=None)
@given(text=TEXT)
@example("<script>x</script> | [a](b) `c` **d** &amp; \\| ~~e~~ $f$ # g")
@example("1. a")
def test_markdown_shows_just_the_text(text: str) -> None:
    cells = table_cells("".join(render_markdown(["a", "b"], ["VARCHAR", "INTEGER"], [(text, 7)])))
    assert cells == [["a", "b"], [" ".join(re.sub("[\x00-\x1f\x7f]", " ", text).split()), "7"]]


@settings(deadline=None)
@given(text=TEXT)
def test_escaped_text_is_a_paragraph_of_itself(text: str) -> None:
    shown = MarkdownIt("commonmark", {"html": True}).render(escaped(text))
    plain = " ".join(re.sub("[\x00-\x1f\x7f]", " ", text).split())
    assert unescape(shown) == (f"<p>{plain}</p>\n" if plain else "")


def test_excel_keeps_types_and_guards_formulas_for_good(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    rows = [ROW, *((text, *[None] * 11) for text in FORMULAS)]
    assert write_xlsx(file, NAMES, rows) == (len(rows), False)
    sheet = openpyxl.load_workbook(file)["answer"]
    first = [cell.value for cell in sheet[2]]
    assert first[:7] == [1, -2.5, -3.1, None, True, datetime(2026, 3, 2, 6), datetime(2026, 3, 2)]  # noqa: DTZ001
    for number, _ in enumerate(FORMULAS, 3):
        cell = sheet.cell(number, 1)
        assert cell.data_type == "s", cell.value
        assert cell.quotePrefix, "editing the cell would make a formula of it"
    assert not sheet.cell(2, 12).quotePrefix


def test_excel_cuts_what_no_cell_holds_and_keeps_big_numbers_exact(tmp_path: Path) -> None:
    file = tmp_path / "a.xlsx"
    write_xlsx(file, ["long", "big", "old", "bad"], [("x" * 50_000, 2**62, date(1800, 1, 1), "a\x00\x0bb")])
    long, big, old, bad = (cell.value for cell in openpyxl.load_workbook(file)["answer"][2])
    assert (len(long), big, old, bad) == (CHARACTERS, str(2**62), "1800-01-01", "a  b")
    with pytest.raises(TooWide):
        write_xlsx(file, ["c"] * 20_000, [])


def test_the_same_answer_gives_the_same_workbook(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_xlsx(tmp_path / name, NAMES, [ROW])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_guarded_text_is_guarded_once() -> None:
    assert guarded("=1") == "'=1"
    assert guarded("plain - text") == "plain - text"
