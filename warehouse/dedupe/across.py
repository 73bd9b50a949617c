"""Copies across languages: what survives a translation. Names, figures, links and concepts of a small glossary.

No model is needed. Names are compared without accents and endings (`Putin`, `Poutine`), figures by value whatever the
notation (`1.2 billion`, `1,2 Milliarden`, `12亿`), concepts by the rows of `glossary.txt` (en, de, fr, es, zh).
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final

import numpy as np

from warehouse.dedupe.reading import Reading

LANGUAGES: Final = ("en", "de", "fr", "es", "zh")
FIGURE: Final = re.compile(
    r"(?<![A-Za-z0-9.,])(\d{1,3}(?:[  \u202f]\d{3})+|\d+(?:[.,]\d+)*)\s?"
    r"(thousand|million|billion|trillion|bn|m\b|mio|mrd|millionen|milliarden?|billionen|millions?|milliards?|mille|"
    r"mil millones|millones|millón|billones|mil\b|万亿|亿|万|千)?",
    re.IGNORECASE,
)
SIZES: Final = {
    "thousand": 1e3, "mille": 1e3, "mil": 1e3, "千": 1e3, "万": 1e4, "million": 1e6, "millions": 1e6, "m": 1e6,
    "mio": 1e6, "millionen": 1e6, "millones": 1e6, "millón": 1e6, "亿": 1e8, "billion": 1e9, "bn": 1e9, "mrd": 1e9,
    "milliarde": 1e9, "milliarden": 1e9, "milliard": 1e9, "milliards": 1e9, "mil millones": 1e9, "trillion": 1e12,
    "billionen": 1e12, "billones": 1e12, "万亿": 1e12,
}  # fmt: skip


# Capitalised inside a sentence, or all in capitals anywhere.
NAME: Final = re.compile(r"(?<=[^.!?\n:]\s)[A-ZÀ-ÖØ-Þ][^\W\d_]{2,}|\b[A-Z]{3,}\b")
CAPITAL_LETTER: Final = re.compile(r"[A-ZÀ-ÖØ-Þ]")
DIGIT: Final = re.compile(r"\d")
LATIN_NAME: Final = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿ]{3,}")
GERMAN_NAME: Final = re.compile(
    r"[A-ZÄÖÜ][\w-]+ [A-ZÄÖÜ][\w-]+|\b(?:in|bei|aus|nach|von|vor) [A-ZÄÖÜ]\w+|\b[A-ZÄÖÜ]{3,}\b|\b\w+[a-z][A-Z]\w*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """What a translation keeps of an article. `figures` are values as text; years and numbers below ten are apart."""

    names: frozenset[str]
    figures: frozenset[str]
    years: frozenset[str]
    entities: frozenset[int]
    concepts: frozenset[int]
    title: frozenset[int | str]


@lru_cache(maxsize=20_000)
def _anchors_of(title: str, text: str, language: str) -> Anchors:
    body = f"{title}\n{text[:12_000]}"
    figures: set[str] = set()
    years: set[str] = set()
    for value in figure_values(body):
        (years if 1900 <= value <= 2100 and value == int(value) else figures).add(f"{value:.6g}")
    names = find_names(body, language)
    found = find_concepts(body, language)
    entities = frozenset(c for c in found if c in entity_rows())
    heading = find_concepts(title, language) | find_names(f". x {title}", language)
    return Anchors(names=names, figures=frozenset(figures), years=frozenset(years), entities=entities,
                   concepts=frozenset(found) - entities, title=frozenset(heading))  # fmt: skip


def find_anchors(r: Reading) -> Anchors:
    """The anchors of a reading."""
    return _anchors_of(r.title, r.text, r.language)


def figure_values(text: str) -> list[float]:
    """The numbers of a text as values, with the size word that follows; those below ten without one are left out."""
    found = []
    for match in matches_from(DIGIT, FIGURE, text):
        value = number_value(match.group(1))
        size = (match.group(2) or "").lower()
        if value is not None and (size or value >= 10 or value != int(value)):
            found.append(value * SIZES.get(size, 1.0))
    return found


def number_value(raw: str) -> float | None:
    """The value of a number in any of the notations: `1,200`, `1.200`, `1 200`, `2.5`, `2,5`."""
    raw = re.sub(r"[\s\u202f]", "", raw)
    parts = re.split(r"[.,]", raw)
    try:
        if len(parts) == 1:
            return float(raw)
        if len(parts) == 2 and (len(parts[1]) != 3 or parts[0] == "0"):
            return float(f"{parts[0]}.{parts[1]}")
        if all(len(p) == 3 for p in parts[1:]):
            return float("".join(parts))
        return float("".join(parts[:-1]) + "." + parts[-1])
    except ValueError:
        return None


def find_names(text: str, language: str) -> frozenset[str]:
    """Capitalised words inside sentences, and Latin words in Chinese text: folded to at most six letters."""
    if language == "zh":
        found = set(LATIN_NAME.findall(text))
    else:
        found = {match.group() for match in matches_from(CAPITAL_LETTER, NAME, text)}
    return frozenset(map(fold_name, found))


def matches_from(first: re.Pattern[str], pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """As `pattern.finditer`, for a pattern that always begins with a character of `first`: it is tried there only."""
    done = 0
    for start in first.finditer(text):
        at = start.start()
        if at >= done and (match := pattern.match(text, at)):
            done = match.end()
            yield match


def find_marks(r: Reading, *, most: int = 12) -> list[str]:
    """The names and figures by which a translation is found again: the lowest by hash, so that both sides agree.

    From title and the first 3,000 characters. German writes every noun large: there a name stands beside another
    capitalised word, after a preposition of place, or in capitals.
    """
    text = f"{r.title}\n{r.text[:3_000]}"
    names = find_names(text, r.language)
    if r.language == "de":
        likely = {fold_name(w) for match in GERMAN_NAME.finditer(text) for w in match.group().split()}
        names &= likely
    figures = {f"{v:.6g}" for v in figure_values(text) if v >= 100 or v != int(v)}
    return sorted(names | figures, key=lambda anchor: zlib.crc32(anchor.encode()))[:most]


def fold_name(token: str) -> str:
    """Lower case, without accents, cut to six letters."""
    plain = unicodedata.normalize("NFKD", token.lower())
    return "".join(c for c in plain if not unicodedata.combining(c)).replace("ou", "u").removesuffix("'s")[:6]


@cache
def glossary() -> list[tuple[bool, dict[str, list[str]]]]:
    """The rows of the glossary: whether an entity, and the terms by language."""
    rows = []
    for line in (files("warehouse.dedupe") / "glossary.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            cells = [[t.strip() for t in cell.split(",")] for cell in line.lstrip("!").split("|")]
            rows.append((line.startswith("!"), dict(zip(LANGUAGES, cells, strict=True))))
    return rows


@cache
def entity_rows() -> frozenset[int]:
    """The numbers of the rows that are entities."""
    return frozenset(i for i, (is_entity, _) in enumerate(glossary()) if is_entity)


@cache
def concept_patterns(language: str) -> list[tuple[int, re.Pattern[str]]]:
    """For each row the pattern of its terms in a language."""
    patterns = []
    for i, (_, terms) in enumerate(glossary()):
        if language == "zh":
            body = "|".join(re.escape(t) for t in terms["zh"])
        else:
            ends = (re.escape(t.rstrip("*")) + (r"\w*" if t.endswith("*") else r"\b") for t in terms[language])
            body = r"\b(?:" + "|".join(ends) + ")"
        patterns.append((i, re.compile(body, re.IGNORECASE)))
    return patterns


def find_concepts(text: str, language: str) -> frozenset[int]:
    """The rows of the glossary that a text names; none in a language that the glossary lacks."""
    if language not in LANGUAGES:
        return frozenset()
    return frozenset(i for i, pattern in concept_patterns(language) if pattern.search(text))


@dataclass(frozen=True, slots=True, kw_only=True)
class AcrossEvidence:
    """What two articles in two languages have in common; every share is of the smaller set, 0 to 1."""

    probability: float
    features: dict[str, float]
    share: float


WEIGHTS: Final = {
    "bias": -7.2, "names": 2.6, "figures": 3.4, "figure_count": 0.9, "name_count": 0.9, "entities": 1.2,
    "concepts": 2.2, "title": 1.2, "days": -0.7, "length": -1.2, "links": 3.0, "figure_conflict": -2.2,
}  # fmt: skip


def weigh_across(a: Reading, b: Reading) -> AcrossEvidence:
    """The evidence that one is a translation of the other, and its probability (logistic in a dozen features)."""
    x, y = find_anchors(a), find_anchors(b)
    names, figures = _shared(x.names, y.names), _shared(x.figures, y.figures)
    small = min(len(x.figures), len(y.figures))
    f = {
        "bias": 1.0,
        "names": names / max(3, min(len(x.names), len(y.names))),
        "figures": figures / small if small else 0.3,
        "figure_count": float(np.log1p(figures)),
        "name_count": float(np.log1p(names)),
        "entities": _part(x.entities, y.entities),
        "concepts": _part(x.concepts, y.concepts),
        "title": _part(x.title, y.title) if x.title and y.title else 0.4,
        "days": float(min(7, abs(a.day - b.day))) if a.day is not None and b.day is not None else 1.0,
        "length": abs(float(np.log(_size(a) / _size(b)))),
        "links": float(bool(a.links & b.links)),
        "figure_conflict": 1.0 if small >= 2 and figures == 0 else 0.0,
    }
    total = sum(WEIGHTS[name] * value for name, value in f.items())
    share = min(1.0, (names + figures + len(x.concepts & y.concepts))
                / max(1, min(len(x.names) + len(x.figures) + len(x.concepts),
                             len(y.names) + len(y.figures) + len(y.concepts))))  # fmt: skip
    return AcrossEvidence(probability=float(1 / (1 + np.exp(-total))), features=f, share=share)


def _shared(a: frozenset[str], b: frozenset[str]) -> int:
    return len(a & b)


def _part(a: frozenset[int] | frozenset[int | str], b: frozenset[int] | frozenset[int | str]) -> float:
    return (len(a & b) + 0.3) / (min(len(a), len(b)) + 1.0)


def _size(r: Reading) -> float:
    """The length in words; a Chinese article has about 1.3 pairs of characters for each word of English."""
    return max(10.0, len(r.words) / (1.3 if r.language == "zh" else 1.0))


def in_two_languages(a: Reading, b: Reading) -> bool:
    """Whether both languages are known to the glossary and differ."""
    return a.language != b.language and a.language in LANGUAGES and b.language in LANGUAGES
