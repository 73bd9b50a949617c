"""The state of affairs in the Prometheus text format (version 0.0.4): for node_exporter's textfile collector."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from warehouse.model import Run
from warehouse.report import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A gauge with its samples: label values (in the order of `labels`) to numbers."""

    name: str
    help: str
    samples: Mapping[tuple[str, ...], float]
    labels: tuple[str, ...] = ()


def gather_metrics(
    status: Status, *, last_good: Run | None, files: Mapping[str, int], free_bytes: int, is_running: bool, now: datetime
) -> list[Metric]:
    """Every metric, from what `find_status` says, the last night that ended well, and the disk. Pure."""
    metrics = [
        Metric(name="metrics_written_timestamp_seconds", help="When these metrics were written.",
               samples={(): now.timestamp()}),
        Metric(name="run_in_progress", help="1 while a run holds the warehouse.", samples={(): float(is_running)}),
        Metric(name="held", help="What the warehouse holds.", labels=("what",),
               samples={(name,): float(count) for name, count in status.totals.items()}),
        Metric(name="sources", help="Sources by state.", labels=("state",),
               samples={(name,): float(len(ids)) for name, ids in status.sources.items()}),
        Metric(name="mails", help="Mails of the outbox by state.", labels=("state",),
               samples={(name,): float(count) for name, count in status.mails.items()}),
        Metric(name="file_bytes", help="Size of a file or folder of the state folder.", labels=("file",),
               samples={(name,): float(size) for name, size in files.items()}),
        Metric(name="disk_free_bytes", help="Room left on the disk of the state folder.",
               samples={(): float(free_bytes)}),
    ]  # fmt: skip
    if last_good is not None and last_good.finished_at is not None:
        metrics.append(
            Metric(name="last_good_night_timestamp_seconds", help="End of the last night that was done and published.",
                   samples={(): last_good.finished_at.timestamp()})
        )  # fmt: skip
    return metrics + (_of_run(status.run, status) if status.run is not None else [])


def _of_run(run: Run, status: Status) -> list[Metric]:
    counts: Mapping[str, Any] = run.counts
    seconds = counts.get("seconds", {})
    metrics = [
        Metric(name="last_run_started_timestamp_seconds", help="Start of the last run.", labels=("kind",),
               samples={(run.kind,): run.started_at.timestamp()}),
        Metric(name="last_run_ok", help="1 if the last run is done with exit code 0.",
               samples={(): float(run.state == "done" and run.exit_code == 0)}),
        Metric(name="last_run_step_seconds", help="Time of the last run by what it was spent on.", labels=("step",),
               samples={(name,): float(value) for name, value in seconds.items()}),
        Metric(name="last_run_problems", help="Problems of the last run.", labels=("stage", "code"),
               samples={(group.stage, group.code): float(group.times) for group in status.problems}),
    ]  # fmt: skip
    if run.exit_code is not None:
        metrics.append(Metric(name="last_run_exit_code", help="Exit code of the last run; see docs/operating.md.",
                              samples={(): float(run.exit_code)}))  # fmt: skip
    if "duration_s" in counts:
        metrics.append(Metric(name="last_run_duration_seconds", help="Wall time of the last run.",
                              samples={(): float(counts["duration_s"])}))  # fmt: skip
    if status.sums is not None:
        metrics.append(Metric(name="last_run_entries", help="Entries of the last run by outcome.", labels=("outcome",),
                              samples={(name,): float(count) for name, count in
                                       {"known": status.sums.known, **status.sums.by_outcome}.items()}))  # fmt: skip
    return metrics


def render_metrics(metrics: Iterable[Metric]) -> str:
    """The exposition text: every metric a gauge named `sovwatch_...`, label values escaped, a line feed at the end."""
    lines: list[str] = []
    for metric in metrics:
        if not metric.samples:
            continue
        name = f"sovwatch_{metric.name}"
        lines += [f"# HELP {name} {metric.help}", f"# TYPE {name} gauge"]
        for values, number in sorted(metric.samples.items()):
            pairs = ",".join(f'{label}="{_escape(value)}"' for label, value in zip(metric.labels, values, strict=True))
            lines.append(f"{name}{{{pairs}}} {number!r}" if pairs else f"{name} {number!r}")
    return "\n".join(lines) + "\n"


def write_whole(path: Path, text: str) -> None:
    """The file in one step: a collector that reads at that moment sees the old one or the new one."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(0o644)
    fresh.replace(path)


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")
