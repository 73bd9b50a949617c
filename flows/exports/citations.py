"""Articles and developments as references: RIS for Zotero, Mendeley and EndNote, BibTeX for LaTeX and Pandoc."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flows.alerts.safe_text import clean_line, safe_link
from flows.exports.tables import unique

# The columns from which each part is taken: the first that is there and not empty.
_PARTS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline"),
    "url": ("url",),
    "outlet": ("outlet", "publisher", "site", "source"),
    "authors": ("authors", "author"),
    "published": ("published_at", "dated_at", "happened_at", "told_at", "first_at"),
    "accessed": ("fetched_at", "first_seen_at"),
    "language": ("language",),
    "key": ("article_id", "development_id", "story_id", "storyline_id", "annotation_id"),
    "keywords": ("topics", "tags"),
    "abstract": ("standfirst", "state"),
}
_LIMIT = 2_000
# BibTeX, chapter "special characters": what TeX would take for something else.
_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "%": r"\%", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_TEX_CHARS = re.compile(r"[\\{}%$&#_~^]")


class NothingToCite(ValueError):
    """The answer has no column with a title; the message says which are wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One report as it is cited. Every text is one clean line; nothing is invented where the answer has nothing."""

    title: str
    url: str | None
    outlet: str
    authors: tuple[str, ...]
    published: date | None
    accessed: date | None
    language: str
    key: str
    keywords: tuple[str, ...]
    abstract: str


def make_references(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[Reference]:
    """The rows as references, by the names of their columns. Raises NothingToCite if none is a title."""
    names = unique([column.lower() for column in columns])
    if not set(_PARTS["title"]) & set(names):
        raise NothingToCite("references need a column title or headline; url, outlet, authors, published_at, language "
                            "and article_id are used where they are there")  # fmt: skip
    return (_reference(dict(zip(names, row, strict=True))) for row in rows)


def _reference(row: Mapping[str, Any]) -> Reference:
    found = {part: next((row[c] for c in columns if row.get(c)), None) for part, columns in _PARTS.items()}
    return Reference(
        title=clean_line(str(found["title"] or ""), _LIMIT) or "(no title)",
        url=safe_link(str(found["url"])) if found["url"] else None,
        outlet=_line(found["outlet"]),
        authors=tuple(_lines(found["authors"])),
        published=_day(found["published"]),
        accessed=_day(found["accessed"]),
        language=_line(found["language"]),
        key=re.sub(r"[^A-Za-z0-9_.-]", "", _line(found["key"])),
        keywords=tuple(_lines(found["keywords"])),
        abstract=_line(found["abstract"]),
    )


def _line(value: Any) -> str:
    return clean_line(str(value), _LIMIT) if value else ""


def _lines(value: Any) -> list[str]:
    values = value if isinstance(value, (list, tuple)) else [value]
    return [line for line in map(_line, values) if line]


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def render_ris(references: Iterable[Reference]) -> Iterator[str]:
    """RIS (type NEWS), one record after the other. Names stay as they were published."""
    for one in references:
        tags: list[tuple[str, str]] = [("TY", "NEWS"), ("TI", one.title)]
        tags += [("AU", name) for name in one.authors]
        tags += [("T2", one.outlet), ("PB", one.outlet)] if one.outlet else []
        tags += [("PY", f"{one.published.year}"), ("DA", f"{one.published:%Y/%m/%d}")] if one.published else []
        tags += [("UR", one.url)] if one.url else []
        tags += [("Y2", f"{one.accessed:%Y/%m/%d}")] if one.accessed else []
        tags += [("AB", one.abstract)] if one.abstract else []
        tags += [("KW", word) for word in one.keywords]
        tags += [("LA", one.language)] if one.language else []
        tags += [("ID", one.key)] if one.key else []
        yield "".join(f"{tag}  - {value}\r\n" for tag, value in tags) + "ER  - \r\n\r\n"


def render_bibtex(references: Iterable[Reference]) -> Iterator[str]:
    """BibTeX (`@online`, which BibLaTeX and Pandoc know; older styles take it for `@misc`). Keys are unique."""
    used: set[str] = set()
    for one in references:
        fields = [("title", f"{{{tex(one.title)}}}")]  # a second pair of braces keeps its capitals
        fields += [("author", " and ".join(_name(name) for name in one.authors))] if one.authors else []
        fields += [("organization", tex(one.outlet))] if one.outlet else []
        if one.published:
            fields += [("date", one.published.isoformat()), ("year", f"{one.published.year}")]
        fields += [("url", _tex_link(one.url))] if one.url else []
        fields += [("urldate", one.accessed.isoformat())] if one.accessed else []
        fields += [("abstract", tex(one.abstract))] if one.abstract else []
        fields += [("keywords", tex(", ".join(one.keywords)))] if one.keywords else []
        fields += [("langid", tex(one.language))] if one.language else []
        body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields)
        yield f"@online{{{_bib_key(one, used)},\n{body}}}\n\n"


def tex(text: str) -> str:
    """The text as TeX shows it, with braces that balance: BibTeX counts escaped ones, too."""
    spelled = _TEX if _balances(text) else {**_TEX, "{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
    return _TEX_CHARS.sub(lambda match: spelled[match[0]], text)


def _balances(text: str) -> bool:
    depth = 0
    for char in text:
        depth += (char == "{") - (char == "}")
        if depth < 0:
            return False
    return depth == 0


def _name(name: str) -> str:
    # A name with a comma or an "and" in it would be read as several parts, or as several names: it stays one.
    return f"{{{tex(name)}}}" if re.search(r",|\band\b|[{}]", name, re.IGNORECASE) else tex(name)


def _tex_link(url: str) -> str:
    return url.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")


def _bib_key(one: Reference, used: set[str]) -> str:
    word = unicodedata.normalize("NFKD", one.outlet).encode("ascii", "ignore").decode()
    base = re.sub(r"[^A-Za-z0-9]", "", word)[:20].lower() or "report"
    base += f"{one.published.year}" if one.published else ""
    base += f"-{one.key[:8]}" if one.key else ""
    key, number = base, 1
    while key in used:
        number += 1
        key = f"{base}-{number}"
    used.add(key)
    return key
