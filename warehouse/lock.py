"""One writer at a time: a lock that says who holds it and since when, and that dies with its holder."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

FILE = "run.lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Who holds the lock (or held it, and died): process id, machine, since when, what for."""

    pid: int
    host: str
    since: str
    purpose: str

    def __str__(self) -> str:
        return f"{self.purpose}, process {self.pid} on {self.host}, since {self.since}"


class LockHeld(Exception):
    """Another process holds the lock. `holder` says which; None where it had no time yet to write that down."""

    def __init__(self, path: Path, holder: Holder | None) -> None:
        self.path = path
        self.holder = holder
        who = f"held by: {holder}" if holder else "held by a process that is just starting"
        super().__init__(f"the warehouse is {who}. Wait until it ends; if it hangs, end that process.")


class StateUnwritable(Exception):
    """The state folder cannot be made or written; the message says which, why and what to do."""

    def __init__(self, state_dir: Path, error: OSError) -> None:
        reason = error.strerror or type(error).__name__
        super().__init__(
            f"the state folder {state_dir} cannot be written: {reason}. Make it writable for this user (or make room "
            "there), or set another state_dir in settings.yaml."
        )


def make_state_folder(state_dir: Path) -> None:
    """Makes the state folder where it is not there. Raises StateUnwritable, on a full disk too."""
    os.close(_open(state_dir))
    probe = state_dir / f".probe-{os.getpid()}"
    try:
        probe.write_bytes(bytes(4096))
    except OSError as error:
        raise StateUnwritable(state_dir, error) from error
    finally:
        probe.unlink(missing_ok=True)


def _open(state_dir: Path) -> int:
    try:
        state_dir.mkdir(parents=True, exist_ok=True)
        return os.open(state_dir / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StateUnwritable(state_dir, error) from error


@contextlib.contextmanager
def hold_lock(state_dir: Path, *, purpose: str, since: datetime, patience_s: float = 0.0) -> Iterator[Holder | None]:
    """Holds the lock of the state folder inside the block. Gives the holder that died with it, if one did.

    The kernel releases the lock when the process ends, however it ends, so a dead one never blocks a night. Raises
    LockHeld if another process (or another thread of this one) still holds it after `patience_s` seconds, and
    StateUnwritable where there can be no lock.
    """
    path = state_dir / FILE
    descriptor = _open(state_dir)
    try:
        _take(descriptor, path, patience_s)
        dead = _read(path)
        me = Holder(
            pid=os.getpid(), host=socket.gethostname(), since=since.isoformat(timespec="seconds"), purpose=purpose
        )
        try:
            _write(descriptor, json.dumps(asdict(me)) + "\n")
        except OSError as error:
            raise StateUnwritable(state_dir, error) from error
        _HELD.add(descriptor)
        try:
            yield dead
        finally:
            _HELD.discard(descriptor)
            # A file that is empty and still there: removing it would let two processes lock two files of that name.
            # Nothing to say when it cannot be emptied (a full disk): the kernel releases the lock all the same.
            with contextlib.suppress(OSError):
                os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def _take(descriptor: int, path: Path, patience_s: float) -> None:
    deadline = time.monotonic() + patience_s
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except OSError as error:
            if time.monotonic() >= deadline:
                raise LockHeld(path, _read(path)) from error
        time.sleep(0.05)


def find_holder(state_dir: Path) -> Holder | None:
    """Who holds the lock now; None where nobody does. The lock itself is not touched for longer than the question."""
    path = state_dir / FILE
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return _read(path) or Holder(pid=0, host="", since="just now", purpose="a run that is starting")
    finally:
        os.close(descriptor)
    return None


# A forked child inherits the open file and with it the lock, and would keep it after its parent was killed.
_HELD: set[int] = set()


def _close_in_child() -> None:
    for descriptor in _HELD:
        os.close(descriptor)
    _HELD.clear()


os.register_at_fork(after_in_child=_close_in_child)


def _read(path: Path) -> Holder | None:
    try:
        return Holder(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _write(descriptor: int, text: str) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, text.encode(), 0)
