"""The warehouse made anew from the archive: every run of the past gone through again, then put in the old one's place.

Nobody is mailed. What nights cannot give (mail that went out, notes, runs' own times) is taken over from the warehouse
that is replaced, if it is still there. Until the last moment that one is not touched; a rebuild that is killed costs
nothing but its time.
"""

from __future__ import annotations

import contextlib
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from config.house import House
from config.settings import Warehouse
from extractors.web.archive import Archive
from extractors.web.journal import RunJournal, article_of_facts, find_runs, read_run
from flows.backfill import backfill_again, backfill_sitemaps
from flows.journal import house_as_it_was
from flows.monitor import run_night
from flows.night import open_night, warehouse_file
from flows.past import Again, Cut, Leftovers, Past
from flows.placing import settle_warehouse
from flows.steps.publishing import publish_night
from warehouse.carry import carry_house
from warehouse.compaction import upgrade_file, write_out
from warehouse.compare import TableDifference, carry_over, compare_warehouses, count_lost_articles
from warehouse.connection import open_file
from warehouse.dedupe import Fingerprint
from warehouse.lake import hold_lake, is_pointer
from warehouse.lock import hold_lock
from warehouse.reference import ShippedReference, add_references, add_shipped
from warehouse.store import transaction

SCRATCH = "rebuilding"
BEFORE = "warehouse.duckdb.before-rebuild"
# Runs that answer nothing new: what they stored follows from the others, by the present extractor.
PASSED_OVER = frozenset(("reextract", "mail"))
Progress = Callable[[int, int, str], None]  # runs done, runs in all, the one at work


@dataclass(slots=True, kw_only=True)
class RebuildReport:
    """What was gone through, and how the new warehouse differs from the old one (empty where there was none).

    `missing` lists addresses that a run asked for and the archive has no answer of. `lost_articles` are in the old one
    only; with any, the old one stays in place unless losses were accepted. `replaced`: the new one is in use.
    """

    runs: Counter[str] = field(default_factory=Counter)
    differences: list[TableDifference] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    taken_over: dict[str, int] = field(default_factory=dict)
    lost_articles: int = 0
    replaced: bool = False
    duration_s: float = 0.0

    @property
    def differing(self) -> int:
        """Rows without an equal on the other side, in all derived tables together."""
        return sum(table.differing for table in self.differences)


def rebuild(
    house: House,
    *,
    now: datetime,
    as_configured_now: bool = False,
    accept_losses: bool = False,
    progress: Progress = lambda done, of, run: None,
) -> RebuildReport:
    """The report of a rebuild from `archive_folder`, after the new warehouse is in place and published.

    Each run is gone through under the sources, topics and thresholds that it had, or, with `as_configured_now`, under
    today's. A lake is carried into the file `BEFORE` first, and the new warehouse into the lake at the end; its readers
    see the old one until then. Raises `warehouse.lock.LockHeld` while a run is under way and WarehouseError where a
    lake does not answer; then, as after any failure, nothing has changed (a lake that was filled in part is filled by
    the next try).
    """
    begun = time.monotonic()
    report = RebuildReport()
    state = house.settings.state_dir
    settle_warehouse(house.settings)
    memory_limit = house.settings.memory_limit
    with hold_lock(state, purpose="rebuild", since=datetime.now(UTC)), contextlib.ExitStack() as stack:
        place = warehouse_file(state)
        if is_pointer(place):
            lake = stack.enter_context(contextlib.closing(open_file(place, memory_limit=memory_limit)))
            stack.enter_context(hold_lake(lake, purpose="rebuild", since=datetime.now(UTC)))
        scratch = state / SCRATCH
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(parents=True)
        go_through(house, scratch, report, as_configured_now=as_configured_now, progress=progress)
        fresh, old = warehouse_file(scratch), place
        if is_pointer(place):
            old = state / BEFORE
            old.unlink(missing_ok=True)
            carry_all(place, old, memory_limit=memory_limit)
        with contextlib.closing(open_file(fresh, memory_limit=memory_limit)) as con:
            if old.exists():
                # The old one is brought to the present schema first: what is compared must have the same columns.
                upgrade_file(old, memory_limit=memory_limit)
                report.differences = compare_warehouses(con, old)
                report.lost_articles = count_lost_articles(con, old)
                report.taken_over = carry_over(con, old)
            write_out(con)
        if not report.lost_articles or accept_losses:
            if is_pointer(place):
                carry_all(fresh, place, memory_limit=memory_limit)
            else:
                put_in_place(fresh, old)
            report.replaced = True
            shutil.rmtree(scratch, ignore_errors=True)
    if report.replaced:
        with open_night(house, as_of=now, kind="rebuild") as night:
            publish_night(night, anew=True)
            report.warnings.extend(problem.detail for problem in night.problems)
    report.duration_s = time.monotonic() - begun
    return report


def carry_all(source: Path, target: Path, *, memory_limit: str) -> None:
    """Makes the one warehouse equal to the other, whatever it held."""
    for _ in carry_house(source, target, memory_limit=memory_limit, replace=True):
        pass


def go_through(
    house: House, scratch: Path, report: RebuildReport, *, as_configured_now: bool, progress: Progress
) -> None:
    """Every run of the archive again, in the order in which they began, into a warehouse in `scratch`."""
    folder = house.settings.archive_folder
    with Archive(folder) as archive:  # finishes files that a killed run left open
        files = archive.files()
    runs = find_runs(files)
    if not runs:
        report.warnings.append(f"There is no journal of any run in {folder}: the new warehouse is empty.")
    leftovers = Leftovers()
    for number, (run_id, paths) in enumerate(runs):
        journal = read_run(run_id, paths)
        kind = str(journal.opening.facts["kind"])
        progress(number, len(runs), f"{kind} {run_id}")
        if kind not in PASSED_OVER:
            then = house if as_configured_now else _house_of(house, folder, journal, report)
            elsewhere = {"state_dir": scratch, "archive_dir": scratch / "archive", "warehouse": Warehouse()}
            away = then.settings.model_copy(update=elsewhere)  # a file, even where that run wrote to a lake
            run_again(replace(then, settings=away), journal, leftovers, report)
        report.runs[kind] += 1
    progress(len(runs), len(runs), "")


def run_again(house: House, journal: RunJournal, leftovers: Leftovers, report: RebuildReport) -> None:
    """One run again, as far as it came."""
    facts = journal.opening.facts
    as_of = datetime.fromisoformat(facts["as_of"])
    past = Past(journal=journal, leftovers=leftovers)
    with contextlib.suppress(Cut):
        if facts["kind"] == "corpus":
            add_corpus(house, journal, as_of=as_of)
        elif facts["kind"] == "backfill":
            backfill_again(house, past, as_of=as_of)
        elif facts["kind"] == "sitemaps":
            asked = journal.notes("sitemaps")[0].facts
            since, until = (datetime.fromisoformat(at) if at else None for at in asked["bounds"])
            backfill_sitemaps(house, asked["urls"], now=as_of, since=since, until=until, performer=Again(journal),
                              run_id=journal.run_id, past=past)  # fmt: skip
        else:
            nobody = replace(house, recipients=(), mail=None)
            run_night(
                nobody, as_of=as_of, kind=facts["kind"], performer=Again(journal), run_id=journal.run_id, past=past
            )  # fmt: skip
    past.leave()
    report.missing.extend(past.missing)


def add_corpus(house: House, journal: RunJournal, *, as_of: datetime) -> None:
    """The reference documents that somebody added between two nights."""
    known = [
        ShippedReference(
            article=article_of_facts(note.facts["article"]), words=note.facts["words"],
            content_hash=note.facts["content_hash"], fingerprint=Fingerprint.from_dict(note.facts["fingerprint"]),
        )
        for note in journal.notes("fingerprint")
    ]  # fmt: skip
    articles = [article_of_facts(note.facts) for note in journal.notes("references")]
    path = warehouse_file(house.settings.state_dir)
    with contextlib.closing(open_file(path, memory_limit=house.settings.memory_limit)) as con, transaction(con):
        if known:
            add_shipped(con, run_id=journal.run_id, as_of=as_of, references=known)
        else:
            add_shipped(con, run_id=journal.run_id, as_of=as_of)
        add_references(con, articles, run_id=journal.run_id, as_of=as_of)


def put_in_place(fresh: Path, old: Path) -> None:
    """The new file in the old one's place, in one step; the old one stays beside it as `BEFORE`."""
    if old.exists():
        kept = old.with_name(BEFORE)
        kept.unlink(missing_ok=True)
        kept.hardlink_to(old)
    fresh.replace(old)


def _house_of(house: House, folder: Path, journal: RunJournal, report: RebuildReport) -> House:
    try:
        return house_as_it_was(house, folder, str(journal.opening.facts["configuration"]))
    except OSError:
        report.warnings.append(f"The configuration of {journal.run_id} is gone from the archive; today's was used.")
        return house
