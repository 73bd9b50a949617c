"""An answer as CSV, JSON Lines or a Markdown table. No cell can become a formula, a new row or markup."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from flows.commands.answers import plain

# What spreadsheets take for the beginning of a formula (OWASP, CSV injection), full-width forms included.
FORMULA = re.compile(r"[\s\u00a0\u200b\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MARKUP = re.compile(r"([\\`*_\[\]<>|~&#!$^{}])")
_LINE_START = re.compile(r"\A([+=-]|\d+(?=[.)]))")
_NUMERIC = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "HUGEINT", "NUMBER", "SMALLINT", "TINYINT", "UINTEGER", "UBIGINT")


def unique(columns: Sequence[str]) -> list[str]:
    """The names, of which a second one of the same spelling gets a number."""
    names: list[str] = []
    for column in columns:
        number, name = 1, column
        while name in names:
            number += 1
            name = f"{column}_{number}"
        names.append(name)
    return names


def render_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """CSV (RFC 4180) in pieces, UTF-8 without a mark, with a header. NULL is empty, lists and structs are JSON.

    A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers.
    """
    kept = io.StringIO()
    writer = csv.writer(kept, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in unique(columns)])
    for row in rows:
        writer.writerow([cell(value) for value in row])
        if kept.tell() > 65_536:
            yield kept.getvalue()
            kept.seek(0)
            kept.truncate()
    yield kept.getvalue()


def render_jsonl(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """One JSON object a line, as the values are: nothing is guarded."""
    names = unique(columns)
    for row in rows:
        yield json.dumps(plain(dict(zip(names, row, strict=True))), ensure_ascii=False) + "\n"


def render_markdown(columns: Sequence[str], types: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """A table of GitHub Flavored Markdown: markup in a cell is text, line breaks are spaces, numbers to the right."""
    yield "| " + " | ".join(escaped(name) or " " for name in unique(columns)) + " |\n"
    yield "|" + "|".join(" ---: " if is_numeric(kind) else " --- " for kind in types) + "|\n"
    for row in rows:
        yield "| " + " | ".join(escaped(shown(value)) for value in row) + " |\n"


def is_numeric(kind: str) -> bool:
    """Whether the column's type is a number's."""
    return kind.upper().startswith(_NUMERIC) or "INT" in kind.upper().split("(")[0].removesuffix("[]")[-7:]


def cell(value: Any) -> str:
    """The value for a spreadsheet: numbers as they are, times in ISO 8601, all other text guarded."""
    if value is None or (isinstance(value, (float, Decimal)) and not math.isfinite(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    return guarded(shown(value))


def shown(value: Any) -> str:
    """The value as text: times in ISO 8601, lists, structs and bytes as JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) and ";" not in item for item in value):
        return _CONTROLS.sub(" ", "; ".join(value))
    if isinstance(value, (list, tuple, Mapping)):
        return json.dumps(plain(value), ensure_ascii=False)
    ready = plain(value)
    return _CONTROLS.sub(" ", ready if isinstance(ready, str) else str(ready))


def guarded(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula."""
    text = _CONTROLS.sub(" ", text)
    return f"'{text}" if FORMULA.match(text) else text


def escaped(text: str) -> str:
    """The text on one line, as Markdown that shows just that text."""
    line = " ".join(_CONTROLS.sub(" ", text).split())
    return _LINE_START.sub(lambda m: f"{m[1]}\\" if m[1].isdigit() else f"\\{m[1]}", _MARKUP.sub(r"\\\1", line))
