"""An article's words as numbers: hashed stems, names, word pairs and figures, small enough to be kept for each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import accumulate, chain, pairwise
from struct import Struct
from typing import Self
from zlib import crc32

import numpy as np
import snowballstemmer
from numpy.typing import NDArray

from warehouse.stories.stopwords import STOPWORDS

Ids = NDArray[np.uint32]
Counts = NDArray[np.uint8]

# The views on an article that a pair is compared by.
FIELDS = ("title", "lead", "body", "names", "bigrams", "numbers")

# A blob begins with the number of tokens and the length of each field.
_HEAD = Struct(f"<{1 + len(FIELDS)}I")

LEAD_TOKENS = 90
BODY_TOKENS = 1200

# Pieces of text between spaces whose words are remembered, a language; and the longest.
_PIECES = 150_000
_LONGEST = 30

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff"
_TOKEN = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+(?:[.,](?=\d)\d+)*")
UPPER = "A-ZÀ-ÖØ-ÞŁŚŻŠŽČĆĐ"
_NAME_WORD = rf"[{UPPER}][^\W_]*(?:[-'’][^\W_]+)*"
_NAME = re.compile(rf"{_NAME_WORD}(?:(?: (?:of|for|and|de|du|des|del|la|von|van|der|für|y|et))? {_NAME_WORD})*")
_SENTENCE_END = frozenset(".!?:;…\n“”\"«»„‘(|-")
_STEMMERS = {
    "en": "english", "de": "german", "fr": "french", "es": "spanish", "it": "italian", "nl": "dutch",
    "pt": "portuguese", "sv": "swedish", "da": "danish", "no": "norwegian", "fi": "finnish", "ru": "russian",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Terms:
    """For each field, sorted distinct term ids (32-bit hashes) and how often each occurs (capped at 255).

    `ids` and `counts` have the fields one after the other (`FIELDS`): a window has tens of thousands of these, and an
    array for each would take as much memory as what stands in them. `bounds` says where each field begins, and where
    the last one ends. `names` are the names in plain, with their counts; they are not part of the blob.
    """

    ids: Ids
    counts: Counts
    bounds: tuple[int, ...]
    tokens: int
    names: Counter[str] = field(default_factory=Counter, compare=False)

    @classmethod
    def of(cls, fields: Mapping[str, tuple[Ids, Counts]], tokens: int, names: Counter[str] | None = None) -> Self:
        """The same of a field's ids and counts each."""
        ids, counts = (np.concatenate([fields[name][part] for name in FIELDS]) for part in (0, 1))
        bounds = tuple(accumulate((len(fields[name][0]) for name in FIELDS), initial=0))
        return cls(ids, counts, bounds, tokens, Counter() if names is None else names)

    def ids_of(self, name: str) -> Ids:
        """The ids of a field."""
        place = FIELDS.index(name)
        return self.ids[self.bounds[place] : self.bounds[place + 1]]

    def counts_of(self, name: str) -> Counts:
        """How often each of a field's ids occurs."""
        place = FIELDS.index(name)
        return self.counts[self.bounds[place] : self.bounds[place + 1]]

    def without_names(self) -> Terms:
        """As it comes back from the blob."""
        return Terms(self.ids, self.counts, self.bounds, self.tokens)

    def to_bytes(self) -> bytes:
        """One blob; `terms_from_bytes` gives the same value back."""
        head = np.array([self.tokens, *(end - begin for begin, end in pairwise(self.bounds))], dtype=np.uint32)
        return head.tobytes() + self.ids.tobytes() + self.counts.tobytes()


def terms_from_bytes(blob: bytes) -> Terms:
    """What `Terms.to_bytes` wrote; keeps the blob."""
    tokens, *lengths = _HEAD.unpack_from(blob)
    bounds = tuple(accumulate(lengths, initial=0))
    ids = np.frombuffer(blob, dtype=np.uint32, count=bounds[-1], offset=_HEAD.size)
    counts = np.frombuffer(blob, dtype=np.uint8, count=bounds[-1], offset=_HEAD.size + 4 * bounds[-1])
    return Terms(ids, counts, bounds, tokens)


def parse_terms(
    title: str, text: str, language: str | None, aliases: Mapping[str, str] | None = None
) -> Terms:
    """The terms of an article; `aliases` maps a lower-case name to the entity that it means (any language)."""
    title_ids = token_ids(title, language)
    body_ids = token_ids(text, language, limit=BODY_TOKENS)
    lead_ids = body_ids[:LEAD_TOKENS]
    names = find_names(title, text, aliases or {})
    whole = f"{title}\n{text}"
    fields = {
        "title": _count(title_ids),
        "lead": _count(lead_ids),
        "body": _count([*title_ids, *body_ids]),
        "names": _count(_name_ids(names)),
        "bigrams": _count_array(np.concatenate([_pairs(title_ids), _pairs(body_ids)])),
        "numbers": _count([fact_id("#" + n) for n in _figures(whole)]),
    }
    return Terms.of(fields, len(title_ids) + len(body_ids), names)


def token_ids(text: str, language: str | None, *, limit: int | None = None) -> list[int]:
    """Stem ids of the text's words in order, stop words left out; Chinese and Japanese as character pairs."""
    known = _tokens_of(language if language in _STEMMERS else None)
    pieces = text.lower().split()
    if limit is None:
        return list(chain.from_iterable(map(known.__getitem__, pieces)))
    ids: list[int] = []
    for start in range(0, len(pieces), limit):
        ids.extend(chain.from_iterable(map(known.__getitem__, pieces[start : start + limit])))
        if len(ids) >= limit:
            break
    return ids[:limit]


def find_names(title: str, text: str, aliases: Mapping[str, str]) -> Counter[str]:
    """Names with their counts: capitalised spans, and the entities whose aliases occur (under the entity's name).

    A single capitalised word that begins a sentence counts only where it also stands inside one, since any word may
    begin a sentence. Words of the title count only where the text has them as a name, since headlines capitalise.
    """
    within: list[str] = []
    beginning: list[str] = []
    for match in _NAME.finditer(text):
        span = match.group()
        if " " in span:
            within.append(_without_article(span))
            continue
        start = match.start()
        before = text[max(0, start - 2) : start].strip(" ")
        begins = not before or before[0] in _SENTENCE_END or before[-1] in _SENTENCE_END
        (beginning if begins else within).append(span)
    inside, first = Counter(within), Counter(beginning)
    words = {word for span in inside for word in span.split()}
    for span, n in first.items():
        if span in words:
            inside[span] += n
    for match in _NAME.finditer(title):
        for word in match.group().split():
            if word in words:
                inside[word] += 1
    found: Counter[str] = Counter()
    for span, n in inside.items():
        if len(span) > 1 and span.lower() not in _ALL_STOPWORDS:
            found[aliases.get(span.lower(), span)] += n
    if aliases:
        whole = f"{title}\n{text}"
        lowered = whole.lower()
        # A pattern of the few that are there at all is a hundred times faster than one of all.
        present = tuple(sorted(alias for alias in aliases if alias in lowered))
        for match in _alias_pattern(present).finditer(lowered) if present else ():
            entity = aliases[match.group()]
            if _is_written_as_name(whole[match.start() : match.end()], entity):
                found[entity] += 1
    return found


def _is_written_as_name(said: str, entity: str) -> bool:
    """Whether it stands there as names do: "Orange" and "BIS" name somebody, "orange" and the German "bis" do not."""
    if said.lower() in _ALL_STOPWORDS:
        return said.isupper()
    return not said[:1].islower() or entity[:1].islower()


def find_numbers(text: str) -> list[str]:
    """Figures as they are compared: digits alone, thousands marks removed, 10 and more (years included)."""
    return [plain for raw in _NUMBER.findall(text) if len(plain := _plain(raw)) > 1]


def find_amounts(text: str) -> list[str]:
    """Figures with a word for thousands of millions and the like, written out: 4.8亿, 480 Millionen, 480 million are
    one. Figures grouped by spaces too (2 300)."""
    spots = list(_NUMBER.finditer(text))
    return _grouped(text, spots) + _scaled(text, spots)


def _figures(text: str) -> list[str]:
    """`find_numbers` and `find_amounts`."""
    spots = list(_NUMBER.finditer(text))
    numbers = [plain for spot in spots if len(plain := _plain(spot.group())) > 1]
    return [*numbers, *_grouped(text, spots), *_scaled(text, spots)]


def _plain(figure: str) -> str:
    if figure.isdecimal():
        return figure
    return _THOUSANDS.sub("", figure).replace(",", ".")


def _grouped(text: str, spots: Sequence[re.Match[str]]) -> list[str]:
    ends = [spot.end() for spot in spots]
    if not any(text[end + 1 : end + 4].isdecimal() and text[end] in _SPACES for end in ends):
        return []
    return [match.translate(_NO_SPACES) for match in _GROUPED.findall(text)]


def _scaled(text: str, spots: Sequence[re.Match[str]]) -> list[str]:
    found = []
    for spot in spots:
        word = _SCALE.match(text, spot.end())
        plain = _plain(spot.group())
        if word and plain.count(".") <= 1:
            scale = next(scale for beginning, scale in _SCALES if word[1].lower().startswith(beginning))
            found.append(f"{round(float(plain) * 10**scale)}")
    return found


def alias_table(watchlist: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Lower-case alias -> entity, for every entity of the watch-list and its own name."""
    table: dict[str, str] = {}
    for name in sorted(watchlist):
        for alias in (name, *watchlist[name]):
            table.setdefault(alias.lower(), name)
    return table


_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_THOUSANDS = re.compile(r"[.,](?=\d{3}\b)")
_SPACES = " \u00a0\u202f"
_NO_SPACES = str.maketrans(dict.fromkeys(_SPACES))
_GROUPED = re.compile(r"(?<!\d)\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?![\d])")
# Beginnings of words for powers of ten, the longer ones first where one begins another.
_SCALES = (
    ("mil millones", 9), ("milliard", 9), ("mrd", 9), ("billones", 12), ("billón", 12), ("billionen", 12),
    ("billion", 9), ("bn", 9), ("trillion", 12), ("million", 6), ("millon", 6), ("millón", 6), ("mio", 6),
    ("万亿", 12), ("亿", 8), ("万", 4),
)  # fmt: skip
_SCALE = re.compile(rf"[ \u00a0\u202f-]?({'|'.join(re.escape(word) for word, _ in _SCALES)})", re.IGNORECASE)
_ALL_STOPWORDS = frozenset(word for words in STOPWORDS.values() for word in words)


def _without_article(span: str) -> str:
    head, _, rest = span.partition(" ")
    return rest if rest and head.lower() in _ALL_STOPWORDS else span


def _name_ids(names: Counter[str]) -> list[int]:
    ids: list[int] = []
    for name, n in names.items():
        lowered = name.lower()
        whole = fact_id("@" + lowered)
        ids.extend([whole] * min(n, 20))
        if " " in lowered:
            for word in lowered.split():
                if word not in _ALL_STOPWORDS:
                    ids.extend([fact_id("@" + word)] * min(n, 20))
    return ids


@lru_cache(maxsize=2_000)
def _alias_pattern(aliases: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(aliases, key=lambda a: (-len(a), a))
    parts = [re.escape(a) if re.search(rf"[{_CJK}]", a) else rf"\b{re.escape(a)}\b" for a in longest_first]
    return re.compile("|".join(parts))


class _Pieces(dict[str, tuple[int, ...]]):
    """The ids of the tokens in every piece of text between spaces that was met in a language; a stop word has none."""

    def __init__(self, language: str | None) -> None:
        super().__init__()
        self.language = language
        self._stopwords: Collection[str] = STOPWORDS.get(language or "", ())

    def __missing__(self, piece: str) -> tuple[int, ...]:
        found = tuple(chain.from_iterable(
            _learn(token, self.language) for token in _TOKEN.findall(piece) if token not in self._stopwords
        ))  # fmt: skip
        if len(piece) <= _LONGEST:  # languages without spaces have whole sentences there
            if len(self) >= _PIECES:
                self.clear()
            self[piece] = found
        return found


@cache
def _tokens_of(language: str | None) -> _Pieces:
    return _Pieces(language)


@cache
def _stemmer(language: str) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer(_STEMMERS[language])


def _learn(token: str, language: str | None) -> tuple[int, ...]:
    if "\u3040" <= token[0] <= "\u9fff":
        return tuple(fact_id(token[i : i + 2]) for i in range(max(1, len(token) - 1)))
    if len(token) < 2:
        return ()
    if language in _STEMMERS and token.isalpha():
        return (fact_id(_stemmer(language).stemWord(token)),)
    return (fact_id(token),)


def fact_id(text: str) -> int:
    """32-bit hash of a term; figures begin with #, names with @, acts with !, stems with nothing."""
    return crc32(text.encode("utf-8", "replace"))


def _pairs(ids: list[int]) -> Ids:
    array = np.array(ids, dtype=np.uint32)
    if len(array) < 2:
        return array[:0]
    with np.errstate(over="ignore"):
        mixed: Ids = array[:-1] * np.uint32(0x9E3779B1) ^ (array[1:] + np.uint32(0x85EBCA6B))
    return mixed


def _count(ids: Iterable[int]) -> tuple[Ids, Counts]:
    return _count_array(np.fromiter(ids, dtype=np.uint32))


def _count_array(ids: Ids) -> tuple[Ids, Counts]:
    ordered = np.sort(ids)
    first = np.ones(len(ids) + 1, dtype=np.bool_)  # `np.unique` takes thrice as long for the few words of an article
    first[1:-1] = ordered[1:] != ordered[:-1]
    begins = np.flatnonzero(first)
    return ordered[begins[:-1]], np.minimum(begins[1:] - begins[:-1], 255).astype(np.uint8)
