"""How answers are printed: tables for people, JSON and CSV for programs, none of them able to steer a terminal."""

from __future__ import annotations

import base64
import csv
import json
import math
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from extractors.web.sanitise import terminal_safe

# What JSON leaves as it is and a terminal would obey: C1 controls, bidi codes, line separators.
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_CELL = 2_000
_RIGHT = (
    "INTEGER",
    "BIGINT",
    "DOUBLE",
    "FLOAT",
    "HUGEINT",
    "DECIMAL",
    "SMALLINT",
    "TINYINT",
    "UBIGINT",
    "UINTEGER",
    "NUMBER",
)


def print_table(console: Console, columns: Sequence[str], types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """The rows as a table; numbers to the right. Cells beyond 2,000 characters are cut."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for name, kind in zip(columns, types, strict=True):
        right = kind.upper().startswith(_RIGHT)
        table.add_column(Text(safe(name)), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell_text(value)) for value in row))
    console.print(table)


def print_json(rows: Iterable[Mapping[str, Any]]) -> None:
    """The rows as a JSON array, one object a line, written as they come."""
    separator = "[\n"
    for row in rows:
        sys.stdout.write(separator + json_text(row))
        separator = ",\n"
    sys.stdout.write("[]\n" if separator == "[\n" else "\n]\n")


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """The rows as CSV (RFC 4180) with a header; NULL is empty, lists and structs are JSON."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([safe(name) for name in columns])
    for row in rows:
        writer.writerow([csv_text(value) for value in row])


def named(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[dict[str, Any]]:
    """The rows by column name. Of two columns of one name the second gets a number."""
    names: list[str] = []
    for column in columns:
        number = sum(1 for name in columns[: len(names)] if name == column)
        names.append(f"{column}_{number + 1}" if number else column)
    for row in rows:
        yield dict(zip(names, row, strict=True))


def json_text(value: Any) -> str:
    """The value as JSON on one line: times as ISO 8601, bytes as base64, numbers that JSON lacks as null."""
    text = json.dumps(plain(value), ensure_ascii=False)
    return _UNSAFE_IN_JSON.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def plain(value: Any) -> Any:
    """The value made of what JSON has."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def cell_text(value: Any) -> str:
    """The value for a person: minutes instead of microseconds, lists with commas, NULL as nothing."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}" if not value.second else f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"
    if isinstance(value, (list, tuple)) and not any(isinstance(item, (list, tuple, Mapping)) for item in value):
        return ", ".join(cell_text(item) for item in value)
    if isinstance(value, (list, tuple, Mapping, bytes)):
        return json_text(value)[:_CELL]
    text = safe(str(value))
    return text if len(text) <= _CELL else text[: _CELL - 1] + "…"


def csv_text(value: Any) -> str:
    """The value for a program that reads CSV."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple, Mapping, bytes, datetime, date, time)):
        ready = plain(value)
        return ready if isinstance(ready, str) else json_text(ready)
    return safe(str(value))


def safe(text: str) -> str:
    """The text without anything that a terminal would obey."""
    return terminal_safe(text)
