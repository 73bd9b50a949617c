"""The marks of all known documents, sorted in files beside the warehouse: a look-up costs the same however many there
are, where the warehouse itself would have to read every mark for each batch.

The files follow from the table `copy_marks` and can be removed at any time. Each holds the marks of a stretch of
documents and says in its name of which; those that came since, a few thousand documents, are asked of the table. When
they are first used by a process, each file's marks are compared with the table's, by number and exclusive or: one
that does not agree (another warehouse was put in place, a disk failed) is dropped and written anew. A new file is
joined with those before it that are not much larger, so that there are never more than a few, and a mark is written a
few times in years.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from duckdb import DuckDBPyConnection

from warehouse.dedupe.arrays import Array
from warehouse.dedupe.mark_file import MarkFile, merge, write_marks
from warehouse.sql import load_sql

# So many marks of documents that came since are left to the table: 6,000 articles, a hundredth of a second.
UNSORTED: Final = 500_000
TOGETHER: Final = 50_000  # documents whose marks are sorted at once: 40 MB
LARGER: Final = 4  # a file is joined with the one before unless that is so many times as large
NAME: Final = re.compile(r"(\d+)-(\d+)\.marks")


class SortedMarks:
    """The sorted files in a folder, open until `close`; `documents`: how many, from the first on, they cover."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: list[MarkFile] = []
        self._checked = False

    @property
    def documents(self) -> int:
        """The number of the first document that is not covered."""
        return self._files[-1].after if self._files else 0

    def close(self) -> None:
        """Closes the files; they stay."""
        for file in self._files:
            file.close()
        self._files.clear()
        self._checked = False

    def bring_up_to_date(self, con: DuckDBPyConnection, *, unsorted: int = UNSORTED) -> None:
        """Makes the files hold all but at most `unsorted` of the marks that were committed.

        Outside of a transaction: what is rolled back must not get into a file. Raises OSError where the folder cannot
        be written; what could be is of use all the same.
        """
        if not self._checked:
            self._take_up(con)
            self._checked = True
        after, waiting = _asked(con, "copies_marks_since", self.documents)
        if waiting <= unsorted:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = len(self._files)
        for first in range(self.documents, after, TOGETHER):
            last = min(first + TOGETHER, after)
            found = con.execute(_between("copies_marks_sorted", first, last)).fetchnumpy()["mark"]
            self._files.append(self._write(first, last, [np.asarray(found, dtype=np.uint64)]))
        together = self._files[_joined([file.rows for file in self._files], fresh) :]
        if len(together) > 1:
            joined = self._write(together[0].first, together[-1].after, together)
            del self._files[-len(together) :]
            self._files.append(joined)
            for file in together:
                file.close()
                file.path.unlink(missing_ok=True)

    def find(self, hashes: Array, *, most: int) -> tuple[Array, Array]:
        """Of each hash the last marks, `most` of every file, as one sorted array; and how many there are of each.

        A mark is one number, its hash before its document. `hashes` are distinct and sorted.
        """
        held, counts = [np.empty(0, dtype=np.uint64)], np.zeros(len(hashes), dtype=np.int64)
        for file in self._files:
            found, there = file.find(hashes, most=most)
            held.append(found)
            counts += there
        together = np.concatenate(held)
        together.sort()
        return together, counts

    def _write(self, first: int, after: int, parts: Sequence[Array] | Sequence[MarkFile]) -> MarkFile:
        path = self._folder / f"{first}-{after}.marks"
        fresh = path.with_suffix(".new")
        files = [part for part in parts if isinstance(part, MarkFile)]
        write_marks(fresh, merge(files) if files else (part for part in parts if not isinstance(part, MarkFile)))
        fresh.replace(path)
        return MarkFile(path, first=first, after=after)

    def _take_up(self, con: DuckDBPyConnection) -> None:
        """Opens the files that agree with the table, one stretch after the other; others are removed."""
        for leftover in self._folder.glob("*.new"):
            leftover.unlink(missing_ok=True)
        named = [(path, NAME.fullmatch(path.name)) for path in self._folder.glob("*.marks")]
        stretches = [(int(found[1]), int(found[2]), path) for path, found in named if found]
        # Of two that begin at one place the longer one was joined from the other and more.
        for first, after, path in sorted(stretches, key=lambda stretch: (stretch[0], -stretch[1])):
            file = MarkFile(path, first=first, after=after) if first == self.documents < after else None
            if file is not None and self._agrees(con, file):
                self._files.append(file)
                continue
            if file is not None:
                file.close()
            path.unlink(missing_ok=True)

    def _agrees(self, con: DuckDBPyConnection, file: MarkFile) -> bool:
        row = con.execute(_between("copies_marks_sums", file.first, file.after)).fetchone()
        return row is not None and tuple(row) == (file.rows, file.checksum)


def _joined(sizes: Sequence[int], fresh: int) -> int:
    """From which file on they are to be one: the new ones, and those before them that are not much larger."""
    start = fresh
    while start and sizes[start - 1] < LARGER * sum(sizes[start:]):
        start -= 1
    return start


# Bounds stand in the queries as numbers: given as parameters, they would not spare DuckDB from reading all marks.


def _between(query: str, first: int, after: int) -> str:
    return load_sql(query).replace("$first", str(first)).replace("$after", str(after))


def _asked(con: DuckDBPyConnection, query: str, first: int) -> tuple[int, int]:
    row = con.execute(load_sql(query).replace("$first", str(first))).fetchone()
    return (int(row[0]), int(row[1])) if row else (first, 0)
