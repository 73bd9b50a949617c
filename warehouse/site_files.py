"""Sites' robots.txt and tdmrep.json answers between two runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Literal

from extractors.web.site_files import SiteFile
from warehouse.batches import add_rows, run_batch
from warehouse.connection import Connection
from warehouse.sql import load_sql

SiteFileKind = Literal["robots", "tdm"]


def find_site_files(con: Connection, *, now: datetime) -> dict[SiteFileKind, list[SiteFile]]:
    """The answers that still stand, by file."""
    found: dict[SiteFileKind, list[SiteFile]] = {"robots": [], "tdm": []}
    for file, origin, code, text, expires_at in con.execute(load_sql("site_files_standing"), {"now": now}).fetchall():
        found[file].append(SiteFile(origin=origin, code=code, text=text, expires_at=expires_at))
    return found


def store_site_files(con: Connection, file: SiteFileKind, answers: Iterable[SiteFile], *, now: datetime) -> None:
    """Puts the answers, in the order in which they came, in place of older ones; drops those that have expired.

    Runs inside the caller's transaction.
    """
    rows = [asdict(answer) | {"file": file} for answer in {answer.origin: answer for answer in answers}.values()]
    run_batch(con, "site_files_drop", [{"origin": row["origin"], "file": file} for row in rows], {"now": now})
    add_rows(con, "site_files", rows)
