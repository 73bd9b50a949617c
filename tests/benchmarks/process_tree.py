"""Memory and processor time of a process and all its children, sampled from /proc while they run."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Self

PAUSE_S = 0.1
_TICK = os.sysconf("SC_CLK_TCK")


class Watch:
    """Watches a process tree inside the block: the largest memory of any process, of all together, and their time."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._cpu: dict[int, float] = {}
        self.largest_mb = 0.0
        self.together_mb = 0.0

    @property
    def children_cpu_s(self) -> float:
        """Processor time of the children, as far as it was seen."""
        return sum(cpu for pid, cpu in self._cpu.items() if pid != self._pid)

    @property
    def own_cpu_s(self) -> float:
        """Processor time of the process itself."""
        return self._cpu.get(self._pid, 0.0)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(PAUSE_S):
            together = 0.0
            for pid in tree(self._pid):
                found = _sample(pid)
                if found is not None:
                    megabytes, self._cpu[pid] = found
                    together += megabytes
                    self.largest_mb = max(self.largest_mb, megabytes)
            self.together_mb = max(self.together_mb, together)


def tree(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for one in found:
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                found.extend(int(child) for child in (task / "children").read_text().split())
        except OSError:
            continue
    return found


def _sample(pid: int) -> tuple[float, float] | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, (int(fields[11]) + int(fields[12])) / _TICK
