"""The facts of an article: title, authors, dates, language, publisher, section, address, each with its evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from lxml.html import HtmlElement

from extractors.model import DateCertainty, FeedEntry, FetchedPage
from extractors.pages.blocks import PageBlocks
from extractors.pages.bylines import find_authors
from extractors.pages.features import find_heading
from extractors.pages.jsonld import Node, body_of, find_article, find_nodes, text_of
from extractors.pages.publication import find_dates
from extractors.pages.titles import find_title
from extractors.urls import canonical_url, site_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """Facts of one page. `json_ld_body` is the article body as the page states it (often incomplete, often empty);
    `is_free` is what it says about its access, None if nothing; `declared_words` the word count that it states;
    `heading` the place of the block that holds the headline, -1 without one."""

    url: str
    site: str
    title: str
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_certainty: DateCertainty = "none"
    modified_at: datetime | None = None
    language: str | None = None
    publisher: str | None = None
    section: str | None = None
    standfirst: str | None = None
    is_free: bool | None = None
    json_ld_body: str = ""
    declared_words: int = 0
    heading: int = -1
    evidence: dict[str, str] = field(default_factory=dict)


def read_facts(tree: HtmlElement, blocks: PageBlocks, *, page: FetchedPage, entry: FeedEntry | None,
               now: datetime) -> PageFacts:  # fmt: skip
    """What the page, and where it is silent its feed entry, says about the article. `blocks` are those of the tree."""
    metas = read_metas(tree)
    nodes = find_nodes(tree)
    url, url_evidence = find_url(tree, metas, page=page, entry=entry)
    node = find_article(nodes, url=url)
    evidence = {"url": url_evidence}
    publisher, evidence["publisher"] = _publisher(metas, node, nodes)
    title, evidence["title"] = find_title(tree, metas, node, publisher=publisher, entry=entry)
    heading = find_heading(blocks, title)
    authors, evidence["authors"] = find_authors(tree, metas, node, nodes, blocks, heading=heading, publisher=publisher,
                                                entry=entry)  # fmt: skip
    declared = (tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or metas.get("og:locale")
                or metas.get("content-language") or (text_of(node.get("inLanguage")) if node else ""))  # fmt: skip
    hint = declared[:2].lower() or (entry.language if entry else None)
    dates = find_dates(tree, metas, node, blocks, heading=heading, url=url, language=hint, entry=entry, now=now)
    evidence["published_at"] = dates.evidence
    evidence["published_on"] = dates.published_on or ""
    standfirst, evidence["standfirst"] = _first(
        ("json-ld", text_of(node.get("description")) if node else ""),
        ("meta", metas.get("og:description") or metas.get("description", "")),
        ("feed", entry.summary if entry else ""),
    )
    section, evidence["section"] = _first(
        ("json-ld", text_of(node.get("articleSection")) if node else ""),
        ("meta", metas.get("article:section") or metas.get("section", "")),
    )
    body = body_of(node)
    return PageFacts(
        url=url, site=site_of(url), title=title, authors=authors,
        published_at=dates.published_at, published_certainty=dates.certainty, modified_at=dates.modified_at,
        language=hint, publisher=publisher or None, section=section or None, standfirst=standfirst or None,
        is_free=_is_free(nodes), json_ld_body=body,
        declared_words=_word_count(node), heading=heading, evidence={k: v for k, v in evidence.items() if v},
    )  # fmt: skip


def read_metas(tree: HtmlElement) -> dict[str, str]:
    """Content of the meta elements by lower-case name or property; the first of each that is not empty."""
    metas: dict[str, str] = {}
    for meta in tree.iter("meta"):
        content = (meta.get("content") or "").strip()
        if content:
            for key in (meta.get("property"), meta.get("name"), meta.get("itemprop"), meta.get("http-equiv")):
                if key:
                    metas.setdefault(key.strip().lower(), content)
    return metas


def find_url(tree: HtmlElement, metas: dict[str, str], *, page: FetchedPage,
             entry: FeedEntry | None) -> tuple[str, str]:  # fmt: skip
    """The canonical URL and its evidence: rel=canonical or og:url of the same site, unless it is the home page."""
    here = canonical_url(page.final_url) or page.final_url
    links = [link.get("href") for link in tree.iter("link") if "canonical" in (link.get("rel") or "").lower().split()]
    for candidate, evidence in [*((link, "dom") for link in links), (metas.get("og:url"), "meta")]:
        url = canonical_url(candidate, page.final_url) if candidate else None
        if url and site_of(url) == site_of(here) and (_path(url) or not _path(here)):
            return url, evidence
    return here, "http"


def _path(url: str) -> str:
    return url.split("://", 1)[-1].partition("/")[2]


def _publisher(metas: dict[str, str], node: Node | None, nodes: list[Node]) -> tuple[str, str]:
    return _first(
        ("json-ld", text_of(node.get("publisher")) if node else ""),
        ("meta", metas.get("og:site_name", "")),
        ("meta", metas.get("application-name", "") or metas.get("dc.publisher", "")),
    )


def _is_free(nodes: list[Node]) -> bool | None:
    for node in nodes:
        value = node.get("isAccessibleForFree")
        if value is not None and "headline" in node:
            return str(value).strip().lower() in ("true", "1", "yes")
    return None


def _word_count(node: Node | None) -> int:
    stated = text_of(str(node.get("wordCount") or "")) if node else ""
    return int(stated) if stated.isdecimal() and len(stated) < 6 else 0


def _first(*candidates: tuple[str, str]) -> tuple[str, str]:
    """The first value that is not empty, with its evidence; two empty strings without one."""
    for evidence, value in candidates:
        if value.strip():
            return " ".join(value.split()), evidence
    return "", ""
