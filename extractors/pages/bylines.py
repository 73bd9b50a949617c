"""Who signed the article: people first; the house itself only where the page says in JSON-LD that it is the author."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from lxml import etree
from lxml.html import HtmlElement

from extractors.model import FeedEntry
from extractors.pages.blocks import PageBlocks
from extractors.pages.jsonld import Node, text_of

_BY = re.compile(
    r"^\W*(?:(?:written|story|words|text|opinion|report|article|reporting|reviewed)\s*:?\s*)?"
    r"(?:by|von|par|por|di|da|door|av|af|autor(?:in|es)?|auteurs?|authors?|redakteur(?:in)?|texte?)\b\s*:?\s*",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*(?:[;|/\n•·]|,|\s(?:and|und|et|y|e|och|og|en|with|mit|&)\s)\s*")
_SIGNED = re.compile(r"author|byline|autor|auteur|redakteur|verfasser|writer", re.IGNORECASE)
_NOT_SIGNED = re.compile(
    r"comment|teaser|bild|photo|foto|image|img|caption|related|card|bio|social|share|follow|avatar|widget|"
    r"sidebar|footer|desc|newsletter|promo|recommend|popular|thumbnail|icon|job|role", re.IGNORECASE,
)  # fmt: skip
_NAME = re.compile(r"(?:(?:Dr|Prof|Mr|Ms|Mrs)\.? ){0,2}[^\W\d_][\w.'’-]*(?: (?:[^\W\d_]\.|[\w'’-]+\.?)){1,4}")
_CUT = re.compile(
    r"\s*(?:\d|\b(?:on|am|vom|le|el|stand|updated?|published|aktualisiert|publié|posted|veröffentlicht)\b)",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\S+@\S+|https?://\S+|www\.\S+|\.(?:html?|php)\b")
_AUTHOR_METAS = (
    "author", "dc.creator", "dcterms.creator", "article:author", "parsely-author", "sailthru.author", "byl",
    "cxenseparse:author", "citation_author", "creator",
)  # fmt: skip
_SAYS_BY = re.compile(r"^\W*(?:(?:(?:written|story|words|text|reporting|article|post(?:ed)?|published)\s*:?\s*)?by|"
                      r"von|par|por|texte?|autor(?:in|es)?|auteurs?|authors?|redaktion|writer|penulis|reporter)\b\s*:?\s*",
                      re.IGNORECASE)  # fmt: skip
_NAMED = re.compile(r"(?:^|[\s_-])author(?:[\s_-]+(?:name|link|title))?(?:\s|$)|vcard|(?:^|\s)fn(?:\s|$)|byline-name",
                    re.IGNORECASE)  # fmt: skip
_TO_AUTHOR = re.compile(r"/(?:authors?|autor(?:en|es|in)?|auteurs?|redakteur|writers?|people)/|[?&/]author=",
                        re.IGNORECASE)  # fmt: skip
_LOGIN = re.compile(r"[a-z][A-Z]|\d|_|^[a-z]+-[a-z]+$|^(?:admin|editor|root|webmaster)\w*$")
_JOINS = re.compile(r"[\W_]*(?:by|von|par|por|and|und|et|y|e|with|mit|written by)?[\W_]*", re.IGNORECASE)
# Words that names do not have: offices, months, what stands on buttons.
_NOT_A_NAME = re.compile(
    r"\b(?:editor|editors|editorial|analyst|reporter|correspondent|writer|columnist|contributor|contributors|staff|team|senior|"
    r"expert|reviewer|manager|director|specialist|redakteur(?:in)?|redaktion|korrespondent(?:in)?|journalist(?:in)?|"
    r"journaliste|redactor(?:a)?|about|more|read|learn|view|see|follow|share|author|authors|posts?|posted|updated?|published|"
    r"last|minutes?|newsletter|cookies?|policy|richtlinie|artikel|articles?|alles|mehr|von|blog|admin|anmelden|registreer|"
    r"january|february|march|july|september|october|november|december|feb|apr|sept|oct|nov|dec|"
    r"januar|februar|märz|juni|juli|oktober|dezember)\b", re.IGNORECASE,
)  # fmt: skip
_LINES_ABOVE, _LINES_BELOW = 3, 9
_PARTICLES = frozenset({
    "de", "da", "del", "della", "der", "den", "di", "do", "dos", "du", "van", "von", "vom", "zu", "la", "le", "el",
    "al", "bin", "ibn", "ben", "y", "e", "of", "the",
})  # fmt: skip
_UNSIGNED = frozenset({"script", "style", "meta", "link", "body", "html", "img", "svg"})
_MAX_AUTHORS = 12


def find_authors(tree: HtmlElement, metas: dict[str, str], node: Node | None, nodes: list[Node], page: PageBlocks, *,
                 heading: int, publisher: str, entry: FeedEntry | None) -> tuple[tuple[str, ...], str]:  # fmt: skip
    """Names as the page states them, and the evidence: JSON-LD, meta, byline in the page, feed.

    Addresses and links are never names. Where JSON-LD or meta name the house alone, or somebody by one word (as logins
    are), people in the byline come first; without one the house stays author, if the page says so.
    """
    house = _key(publisher) if publisher else ""
    initials = "".join(w[0] for w in publisher.split()).casefold() if " " in publisher else ""
    stated, evidence = _clean_names(_stated(node, nodes)), "json-ld"
    if not any(not _is_house(n, house) for n in stated):
        for key in _AUTHOR_METAS:
            meta = _clean_names([metas.get(key, "")])
            if meta and not any(_is_house(n, house) or _key(n) == initials for n in meta):
                stated, evidence = meta, "meta"
                break
    named = any(not _is_house(n, house) for n in stated)
    single = len(stated) == 1 and " " not in stated[0] and stated[0].isascii()
    if named and not single:
        return stated, evidence
    signed, unsure = _byline(tree, house)
    signed = signed or _line_by(page, heading, house)
    if signed and (not named or _LOGIN.search(stated[0]) or any(stated[0] in n.split() for n in signed)):
        return signed, "dom"
    if named:
        return stated, evidence
    if entry and (written := tuple(n for n in _clean_names(entry.authors) if not _is_house(n, house))):
        return written, "feed"
    return (stated, "json-ld") if stated else (unsure, "dom") if unsure else ((), "")


def split_names(byline: str) -> list[str]:
    """The names in a byline, without the `by`, addresses and what follows the names."""
    text = _ADDRESS.sub(" ", " ".join(byline.split()))
    return [name for part in _SPLIT.split(_BY.sub("", text)) if (name := _BY.sub("", part).strip(" .,:-–—()@"))]


def _clean_names(values: Any) -> tuple[str, ...]:
    names = dict.fromkeys(n for value in values for n in split_names(value) if 1 < len(n) < 60)
    return tuple(names)[:_MAX_AUTHORS]


def _stated(node: Node | None, nodes: list[Node]) -> list[str]:
    value = (node.get("author") or node.get("creator")) if node else None
    by_id = {n["@id"]: n for n in nodes if isinstance(n.get("@id"), str) and n.get("name")}
    return [text for v in _flatten(value) if (text := _name_of(v, by_id))]


def _flatten(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for inner in value:
            yield from _flatten(inner)
    elif value:
        yield value


def _name_of(value: Any, by_id: dict[str, Node]) -> str:
    if isinstance(value, dict):
        return text_of(value.get("name")) or text_of(by_id.get(str(value.get("@id")), {}).get("name"))
    return text_of(value)


def _byline(tree: HtmlElement, house: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The people named in the first line after the headline (else before it) that is marked as the author's; and what
    such a line says that does not look like somebody's name (a login, a firm)."""
    early: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    late = False
    for element in tree.iter(etree.Element):
        tag = element.tag
        if tag == "h1":
            late = True
        if tag in _UNSIGNED:
            continue
        marks = f"{element.get('class') or ''} {element.get('rel') or ''} {element.get('itemprop') or ''} " \
                f"{element.get('data-testid') or ''}"  # fmt: skip
        leads = tag == "a" and _TO_AUTHOR.search(element.get("href") or "") is not None
        if _is_signed(marks) or (leads and late):
            names = _people_in(element, house)
            if names and late:
                return names, unsure
            early = early or names
            if not unsure and (leads or _is_named(marks)):
                unsure = _plain_name(element)
    return early, unsure


@lru_cache(maxsize=10_000)
def _is_signed(marks: str) -> bool:
    return len(marks) > 3 and _SIGNED.search(marks) is not None and not _NOT_SIGNED.search(marks)


@lru_cache(maxsize=10_000)
def _is_named(marks: str) -> bool:
    return _NAMED.search(marks) is not None


def _people_in(element: HtmlElement, house: str) -> tuple[str, ...]:
    """The people that a short line names: piece by piece, as its elements divide it, else as a whole."""
    pieces = [text for piece in element.itertext() if (text := " ".join(piece.split()))]
    whole = " ".join(pieces)
    if not 3 < len(whole) < 200:
        return ()
    names: list[str] = []
    for piece in pieces if len(pieces) > 1 else [whole]:
        found = _names_in(piece, house)
        if names and not found and not _JOINS.fullmatch(piece):
            break  # what stands behind the names: a date, an office, the first words of a text
        names.extend(found)
    return tuple(dict.fromkeys(names or _names_in(whole, house)))[:_MAX_AUTHORS]


def _names_in(text: str, house: str) -> list[str]:
    """The names with which the text begins; nothing where it begins with anything else."""
    begin = _BY.match(text)
    text = text[begin.end():] if begin else text
    cut = _CUT.search(text)
    parts = split_names(text[: cut.start()] if cut else text)
    names = [n for n in parts if _is_name(n) and not _is_house(n, house)]
    return names if names and _is_name(parts[0]) else []


def _plain_name(element: HtmlElement) -> tuple[str, ...]:
    text = _BY.sub("", " ".join("".join(element.itertext()).split())).strip(" .,:-–—|")
    fits = 2 < len(text) < 40 and text.count(" ") < 4 and not any(c.isdigit() for c in text) and ":" not in text
    return (text,) if fits and not _NOT_A_NAME.search(text) else ()


def _line_by(page: PageBlocks, heading: int, house: str) -> tuple[str, ...]:
    """The people in the first short line near the headline that says who wrote."""
    start = max(heading, 0)
    for block in page.blocks[max(0, start - _LINES_ABOVE) : start + _LINES_BELOW]:
        if len(block.text) < 120 and (begin := _SAYS_BY.match(block.text)):
            names = _names_in(block.text[begin.end():], house)
            if names:
                return tuple(names[:_MAX_AUTHORS])
    return ()


def _is_name(text: str) -> bool:
    """Two to five words, each with a capital but for particles (scripts without capitals pass), none of them an
    office, a month or what buttons say."""
    return len(text) < 50 and _NAME.fullmatch(text) is not None and not _NOT_A_NAME.search(text) and all(
        not word[0].islower() or word in _PARTICLES or word[1:2] in "'’" for word in text.split()
    )  # fmt: skip


def _is_house(name: str, house: str) -> bool:
    key = _key(name)
    names_house = bool(house) and (key in house or house in key)
    return not key or names_house or "redaktion" in key or "." in name.strip(".")[-4:]


def _key(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
