"""The files of the snapshot: the published one, a spare one that waits for its next turn, and the one being written.

A large snapshot is not copied from night to night. When a new one takes its place it stays as the spare, and the next
publication brings the spare up to date, which then takes the place in turn: two files that alternate. A spare that
somebody still has open is never written to; then, and where there is none, the published file is copied.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
from pathlib import Path

SPARE_FROM = 256_000_000  # bytes: smaller ones are copied, and no spare is kept
_AT_ONCE = 1 << 30


def fresh_file(snapshot: Path) -> Path:
    """The file that is being written."""
    return snapshot.with_name(snapshot.name + ".new")


def spare_file(snapshot: Path) -> Path:
    """The snapshot before the published one."""
    return snapshot.with_name(snapshot.name + ".spare")


def take_earlier(snapshot: Path) -> bool:
    """Whether `fresh_file` now is an earlier snapshot that may be written to; False where none is published.

    It is the spare, or a copy of the published one (by the kernel; without copying where the file system can share).
    Raises OSError where that cannot be written.
    """
    fresh, spare = fresh_file(snapshot), spare_file(snapshot)
    if not snapshot.is_file():
        return False
    if spare.exists():
        if not spare.samefile(snapshot):  # it is where a publication was killed between its two last steps
            spare.replace(fresh)
            fresh.chmod(0o644)
            if _is_ours_alone(fresh):
                return True
            fresh.unlink()
        spare.unlink(missing_ok=True)
    copy_file(snapshot, fresh)
    fresh.chmod(0o644)
    return True


def put_in_place(snapshot: Path, *, keep_spare: bool) -> None:
    """`fresh_file`, flushed, becomes the published one in one step; the one before becomes the spare where it is large.

    Killed at any point, the published file is the old or the new one, and whole.
    """
    fresh, spare = fresh_file(snapshot), spare_file(snapshot)
    sync_path(fresh)
    fresh.chmod(0o444)  # a reader that forgets to say read-only is told so, and cannot lock others out
    spare.unlink(missing_ok=True)
    if keep_spare and snapshot.is_file() and snapshot.stat().st_size >= SPARE_FROM:
        with contextlib.suppress(OSError):  # a file system without second names: the next publication copies
            os.link(snapshot, spare)
    fresh.replace(snapshot)
    sync_path(snapshot.parent)


def copy_file(source: Path, target: Path) -> None:
    """Copies within the kernel. Raises OSError."""
    with source.open("rb") as reading, target.open("wb") as writing:
        try:
            while os.copy_file_range(reading.fileno(), writing.fileno(), _AT_ONCE):
                pass
            return
        except OSError:
            if os.lseek(writing.fileno(), 0, os.SEEK_CUR):
                raise
    shutil.copyfile(source, target)


def remove_file(path: Path) -> None:
    """Removes the file and its log, if they are there and can be."""
    for leftover in (path, path.with_name(path.name + ".wal")):
        with contextlib.suppress(OSError):
            leftover.unlink(missing_ok=True)


def sync_path(path: Path) -> None:
    """Flushes a file, or a folder's names, to the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_ours_alone(path: Path) -> bool:
    """Whether nobody has the file open, in this process or any other: readers, and those who copy it away.

    A write lease is granted only then (fcntl(2)). Where the system has none, or refuses, the answer is no.
    """
    try:
        descriptor = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)  # should it be broken: a signal that does not end us
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except (OSError, AttributeError):
        return False
    finally:
        os.close(descriptor)
    return True
