"""What a whole night costs: entries a second, peak memory, and who takes the time.

    python -m tests.benchmarks.nightly [--sources 300 --entries 6000 --new-pages 2000 --read-before 300]

Generated outlets (tests/benchmarks/generated_news.py) are served from a process of their own, each at a loopback
address. Three nights run over them, each in a fresh process, under Prefect as `sovwatch run` does it: a first one that
makes entries - new-pages entries known (of which it reads --read-before pages; the others lie months back), the
measured one with new-pages new entries, and an idle one. Memory is that of the night's whole process tree (page readers
and Prefect's server included), added up from /proc five times a second.

Shares are of the night's wall time. `prefect`: its server's start, what the flow and its tasks cost around the steps,
and the server's end. `duckdb`: time inside calls of its connection. `extraction`: processor time of the page readers
over the wall time of all their processes. `waiting`: wall time in which the night's own process used no processor.
They overlap, since pages are fetched and read at the same time; they do not add up to one.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import yaml

from config.load import shipped_folder
from flows.demo.mailbox import Mailbox
from tests.benchmarks.generated_news import FIRST_NIGHT

T = TypeVar("T")

LIMITS = {"peak_mb": 1_500.0, "prefect_share": 0.15, "idle_s": 20.0}


def main() -> int:
    """Runs the three nights and prints the figures; 0 if all of them keep within LIMITS."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--entries", type=int, default=6_000)
    parser.add_argument("--new-pages", type=int, default=2_000)
    parser.add_argument("--read-before", type=int, default=300)
    parser.add_argument("--plain", action="store_true", help="without Prefect")
    parser.add_argument("--keep", type=Path, help="folder for the state; default: a temporary one")
    parser.add_argument("--one-night", nargs=2, metavar=("CONFIG", "AS_OF"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.one_night:
        config, as_of = chosen.one_night
        print(json.dumps(run_one(Path(config), datetime.fromisoformat(as_of), plain=chosen.plain)))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        return run_nights(chosen, chosen.keep or Path(scratch))


def run_nights(chosen: argparse.Namespace, folder: Path) -> int:
    """The three nights over one server, then the figures."""
    folder.mkdir(parents=True, exist_ok=True)
    old = chosen.entries - chosen.new_pages
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.generated_news", "--sources", str(chosen.sources), "--old", str(old),
         "--fresh", str(chosen.new_pages), "--read-before", str(chosen.read_before)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdin and server.stdout
    try:
        feeds = json.loads(server.stdout.readline())
        with Mailbox(folder / "mails") as mailbox:
            config = write_config(folder, feeds, smtp_port=mailbox.port)
            measured: list[tuple[dict[str, Any], Watched]] = []
            for number, name in enumerate(("before", "measured", "idle")):
                server.stdin.write(f"{min(number, 1)}\n")
                server.stdin.flush()
                server.stdout.readline()
                as_of = FIRST_NIGHT + timedelta(days=number)
                measured.append(watch_night(config, as_of, plain=chosen.plain))
                print(f"{name}: {measured[-1][1].wall_s:.1f} s, {measured[-1][0]['counts']['outcomes']}", flush=True)
            mails = len(mailbox.kept)
    finally:
        server.stdin.close()
        server.wait(10)
    return show_figures(chosen, measured[1], measured[2], mails=mails)


def show_figures(
    chosen: argparse.Namespace, night: tuple[dict[str, Any], Watched], idle: tuple[dict[str, Any], Watched], *,
    mails: int,
) -> int:  # fmt: skip
    """Prints the figures as the last lines; 1 if a limit is not kept."""
    told, cost = night
    seen = told["counts"]["entries_seen"]
    fresh = chosen.new_pages
    figures: dict[str, float] = {
        "entries": seen,
        "new_pages": fresh,
        "night_s": cost.wall_s,
        "entries_per_s": seen / cost.wall_s,
        "new_pages_per_s": fresh / cost.wall_s,
        "peak_mb": cost.peak_mb,
        "peak_own_process_mb": cost.peak_own_mb,
        "prefect_share": told["prefect_s"] / cost.wall_s,
        "duckdb_share": told["duckdb_s"] / cost.wall_s,
        "extraction_share": cost.readers_cpu_s / (cost.wall_s * max(1, told["workers"])),
        "prefect_server_cpu_s": cost.prefect_server_cpu_s,
        "waiting_share": 1 - told["own_cpu_s"] / cost.wall_s,
        "idle_s": idle[1].wall_s,
        "idle_peak_mb": idle[1].peak_mb,
        "mails": mails,
    }
    balanced = bool(told["counts"]["balanced"] and idle[0]["counts"]["balanced"])
    print("steps: " + ", ".join(f"{name} {value:.1f} s" for name, value in told["counts"]["seconds"].items()))
    print("idle steps: " + ", ".join(f"{name} {value:.1f} s" for name, value in idle[0]["counts"]["seconds"].items()))
    print(f"entries add up: {'yes' if balanced else 'NO'}")
    broken = 0 if balanced else 1
    for name, value in figures.items():
        limit = LIMITS.get(name)
        verdict = "" if limit is None else f"  (limit {limit:g}: {'kept' if value < limit else 'BROKEN'})"
        broken += limit is not None and value >= limit
        print(f"{name:22} {value:10.3f}{verdict}")
    return 1 if broken else 0


def write_config(folder: Path, feeds: list[dict[str, str]], *, smtp_port: int, **more: Any) -> Path:
    """A configuration folder with the generated outlets, the shipped topics, one reader, and `more` settings."""
    config = folder / "config"
    config.mkdir()
    settings = {
        "state_dir": str(folder / "state"),
        "fetch": {"user_agent": "sovwatch-benchmark/0.1 (+http://127.0.0.1/)", "per_host_gap_s": 0, "concurrency": 64,
                  "allow_private_networks": ["127.0.0.0/8"]},
        "mail": {"sender": "sovwatch@example.org", "host": "127.0.0.1", "port": smtp_port, "security": "none",
                 "username_env": None, "password_env": None},
        **more,
    }  # fmt: skip
    readers = [{"id": "analyst", "name": "Ada Analyst", "email": "ada@example.org"}]
    (config / "settings.yaml").write_text(yaml.safe_dump(settings))
    (config / "sources.yaml").write_text(yaml.safe_dump({"sources": feeds}))
    (config / "recipients.yaml").write_text(yaml.safe_dump({"recipients": readers}))
    (config / "topics.yaml").write_text((shipped_folder() / "topics.yaml").read_text(encoding="utf-8"))
    return config


# --- the night itself, in a process of its own -----------------------------------------------------------------------


def run_one(config: Path, as_of: datetime, *, plain: bool) -> dict[str, Any]:
    """One night in this process: its counts, and the seconds that Prefect, DuckDB, readers and itself took."""
    from config.load import load_house

    house = load_house(config)
    duckdb_s = time_connections()
    if plain:
        from flows.monitor import run_night

        report, prefect_s = run_night(house, as_of=as_of), 0.0
    else:
        report, prefect_s = run_with_prefect(config, as_of, house.settings.state_dir)
    own = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "counts": report.counts(), "prefect_s": prefect_s, "duckdb_s": duckdb_s(), "workers": house.settings.workers,
        "own_cpu_s": own.ru_utime + own.ru_stime,
    }  # fmt: skip


def run_with_prefect(config: Path, as_of: datetime, state_dir: Path) -> tuple[Any, float]:
    """The night under Prefect, and the seconds of its wall time that were not the night's own work."""
    from flows.engine import running_engine

    begun = time.monotonic()
    with running_engine(state_dir) as engine:
        prefect_night: Any = import_module("flows.prefect_night")
        overhead = [0.0]
        plain_run, inner_s = prefect_night.AsTasks.run, [0.0]

        def timed_run(self: Any, name: str, step: Callable[[], T]) -> T:
            inside = [0.0]

            def timed_step() -> T:
                start = time.monotonic()
                try:
                    return step()
                finally:
                    inside[0] += time.monotonic() - start

            start = time.monotonic()
            try:
                return plain_run(self, name, timed_step)
            finally:
                overhead[0] += time.monotonic() - start - inside[0]

        run_night = prefect_night.run_night

        def timed_night(*args: Any, **kwargs: Any) -> Any:
            start = time.monotonic()
            try:
                return run_night(*args, **kwargs)
            finally:
                inner_s[0] += time.monotonic() - start

        prefect_night.AsTasks.run = timed_run
        prefect_night.run_night = timed_night
        engine.wait()
        report = prefect_night.perform_night(config, as_of=as_of)
    return report, time.monotonic() - begun - inner_s[0] + overhead[0]


def time_connections() -> Callable[[], float]:
    """From now on, the warehouse's connections are timed; gives what asks for the seconds spent in them so far."""
    night: Any = import_module("flows.night")
    total = [0.0]
    plain_open = night.open_file

    def timed_open(*args: Any, **kwargs: Any) -> Any:
        con = plain_open(*args, **kwargs)
        con.execute("SET python_scan_all_frames = true")  # Arrow tables named in a query lie one frame further now
        return TimedConnection(con, total)

    night.open_file = timed_open
    return lambda: total[0]


class TimedConnection:
    """A DuckDB connection that adds the time spent inside its methods to `total[0]`."""

    def __init__(self, con: Any, total: list[float]) -> None:
        self._con = con
        self._total = total

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._con, name)
        if not callable(found):
            return found

        def timed(*args: Any, **kwargs: Any) -> Any:
            start = time.monotonic()
            try:
                result = found(*args, **kwargs)
            finally:
                self._total[0] += time.monotonic() - start
            return self if result is self._con else result

        return timed


# --- watching it from outside ----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Watched:
    """What a night's process tree cost: wall time from start to end, peak resident memory in MB, and the processor
    time of its page readers and of Prefect's server (each process as last seen, a fifth of a second before its end)."""

    wall_s: float = 0.0
    peak_mb: float = 0.0
    peak_own_mb: float = 0.0
    cpu_by_pid: dict[int, tuple[str, float]] = field(default_factory=dict)

    @property
    def readers_cpu_s(self) -> float:
        """Processor seconds of the page readers."""
        return sum(cpu for kind, cpu in self.cpu_by_pid.values() if kind == "reader")

    @property
    def prefect_server_cpu_s(self) -> float:
        """Processor seconds of Prefect's server, which runs beside the night."""
        return sum(cpu for kind, cpu in self.cpu_by_pid.values() if kind == "prefect")


def watch_night(config: Path, as_of: datetime, *, plain: bool) -> tuple[dict[str, Any], Watched]:
    """Runs the night in a child process, and watches it. Raises RuntimeError if it fails."""
    command = [sys.executable, "-m", "tests.benchmarks.nightly", "--one-night", str(config), as_of.isoformat()]
    begun = time.monotonic()
    child = subprocess.Popen([*command, *(["--plain"] if plain else [])], stdout=subprocess.PIPE, text=True)
    watched = Watched()
    ended = threading.Event()

    def sample() -> None:
        while not ended.wait(0.2):
            pids = _tree(child.pid)
            sizes = {pid: _resident_mb(pid) for pid in pids}
            for pid in pids:
                kind, cpu_s = _kind_and_cpu_s(pid)
                if kind:  # a process that has ended has no command line any more, nor time to add
                    watched.cpu_by_pid[pid] = kind, cpu_s
            watched.peak_mb = max(watched.peak_mb, sum(sizes.values()))
            watched.peak_own_mb = max(watched.peak_own_mb, sizes.get(child.pid, 0.0))

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    output, _ = child.communicate()
    ended.set()
    sampler.join()
    watched.wall_s = time.monotonic() - begun
    if child.returncode != 0:
        raise RuntimeError(f"the night ended with code {child.returncode}")
    return json.loads(output.strip().splitlines()[-1]), watched


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int(entry.joinpath("stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        todo += children.get(pid, [])
    return found


def _kind_and_cpu_s(pid: int) -> tuple[str, float]:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
        times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    except OSError:
        return "", 0.0
    if not command:
        return "", 0.0
    kind = "reader" if b"forkserver" in command else "prefect" if b"prefect" in command else "night"
    return kind, sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def _resident_mb(pid: int) -> float:
    """The process's proportional share of resident memory (pages shared with its parent count once), in MB."""
    for name, key in (("smaps_rollup", "Pss:"), ("status", "VmRSS:")):
        try:
            for line in Path(f"/proc/{pid}/{name}").read_text().splitlines():
                if line.startswith(key):
                    return int(line.split()[1]) / 1024
        except OSError:
            continue
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
