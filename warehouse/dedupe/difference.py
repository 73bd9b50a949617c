"""What changed between two versions of an article, for people: sentences added, removed, moved and reworded. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

from extractors.model import Article
from warehouse.dedupe.reading import split_sentences
from warehouse.dedupe.words import CJK

ChangeKind = Literal["added", "removed", "changed", "moved"]
PartKind = Literal["same", "removed", "added"]

PIECE: Final = re.compile(rf"[{CJK}]\s*|[^\s{CJK}]+\s*")
LIKE: Final = 0.5  # two sentences with so much of their words in common are one, reworded
MOST_SENTENCES: Final = 2_000
MOST_PAIRS: Final = 10_000  # in one rewritten stretch; beyond that its sentences are removed and added
CONTEXT: Final = 30  # characters that stay beside a changed word in a quotation


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a sentence: in both versions (as the new one has it), in the old one only, or in the new one only."""

    kind: PartKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One sentence, or the title, that differs. `parts` give the old wording without the added ones, and the new
    wording without the removed ones."""

    kind: ChangeKind
    where: Literal["title", "text"] = "text"
    parts: tuple[Part, ...]

    @property
    def old(self) -> str:
        """The wording before; empty for what was added."""
        return "".join(p.text for p in self.parts if p.kind != "added").strip()

    @property
    def new(self) -> str:
        """The wording after; empty for what was removed."""
        return "".join(p.text for p in self.parts if p.kind != "removed").strip()

    def quote(self, *, most: int = 200) -> str:
        """One line of at most `most` characters; in a changed sentence `[-removed-]` and `{+added+}` words in their
        nearest surroundings. Control characters stay as they are: the caller makes it safe to print."""
        if self.kind != "changed":
            return _cut(self.old or self.new, most)
        shown = []
        for i, part in enumerate(self.parts):
            text = part.text.strip()
            if part.kind == "removed":
                shown.append(f"[-{_cut(text, most // 3)}-]")
            elif part.kind == "added":
                shown.append(f"{{+{_cut(text, most // 3)}+}}")
            else:
                shown.append(_shorten(text, first=i == 0, last=i == len(self.parts) - 1))
        return _cut(" ".join(s for s in shown if s), most)


def difference(old: Article, new: Article) -> tuple[Change, ...]:
    """What changed from one version to the next: the title first, then sentences in the order of the new text.

    A removed sentence stands where it would have been; one that only moved is told once, where it stands now. Empty
    for equal texts; line breaks and spaces do not count. Texts are compared up to their 2,000th sentence.
    """
    return difference_of(old.title, old.text, new.title, new.text)


def difference_of(old_title: str, old_text: str, new_title: str, new_text: str) -> tuple[Change, ...]:
    """As `difference`, of titles and texts."""
    changes: list[Change] = []
    before, after = _plain(old_title), _plain(new_title)
    if before != after:
        changes.append(Change(kind="changed", where="title", parts=compare_words(before, after)))
    ours, theirs = _sentences(old_text), _sentences(new_text)
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        if kind != "equal":
            changes += _rewritten(ours[i1:i2], theirs[j1:j2])
    return _with_moves(changes)


def compare_words(old: str, new: str) -> tuple[Part, ...]:
    """The parts of a sentence in two wordings; single characters in Chinese, Japanese and Korean."""
    ours, theirs = PIECE.findall(old), PIECE.findall(new)
    parts: list[Part] = []
    matcher = SequenceMatcher(None, [p.strip() for p in ours], [p.strip() for p in theirs], autojunk=False)
    for kind, i1, i2, j1, j2 in matcher.get_opcodes():
        if kind == "equal":
            parts.append(Part(kind="same", text="".join(theirs[j1:j2])))
            continue
        if i2 > i1:
            parts.append(Part(kind="removed", text="".join(ours[i1:i2])))
        if j2 > j1:
            parts.append(Part(kind="added", text="".join(theirs[j1:j2])))
    return tuple(parts)


def _sentences(text: str) -> list[str]:
    return [s for start, end in split_sentences(text)[:MOST_SENTENCES] if (s := _plain(text[start:end]))]


def _plain(text: str) -> str:
    return " ".join(text.split())


def _rewritten(old: Sequence[str], new: Sequence[str]) -> list[Change]:
    """The changes in a stretch that is not the same: like sentences are paired in order, the rest came or went."""
    changes: list[Change] = []
    i = 0
    for j, partner in enumerate(_partners(old, new)):
        if partner is None:
            changes.append(_whole("added", new[j]))
            continue
        changes += [_whole("removed", sentence) for sentence in old[i:partner]]
        changes.append(Change(kind="changed", parts=compare_words(old[partner], new[j])))
        i = partner + 1
    return changes + [_whole("removed", sentence) for sentence in old[i:]]


def _partners(old: Sequence[str], new: Sequence[str]) -> list[int | None]:
    """For each new sentence the old one that it rewords, in order, so that likeness adds up to the most."""
    if not old or not new or len(old) * len(new) > MOST_PAIRS:
        return [None] * len(new)
    bags_old, bags_new = [_bag(s) for s in old], [_bag(s) for s in new]
    likeness = [[_likeness(a, b) for b in bags_new] for a in bags_old]
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in reversed(range(len(old))):
        for j in reversed(range(len(new))):
            paired = likeness[i][j] + best[i + 1][j + 1] if likeness[i][j] >= LIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    partners: list[int | None] = [None] * len(new)
    i = j = 0
    while i < len(old) and j < len(new):
        if likeness[i][j] >= LIKE and best[i][j] == likeness[i][j] + best[i + 1][j + 1]:
            partners[j] = i
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return partners


def _bag(sentence: str) -> Counter[str]:
    return Counter(piece.strip().lower() for piece in PIECE.findall(sentence))


def _likeness(a: Counter[str], b: Counter[str]) -> float:
    """Shared words over those of both (Dice 1945), 0 to 1."""
    total = a.total() + b.total()
    return 2 * (a & b).total() / total if total else 0.0


def _whole(kind: Literal["added", "removed"], sentence: str) -> Change:
    return Change(kind=kind, parts=(Part(kind=kind, text=sentence),))


def _with_moves(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes, with a sentence that went in one place and came in another told once, as moved."""
    gone = Counter(c.old for c in changes if c.kind == "removed")
    moved = gone & Counter(c.new for c in changes if c.kind == "added")
    came, went = Counter(moved), Counter(moved)
    told: list[Change] = []
    for change in changes:
        if change.kind == "added" and came[change.new] > 0:
            came[change.new] -= 1
            told.append(Change(kind="moved", parts=(Part(kind="same", text=change.new),)))
        elif change.kind == "removed" and went[change.old] > 0:
            went[change.old] -= 1
        else:
            told.append(change)
    return tuple(told)


def _shorten(text: str, *, first: bool, last: bool) -> str:
    """An unchanged stretch, cut to what stands beside the changed words."""
    if len(text) <= 2 * CONTEXT:
        return text
    head = "" if first else text[:CONTEXT].rstrip()
    tail = "" if last else text[-CONTEXT:].lstrip()
    return f"{head} … {tail}".strip()


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
