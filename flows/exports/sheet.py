"""An answer as an Excel workbook: text is text, whatever it begins with; numbers, days and times are what they are."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from flows.exports.tables import FORMULA, shown, unique

# Excel's own limits, from its specification: rows with the header, columns, characters of a cell, exact whole numbers.
ROWS, COLUMNS, CHARACTERS, EXACT = 1_048_576, 16_384, 32_767, 10**15
_EARLIEST_YEAR = 1900


class TooWide(ValueError):
    """The answer has more columns than a sheet."""


def write_xlsx(file: Path, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> tuple[int, bool]:
    """Writes the workbook; gives the number of rows, and whether some were left out (a sheet holds 1,048,575).

    Text is written as text and, where it looks like a formula, marked as such for good (Excel's quote prefix), so that
    even editing the cell makes no formula of it. Times are UTC. Texts beyond 32,767 characters are cut. Raises TooWide.
    """
    if len(columns) > COLUMNS:
        raise TooWide(f"the answer has {len(columns)} columns; a sheet has {COLUMNS}")
    options = {
        "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
        "default_date_format": "yyyy-mm-dd", "remove_timezone": True,
    }  # fmt: skip
    number = 0
    cut = False
    with xlsxwriter.Workbook(str(file), options) as book:
        book.set_properties({"title": "sovwatch", "created": datetime(2000, 1, 1)})  # noqa: DTZ001  # same rows, same bytes
        sheet = book.add_worksheet("answer")
        forms = {
            "header": book.add_format({"bold": True}),
            "guarded": book.add_format({"quote_prefix": True}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(unique(columns)):
            sheet.write_string(0, place, name[:CHARACTERS], forms["header"])
            sheet.set_column(place, place, 60 if name in ("title", "headline", "sentence", "text", "url") else 18)
        for row in rows:
            if number + 1 >= ROWS:
                cut = True
                break
            number += 1
            for place, value in enumerate(row):
                _write(sheet, number, place, value, forms)
        if columns:
            sheet.autofilter(0, 0, max(number, 1), len(columns) - 1)
    return number, cut


def _write(sheet: Worksheet, row: int, column: int, value: Any, forms: dict[str, Format]) -> None:
    if value is None or (isinstance(value, (float, Decimal)) and not math.isfinite(value)):
        return
    if isinstance(value, bool):
        sheet.write_boolean(row, column, value)
    elif isinstance(value, (int, float, Decimal)) and -EXACT < value < EXACT:
        sheet.write_number(row, column, float(value) if isinstance(value, Decimal) else value)
    elif isinstance(value, (datetime, date)) and value.year >= _EARLIEST_YEAR:
        sheet.write_datetime(row, column, value, forms["time" if isinstance(value, datetime) else "day"])
    else:
        text = shown(value)
        text = text if len(text) <= CHARACTERS else text[: CHARACTERS - 1] + "…"
        sheet.write_string(row, column, text, forms["guarded"] if FORMULA.match(text) else None)
