"""Finds articles by words in title and text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from warehouse.connection import Connection
from warehouse.sql import load_sql

AROUND = 90  # characters of text shown on either side of what was found


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """An article that holds the words. `score` orders; `excerpt` is the text around the first word found in it."""

    article_id: str
    title: str
    outlet: str
    url: str
    dated_at: datetime
    language: str | None
    topics: tuple[str, ...]
    copies: int
    score: float
    words_found: int
    excerpt: str


def find_words(con: Connection, query: str, *, limit: int = 20, topic: str | None = None) -> list[Found]:
    """Distinct articles with the words of the query, best first; those that lack some only where none has all.

    Case and accents do not matter; a word finds those that begin with it; "words in quotes" belong together. The
    order is that of BM25 with a title's words counting four times.
    """
    words = query_words(query)
    if not words:
        return []
    params = {"words": words, "patterns": [word_pattern(word) for word in words], "limit": limit, "topic": topic}
    rows = con.execute(load_sql("search_articles"), params).fetchall()
    most = max((row[9] for row in rows), default=0)
    return [
        Found(
            article_id=row[0],
            title=row[1],
            outlet=row[2],
            url=row[3],
            dated_at=row[4],
            language=row[5],
            topics=tuple(row[6]),
            copies=row[7],
            score=row[8],
            words_found=row[9],
            excerpt=excerpt(row[10] or "", words),
        )
        for row in rows
        if row[9] == most
    ]


def query_words(query: str) -> list[str]:
    """The words and quoted phrases of the query, folded, each once."""
    parts = re.findall(r'"([^"]+)"|([^\s"]+)', query)
    folded = (fold(" ".join((phrase or word).split())).strip(" .,;:!?()[]“”„«»'") for phrase, word in parts)
    return list(dict.fromkeys(word for word in folded if word))


def fold(text: str) -> str:
    """Lower case without accents, as DuckDB's lower(strip_accents(text)) gives it."""
    decomposed = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not unicodedata.combining(c))).lower()


def word_pattern(word: str) -> str:
    """A regular expression (RE2) for the word at the beginning of a word; scripts without spaces: anywhere."""
    begins = r"\b" if re.match(r"[0-9a-z_]", word) else ""
    return begins + re.sub(r"([^0-9A-Za-z_\u0080-\U0010ffff ])", r"\\\1", word)


def excerpt(text: str, words: list[str]) -> str:
    """The text around the first of the words in it, on one line; the beginning where it holds none."""
    line = " ".join(text.split())
    folded = fold(line)
    places = [match.start() for word in words if (match := re.search(rf"\b{re.escape(word)}", folded))]
    # Folding may shorten a text by a few characters; an excerpt that begins a little early does no harm.
    start = max(0, min(places) - AROUND) if places else 0
    end = start + 2 * AROUND
    return ("…" if start else "") + line[start:end].strip() + ("…" if end < len(line) else "")
