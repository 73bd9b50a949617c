"""Migrations as a lake can take them: the same files, without what DuckLake has not.

DuckLake 1.0 (the extension for DuckDB 1.5.5) knows no keys but NOT NULL, no indexes and no comments on the columns of
views. Keys become NOT NULL (nothing checks them: `sovwatch warehouse info --check` does), indexes are left out, and
readers take the comments of views from the migrations themselves (`warehouse/lake_reading.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

import duckdb

_COMMENTS = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_LITERAL = re.compile(r"'(?:[^']|'')*'")
_TABLE_KEY = re.compile(r",\s*(?:CONSTRAINT\s+\w+\s+)?(?:PRIMARY KEY|UNIQUE)\s*\([^)]*\)", re.IGNORECASE)
_COLUMN_KEY = re.compile(r"\bPRIMARY KEY\b", re.IGNORECASE)
_UNIQUE = re.compile(r"\s+UNIQUE\b", re.IGNORECASE)
_TWICE = re.compile(r"\bNOT NULL\s+NOT NULL\b", re.IGNORECASE)
_INDEX = re.compile(r"\s*CREATE\s+(?:UNIQUE\s+)?INDEX\b|\s*DROP\s+INDEX\b", re.IGNORECASE)
_ON_COLUMN = re.compile(r"""\s*COMMENT\s+ON\s+COLUMN\s+"?(\w+)"?\s*\.""", re.IGNORECASE)
_VIEW = re.compile(r"""\bCREATE\s+(?:OR\s+REPLACE\s+)?VIEW\s+(?:IF\s+NOT\s+EXISTS\s+)?"?(\w+)"?""", re.IGNORECASE)


def find_views(migrations: Iterable[str]) -> frozenset[str]:
    """Names of all views that the migrations make."""
    return frozenset(name for sql in migrations for name in _VIEW.findall(_COMMENTS.sub("", sql)))


def lake_statements(sql: str, views: Set[str]) -> Iterator[str]:
    """The statements of a migration that a lake takes, each in its words for a lake, in order."""
    for statement in duckdb.extract_statements(sql):
        plain = _without_comments(statement.query)
        on_column = _ON_COLUMN.match(plain)
        if _INDEX.match(plain) or (on_column and on_column[1] in views):
            continue
        yield _without_keys(plain)


def _without_keys(statement: str) -> str:
    if not re.match(r"\s*CREATE\s+(?:OR\s+REPLACE\s+)?TABLE\b", statement, re.IGNORECASE):
        return statement
    parts = _kept_apart(statement)
    changed = [part if part.startswith("'") else _UNIQUE.sub("", _COLUMN_KEY.sub("NOT NULL", _TABLE_KEY.sub("", part)))
               for part in parts]  # fmt: skip
    return _TWICE.sub("NOT NULL", "".join(changed))


def _without_comments(statement: str) -> str:
    # A comment may hold a quote and a literal two hyphens: whichever begins first decides.
    pattern = re.compile(f"{_LITERAL.pattern}|{_COMMENTS.pattern}", re.DOTALL)
    return pattern.sub(lambda found: found[0] if found[0].startswith("'") else " ", statement).strip()


def _kept_apart(statement: str) -> list[str]:
    parts: list[str] = []
    end = 0
    for found in _LITERAL.finditer(statement):
        parts += [statement[end : found.start()], found[0]]
        end = found.end()
    return [*parts, statement[end:]]
