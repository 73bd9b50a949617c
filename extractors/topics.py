"""Which topics an article is about, by the words of the configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, Protocol

from extractors.model import TopicMatch
from extractors.word_forms import HAS_CJK, forms_of, is_acronym, split_words
from extractors.word_forms import WORD as WORD_PATTERN

Role = Literal["phrase", "term", "context", "entity", "not"]

HEAD_WEIGHT, BODY_WEIGHT = 3.0, 1.0
STRENGTH: Mapping[Role, float] = {"phrase": 1.0, "term": 0.5, "context": 0.25, "entity": 0.25}
NEAR = 40  # words: about two sentences; weak words further apart have nothing to do with one another
SHORT_TEXT = 150  # words: a brief has no room to say it twice
COMPOUND = 7  # letters: German compounds are looked through for words of at least this length
CACHED_WORDS = 300_000


class EntityWords(Protocol):
    """A name and everything else that it is called."""

    @property
    def name(self) -> str: ...
    @property
    def aliases(self) -> tuple[str, ...]: ...


class TopicWords(Protocol):
    """What gives a topic away, by language: `config.topics.Topic` is one."""

    @property
    def id(self) -> str: ...
    @property
    def phrases(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def terms(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def context(self) -> Mapping[str, tuple[str, ...]]: ...
    @property
    def entities(self) -> Sequence[EntityWords]: ...
    @property
    def false_friends(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Use:
    """What a surface stands for in one topic. `language` is "" where it counts in all."""

    topic: int
    role: Role
    label: str
    language: str


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a surface: the folded forms it may take, and what its spelling must be beyond that."""

    forms: frozenset[str]
    exact: str | None = None
    capital: bool = False

    def fits(self, raw: str, folded: str) -> bool:
        if self.exact is not None:
            return raw == self.exact
        return folded in self.forms and not (self.capital and raw[0].islower())


@dataclass(slots=True)
class Surface:
    """A sequence of words, and what it stands for."""

    words: tuple[Word, ...]
    uses: list[Use] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Hit:
    """A use found at the words [start, end)."""

    start: int
    end: int
    use: Use


class TopicMatcher:
    """Finds topics in articles in one pass over the words, more than 2,000 articles of 500 words a second.

    Words of Latin script match whole, with hyphen and space the same, in the forms of their language; German terms
    also as part of a compound; Chinese ones as substrings. Can be pickled, and shared by threads.
    """

    def __init__(self, topics: Iterable[TopicWords]) -> None:
        self._topics = tuple(topics)
        self._ids = tuple(topic.id for topic in self._topics)
        self._languages = frozenset(
            language for topic in self._topics for words in (topic.phrases, topic.terms) for language in words
        )
        # By the first word, then by the second one ("" where there is none): a common first word costs little.
        self._first: dict[str, dict[str, list[Surface]]] = {}
        self._strings: dict[str, list[tuple[str, Use]]] = {}
        self._parts: dict[str, str] = {}
        surfaces: dict[tuple[Word, ...], Surface] = {}
        for index, topic in enumerate(self._topics):
            for use, text in _uses(index, topic):
                if HAS_CJK.search(text):
                    lowered = "".join(text.split()).lower()
                    self._strings.setdefault(lowered[:1], []).append((lowered, use))
                    continue
                words = tuple(_word(word, use) for word in split_words(text))
                if not words:
                    continue
                if words not in surfaces:
                    surface = surfaces[words] = Surface(words)
                    for form in words[0].forms:
                        for second in words[1].forms if len(words) > 1 else ("",):
                            self._first.setdefault(form, {}).setdefault(second, []).append(surface)
                surfaces[words].uses.append(use)
                if use.language == "de" and len(words) == 1 and words[0].exact is None:
                    self._parts |= {form: form for form in words[0].forms if len(form) >= COMPOUND}
                    bare = split_words(text)[0].casefold().removesuffix("e")
                    if len(bare) >= COMPOUND:
                        self._parts.setdefault(bare, split_words(text)[0].casefold())
        self._surfaces = tuple(surfaces.values())
        self._part_lengths = sorted({len(part) for part in self._parts}, reverse=True)
        self._compounds: dict[str, str | None] = {}

    def match(self, title: str, lead: str, body: str, language: str | None) -> tuple[TopicMatch, ...]:
        """The topics of the article, the surest first; empty for an off-topic one.

        One phrase is enough. Two different terms, or one term or context word and an entity, count where they stand
        within 40 words of one another. Once is enough in title and lead, in a brief, and where the term or context
        word stands in title or lead too; else it takes two different terms or context words, in two places of the
        body or with an entity in title or lead. Each different word adds to the weight: 3 in title or lead, 1 in the
        body, times 1 for a phrase, 0.5 for a term, 0.25 for a context word or an entity. Words of the article's
        language and English ones count; all do where the language is unknown (None) or none of the configuration's.
        False friends hide their words.
        """
        known = language[:2].lower() if language else ""
        spoken = {"", "en", known} if known in self._languages else None
        hits, head_end, length = self._hits(title, lead, body, compounds=spoken is None or known == "de")
        by_topic: dict[int, list[Hit]] = {}
        for hit in hits:
            if spoken is None or hit.use.language in spoken:
                by_topic.setdefault(hit.use.topic, []).append(hit)
        found = [
            match
            for topic, its_hits in by_topic.items()
            if (match := _judge(self._ids[topic], its_hits, head_end, length)) is not None
        ]
        return tuple(sorted(found, key=lambda match: (-match.weight, match.topic_id)))

    def surfaces(self) -> tuple[Surface, ...]:
        """Everything that is looked for word by word."""
        return self._surfaces

    def strings(self) -> Iterator[tuple[str, Use]]:
        """What is looked for character by character: in lower case, without spaces, with a Chinese one in each."""
        return (found for by_first in self._strings.values() for found in by_first)

    def compound_parts(self) -> Iterator[tuple[str, tuple[Use, ...]]]:
        """The folded words that count at the beginning or end of a longer one, and as what."""
        for part, key in self._parts.items():
            uses = (use for surface in self._first[key].get("", ()) for use in surface.uses if use.language == "de")
            yield part, tuple(uses)

    def _hits(self, title: str, lead: str, body: str, *, compounds: bool) -> tuple[list[Hit], int, int]:
        """All uses found, the position where the body begins, and the length; positions are words."""
        if self._strings and HAS_CJK.search(title + lead + body):
            return self._hits_in_chinese(title, lead, body)
        head = split_words(title)
        head.append("\x00")  # stands between, so that no phrase runs from the title into the lead
        head += split_words(lead)
        head.append("\x00")
        raw = head + split_words(body)
        return self._latin_hits(raw, compounds=compounds), len(head), len(raw)

    def _latin_hits(self, raw: list[str], *, compounds: bool) -> list[Hit]:
        folded = [word.casefold() for word in raw]
        first, known, hits = self._first, self._compounds, list[Hit]()
        for at, word in enumerate(folded):
            key: str | None = word
            if word not in first:
                if not compounds or len(word) < COMPOUND + 2:
                    continue
                key = known[word] if word in known else self._part_of(word)
                if key is None:
                    continue
            by_second = first[key]  # type: ignore[index]
            if key != word:  # a compound: German words that stand alone in the configuration
                hits += [Hit(at, at + 1, u) for s in by_second.get("", ()) for u in s.uses if u.language == "de"]
                continue
            for second in ("", folded[at + 1]) if at + 1 < len(folded) else ("",):
                for surface in by_second.get(second, ()):
                    end = at + len(surface.words)
                    if end <= len(raw) and _fits(surface.words, raw, folded, at):
                        hits += [Hit(at, end, use) for use in surface.uses]
        return hits

    def _part_of(self, word: str) -> str | None:
        """The German word that begins or ends the compound, None where there is none; remembered."""
        found = None
        for length in self._part_lengths:
            if length >= len(word) - 1:
                continue
            found = self._parts.get(word[:length]) or self._parts.get(word[-length:])
            if found is not None:
                break
        if len(self._compounds) >= CACHED_WORDS:
            self._compounds.clear()
        self._compounds[word] = found
        return found

    def _hits_in_chinese(self, title: str, lead: str, body: str) -> tuple[list[Hit], int, int]:
        """The same for text with Chinese characters, of which two count as a word."""
        parts = [_closed_up(part) for part in (title, lead, body)]
        text = "\n".join(parts)
        spots = list(WORD_PATTERN.finditer(text))
        places = [spot.start() // 2 for spot in spots]
        hits = [
            Hit(places[hit.start], places[hit.end - 1] + 1, hit.use)
            for hit in self._latin_hits([spot.group() for spot in spots], compounds=False)
        ]
        lowered = text.lower()
        for at, char in enumerate(lowered):
            for wanted, use in self._strings.get(char, ()):
                if lowered.startswith(wanted, at):
                    hits.append(Hit(at // 2, (at + len(wanted) + 1) // 2, use))
        return hits, (len(parts[0]) + len(parts[1]) + 2) // 2, len(text) // 2

    def __getstate__(self) -> tuple[TopicWords, ...]:
        return self._topics

    def __setstate__(self, topics: tuple[TopicWords, ...]) -> None:
        self.__init__(topics)  # type: ignore[misc]


def _fits(words: tuple[Word, ...], raw: list[str], folded: list[str], at: int) -> bool:
    return all(wanted.fits(raw[at + n], folded[at + n]) for n, wanted in enumerate(words))


def _uses(index: int, topic: TopicWords) -> Iterable[tuple[Use, str]]:
    by_role: tuple[tuple[Role, Mapping[str, tuple[str, ...]]], ...] = (
        ("phrase", topic.phrases), ("term", topic.terms), ("context", topic.context),
    )  # fmt: skip
    for role, by_language in by_role:
        for language, texts in by_language.items():
            yield from ((Use(index, role, text, language), text) for text in texts)
    for entity in topic.entities:
        yield from ((Use(index, "entity", entity.name, ""), text) for text in (entity.name, *entity.aliases))
    yield from ((Use(index, "not", text, ""), text) for text in topic.false_friends)


def _word(word: str, use: Use) -> Word:
    if is_acronym(word):
        return Word(frozenset({word.casefold()}), exact=word)
    if use.role == "entity":
        return Word(frozenset({word.casefold()}), capital=word[0].isupper())
    if use.role == "not":
        return Word(frozenset[str]().union(*(forms_of(word, language) for language in ("en", "de", "fr", "es"))))
    return Word(forms_of(word, use.language))


def _closed_up(text: str) -> str:
    """Without the spaces that some set between Chinese characters and Latin words."""
    pieces = text.split()
    out = pieces[:1]
    for before, after in pairwise(pieces):
        out.append(after if HAS_CJK.match(before[-1]) or HAS_CJK.match(after[0]) else " " + after)
    return "".join(out)


def _judge(topic_id: str, hits: list[Hit], head_end: int, length: int) -> TopicMatch | None:
    """The topic's match, from all of its hits; None where they are too weak."""
    hidden = [(hit.start, hit.end) for hit in hits if hit.use.role == "not"]
    seen = [
        hit for hit in hits
        if hit.use.role != "not" and not any(hit.start < end and start < hit.end for start, end in hidden)
    ]  # fmt: skip
    if not any(hit.use.role == "phrase" for hit in seen) and not _weak_words_suffice(seen, head_end, length):
        return None
    weights: dict[tuple[Role, str], float] = {}
    for hit in seen:
        key = (hit.use.role, hit.use.label)
        weight = (HEAD_WEIGHT if hit.start < head_end else BODY_WEIGHT) * STRENGTH[hit.use.role]
        weights[key] = max(weights.get(key, 0.0), weight)
    ranked = sorted(weights, key=lambda key: (-weights[key], key))
    return TopicMatch(
        topic_id=topic_id,
        weight=round(sum(weights.values()), 2),
        terms=tuple(dict.fromkeys(label for role, label in ranked if role != "entity")),
        entities=tuple(label for role, label in ranked if role == "entity"),
    )


def _weak_words_suffice(hits: list[Hit], head_end: int, length: int) -> bool:
    """Whether weak words stand close enough, prominently enough or often enough; `match` has the rule in words."""
    weak = sorted((hit for hit in hits if hit.use.role != "phrase"), key=lambda hit: (hit.start, hit.end))
    in_head = {hit.use.label for hit in weak if hit.start < head_end}
    first_end: int | None = None
    labels: set[str] = set()
    policy: set[str] = set()
    for index, one in enumerate(weak):
        for other in weak[index + 1 :]:
            if other.start - one.end > NEAR:
                break
            if not _support(one, other):
                continue
            if length <= SHORT_TEXT or other.start < head_end:
                return True
            labels |= {one.use.label, other.use.label}
            policy |= {hit.use.label for hit in (one, other) if hit.use.role != "entity"}
            first_end = other.end if first_end is None else first_end
            again = one.start - first_end > NEAR // 2 and len(labels) > 2
            if policy & in_head or (len(policy) > 1 and (again or labels & in_head)):
                return True
    return False


def _support(one: Hit, other: Hit) -> bool:
    """Whether the two, beside one another, say enough: two terms, or a term or context word with an entity."""
    roles = {one.use.role, other.use.role}
    apart = one.end <= other.start or other.end <= one.start
    return apart and one.use.label != other.use.label and (
        roles == {"term"} or roles == {"term", "entity"} or roles == {"context", "entity"}
    )  # fmt: skip


__all__ = ["EntityWords", "TopicMatcher", "TopicWords"]
