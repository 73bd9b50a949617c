"""How steps are performed: plainly, or as Prefect tasks. A night is written once and runs both ways."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Protocol, TypeVar

from warehouse.batches import try_again

Listener = Callable[[str], None]
# Hears the name of every step as it begins: what a terminal shows while a night is at work.
LISTENER: ContextVar[Listener] = ContextVar("LISTENER", default=lambda name: None)

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Started(Protocol[T_co]):
    """A step that runs beside the others."""

    def result(self) -> T_co:
        """What the step gave, once it is done; raises what it raised."""


class Performer(Protocol):
    """Performs the steps of a night."""

    def run(self, name: str, step: Callable[[], T]) -> T:
        """Performs the step now and gives its result; a bug in it raises."""

    def start(self, name: str, step: Callable[[], T]) -> Started[T]:
        """Starts the step in a thread of its own."""


class Plainly:
    """Steps as function calls, without Prefect: for tests, benchmarks and replays."""

    def run(self, name: str, step: Callable[[], T]) -> T:
        """Calls the step; again, where another writer of the warehouse was faster."""
        LISTENER.get()(name)
        return try_again(step)

    def start(self, name: str, step: Callable[[], T]) -> Started[T]:
        """Calls the step in a thread that ends with it."""
        pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        future = pool.submit(step)
        pool.shutdown(wait=False)
        return future
