"""Nights of the demo newsroom over a file or a lake, and what they left, row by row."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from config.load import load_house
from flows.demo.mailbox import Mailbox
from flows.demo.outlets import NIGHTS
from flows.demo.reference import add_newsroom_reference
from flows.demo.server import NewsroomServer
from flows.demo.stage import write_config
from flows.monitor import run_night
from flows.placing import settle_warehouse, warehouse_file
from flows.report import NightReport
from warehouse.connection import Connection, open_file
from warehouse.lake import Lake

# The machine's own clock, and what depends on it: how long a response's head is, what its archive is called.
UNEQUAL = frozenset(
    ("started_at", "finished_at", "elapsed_s", "expires_at", "counts", "fetch_id", "archive_offset", "archive_file")
)  # fmt: skip
A_NIGHT = timedelta(hours=2)
# Articles and words are numbered in the index of the search as they arrive, which is as the network brings them.
BY_NAME = {
    "search_docs": "SELECT * EXCLUDE (doc) FROM search_docs",
    "search_words": "SELECT * EXCLUDE (term) FROM search_words",
    "search_postings": """SELECT w.word, w.is_stem, d.article_id, p.* EXCLUDE (doc, term)
        FROM search_postings AS p JOIN search_docs AS d ON d.doc = p.doc JOIN search_words AS w ON w.term = p.term""",
}
# Made of others or of the moment.
LEFT_OUT = frozenset(("snapshot_info", "schema_migrations"))


@dataclass(slots=True, kw_only=True)
class Play:
    """What the nights were: folder, reports, the mails of all nights (recipient, subject, text), seconds of each."""

    folder: Path
    reports: list[NightReport] = field(default_factory=list)
    mails: list[tuple[str, str, str]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def state(self) -> Path:
        """Its state folder."""
        return self.folder / "state"


def play(server: NewsroomServer, folder: Path, *, lake: Lake | None = None, nights: int = len(NIGHTS)) -> Play:
    """The first nights of the newsroom through the whole pipeline, plainly; in a lake, where one is given."""
    stage = folder.parent / "stage"  # the same for all plays: mails lead to pages in it
    stage.mkdir(parents=True)
    played = Play(folder=folder)
    with Mailbox(stage / "mails") as mailbox:
        config = write_config(stage, server, smtp_port=mailbox.port)
        settings = yaml.safe_load((config / "settings.yaml").read_text(encoding="utf-8"))
        if lake is not None:
            settings["warehouse"] = {"kind": "lake", **asdict(lake)}
            (config / "settings.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
        house = load_house(config)
        settle_warehouse(house.settings)
        add_newsroom_reference(house)
        for number, as_of in enumerate(NIGHTS[:nights], start=1):
            server.night = number
            begun = time.monotonic()
            played.reports.append(run_night(house, as_of=as_of))
            played.seconds.append(time.monotonic() - begun)
        for mail in mailbox.kept:
            text = mail.text.read_text(encoding="utf-8") if mail.text else ""
            played.mails.append((",".join(mail.recipients), mail.subject, text))
    stage.rename(folder)
    return played


@contextlib.contextmanager
def warehouse_of(played: Play) -> Iterator[Connection]:
    """The play's own warehouse, all tables, for looking."""
    with contextlib.closing(open_file(warehouse_file(played.state))) as con:
        yield con


def rows_of(con: Connection) -> dict[str, Counter[tuple[Any, ...]]]:
    """Every table's rows, each as often as it is there, without what is never the same twice."""
    found: dict[str, Counter[tuple[Any, ...]]] = {}
    tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()").fetchall()
    for (table,) in tables:
        if table in LEFT_OUT:
            continue
        whole = BY_NAME.get(table, f'FROM "{table}"')
        names = [row[0] for row in con.execute(f"DESCRIBE {whole}").fetchall()]
        chosen = ", ".join(f'"{name}"' for name in names if name not in UNEQUAL)
        rows = con.execute(f"SELECT {chosen} FROM ({whole})").fetchall()
        found[table] = Counter(tuple(map(_comparable, row)) for row in rows)
    return found


def differences(
    one: Mapping[str, Counter[tuple[Any, ...]]], other: Mapping[str, Counter[tuple[Any, ...]]]
) -> dict[str, tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]]:
    """Table to the rows that only one side has; empty where the two are equal."""
    found = {}
    for table in sorted(one.keys() | other.keys()):
        here, there = one.get(table, Counter()), other.get(table, Counter())
        if here != there:
            found[table] = (sorted((here - there).elements(), key=repr), sorted((there - here).elements(), key=repr))
    return found


def _comparable(value: Any) -> Any:
    if isinstance(value, datetime):  # a night's clock goes on with the machine's
        return next((night for night in NIGHTS if timedelta(0) <= value - night < A_NIGHT), value)
    if isinstance(value, list):
        return tuple(map(_comparable, value))
    if isinstance(value, dict):
        return tuple((key, _comparable(item)) for key, item in value.items())
    return value
