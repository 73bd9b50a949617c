"""A run of the past, gone through again: its recorded answers in place of the network, its steps as far as it came."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from extractors.model import Article, Problem
from extractors.web.journal import Place, RunJournal, article_of_facts, read_answer
from extractors.web.model import FetchRequest, FetchResult
from flows.journal import STORING
from flows.performing import Performer, Plainly, Started

T = TypeVar("T")

# Steps that concern readers, not the collection.
LEFT_OUT = frozenset(("tell operator", "send mail", "publish snapshot"))


class Cut(BaseException):
    """The run was killed here. Not an Exception, so that the run is left as a kill leaves it."""


@dataclass(slots=True)
class Leftovers:
    """Answers that no replayed run has asked for: those of a run that died before it stored what came of them."""

    by_url: dict[str, deque[Place]] = field(default_factory=lambda: defaultdict(deque))

    def take(self, url: str) -> Place | None:
        """The oldest of an address, once."""
        waiting = self.by_url.get(url)
        return waiting.popleft() if waiting else None


@dataclass(slots=True)
class Past:
    """One run's answers and steps. `missing` lists the addresses that were asked for and have no answer."""

    journal: RunJournal
    leftovers: Leftovers
    missing: list[str] = field(default_factory=list)
    _answers: dict[str, deque[Place]] = field(default_factory=lambda: defaultdict(deque))
    _batches: deque[int] = field(default_factory=deque)

    def __post_init__(self) -> None:
        for place in self.journal.places:
            if (url := address_of(place)) is not None:
                self._answers[url].append(place)
        self._batches.extend(
            note.facts["gave"] for note in self.journal.notes("step") if note.facts["name"] == "read pages"
        )

    def answer_all(
        self, requests: Sequence[FetchRequest], heard: Callable[[FetchRequest, FetchResult], None]
    ) -> None:
        """`heard` gets the recorded answer of each request, in the order in which they came."""
        by_url = {request.url: request for request in requests}
        chosen = {url: self._answers[url].popleft() for url in by_url if self._answers.get(url)}
        for url, place in sorted(chosen.items(), key=lambda item: item[1].number):
            heard(by_url[url], self._read(url, place))
        for url in (url for url in by_url if url not in chosen):
            earlier = self.leftovers.take(url)
            if earlier is None and self.journal.is_closed:
                self.missing.append(url)
            heard(by_url[url], self._read(url, earlier) if earlier else not_archived(url))

    def next_batch(self) -> int:
        """How many answers the run's next batch of pages held; 0 after the last. Raises Cut where the run died."""
        if self._batches:
            return self._batches.popleft()
        went_on = any(note.facts["name"] == "judge articles" for note in self.journal.notes("step"))
        if not self.journal.is_closed and not went_on:
            raise Cut
        return 0

    def references(self) -> list[Article]:
        """The reference documents that became known in the run."""
        return [article_of_facts(note.facts) for note in self.journal.notes("references")]

    def leave(self) -> None:
        """Hands what a run that died may have stored without saying so on to later runs, should they lack it."""
        if not self.journal.is_closed:
            for place in self.journal.places:
                if (url := address_of(place)) is not None:
                    self.leftovers.by_url[url].append(place)

    def _read(self, url: str, place: Place) -> FetchResult:
        found = read_answer(place)
        return found[1] if found else not_archived(url)


def address_of(place: Place) -> str | None:
    """The address that was asked for, where the place holds an answer."""
    return place.note.facts["url"] if place.note and place.note.kind == "answer" else place.url


def not_archived(url: str) -> Problem:
    """What stands in place of an answer that the archive does not have."""
    return Problem(stage="archive", url=url, code="not-archived", detail="the archive holds no answer from this run")


class Again:
    """A performer that goes as far as the run of the past went."""

    def __init__(self, journal: RunJournal) -> None:
        self._steps: Iterator[str] = iter([note.facts["name"] for note in journal.notes("step")])
        self._is_closed = journal.is_closed
        self._inner: Performer = Plainly()

    def run(self, name: str, step: Callable[[], T]) -> T:
        """Performs the step, if the run had finished it; raises Cut where it had not."""
        if name in LEFT_OUT:
            return True  # type: ignore[return-value]  # what the step gives where there is nothing to do
        if name in STORING and not self._is_closed and next(self._steps, None) != name:
            raise Cut
        return self._inner.run(name, step)

    def start(self, name: str, step: Callable[[], T]) -> Started[T]:
        """Starts it beside the others."""
        return self._inner.start(name, step)
