"""Reference documents from a person's folder: text, HTML and JSON lines become articles.

What a file does not state stays empty. Nothing is guessed from its name, its place or the clock.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import Any

from extractors.dates import ParsedDate, parse_date
from extractors.document_head import Head, read_head
from extractors.language import base_language, detect_language
from extractors.model import Article, FetchedPage, Problem, digest64
from extractors.pages.article import extract_article
from extractors.pages.bylines import split_names
from extractors.pages.decode import decode_bytes
from extractors.pages.tree import parse_tree
from extractors.paragraph_words import CONTINUES
from extractors.paragraphs import CleanText, clean_paragraphs
from extractors.urls import canonical_url, site_of

EXTRACTOR = "documents-1"
SUFFIXES = frozenset({".txt", ".text", ".md", ".html", ".htm", ".xhtml", ".jsonl", ".ndjson", ".json"})
MAX_BYTES = 50_000_000
STUB_WORDS = 250  # a text that breaks off, or ends in an offer to read on, is a stub only below this length

# A page from a folder has no address but the one that it states itself.
NOWHERE = "https://seed.invalid/"
OWN_ADDRESS = '//link[@rel="canonical"]/@href | //meta[@property="og:url"]/@content'

TEXT_KEYS = ("text", "body", "content", "article", "full_text", "articleBody")
TITLE_KEYS = ("title", "headline", "name")
DATE_KEYS = ("published", "published_at", "date", "datePublished", "publication_date", "pubDate")
AUTHOR_KEYS = ("authors", "author", "byline")
PUBLISHER_KEYS = ("publisher", "outlet", "source", "site_name", "newspaper")
LANGUAGE_KEYS = ("language", "lang")
URL_KEYS = ("url", "link", "canonical_url")


@dataclass(frozen=True, slots=True)
class ReadDocuments:
    """What a file held: the articles in order, and a problem for each part that could not be read."""

    articles: tuple[Article, ...]
    problems: tuple[Problem, ...] = ()


def read_document(name: str, data: bytes, *, now: datetime) -> list[Article]:
    """The articles of a file, most often one; see `read_documents`, which also says what could not be read."""
    return list(read_documents(name, data, now=now).articles)


def read_documents(name: str, data: bytes, *, now: datetime) -> ReadDocuments:
    """The articles of a text, HTML or JSON lines file; which of them it is, name and content decide.

    `article_id` is a digest of the document as it stands in the file, so that better cleaning later does not change
    it. `url` is the document's own where it states one, else `seed:` and that digest. `now` is when it was read, and
    what dates are judged by. Problems have stage `extract` and codes `empty`, `too-large`, `bad-json`, `no-text`, or
    those of `extract_article`.
    """
    if len(data) > MAX_BYTES:
        return _failed(name, "too-large", f"larger than {MAX_BYTES // 1_000_000} MB")
    text = unicodedata.normalize("NFC", decode_bytes(data)).replace("\r\n", "\n").replace("\r", "\n").strip("\ufeff")
    if not text.strip():
        return _failed(name, "empty", "the file holds no text")
    suffix = PurePath(name).suffix.lower()
    if suffix in (".jsonl", ".ndjson", ".json"):
        return _read_json(name, text, now)
    if suffix in (".html", ".htm", ".xhtml") or re.match(r"\s*(?:<!doctype html|<html\b)", text, re.I):
        return _read_html(name, text, now)
    return ReadDocuments((_read_text(text, now),))


def split_paragraphs(text: str) -> list[str]:
    """Paragraphs of plain text: every line is one, unless the text is wrapped at a width; then blank lines separate."""
    out: list[str] = []
    for block in re.split(r"\n[^\S\n]*\n", text):
        lines = [" ".join(line.split()) for line in block.split("\n") if line.strip()]
        if _is_wrapped(lines):
            lines = [" ".join(lines)]
        out += lines
    return out


def _is_wrapped(lines: list[str]) -> bool:
    """Whether the lines are one paragraph broken at a width: all but the last nearly full, few ending a sentence."""
    if len(lines) < 2:
        return False
    full, widest = lines[:-1], max(map(len, lines))
    ends = sum(line.endswith((".", "!", "?", "”", '"', ":", "。")) for line in full)
    return 50 <= widest <= 110 and min(map(len, full)) >= widest * 0.7 and ends * 2 < len(full) + 1


def _read_text(text: str, now: datetime, *, url: str | None = None, facts: Mapping[str, Any] | None = None) -> Article:
    """One document of plain text; `facts` hold what is stated outside of the text and goes before it."""
    facts = facts or {}
    paragraphs = split_paragraphs(text)
    head = read_head(paragraphs, now=now, title=_first_text(facts, TITLE_KEYS))
    clean = clean_paragraphs(head.rest, title=head.title or "", standfirst=head.standfirst)
    stated = _stated_date(facts, now) or head.published
    content = digest64("\n".join(" ".join(line.split()) for line in text.split("\n") if line.strip()))
    language = detect_language("\n".join(clean.kept), _first_text(facts, LANGUAGE_KEYS))
    reason = _stub_reason(clean)
    return Article(
        article_id=content, url=url or f"seed:{content}", site=site_of(url) if url else "", title=head.title or "",
        paragraphs=clean.kept, fetched_at=now, extractor=EXTRACTOR,
        authors=_stated_authors(facts) or head.authors,
        published_at=stated.at if stated else None, published_certainty=stated.certainty if stated else "none",
        language=language or base_language(_first_text(facts, LANGUAGE_KEYS)),
        publisher=_stated_publisher(facts) or head.publisher, standfirst=head.standfirst,
        captions=tuple(text for text, why in clean.dropped if why == "caption"),
        access="stub" if reason else "full", access_reason=reason, evidence=_evidence(facts, head),
    )  # fmt: skip


def _stub_reason(clean: CleanText) -> str | None:
    """Why the text is only the beginning of a longer one, or None."""
    if not clean.kept or sum(len(p.split()) for p in clean.kept) >= STUB_WORDS:
        return None
    if any(why == "appeal" and CONTINUES.search(text) for text, why in clean.dropped):
        return "offer-to-read-on"
    return "breaks-off" if re.search(r"(?:\.\.\.|…)\W*$", clean.kept[-1]) else None


def _read_html(name: str, text: str, now: datetime) -> ReadDocuments:
    tree = parse_tree(text)
    stated = next(iter(tree.xpath(OWN_ADDRESS) if tree is not None else ()), "")
    url = canonical_url(str(stated))
    page = FetchedPage(
        url=url or NOWHERE, final_url=url or NOWHERE, status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),), body=text.encode("utf-8", "replace"), fetched_at=now,
    )  # fmt: skip
    found = extract_article(page, None, now=now)
    if isinstance(found, Problem):
        return ReadDocuments((), (replace(found, url=name),))
    content = digest64(" ".join(text.split()))
    publisher = None if found.publisher and site_of(NOWHERE) in found.publisher else found.publisher
    article = replace(
        found, article_id=content, url=found.url if url else f"seed:{content}", site=found.site if url else "",
        publisher=publisher,
    )  # fmt: skip
    if found.evidence.get("published_at") == "text":  # found somewhere in the text: good enough for a night, not here
        evidence = {key: value for key, value in found.evidence.items() if not key.startswith("published_")}
        article = replace(article, published_at=None, published_certainty="none", evidence=evidence)
    return ReadDocuments((article,))


def _read_json(name: str, text: str, now: datetime) -> ReadDocuments:
    articles: list[Article] = []
    problems: list[Problem] = []
    for place, raw in _json_records(text):
        where = f"{name}:{place}"
        try:
            record = json.loads(raw) if isinstance(raw, str) else raw
        except (ValueError, RecursionError) as error:
            problems.append(Problem(stage="extract", url=where, code="bad-json", detail=f"not JSON: {error}"))
            continue
        body = _first_text(record, TEXT_KEYS) if isinstance(record, dict) else None
        if body is None:
            detail = f"no text; it is looked for in {', '.join(TEXT_KEYS)}"
            problems.append(Problem(stage="extract", url=where, code="no-text", detail=detail))
            continue
        url = canonical_url(_first_text(record, URL_KEYS) or "")
        articles.append(_read_text(body, now, url=url, facts=record))
    return ReadDocuments(tuple(articles), tuple(problems))


def _json_records(text: str) -> list[tuple[int, Any]]:
    """Records with their line (or place in the list): JSON lines, or a whole file that is one object or a list."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return [(at, line) for at, line in enumerate(text.split("\n"), start=1) if line.strip()]
    return list(enumerate(whole, start=1)) if isinstance(whole, list) else [(1, whole)]


def _first_text(facts: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    """The first of the keys that holds text, cleaned of characters that nothing can store."""
    for key in keys:
        value = facts.get(key)
        if isinstance(value, dict):
            value = value.get("name")
        if isinstance(value, str) and value.strip():
            return decode_bytes(value.strip().encode("utf-8", "replace"))
    return None


def _stated_date(facts: Mapping[str, Any], now: datetime) -> ParsedDate | None:
    for key in DATE_KEYS:
        value = facts.get(key)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            found = parse_date(str(value), now=now)
            if found is not None:
                return found
    return None


def _stated_authors(facts: Mapping[str, Any]) -> tuple[str, ...]:
    for key in AUTHOR_KEYS:
        value = facts.get(key)
        values = value if isinstance(value, list) else [value]
        texts = [v.get("name") if isinstance(v, dict) else v for v in values]
        names = tuple(dict.fromkeys(name for text in texts if isinstance(text, str) for name in split_names(text)))
        if names:
            return names
    return ()


def _stated_publisher(facts: Mapping[str, Any]) -> str | None:
    found = _first_text(facts, PUBLISHER_KEYS)
    return None if found is None or "://" in found else found


def _evidence(facts: Mapping[str, Any], head: Head) -> dict[str, str]:
    stated = {
        "title": (TITLE_KEYS, head.title), "publisher": (PUBLISHER_KEYS, head.publisher),
        "authors": (AUTHOR_KEYS, head.authors), "published_at": (DATE_KEYS, head.published),
    }  # fmt: skip
    by_record = {field: "record" for field, (keys, _) in stated.items() if any(facts.get(key) for key in keys)}
    return {field: "text" for field, (_, value) in stated.items() if value} | by_record


def _failed(name: str, code: str, detail: str) -> ReadDocuments:
    return ReadDocuments((), (Problem(stage="extract", url=name, code=code, detail=detail),))
