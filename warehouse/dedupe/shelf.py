"""Readings of the texts that a batch is judged on, and the work on them: in this process or in a worker, the same.

Texts have numbers for the time of a batch. A shelf is given texts and answers questions about them by number; each is
read when it is first asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from warehouse.dedupe.arrays import Array
from warehouse.dedupe.boilerplate import Carrier, carrier_of, keep_words
from warehouse.dedupe.glance import surely_unlike
from warehouse.dedupe.likeness import SHOWN, Likeness, Side, find_likeness
from warehouse.dedupe.reading import Reading, Unread, read_many
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.sketch import sketch


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the judging process keeps of a text that was read: its sentences for the furniture of the site; its marks,
    if they were asked for."""

    carrier: Carrier
    marks: Array


class Bundle(NamedTuple):
    """Arrays of one kind as one: a hundred go to another process in the time of three."""

    values: Array
    counts: tuple[int, ...]

    @classmethod
    def of(cls, arrays: Sequence[Array]) -> Bundle:
        """The arrays; of none an empty one."""
        return cls(np.concatenate(arrays) if arrays else np.empty(0), tuple(map(len, arrays)))

    def apart(self) -> list[Array]:
        """The arrays again."""
        ends = accumulate(self.counts)
        return [self.values[end - count : end] for count, end in zip(self.counts, ends, strict=True)]


class SeenTogether(NamedTuple):
    """What is kept of several texts, packed for the way from one process to another."""

    sites: tuple[str, ...]
    sentences: Bundle
    titles: Bundle
    marks: Bundle

    def apart(self) -> list[Seen]:
        """One for each text, in order."""
        columns = (self.sites, self.sentences.apart(), self.titles.apart(), self.marks.apart())
        return [
            Seen(carrier=Carrier(site=site, sentences=sentences, title=title), marks=marks)
            for site, sentences, title, marks in zip(*columns, strict=True)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A text, by number, and those to compare it with, in order: article id, number, whether it is an original."""

    number: int
    others: tuple[tuple[str, int, bool], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How many words of the text count, and what was found for each other, up to the one that settles the matter."""

    words: int
    found: tuple[tuple[str, int, Likeness | None], ...]


class Shelf:
    """The texts of one batch; `forget` makes room for the next."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Puts everything away."""
        self._texts: dict[int, Unread] = {}
        self._read: dict[int, Reading] = {}
        self._kept: dict[int, Array] = {}
        self._furniture: Mapping[str, Array] = {}

    def take(self, texts: Mapping[int, Unread]) -> None:
        """Adds texts."""
        self._texts.update(texts)

    def reading(self, number: int) -> Reading:
        """The reading of a text."""
        found = self._read.get(number)
        if found is None:
            found = self._read[number] = self._texts.pop(number).read()
        return found

    def side(self, number: int) -> Side:
        """The reading of a text, and which of its words count once `furnish` was called."""
        keep = self._kept.get(number)
        if keep is None:
            keep = self._kept[number] = keep_words(self.reading(number), self._furniture)
        return self.reading(number), keep

    def furnish(self, furniture: Mapping[str, Array]) -> None:
        """From now on the furniture of sites is left out."""
        self._furniture, self._kept = furniture, {}

    # ---- what workers are asked ----

    def read(self, numbers: Sequence[int], sketched: bool) -> SeenTogether:
        """Reads texts."""
        none = np.empty(0, dtype=np.uint32)
        readings = self._readings(numbers)
        carriers = [carrier_of(r) for r in readings]
        return SeenTogether(
            sites=tuple(c.site for c in carriers),
            sentences=Bundle.of([c.sentences for c in carriers]),
            titles=Bundle.of([c.title for c in carriers]),
            marks=Bundle.of([sketch(r) if sketched else none for r in readings]),
        )

    def compare(self, questions: Sequence[Question], rules: CopyRules) -> list[Answer]:
        """Compares texts; the first two likenesses that hold come with their passages."""
        self._readings([n for q in questions for n in (q.number, *(number for _, number, _ in q.others))])
        return [self._answer(question, rules) for question in questions]

    def _readings(self, numbers: Sequence[int]) -> list[Reading]:
        """The readings of texts; those not read before are read together."""
        fresh = [n for n in dict.fromkeys(numbers) if n not in self._read]
        self._read.update(zip(fresh, read_many([self._texts.pop(n) for n in fresh]), strict=True))
        return [self._read[n] for n in numbers]

    def _answer(self, question: Question, rules: CopyRules) -> Answer:
        ours = self.side(question.number)
        unlike = surely_unlike(ours[0], self._readings([number for _, number, _ in question.others]))
        found: list[tuple[str, int, Likeness | None]] = []
        shown = 0
        for (other_id, number, is_original), out in zip(question.others, unlike.tolist(), strict=True):
            likeness = None
            if not out:
                likeness = find_likeness(ours, self.side(number), other_id, rules, spans=shown < SHOWN)
            shown += likeness is not None
            found.append((other_id, number, likeness))
            if likeness is not None and likeness.settles and is_original:
                break
        return Answer(words=int(ours[1].sum()), found=tuple(found))
