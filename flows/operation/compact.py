"""Forgets what may be forgotten and gives room back, without ever standing in a night's way.

Rows are forgotten in small transactions, each under a lock of its own that is held for less than a night's patience.
The file is written anew from a copy, without any lock; it takes its place only if nobody has written meanwhile.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from config.house import House
from flows.night import warehouse_file
from warehouse.compaction import unused_share, write_compact, write_out
from warehouse.connection import Connection, open_file
from warehouse.lake import hold_lake, is_pointer
from warehouse.lock import LockHeld, hold_lock
from warehouse.retention import forget_entries, forget_terms
from warehouse.snapshot_file import sync_path

T = TypeVar("T")

# A file that is used so well is not worth writing anew.
WORTH = 0.2
WORK = "compacting"


@dataclass(slots=True, kw_only=True)
class Compacted:
    """What was forgotten, bytes before and after. `put_off`: a run came in between; the rest is for the next time."""

    entries: int = 0
    terms: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    rewritten: bool = False
    put_off: bool = False


def compact(house: House, *, now: datetime, worth: float = WORTH) -> Compacted:
    """What was done. Killed at any point, the warehouse is as it was, or has forgotten some of what it may forget.

    A run that is under way is not waited for: `put_off` then. Raises `warehouse.connection.WarehouseError`.
    """
    done = Compacted()
    state = house.settings.state_dir
    path = warehouse_file(state)
    if not path.exists():
        return done
    in_lake = is_pointer(path)
    done.bytes_before = done.bytes_after = 0 if in_lake else path.stat().st_size
    rules = house.settings.retention
    try:
        if rules.off_topic_days is not None:
            days = max(rules.off_topic_days, house.settings.max_age_days)
            before = now - timedelta(days=days)
            while gone := with_lock(house, path, lambda con: forget_entries(con, before=before)):
                done.entries += gone
        if rules.story_terms_days is not None:
            limit = now - timedelta(days=rules.story_terms_days)
            done.terms = with_lock(house, path, lambda con: forget_terms(con, before=limit))
        if in_lake:  # its files are merged by `warehouse.tending`, which needs no lock
            return done
        unused = with_lock(house, path, settled_share)
        if unused >= worth:
            done.rewritten = rewrite(house, path)
            done.put_off = not done.rewritten
    except LockHeld:
        done.put_off = True
    if not in_lake:
        done.bytes_after = path.stat().st_size
    return done


def settled_share(con: Connection) -> float:
    """The share of the file that nothing uses, after its log is written out."""
    write_out(con)
    return unused_share(con)


def with_lock(house: House, path: Path, work: Callable[[Connection], T]) -> T:
    """Does a short piece of work on the warehouse under the lock."""
    state = house.settings.state_dir
    with (
        hold_lock(state, purpose="compact", since=datetime.now(UTC)),
        contextlib.closing(open_file(path, memory_limit=house.settings.memory_limit)) as con,
        hold_lake(con, purpose="compact", since=datetime.now(UTC)),
    ):
        return work(con)


def rewrite(house: House, path: Path) -> bool:
    """Whether the file was written anew and put in place; not, if a run has written to it meanwhile."""
    state = house.settings.state_dir
    work = state / WORK
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    try:
        stamp = _stamp(path)
        shutil.copyfile(path, work / "copy.duckdb")
        if _stamp(path) != stamp:
            return False  # a run began: the copy is torn
        write_compact(work / "copy.duckdb", work / "compact.duckdb", memory_limit=house.settings.memory_limit)
        sync_path(work / "compact.duckdb")
        with hold_lock(state, purpose="compact", since=datetime.now(UTC)):
            if _stamp(path) != stamp:
                return False
            (work / "compact.duckdb").replace(path)
        return True
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _stamp(path: Path) -> tuple[int, int, bool]:
    """What changes when anybody writes: size, time, whether there is a log beside it."""
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns, path.with_name(path.name + ".wal").exists()
