"""Which sentences of a story say something not said before on its storyline."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from warehouse.stories.model import NewSentence
from warehouse.stories.sentences import Fact, Sentence

# What a new fact of each kind counts for.
_VALUE = {"name": 1.0, "number": 0.8, "act": 1.2, "word": 0.15}


@dataclass(frozen=True, slots=True)
class Novelty:
    """How much of a group of reports is new: shares by kind (0 to 1), and the sentences that say most of it."""

    names: float
    numbers: float
    acts: float
    words: float
    title_words: float
    new_acts: tuple[str, ...]
    sentences: tuple[NewSentence, ...]
    known: bool

    @property
    def says_more(self) -> bool:
        """Whether there is a sentence with a name, figure or act that was not known."""
        return any(sentence.new_parts for sentence in self.sentences)

    @property
    def score(self) -> float:
        """0: nothing that was not said before; 1: all is new."""
        if not self.known:
            return 1.0
        return min(1.0, 0.35 * self.names + 0.2 * self.numbers + 0.2 * self.acts + 0.25 * self.words)


def judge_novelty(
    reports: Sequence[tuple[str, Sequence[Sentence]]], titles: Iterable[int], known: set[int], *, most: int,
    early: int = 10, shown: Collection[str] | None = None,
) -> Novelty:  # fmt: skip
    """What `reports` (article id, sentences) say that `known` facts do not have; the first `early` sentences decide.

    `titles` are the term ids of their headlines. Sentences are shown of the reports `shown` (article ids; None: all)
    if one of theirs has something new, of all reports otherwise.
    """
    totals: dict[str, set[int]] = {kind: set() for kind in _VALUE}
    fresh: dict[str, set[int]] = {kind: set() for kind in _VALUE}
    acts: dict[int, str] = {}
    scored: list[tuple[float, int, str, Sentence]] = []
    for article_id, sentences in reports:
        for sentence in sentences:
            if sentence.place >= early:
                break
            for fact in sentence.facts:
                totals[fact.kind].add(fact.fact)
                if fact.fact not in known:
                    fresh[fact.kind].add(fact.fact)
                    if fact.kind == "act":
                        acts[fact.fact] = fact.label
            totals["word"] |= sentence.words
            fresh["word"] |= sentence.words - known
            scored.append((_worth(sentence, known), sentence.place, article_id, sentence))
    headline = set(titles)
    own = [s for s in scored if shown is None or s[2] in shown]
    if not any(f.end > f.start and f.fact not in known for *_, sentence in own for f in sentence.facts):
        own = scored
    share = {kind: len(fresh[kind]) / max(len(totals[kind]), 3) for kind in _VALUE}
    return Novelty(
        names=share["name"], numbers=share["number"], acts=share["act"], words=share["word"],
        title_words=len(headline - known) / max(len(headline), 3),
        new_acts=tuple(sorted(acts.values())), sentences=_choose(own, known, most), known=bool(known),
    )  # fmt: skip


def _choose(scored: list[tuple[float, int, str, Sentence]], known: set[int], most: int) -> tuple[NewSentence, ...]:
    """The sentences that together say most that is new: each next one counts only what the chosen ones do not say."""
    # What is known and of use here: there may be much more of it.
    said = known & set[int]().union(*(sentence.said for *_, sentence in scored))
    chosen: list[NewSentence] = []
    best_first = sorted(scored, key=lambda s: (-s[0], s[1], s[2]))[:40]
    left = [(value, -place, article_id, sentence) for value, place, article_id, sentence in best_first]
    while left and len(chosen) < most:
        value, _, article_id, best = max(left, key=lambda one: one[:3])
        if chosen and value < 0.12:
            break
        parts = mark_parts(best.facts, said)
        chosen.append(NewSentence(text=best.text, article_id=article_id, new_parts=parts))
        said |= best.said
        left = [(_worth(one, said), place, article, one) for _, place, article, one in left if one is not best]
    return tuple(chosen)


def _worth(sentence: Sentence, said: set[int]) -> float:
    """What it says that was not said yet, and that early in its report."""
    value = sum([_VALUE[f.kind] for f in sentence.facts if f.fact not in said])
    value += _VALUE["word"] * len(sentence.words - said)
    return value / (4.0 + 0.12 * (len(sentence.facts) + len(sentence.words))) * 0.94**sentence.place


def mark_parts(facts: Iterable[Fact], said: set[int]) -> tuple[tuple[int, int], ...]:
    """The [start, end) ranges of what is new, sorted, overlapping ones joined."""
    spans = sorted((f.start, f.end) for f in facts if f.end > f.start and f.fact not in said)
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def facts_said(reports: Iterable[Sequence[Sentence]], terms: Iterable[Iterable[int]]) -> set[int]:
    """Everything that some reports say: the facts of their sentences and all their terms."""
    said: set[int] = set()
    for sentences in reports:
        for sentence in sentences:
            said |= sentence.said
    for ids in terms:
        said.update(ids)
    return said


def top_names(counts: Mapping[str, int], most: int) -> tuple[str, ...]:
    """The most mentioned names, longer names first among equals."""
    return tuple(sorted(counts, key=lambda n: (-counts[n], -len(n), n))[:most])
