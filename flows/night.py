"""One night's circumstances: configuration, clock, warehouse, archive and tools, opened and closed together."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version

from config.house import House
from extractors.feeds.changes import SourceChange
from extractors.model import Problem
from extractors.pages.gate import PageGate
from extractors.topics import TopicMatcher
from extractors.web.archive import Archive
from extractors.web.gates import HostBook
from extractors.web.rights import RightsPolicy
from extractors.web.robots import RobotsPolicy
from flows.exits import Exit
from flows.journal import note_run
from flows.past import Past
from flows.placing import settle_warehouse, snapshot_file, warehouse_file
from flows.report import NightReport, SourceLine
from warehouse.batches import commit_work
from warehouse.connection import Connection, open_file
from warehouse.dedupe import CopyWorkers
from warehouse.lake import hold_lake
from warehouse.lock import hold_lock
from warehouse.store import (
    RunState,
    SourceRow,
    count_runs_at,
    find_last_run,
    finish_run,
    start_run,
    store_sources,
    transaction,
)

__all__ = ["VERSION", "Night", "open_night", "product_token", "snapshot_file", "warehouse_file"]

VERSION = version("sovwatch")
# A clock this far behind the last run did not tick backwards by itself.
JUMP = timedelta(hours=1)
# Commands that only look (status, alerts list) hold the lock for a moment; a night does not give up over that.
PATIENCE_S = 3.0


@dataclass(slots=True)
class Night:
    """What every step is given.

    `clock` starts at `as_of` and moves with real time, so that a replayed night has consistent times. `seconds` adds
    up where the time went; `problems`, `warnings`, `sources` and `changes` collect what the report says of tonight.
    `robots`, `rights` and `hosts` are what the night has learnt of its hosts: rules, reservations, turns.
    `sends_mail` is False for runs over the past. `past` holds the recorded answers of a run that is gone through again.
    `copies` are the workers that judge; none runs before a batch is large enough. `unjudged` are the versions that wait
    for a verdict, the next ones first, as far as they were looked for.
    """

    house: House
    kind: str
    run_id: str
    as_of: datetime
    clock: Callable[[], datetime]
    con: Connection
    archive: Archive
    matcher: TopicMatcher
    robots: RobotsPolicy
    rights: RightsPolicy
    hosts: HostBook
    sends_mail: bool = True
    past: Past | None = None
    copies: CopyWorkers = field(default_factory=lambda: CopyWorkers(1))
    unjudged: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    sources: list[SourceLine] = field(default_factory=list)
    changes: list[SourceChange] = field(default_factory=list)

    @property
    def gate(self) -> PageGate:
        """What pages must pass before they are read in full."""
        return PageGate(self.matcher)

    @contextlib.contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Adds the block's wall time to `seconds[name]`."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - begun

    @contextlib.contextmanager
    def recorded(self) -> Iterator[None]:
        """Opens the run in the warehouse, and closes it as `failed` if the block raises."""
        last = find_last_run(self.con)
        if last and last.as_of > self.as_of + JUMP:
            self.warnings.append(
                f"This night's clock ({self.as_of:%Y-%m-%d %H:%M}) lies before that of the last run "
                f"({last.as_of:%Y-%m-%d %H:%M}). Check the machine's clock; nothing is lost or told twice."
            )
        sources = [
            SourceRow(
                source_id=s.id, name=s.name, feed_url=s.feed_url, homepage=s.homepage, country=s.country,
                language=s.language, kind=s.kind, enabled=s.enabled, reason=s.reason,
            )
            for s in self.house.sources
        ]

        def begin() -> None:
            start_run(
                self.con, run_id=self.run_id, kind=self.kind, as_of=self.as_of, started_at=datetime.now(UTC),
                version=VERSION,
            )  # fmt: skip
            store_sources(self.con, sources)

        commit_work(self.con, begin)
        if self.past is None:
            note_run(self.archive, self.house, run_id=self.run_id, kind=self.kind, as_of=self.as_of)
        try:
            yield
        except Exception:
            with contextlib.suppress(Exception), transaction(self.con):  # the first error is the one to show
                finish_run(
                    self.con, run_id=self.run_id, finished_at=datetime.now(UTC), state="failed",
                    exit_code=int(Exit.FAILED), counts={},
                )  # fmt: skip
            raise

    def close(self, report: NightReport) -> None:
        """Writes the report's counts and exit code to the run."""
        state: RunState = "failed" if report.exit_code in (Exit.FAILED, Exit.NO_NETWORK) else "done"

        def end() -> None:
            finish_run(
                self.con, run_id=self.run_id, finished_at=datetime.now(UTC), state=state,
                exit_code=int(report.exit_code), counts=report.counts(),
            )  # fmt: skip

        commit_work(self.con, end)
        self.archive.note("closed", {"exit_code": int(report.exit_code)}, at=datetime.now(UTC))


@contextlib.contextmanager
def open_night(
    house: House, *, as_of: datetime, kind: str, run_id: str | None = None, past: Past | None = None
) -> Iterator[Night]:
    """The night, with the lock held and everything closed at the end.

    `run_id` and `past` are those of a run that is gone through again. Raises `warehouse.lock.LockHeld` if another run
    holds the warehouse, and `warehouse.connection.WarehouseError` if it cannot be used.
    """
    settle_warehouse(house.settings)
    state = house.settings.state_dir
    purpose = f"{kind} of {as_of:%Y-%m-%d %H:%M} UTC"
    lock = hold_lock(state, purpose=purpose, since=datetime.now(UTC), patience_s=PATIENCE_S)
    with lock, contextlib.ExitStack() as stack:
        con = open_file(warehouse_file(state), memory_limit=house.settings.memory_limit)
        stack.callback(con.close)
        stack.enter_context(hold_lake(con, purpose=purpose, since=datetime.now(UTC)))
        archive = stack.enter_context(Archive(house.settings.archive_folder))
        begun = time.monotonic()
        yield Night(
            house=house,
            kind=kind,
            run_id=run_id or f"{as_of:%Y%m%dT%H%M%SZ}.{count_runs_at(con, as_of=as_of) + 1}",
            as_of=as_of,
            clock=lambda: as_of + timedelta(seconds=time.monotonic() - begun),
            con=con,
            archive=archive,
            matcher=TopicMatcher(house.topics),
            robots=RobotsPolicy(agent=product_token(house.settings.fetch.user_agent)),
            rights=RightsPolicy(),
            hosts={},
            past=past,
            copies=stack.enter_context(CopyWorkers(house.settings.workers)),
        )


def product_token(user_agent: str) -> str:
    """The name by which robots.txt addresses us: what stands before the version (RFC 9309, section 2.2.1)."""
    return user_agent.split("/")[0].split()[0]
