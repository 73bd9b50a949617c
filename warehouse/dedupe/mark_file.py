"""One sorted file of marks: each as one number, its hash before its document, so that a look-up reads a few blocks.

Of a mark that very many documents carry, only the last ones are read; how many there are follows from where they
begin and end. Nothing but a sparse directory is kept in memory.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from warehouse.dedupe.arrays import Array

BLOCK: Final = 512  # marks that are read together: a page of memory
ENTRY: Final = 8  # bytes
AT_ONCE: Final = 1 << 21  # marks in memory while a file is read through
ASKED: Final = 10_000  # hashes that are looked up together: 40 MB where each lies in a block of its own
DOCS: Final = np.uint64(0xFFFFFFFF)
SHIFT: Final = np.uint64(32)


class MarkFile:
    """The marks of the documents `first` to `after` (not included); open until `close`.

    `rows` are its marks, `checksum` all of them by exclusive or: both reckoned when it was opened.
    """

    def __init__(self, path: Path, *, first: int, after: int) -> None:
        self.path, self.first, self.after = path, first, after
        self._descriptor = os.open(path, os.O_RDONLY)
        self.rows = os.fstat(self._descriptor).st_size // ENTRY
        self.checksum = 0
        directory = [np.empty(0, dtype=np.uint64)]
        for part in self.parts(AT_ONCE):
            self.checksum ^= int(np.bitwise_xor.reduce(part))
            directory.append(part[::BLOCK].copy())
        self._directory = np.concatenate(directory)

    def close(self) -> None:
        """Closes the file."""
        os.close(self._descriptor)

    def parts(self, size: int) -> Iterator[Array]:
        """All marks in order, so many at once (a multiple of `BLOCK`)."""
        for start in range(0, self.rows, size):
            yield self._read(start, min(size, self.rows - start))

    def find(self, hashes: Array, *, most: int) -> tuple[Array, Array]:
        """The last `most` marks of each hash, in order, and how many marks each hash has.

        `hashes` are distinct and sorted.
        """
        found = [self._find(hashes[i : i + ASKED], most) for i in range(0, len(hashes) if self.rows else 0, ASKED)]
        if not found:
            return np.empty(0, dtype=np.uint64), np.zeros(len(hashes), dtype=np.int64)
        return np.concatenate([held for held, _ in found]), np.concatenate([counts for _, counts in found])

    def _find(self, hashes: Array, most: int) -> tuple[Array, Array]:
        low = hashes.astype(np.uint64) << SHIFT
        high = low | DOCS
        # The blocks in which each hash begins and ends, and those before its end that hold its last marks.
        begin = np.maximum(np.searchsorted(self._directory, low, side="left") - 1, 0)
        end = np.maximum(np.searchsorted(self._directory, high, side="right") - 1, 0)
        back = [np.maximum(end - n, begin) for n in range(1 + -(-most // BLOCK))]
        wanted = np.unique(np.concatenate((begin, *back)))
        read = self._read_blocks(wanted)
        first, last = np.searchsorted(read, low, side="left"), np.searchsorted(read, high, side="right")
        at_begin, at_end = np.searchsorted(wanted, begin), np.searchsorted(wanted, end)
        counts = (end - begin) * BLOCK + (last - at_end * BLOCK) - (first - at_begin * BLOCK)
        taken = np.minimum(counts, most)
        offset = np.repeat(last - np.cumsum(taken), taken)
        return read[np.arange(int(taken.sum())) + offset], counts

    def _read_blocks(self, wanted: Array) -> Array:
        """The blocks of these numbers, one after the other; neighbours are read together."""
        whole = len(wanted) * BLOCK
        short = BLOCK - (self.rows - int(wanted[-1]) * BLOCK)  # what the last block of the file lacks
        read = np.empty(whole - max(0, short), dtype=np.uint64)
        starts = np.flatnonzero(np.concatenate(([True], np.diff(wanted) != 1)))
        view = read.data.cast("B")
        for start, after in zip(starts.tolist(), [*starts[1:].tolist(), len(wanted)], strict=True):
            target = view[start * BLOCK * ENTRY : after * BLOCK * ENTRY]
            self._fill(target, int(wanted[start]) * BLOCK * ENTRY)
        return read

    def _read(self, start: int, rows: int) -> Array:
        read = np.empty(rows, dtype=np.uint64)
        self._fill(read.data.cast("B"), start * ENTRY)
        return read

    def _fill(self, target: memoryview, offset: int) -> None:
        done = 0
        while done < len(target):
            more = os.preadv(self._descriptor, [target[done:]], offset + done)
            if not more:
                raise OSError(f"{self.path} is shorter than it was")
            done += more


def write_marks(path: Path, parts: Iterator[Array]) -> None:
    """Writes the sorted parts one after the other. Raises OSError; the file is then gone."""
    try:
        with path.open("wb") as file:
            for part in parts:
                part.tofile(file)
    except OSError:
        path.unlink(missing_ok=True)
        raise


def merge(files: Sequence[MarkFile]) -> Iterator[Array]:
    """The marks of several files in order, in parts; as much in memory as while one file is read through."""
    size = max(BLOCK, AT_ONCE // len(files) // BLOCK * BLOCK)
    readers = [file.parts(size) for file in files]
    waiting = [next(reader, None) for reader in readers]
    while held := [part for part in waiting if part is not None]:
        limit = min(int(part[-1]) for part in held)  # up to here every file has shown all that it has
        ready: list[Array] = []
        for place, part in enumerate(waiting):
            if part is not None:
                cut = int(np.searchsorted(part, np.uint64(limit), side="right"))
                ready.append(part[:cut])
                waiting[place] = part[cut:] if cut < len(part) else next(readers[place], None)
        together = np.concatenate(ready)
        together.sort()
        yield together
