"""The night as a Prefect flow: each step a task run, the outcome as artifacts, so that the UI shows it at a glance.

Imported late, after `flows.engine` has set Prefect's environment. Deployments name it as
`flows/prefect_night.py:nightly`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from prefect import Task, flow, serve
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.objects import State, TaskRun
from prefect.concurrency.sync import concurrency
from prefect.context import FlowRunContext
from prefect.schedules import Cron
from prefect.settings import PREFECT_LOCAL_STORAGE_PATH
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.tasks import exponential_backoff

from config.load import load_house
from flows.engine import OWN_ENGINE
from flows.exits import Exit
from flows.monitor import run_night, send_due
from flows.operation.logs import set_up_logs
from flows.performing import LISTENER, Started
from flows.report import NightReport, problem_lines
from warehouse.batches import try_again
from warehouse.lock import LockHeld

T = TypeVar("T")

# Prefect loads these at the first flow and the first task. Loaded here, they come while the server starts.
for _late in ("fastapi.encoders", "prefect.flow_engine", "prefect.task_engine"):
    import_module(_late)

VISITOR_LIMIT = "sovwatch-visitor"

# What may pass by itself: a full connection table, a hiccup of a network disk. Anything else is a bug and must show.
PASSING = (OSError, TimeoutError)


class AsTasks:
    """Steps as Prefect tasks. A step is safe to run again, so a passing failure is tried twice more, with jitter."""

    def __init__(self) -> None:
        self.inside_s = 0.0

    def run(self, name: str, step: Callable[[], T]) -> T:
        """Performs the step as a task run of that name."""
        LISTENER.get()(name)

        def timed() -> T:
            begun = time.monotonic()
            try:
                return try_again(step)
            finally:
                self.inside_s += time.monotonic() - begun

        return _task(name, timed)()

    def start(self, name: str, step: Callable[[], T]) -> Started[T]:
        """Submits the step to the flow's thread pool."""
        return _task(name, step).submit()


def _task(name: str, step: Callable[[], T]) -> Task[[], T]:
    def perform() -> T:
        return step()

    return Task(
        perform, name=name, cache_policy=NO_CACHE, persist_result=False, retries=2,
        retry_delay_seconds=exponential_backoff(backoff_factor=2), retry_jitter_factor=0.5,
        retry_condition_fn=_may_pass,
    )  # fmt: skip


def _may_pass(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    return isinstance(state.result(raise_on_failure=False), PASSING)


RUNNER: ThreadPoolTaskRunner[Any] = ThreadPoolTaskRunner(max_workers=4)


# Nothing is ever kept in `result_storage`; where none is named, Prefect asks the server for one, twice a night.
@flow(
    name="sovwatch night",
    task_runner=RUNNER,  # type: ignore[arg-type]
    persist_result=False,
    result_storage=PREFECT_LOCAL_STORAGE_PATH.value(),
    flow_run_name="{kind} {as_of}",
)
def nightly(config: str, as_of: str | None = None, kind: str = "night") -> State[NightReport]:
    """One night over the configuration folder `config`, at the clock `as_of` (ISO 8601; now, where it is not given)."""
    set_up_logs()  # where the flow runs in a process of its own
    at = datetime.fromisoformat(as_of) if as_of else None
    with sole_visitor():
        report = run_night(load_house(Path(config)), as_of=at, kind=kind, performer=AsTasks())
    show_report(report)
    message = f"{report.run_id}: {report.outcomes.get('new', 0)} new, {len(report.developments)} developments"
    if report.exit_code in (Exit.OK, Exit.UNDELIVERED):
        return Completed(message=message, data=report)
    return Failed(message=message, data=report)


@contextmanager
def sole_visitor() -> Iterator[None]:
    """One night at a time visits publishers, whatever workers and warehouses a Prefect server has.

    Gaps between requests to a host hold within a night; this global concurrency limit makes them hold across nights.
    On a server of our own there is nobody else.
    """
    if os.environ.get(OWN_ENGINE):
        yield
        return
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(VISITOR_LIMIT, 1)
    with concurrency(VISITOR_LIMIT, occupy=1, strict=True):
        yield


def perform_night(config: Path, *, as_of: datetime | None = None, kind: str = "night") -> NightReport:
    """The report of one night run as a flow, whether it ended well or not."""
    state = nightly(str(config), as_of.isoformat() if as_of else None, kind, return_state=True)
    report = state.result(raise_on_failure=False)
    if isinstance(report, BaseException):
        raise report
    assert isinstance(report, NightReport)
    return report


@flow(name="sovwatch backfill", persist_result=False)
def backfill_archives(
    config: str,
    paths: list[str],
    since: str | None = None,
    until: str | None = None,
    workers: int | None = None,
    dask: str | None = None,
) -> State[NightReport]:
    """A backfill over WARC files and folders; `dask` is `local` or a scheduler's address, None reads in processes.

    Killed, it goes on where it was when it is run again with the same words.
    """
    from flows.backfill import backfill

    set_up_logs()
    begin, end = (datetime.fromisoformat(at).astimezone(UTC) if at else None for at in (since, until))
    files = [Path(path).resolve() for path in paths]
    house = load_house(Path(config))
    now = datetime.now(UTC)
    if dask is None:
        report = backfill(house, files, now=now, since=begin, until=end, workers=workers)
    else:
        from flows.backfill.dask_readers import dask_cluster

        with dask_cluster(None if dask == "local" else dask, workers=workers) as readers:
            report = backfill(house, files, now=now, since=begin, until=end, readers=readers)
    show_report(report)
    return Completed(message=f"{report.run_id}: {report.seen} pages, {report.outcomes.get('new', 0)} new", data=report)


@flow(name="sovwatch mail between nights", persist_result=False)
def mail_due(config: str) -> str:
    """What became of the mails that waited for an hour of the day or for another try."""
    house = load_house(Path(config))
    try:
        return send_due(house)
    except LockHeld as held:
        return f"left to the run that is under way: {held.holder}"


def serve_nights(config: Path, *, cron: str, timezone: str) -> None:
    """Serves the nights on the cron line, and hourly the mail that is due between them, until stopped.

    One at a time: runs that were missed do not pile up.
    """
    parameters = {"config": str(config)}
    night = nightly.to_deployment(
        name="nights", schedules=[Cron(cron, timezone=timezone)], parameters=parameters, tags=["sovwatch"]
    )
    mail = mail_due.to_deployment(
        name="mail", schedules=[Cron("7 * * * *", timezone=timezone)], parameters=parameters, tags=["sovwatch"]
    )
    serve(night, mail, limit=1)  # type: ignore[arg-type]  # to_deployment is typed for both of Prefect's worlds


def show_report(report: NightReport) -> None:
    """Three artifacts on the flow run: the sources, the counts and what went wrong, the developments."""
    if FlowRunContext.get() is None:
        return
    counts = "\n".join(f"| {name} | {number} |" for name, number in report.outcomes.items())
    wrong = "\n".join(f"- {line}" for line in problem_lines(report.problems)) or "nothing"
    create_markdown_artifact(
        key="night", description=f"Run {report.run_id}",
        markdown=f"| outcome | entries |\n|---|---|\n{counts}\n\n**Went wrong**\n\n{wrong}\n",
    )  # fmt: skip
    create_table_artifact(
        key="sources", description="Every source that was read tonight",
        table=[{"source": s.name, "state": s.state, "entries": s.entries, "new": s.new, "evidence": s.evidence}
               for s in report.sources],
    )  # fmt: skip
    create_table_artifact(
        key="developments", description="What was told tonight, by weight",
        table=[{"weight": round(d.weight, 2), "kind": d.kind, "headline": d.headline, "outlets": len(d.outlets)}
               for d in sorted(report.developments, key=lambda d: -d.weight)],
    )  # fmt: skip
