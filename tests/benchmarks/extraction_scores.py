"""How near an extracted article is to its gold one: word 4-grams for texts, whole values for facts.

The measures are those of the collection's own scorer (which stays the authority): multisets of 4-grams a page, scripts
without spaces cut into characters, precision and recall averaged over pages before F1 is taken.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

_NO_SPACES = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORD = re.compile(f"[{_NO_SPACES}]|[^\\W{_NO_SPACES}]+")
_SITE_SUFFIX = re.compile(r"\s+[|–—-]\s+[^|–—]{1,40}$")
_NAME_BREAK = re.compile(r"[;,|/\n]|\s(?:and|und|et|y|e|och|&)\s")
_BY = re.compile(r"^\s*(?:by|von|par|por|da|di)\s+", re.IGNORECASE)
GRAM = 4


@dataclass(frozen=True, slots=True)
class TextScore:
    """Precision (None: nothing was predicted), recall (None: there is no gold) and F1 of one page."""

    precision: float | None
    recall: float | None
    f1: float


def words_of(text: str | None) -> list[str]:
    """The words of a text after NFKC; one character each where a script writes no spaces."""
    return _WORD.findall(unicodedata.normalize("NFKC", text or ""))


def grams_of(text: str | None) -> Counter[tuple[str, ...]]:
    """The text's word 4-grams with their counts; a shorter text is one gram."""
    words = words_of(text)
    if len(words) <= GRAM:
        return Counter([tuple(words)] if words else [])
    return Counter(zip(*(words[i:] for i in range(GRAM)), strict=False))


def score_page(gold: str, optional: Sequence[str], predicted: str | None) -> TextScore:
    """One page's score; grams of `optional` paragraphs are neither rewarded nor punished."""
    wanted, found = grams_of(gold), grams_of(predicted)
    hits = (wanted & found).total()
    surplus = found - wanted
    for paragraph in optional:
        surplus = surplus - grams_of(paragraph)
    wrong, missed = surplus.total(), wanted.total() - hits
    if hits + wrong:
        precision: float | None = hits / (hits + wrong)
    else:
        precision = None if wanted else 1.0
    recall = hits / (hits + missed) if wanted else (None if wrong else 1.0)
    everything = 2 * hits + wrong + missed
    return TextScore(precision, recall, 2 * hits / everything if everything else 1.0)


def combine(scores: Sequence[TextScore]) -> tuple[float, float, float]:
    """Precision and recall averaged over pages, and the F1 of the two averages."""
    precisions = [s.precision for s in scores if s.precision is not None]
    recalls = [s.recall for s in scores if s.recall is not None]
    p = fmean(precisions) if precisions else 0.0
    r = fmean(recalls) if recalls else 0.0
    return p, r, 2 * p * r / (p + r) if p + r else 0.0


def bootstrap(ours: Sequence[TextScore], theirs: Sequence[TextScore], publishers: Sequence[str],
              rounds: int) -> tuple[tuple[float, float], tuple[float, float]]:  # fmt: skip
    """95 % intervals of our F1 and of its difference to theirs: whole publishers are drawn, with all their pages, since
    pages of one publisher fail together. The drawing is the same every time."""
    by_publisher: dict[str, list[int]] = {}
    for place, publisher in enumerate(publishers):
        by_publisher.setdefault(publisher, []).append(place)
    groups = list(by_publisher.values())
    draw = random.Random(1)
    own, gaps = [], []
    for _ in range(rounds):
        picked = [place for _ in groups for place in draw.choice(groups)]
        f1 = combine([ours[i] for i in picked])[2]
        own.append(f1)
        gaps.append(f1 - combine([theirs[i] for i in picked])[2])
    own.sort()
    gaps.sort()
    low, high = int(0.025 * rounds), int(0.975 * rounds)
    return (own[low], own[high]), (gaps[low], gaps[high])


def score_snippets(wanted: Sequence[str], unwanted: Sequence[str], predicted: str | None) -> tuple[int, int, int]:
    """How many wanted snippets stand in the text, how many do not, and how many unwanted ones do."""
    text = " ".join((predicted or "").split())
    hits = sum(" ".join(s.split()) in text for s in wanted)
    return hits, len(wanted) - hits, sum(" ".join(s.split()) in text for s in unwanted)


def same_day(gold: object, predicted: object) -> bool:
    """Whether both begin with the same valid date."""
    days = []
    for value in (gold, predicted):
        try:
            days.append(date.fromisoformat(str(value)[:10]))
        except ValueError:
            return False
    return days[0] == days[1]


def same_names(gold: object, predicted: object) -> bool:
    """Whether both name the same people, in any order and spelling of the byline."""
    return _names(gold) == _names(predicted)


def same_title(gold: str, predicted: str | None) -> bool:
    """Whether both are the same headline, a site's name behind it left aside."""
    return _title_key(gold) == _title_key(predicted or "")


def _names(value: object) -> frozenset[str]:
    names = set()
    for one in value if isinstance(value, list | tuple) else [value] if value is not None else []:
        for part in _NAME_BREAK.split(str(one)):
            bare = re.sub(r"[^\w\s'-]", " ", unicodedata.normalize("NFKC", _BY.sub("", part.strip())))
            names.add(" ".join(bare.split()).casefold())
    return frozenset(names - {""})


def _title_key(title: str) -> str:
    tidy = " ".join(unicodedata.normalize("NFKC", title).split())
    return " ".join(words_of(_SITE_SUFFIX.sub("", tidy))).casefold()
