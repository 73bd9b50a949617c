"""The same search written plainly: every article is read for every query. What the index answers must equal it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.search.stems import find_stems

CJK = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\u3040-\u30ff\uac00-\ud7af]")
RUN = re.compile(f"({CJK.pattern}+)|((?:(?!{CJK.pattern})[^\\W_])+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """An article: title, text, language."""

    title: str
    text: str
    language: str


def fold(word: str) -> str:
    """Lower case without accents."""
    plain = unicodedata.normalize("NFD", word.lower())
    plain = unicodedata.normalize("NFC", "".join(c for c in plain if not unicodedata.combining(c)))
    return plain.translate(str.maketrans("øłđ", "old")).replace("ß", "ss").replace("æ", "ae").replace("œ", "oe")


def tokens_of(text: str, *, whole: bool) -> list[str]:
    """Words in lower case; characters of scripts without spaces in pairs, the last one of a run alone as well.

    Not `whole`: a query, at the end of which a word may go on.
    """
    found: list[str] = []
    runs = RUN.findall(text.lower())
    for number, (run, word) in enumerate(runs, start=1):
        if word:
            found.append(word)
        elif len(run) == 1:
            found.append(run)
        else:
            found += [run[at : at + 2] for at in range(len(run) if whole or number < len(runs) else len(run) - 1)]
    return found


class Naive:
    """Every article's terms by place, and what each word ever seen was stemmed to."""

    def __init__(self, texts: Mapping[int, Text]) -> None:
        self.terms: dict[int, tuple[list[str], list[str]]] = {}
        self.words: dict[str, set[str]] = {}
        for number, one in texts.items():
            fields = []
            for said in (one.title, one.text):
                tokens = tokens_of(said, whole=True)
                stems = [fold(stem) for stem in find_stems(tokens, one.language)]
                for token, stem in zip(tokens, stems, strict=True):
                    self.words.setdefault(fold(token), set()).add(stem)
                    self.words.setdefault(stem, set()).add(stem)
                fields.append(stems)
            self.terms[number] = (fields[0], fields[1])

    def search(self, query: str) -> list[tuple[int, float]]:
        """Numbers and scores of the articles that have all pieces of the query (or as many as any has), best first."""
        scores: dict[int, float] = {}
        slots: dict[int, set[int]] = {}
        out: set[int] = set()
        slot, alternative = 0, False
        for part in re.findall(r'-?"[^"]*"?|[^\s"]+', query):
            if part == "OR":
                alternative = True
                continue
            slot += 0 if alternative else 1
            alternative = False
            hits = self.count(part)
            if re.match("-.", part):
                out |= set(hits)
                continue
            for number, score in self.weigh(hits).items():
                scores[number] = scores.get(number, 0.0) + score
                slots.setdefault(number, set()).add(slot)
        kept = {number: score for number, score in scores.items() if number not in out}
        most = max((len(slots[number]) for number in kept), default=0)
        return sorted(((n, s) for n, s in kept.items() if len(slots[n]) == most), key=lambda pair: -pair[1])

    def count(self, part: str) -> dict[int, tuple[int, int]]:
        """How often title and text have what a piece of the query asks for, of the articles that have it."""
        words = [fold(token) for token in tokens_of(part, whole=False)]
        is_open = bool(re.search(r'\*"?$', part))
        wanted = [self.terms_of(w, is_open=is_open and at == len(words) - 1) for at, w in enumerate(words)]
        found = {}
        for number, fields in self.terms.items():
            title, text = (
                sum(
                    all(terms[at + ahead] in wanted[ahead] for ahead in range(len(wanted)))
                    for at in range(len(terms) - len(wanted) + 1)
                )
                if wanted
                else 0
                for terms in fields
            )
            if title or text:
                found[number] = (title, text)
        return found

    def terms_of(self, word: str, *, is_open: bool) -> set[str]:
        """The stems that a word stands for."""
        if is_open or CJK.fullmatch(word):
            return {stem for known, stems in self.words.items() if known.startswith(word) for stem in stems}
        for cut in range(4):
            forms = [word[: len(word) - cut]] if cut == 0 or len(word) - cut >= 4 else []
            if cut == 1 and forms and word.endswith("y"):
                forms.append(word[:-1] + "i")
            if found := {stem for form in forms for stem in self.words.get(form, ())}:
                return found
        return set()

    def weigh(self, hits: Mapping[int, tuple[int, int]]) -> dict[int, float]:
        """BM25 of the text plus twice that of the title."""
        scores = dict.fromkeys(hits, 0.0)
        for field, boost in ((0, 2.0), (1, 1.0)):
            mean = sum(len(fields[field]) for fields in self.terms.values()) / len(self.terms)
            having = sum(times[field] > 0 for times in hits.values())
            idf = math.log(1 + (len(self.terms) - having + 0.5) / (having + 0.5))
            for number, times in hits.items():
                length = len(self.terms[number][field]) / mean if mean else 0.0
                scores[number] += boost * idf * 2.2 * times[field] / (times[field] + 1.2 * (0.25 + 0.75 * length))
        return scores
