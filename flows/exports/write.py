"""Asks a question of the snapshot and writes the answer to a file, whole or not at all."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TextIO, get_args

from flows.exports.citations import make_references, render_bibtex, render_ris
from flows.exports.sheet import write_xlsx
from flows.exports.tables import render_csv, render_jsonl, render_markdown
from warehouse.ask import Answer
from warehouse.connection import Connection
from warehouse.export import ask_for_export, write_parquet
from warehouse.sql import load_sql

Format = Literal["csv", "jsonl", "parquet", "markdown", "ris", "bibtex", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)
BINARY: tuple[Format, ...] = ("parquet", "xlsx")
ENDINGS: dict[str, Format] = {
    ".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".md": "markdown", ".ris": "ris",
    ".bib": "bibtex", ".xlsx": "xlsx",
}  # fmt: skip
# Questions that have a name. A name of a view or table asks for all of it.
NAMED = {
    "articles": "export_articles", "developments": "export_developments", "storylines": "export_storylines",
    "copies": "export_copies", "dates": "export_dates", "notes": "export_notes", "sources": "export_sources",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """How many rows were written, and whether some were left out because the format holds no more."""

    rows: int
    cut: bool = False


def question_of(words: str) -> str:
    """The SQL that the words stand for: a named question, a view or table, or SQL itself."""
    words = words.strip()
    if words.lower() in NAMED:
        return load_sql(NAMED[words.lower()])
    return f'FROM "{words}"' if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", words) else words


def export_question(con: Connection, sql: str, form: Format, file: Path) -> Export:
    """Writes the answer to the file in one step: after a failure there is the old file or none.

    Raises WarehouseError (code `sql`) for a wrong question, `NothingToCite` and `TooWide` where the format does not
    fit, OSError where the file cannot be written.
    """
    fresh = file.with_name(f".{file.name}.new")
    try:
        if form == "parquet":
            done = Export(rows=write_parquet(con, sql, fresh))
        elif form == "xlsx":
            answer = ask_for_export(con, sql)
            rows, cut = write_xlsx(fresh, answer.columns, answer.rows)
            done = Export(rows=rows, cut=cut)
        else:
            with fresh.open("w", encoding="utf-8", errors="replace", newline="") as stream:
                done = print_answer(ask_for_export(con, sql), form, stream)
        fresh.replace(file)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise
    return done


def print_answer(answer: Answer, form: Format, stream: TextIO) -> Export:
    """Writes the answer to the stream as it comes. Only formats that are text."""
    rows = _Counted(answer.rows)
    for piece in _pieces(answer, form, rows):
        stream.write(piece)
    return Export(rows=rows.number)


def _pieces(answer: Answer, form: Format, rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    if form == "csv":
        return render_csv(answer.columns, rows)
    if form == "jsonl":
        return render_jsonl(answer.columns, rows)
    if form == "markdown":
        return render_markdown(answer.columns, answer.types, rows)
    references = make_references(answer.columns, rows)
    return render_ris(references) if form == "ris" else render_bibtex(references)


class _Counted:
    """The rows, counted as they go by."""

    def __init__(self, rows: Iterable[Sequence[Any]]) -> None:
        self._rows = rows
        self.number = 0

    def __iter__(self) -> Iterator[Sequence[Any]]:
        for row in self._rows:
            self.number += 1
            yield row
