"""The lock: the second run says who holds it, and a dead holder never blocks a night."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.warehouse.examples import NIGHT
from warehouse.lock import FILE, LockHeld, StateUnwritable, find_holder, hold_lock, make_state_folder

HOLD = r"""
import os, sys, time
from datetime import datetime
from pathlib import Path
from warehouse.lock import hold_lock
with hold_lock(Path(sys.argv[1]), purpose="night", since=datetime.fromisoformat(sys.argv[2])):
    if sys.argv[3] == "fork" and os.fork() == 0:
        os.write(1, b"%d\n" % os.getpid())
        time.sleep(60)
    os.write(1, b"held\n")
    time.sleep(60)
"""


def holder(folder: Path, how: str = "plain") -> subprocess.Popen[str]:
    """Another process that holds the lock; returns once it does."""
    command = [sys.executable, "-c", HOLD, str(folder), NIGHT.isoformat(), how]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def lines(process: subprocess.Popen[str], number: int) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline().strip() for _ in range(number)]


def test_a_full_disk_is_said_and_leaves_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(StateUnwritable, match="No space left on device"), hold_lock(tmp_path, purpose="x", since=NIGHT):
        pass
    monkeypatch.undo()
    assert find_holder(tmp_path) is None
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(StateUnwritable, match="make room"):
        make_state_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_a_second_run_says_who_holds_it_and_since_when(tmp_path: Path) -> None:
    process = holder(tmp_path)
    try:
        assert lines(process, 1) == ["held"]
        with pytest.raises(LockHeld) as caught, hold_lock(tmp_path, purpose="second", since=NIGHT):
            pass
        assert caught.value.holder is not None
        assert caught.value.holder.pid == process.pid
        assert f"night, process {process.pid} on " in str(caught.value)
        assert "since 2026-03-02T02:00:00+00:00" in str(caught.value)
        assert find_holder(tmp_path) == caught.value.holder
    finally:
        process.kill()
        process.wait()


def test_the_lock_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    process = holder(tmp_path)
    assert lines(process, 1) == ["held"]
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert find_holder(tmp_path) is None
    with hold_lock(tmp_path, purpose="next", since=NIGHT) as dead:
        assert dead is not None
        assert (dead.pid, dead.purpose) == (process.pid, "night")
    with hold_lock(tmp_path, purpose="after", since=NIGHT) as dead:
        assert dead is None


def test_a_forked_worker_does_not_keep_the_lock_of_its_killed_parent(tmp_path: Path) -> None:
    process = holder(tmp_path, "fork")
    child = next(int(line) for line in lines(process, 2) if line != "held")
    try:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with hold_lock(tmp_path, purpose="next", since=NIGHT):
            os.kill(child, 0)
    finally:
        os.kill(child, signal.SIGKILL)


def test_two_holders_in_one_process_exclude_each_other(tmp_path: Path) -> None:
    with hold_lock(tmp_path / "state", purpose="first", since=NIGHT):
        with pytest.raises(LockHeld, match="first"), hold_lock(tmp_path / "state", purpose="second", since=NIGHT):
            pass
        assert find_holder(tmp_path / "state") is not None
    assert find_holder(tmp_path / "state") is None


def test_an_error_inside_releases_it(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), hold_lock(tmp_path, purpose="first", since=NIGHT):
        raise RuntimeError
    assert (tmp_path / FILE).read_text(encoding="utf-8") == ""
    with hold_lock(tmp_path, purpose="second", since=NIGHT) as dead:
        assert dead is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_an_unreadable_note_is_no_obstacle(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    begun = time.monotonic()
    with hold_lock(tmp_path, purpose="first", since=NIGHT) as dead:
        assert dead is None
    assert time.monotonic() - begun < 1
    assert find_holder(tmp_path / "absent") is None
