"""A worker: a process that reads texts and compares them, asked over its standard input, answering over its output.

It imports what reading needs and nothing else, and not the main module of whoever started it. It ends when its input
ends: with the process that started it, however that dies.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import struct
import subprocess
import sys
from typing import Any, BinaryIO, Final

LENGTH: Final = struct.Struct("<Q")
PROGRAM: Final = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from warehouse.dedupe.worker import serve
serve()
"""


class WorkerDied(Exception):
    """The worker is gone; what it was asked was not answered."""


class Worker:
    """A worker process of this process's own. Not for several threads at once."""

    def __init__(self) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._child = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, json.dumps(sys.path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env=environment,
        )  # fmt: skip

    @property
    def pid(self) -> int:
        """The process id."""
        return self._child.pid

    def ask(self, *question: Any) -> Any:
        """The answer. Raises what the worker raised, and WorkerDied if there is no worker any more."""
        assert self._child.stdin is not None and self._child.stdout is not None
        try:
            write_frame(self._child.stdin, pickle.dumps(question, protocol=5))
            frame = read_frame(self._child.stdout)
        except (OSError, ValueError) as error:
            raise WorkerDied from error
        if frame is None:
            raise WorkerDied
        done, answer = pickle.loads(frame)
        if not done:
            raise answer
        return answer

    def end(self) -> None:
        """Ends the process; at once, whatever it is doing."""
        for stream in (self._child.stdin, self._child.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):  # what was not sent cannot be sent any more
                    stream.close()
        self._child.kill()
        self._child.wait()


def serve() -> None:
    """Answers until the input ends."""
    from warehouse.dedupe.shelf import Shelf

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to handle
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed by mistake must not be taken for an answer
    shelf = Shelf()
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        texts, method, arguments = pickle.loads(frame)
        try:
            shelf.take(texts)
            reply: tuple[bool, Any] = (True, getattr(shelf, method)(*arguments))
        except Exception as error:
            reply = (False, error)
        try:
            write_frame(answers, pickle.dumps(reply, protocol=5))
        except OSError:
            return


def write_frame(stream: BinaryIO | Any, data: bytes) -> None:
    """Writes a length and the bytes."""
    stream.write(LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def read_frame(stream: BinaryIO | Any) -> bytes | None:
    """The next bytes, or None at the end of the stream."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    size = LENGTH.unpack(head)[0]
    data = stream.read(size)
    return data if len(data) == size else None
