"""Writes what a night decided, and reads developments back as they were told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any

import duckdb
import pyarrow as pa

from extractors.model import digest64
from warehouse.sql import load_sql
from warehouse.stories.model import Development, NewSentence, Outlet
from warehouse.stories.telling import Telling

_TIME = pa.timestamp("us", tz="UTC")
_INNER = {int: pa.int64(), float: pa.float32()}
# Up to so many values are handed over as parameters, more of them as an Arrow table: that costs twice as much to begin
# with, and a tenth for each value. The driver looks for pandas at each value of a list: that is fast only where it is.
_FEW_VALUES = 800 if find_spec("pandas") else 0
# A new storyline, or one that is known and went on. (No ON CONFLICT: that needs a unique key, which a lake has not.)
_PUT_STORYLINE = """MERGE INTO storyline_list USING ({rows}) AS new ON storyline_list.storyline_id = new.c0
WHEN MATCHED THEN UPDATE SET title = c1, last_at = c5, state = c6, stories = c7, turns = c8, entities = c9
WHEN NOT MATCHED THEN INSERT"""


def store_telling(con: duckdb.DuckDBPyConnection, telling: Telling, *, run_id: str) -> None:
    """Stores a night's stories, memberships, storylines and developments, inside the caller's transaction.

    Nothing is committed here: after a failure the caller rolls back and the night can be told again, with the same
    ids.
    """
    store_tellings(con, [telling], run_id=run_id)


def store_tellings(con: duckdb.DuckDBPyConnection, tellings: Sequence[Telling], *, run_id: str) -> None:
    """Stores several nights in the order in which they were told, as `store_telling` stores one."""
    together: list[Telling] = []
    lines: set[str] = set()
    for telling in tellings:
        # Acts look at members, renamings at titles: those of before must stand there, and none of later.
        if any(t.acts for t in together[-1:]) or telling.acts or any(r.storyline_id in lines for r in telling.renamed):
            _store(con, together, run_id)
            together, lines = [], set()
        together.append(telling)
        lines |= {line.storyline_id for line in telling.storylines}
    _store(con, together, run_id)


def _store(con: duckdb.DuckDBPyConnection, tellings: Sequence[Telling], run_id: str) -> None:
    for telling in tellings:
        for renaming in telling.renamed:
            con.execute(load_sql("stories_put_title"), {
                "storyline_id": renaming.storyline_id, "title": renaming.title, "stories": renaming.stories,
                "run_id": run_id, "named_at": telling.as_of,
            })  # fmt: skip
    stories = [(s, telling.as_of) for telling in tellings for s in telling.stories]
    members = [(m, telling) for telling in tellings for m in telling.memberships]
    _insert(con, "story_list", [
        (s.story_id, s.storyline_id, s.title, s.founder_id, run_id, s.first_at, told_at, s.language, s.seed)
        for s, told_at in stories
    ])  # fmt: skip
    _insert(con, "story_terms", [
        (s.story_id, s.storyline_id, s.first_at, list(s.terms), list(s.terms.values())) for s, _ in stories
    ])  # fmt: skip
    _insert(con, "story_members", [
        (m.report.version_id, m.report.article_id, m.story_id, run_id, m.role, m.similarity, m.novelty, m.report.site,
         m.report.at, telling.as_of)
        for m, telling in members
    ])  # fmt: skip
    _insert(con, "article_terms", [
        (m.report.version_id, m.story_id, m.storyline_id, m.report.site, m.report.language, m.report.at,
         m.report.dated, m.terms.to_bytes())
        for m, _ in members if m.terms is not None
    ])  # fmt: skip
    _insert(con, "entity_mentions", [
        (m.report.version_id, m.report.article_id, m.story_id, m.storyline_id, name, n, name in telling.listed,
         m.report.at)
        for m, telling in members for name, n in m.names.items()
    ])  # fmt: skip
    _insert(con, "storyline_facts", [
        (line, telling.as_of, sorted(facts)) for telling in tellings for line, facts in telling.facts.items() if facts
    ])  # fmt: skip
    # As they stand after the last night. A storyline is new whose founding story is; putting one costs three times as
    # much as adding one.
    storylines = {line.storyline_id: line for telling in tellings for line in telling.storylines}.values()
    founded = {s.story_id for s, _ in stories}
    for statement, lines in (
        ("", [s for s in storylines if s.founder_id in founded]),
        (_PUT_STORYLINE, [s for s in storylines if s.founder_id not in founded]),
    ):
        _insert(con, "storyline_list", [
            (s.storyline_id, s.title, s.founder_id, run_id, s.first_at, s.last_at, s.state, s.stories, s.turns,
             list(s.entities))
            for s in lines
        ], statement)  # fmt: skip
    for telling in tellings:
        _store_acts(con, telling, run_id)
    _store_developments(con, tellings, run_id)


def _store_acts(con: duckdb.DuckDBPyConnection, telling: Telling, run_id: str) -> None:
    ids = {act: digest64(f"{act.act}\n{act.story_id}\n{act.other_id}") for act in telling.acts}
    _insert(con, "story_acts", [
        (act_id, a.act, a.story_id, a.other_id, a.reason, run_id, telling.as_of) for a, act_id in ids.items()
    ])  # fmt: skip
    for act, act_id in ids.items():
        if act.act == "merge":
            con.execute(load_sql("stories_merge_members"), {
                "act_id": act_id, "story_id": act.story_id, "other_id": act.other_id, "acted_at": telling.as_of,
            })  # fmt: skip
        else:
            _insert(con, "story_act_members", [
                (act_id, version, version.rsplit(".", 1)[0], act.other_id, telling.as_of) for version in act.versions
            ])  # fmt: skip


def _store_developments(con: duckdb.DuckDBPyConnection, tellings: Sequence[Telling], run_id: str) -> None:
    told = []
    for telling in tellings:
        scores = {c.story_id: c.score for c in telling.considered}
        versions = {m.report.article_id: m.report.version_id for m in telling.memberships}
        told += [(d, telling.as_of, scores[d.story_id], versions) for d in telling.developments]
    _insert(con, "development_list", [
        (d.development_id, d.story_id, d.storyline_id, d.storyline_title, run_id, d.kind, d.headline, d.happened_at,
         told_at, d.weight, score, list(d.reasons), list(d.topics), list(d.entities), list(d.languages), d.previous_id,
         d.updates_id)
        for d, told_at, score, _ in told
    ])  # fmt: skip
    _insert(con, "development_sentences", [
        (d.development_id, position, s.text, s.article_id, [p[0] for p in s.new_parts], [p[1] for p in s.new_parts])
        for d, *_ in told for position, s in enumerate(d.sentences)
    ])  # fmt: skip
    _insert(con, "development_outlets", [
        (d.development_id, position, versions[o.article_id], o.article_id, o.relation)
        for d, *_, versions in told for position, o in enumerate(d.outlets)
    ])  # fmt: skip


def find_developments(
    con: duckdb.DuckDBPyConnection, *, run_id: str | None = None, since: datetime | None = None
) -> list[Development]:
    """Developments of a run, or told since a time (both None: all), heaviest first, complete as they were told."""
    rows = con.execute(load_sql("stories_developments"), {"run_id": run_id, "since": since}).fetchall()
    wanted = {"developments": ",".join(row[0] for row in rows)}
    sentences: dict[str, list[NewSentence]] = defaultdict(list)
    outlets: dict[str, list[Outlet]] = defaultdict(list)
    if rows:
        for development, text, article, starts, ends in con.execute(
            load_sql("stories_development_sentences"), wanted
        ).fetchall():
            parts = tuple(zip(starts, ends, strict=True))
            sentences[development].append(NewSentence(text=text, article_id=article, new_parts=parts))
        for row in con.execute(load_sql("stories_development_outlets"), wanted).fetchall():
            outlets[row[0]].append(Outlet(
                article_id=row[1], name=row[2], site=row[3], url=row[4], title=row[5], language=row[6],
                published_at=_utc(row[7]), relation=row[8],
            ))  # fmt: skip
    return [
        Development(
            development_id=row[0], story_id=row[1], storyline_id=row[2], storyline_title=row[3], kind=row[4],
            headline=row[5], happened_at=row[6].astimezone(UTC), weight=row[7], reasons=tuple(row[8]),
            sentences=tuple(sentences[row[0]]), outlets=tuple(outlets[row[0]]), topics=tuple(row[9]),
            entities=tuple(row[10]), languages=tuple(row[11]), previous_id=row[12], previous_headline=row[13],
            previous_at=_utc(row[14]), updates_id=row[15],
        )
        for row in rows
    ]  # fmt: skip


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None


def _insert(con: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[Any, ...]], statement: str = "") -> None:
    """Rows given in the order of the table's columns, in one statement: an insert, or the one that is given.

    `statement` has `{rows}` where the rows stand, a query with the columns c0, c1, ...
    """
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    values = sum(len(v) if isinstance(v, list) else 1 for column in columns for v in column)
    if values <= _FEW_VALUES:
        given = ", ".join(f"unnest(?) AS c{i}" for i in range(len(columns)))
        sql = statement.format(rows=f"SELECT {given}") if statement else f"INSERT INTO {table} SELECT {given}"
        con.execute(sql, columns)
        return
    # DuckDB finds `arrow_rows` by its name: cheaper than registering it.
    arrow_rows = pa.Table.from_arrays([_column(c) for c in columns], names=[f"c{i}" for i in range(len(columns))])  # noqa: F841
    source = "SELECT * FROM arrow_rows"
    con.execute(statement.format(rows=source) if statement else f"INSERT INTO {table} {source}")


def _column(values: list[Any]) -> pa.Array:
    example = next((v for v in values if v is not None), None)
    if isinstance(example, datetime):
        return pa.array(values, _TIME)
    if isinstance(example, list):
        inner = next((v for row in values for v in row), None)
        return pa.array(values, pa.list_(_INNER.get(type(inner), pa.string())))
    return pa.array(values, None if example is not None else pa.string())
