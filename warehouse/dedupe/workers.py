"""Those who read and compare for a batch: this process, or workers that stay warm from batch to batch.

Workers are started by the first batch that is large enough to pay for it, and end with the `with` block, with `rest`
or with this process. One that dies is replaced by this process: what it was doing is done again here, and the verdicts
are the same. Nothing but texts and what is found in them goes to and fro.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from duckdb import DuckDBPyConnection

from warehouse.dedupe.arrays import Array
from warehouse.dedupe.reading import Unread
from warehouse.dedupe.shelf import Shelf
from warehouse.dedupe.sorted_marks import SortedMarks
from warehouse.dedupe.worker import Worker, WorkerDied

PARALLEL_FROM: Final = 150  # articles; for fewer, starting workers takes longer than they save
MAX_STARTS: Final = 6


class Seat:
    """One who works: a worker, or this process where there is none. What it is asked is answered in order."""

    def __init__(self, texts: Mapping[int, Unread]) -> None:
        self._texts = texts
        self._shelf = Shelf()
        self._worker: Worker | None = None
        self._queue: ThreadPoolExecutor | None = None
        self._held: set[int] = set()
        self._furniture: Mapping[str, Array] = {}

    @property
    def worker(self) -> Worker | None:
        """The process that works here, if it is another."""
        return self._worker

    def hire(self, worker: Worker) -> None:
        """Gives the work to a worker from now on."""
        self._worker = worker
        self._queue = self._queue or ThreadPoolExecutor(1, thread_name_prefix="copies")

    def submit(self, needs: Sequence[int], method: str, *arguments: Any) -> Future[Any]:
        """Has a method of the shelf called, with the texts of the numbers `needs` on it."""
        if self._queue is not None:
            return self._queue.submit(self._do, needs, method, arguments)
        done: Future[Any] = Future()
        done.set_result(self._do(needs, method, arguments))
        return done

    def _do(self, needs: Sequence[int], method: str, arguments: tuple[Any, ...]) -> Any:
        if method == "forget":
            self._held.clear()
        if self._worker is not None:
            try:
                return self._worker.ask(self._missing(needs), method, arguments)
            except WorkerDied:
                self.dismiss()
        self._shelf.take(self._missing(needs))
        return getattr(self._shelf, method)(*arguments)

    def _missing(self, needs: Sequence[int]) -> dict[int, Unread]:
        fresh = [n for n in needs if n not in self._held]
        self._held.update(fresh)
        return {n: self._texts[n] for n in fresh}

    def furnish(self, furniture: Mapping[str, Array]) -> Future[Any]:
        """From now on the furniture of sites is left out."""
        self._furniture = furniture
        return self.submit((), "furnish", furniture)

    def clear(self) -> Future[Any]:
        """Puts everything away, for the next batch."""
        self._furniture = {}
        return self.submit((), "forget")

    def shelf(self, needs: Sequence[int]) -> Shelf:
        """The shelf of this process with these texts on it; only where no worker works here."""
        self._shelf.take(self._missing(needs))
        return self._shelf

    def dismiss(self) -> None:
        """Ends the worker; this process goes on in its place."""
        if self._worker is not None:
            self._worker.end()
            self._worker = None
        self._held.clear()
        self._shelf.forget()
        self._shelf.furnish(self._furniture)

    def close(self) -> None:
        """Ends the worker, after what is under way."""
        if self._queue is not None:
            self._queue.shutdown(wait=True, cancel_futures=True)
            self._queue = None
        self.dismiss()


class CopyWorkers:
    """So many workers; a context manager. With one, everything is done in this process, when it is asked for.

    `texts` are those of the batch, by number; `furniture` what the sites repeat; `known` the sorted marks of all known
    documents, once `sort_marks` was called. Not for several threads at once.
    """

    def __init__(self, workers: int, *, parallel_from: int = PARALLEL_FROM) -> None:
        self.workers = max(1, workers)
        self._parallel_from = parallel_from
        self.texts: dict[int, Unread] = {}
        self.marks: dict[tuple[str, str], Array] = {}  # by article id and hash of the content, of the last batch
        self.known: SortedMarks | None = None
        self._seats: list[Seat] = []
        self._here = Shelf()
        self._on_shelf: set[int] = set()
        self._starts = 0

    def seat(self, number: int) -> Seat:
        """The one who has that piece of work; the same for the same number during a batch."""
        return self._seats[number % len(self._seats)]

    @property
    def is_parallel(self) -> bool:
        """Whether other processes work."""
        return any(seat.worker for seat in self._seats)

    def __enter__(self) -> CopyWorkers:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:  # fmt: skip
        self.rest()
        if self.known is not None:
            self.known.close()
            self.known = None

    def sort_marks(self, con: DuckDBPyConnection, folder: Path) -> None:
        """From now on candidates are looked up in sorted files in `folder`, which are brought up to date.

        Outside of a transaction, and always with the same warehouse. Where the folder cannot be written, candidates
        are looked up in the warehouse: the same ones, only slower.
        """
        self.known = self.known or SortedMarks(folder)
        with contextlib.suppress(OSError):
            self.known.bring_up_to_date(con)

    def begin(self, texts: Sequence[Unread]) -> None:
        """Clears the desk for a batch, and starts workers if it is worth their while."""
        self.clear()
        self.texts.update(enumerate(texts))
        wanted = self.workers if self.workers > 1 and len(texts) >= self._parallel_from else 1
        if wanted > 1 or not self._seats:
            while len(self._seats) < wanted:
                self._seats.append(Seat(self.texts))
            for seat in self._seats:
                if wanted > 1 and seat.worker is None and self._starts < MAX_STARTS:
                    self._starts += 1
                    with contextlib.suppress(OSError):  # no memory, no more processes: it is done here
                        seat.hire(Worker())

    def clear(self) -> None:
        """Forgets the batch."""
        for pending in [seat.clear() for seat in self._seats]:
            pending.result()
        self._here.forget()
        self._on_shelf.clear()
        self.texts.clear()
        self.marks.clear()

    def rest(self) -> None:
        """Ends the workers; the next large batch starts others."""
        for seat in self._seats:
            seat.close()
        self._seats.clear()
        self._starts = 0

    def here(self, *needs: int) -> Shelf:
        """The shelf of this process, with these texts on it."""
        if len(self._seats) == 1 and self._seats[0].worker is None:
            return self._seats[0].shelf(needs)
        self._here.take({n: self.texts[n] for n in needs if n not in self._on_shelf})
        self._on_shelf.update(needs)
        return self._here

    def furnish(self, furniture: Mapping[str, Array]) -> None:
        """From now on the furniture of sites is left out, wherever the work is done."""
        self._here.furnish(furniture)
        for pending in [seat.furnish(furniture) for seat in self._seats]:
            pending.result()
