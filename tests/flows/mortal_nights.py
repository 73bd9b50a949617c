"""Nights that are killed on purpose: `kill -9` of a whole process at a named moment.

A `MortalNights` process imports everything once and forks for each night, so that a test may kill a dozen of them in
the time in which one starts. The moments are `before:STEP`, `after:STEP`, `during:NAME` (the end of a call of a
function of DURING, often inside a transaction), `at:SECONDS` (any moment), or `hang:STEP`, which stops there and lives
on.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from multiprocessing import forkserver
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from extractors.pages.forking import fork_context, warm_workers

T = TypeVar("T")

# Name -> (module where it is looked up, attribute, the call that dies).
DURING = {
    "storing-feeds": ("flows.steps.feeds", "add_feed_results", 1),
    "reading": ("flows.steps.pages", "page_record", 3),
    "storing-pages": ("flows.steps.pages", "add_readings", 1),
    "judging": ("flows.steps.judging", "add_sketches", 1),
    "telling": ("flows.steps.telling", "store_telling", 1),
    "queueing": ("flows.steps.telling", "queue_mails", 1),
    "copying-the-snapshot": ("warehouse.snapshot_file", "sync_path", 1),
}


class MortalNights:
    """The parent of nights that may die. `run` gives the exit code, negative for a signal, as subprocess does."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.mortal_nights"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True, cwd=Path(__file__).parents[2],
        )  # fmt: skip

    def run(self, config: Path, as_of: datetime, *, dies: str | None = None, room: int | None = None) -> int:
        """One night over the configuration, killed at the moment `dies` if it comes to it.

        With `room` no file may grow beyond that many bytes (RLIMIT_FSIZE): writes fail as on a full disk.
        """
        self.start(config, as_of, dies=dies, room=room)
        return self.wait()

    def start(self, config: Path, as_of: datetime, *, dies: str | None = None, room: int | None = None) -> None:
        """Starts a night; `wait` gives its exit code."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps([str(config), as_of.isoformat(), dies, room]) + "\n")
        self._process.stdin.flush()

    def wait(self) -> int:
        """The exit code of the night that was started."""
        assert self._process.stdout
        return int(self._process.stdout.readline())

    def __enter__(self) -> MortalNights:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)


class Mortal:
    """A performer that kills its process before or after the named step."""

    def __init__(self, dies: str | None) -> None:
        self._dies = dies

    def run(self, name: str, step: Callable[[], T]) -> T:
        """The step, if it comes to that."""
        if self._dies == f"before:{name}":
            die()
        if self._dies == f"hang:{name}":
            signal.pause()
        result = step()
        if self._dies == f"after:{name}":
            die()
        return result

    def start(self, name: str, step: Callable[[], T]) -> Any:
        """The step beside the others."""
        from flows.performing import Plainly

        return Plainly().start(name, lambda: self.run(name, step))


def die() -> None:
    """kill -9 of this process: nothing is closed, flushed or rolled back by us."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_during(name: str) -> None:
    """From now on, the function's chosen call kills the process instead of returning."""
    module_name, attribute, call = DURING[name]
    owner: Any = import_module(module_name)
    *path, last = attribute.split(".")
    for part in path:
        owner = getattr(owner, part)
    plain, calls = getattr(owner, last), [0]

    def deadly(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        result = plain(*args, **kwargs)
        if calls[0] >= call:
            die()
        return result

    setattr(owner, last, deadly)


def run_night_here(config: str, as_of: str, dies: str | None, room: int | None) -> int:
    """One night in this process; its exit code, 1 after an error, whose text goes to standard error."""
    from config.load import load_house
    from flows.monitor import run_night
    from warehouse.connection import WarehouseError
    from warehouse.lock import LockHeld

    if dies and dies.startswith("during:"):
        die_during(dies.removeprefix("during:"))
    if dies and dies.startswith("at:"):
        threading.Timer(float(dies.removeprefix("at:")), die).start()
    if room is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    house = load_house(Path(config))
    try:
        return int(run_night(house, as_of=datetime.fromisoformat(as_of), performer=Mortal(dies)).exit_code)
    except (WarehouseError, LockHeld) as error:
        Path(config, "error.txt").write_text(str(error))
        return 1 if isinstance(error, WarehouseError) else 4


def main() -> None:
    """Forks a night for each line read from stdin and prints how it ended."""
    import_module("flows.monitor")
    warm_workers()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.close(0)
            os.dup2(2, 1)
            code = 1
            forkserver._forkserver.ensure_running = lambda: None  # type: ignore[attr-defined]  # the parent's serves us
            try:
                code = run_night_here(*json.loads(line))
            finally:
                sys.stderr.flush()
                os._exit(code)
        _, status = os.waitpid(child, 0)
        revive_fork_server()
        print(os.waitstatus_to_exitcode(status), flush=True)


def revive_fork_server() -> None:
    """A fork server that serves. One that reads half a request of a killed night dies of it.

    It answers in the order of requests, so one that forks a process for us is past everything the killed night sent.
    A real night is not concerned: its fork server is its own and ends with it.
    """
    for _ in range(50):
        forkserver.ensure_running()
        probe = fork_context().Process(target=os.getpid)
        try:
            probe.start()
        except (OSError, EOFError):
            time.sleep(0.1)  # it is on its way out
            continue
        probe.join()
        return
    raise RuntimeError("the fork server of the mortal nights does not come back")


if __name__ == "__main__":
    main()
