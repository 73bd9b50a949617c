"""A fetched page becomes an `Article`: parse once, read the facts, read the text, clean it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import lxml.html
import trafilatura
from lxml.html import HtmlElement

from extractors.language import detect_language
from extractors.model import Article, FeedEntry, FetchedPage, Problem, digest64
from extractors.pages.decode import decode_page
from extractors.pages.metadata import PageFacts, read_facts
from extractors.urls import article_id_of, canonical_url

EXTRACTOR = "pages-1"
_SPACE = re.compile(r"\s+")
_NOT_HTML = re.compile(rb"^\s*(?:%PDF-|\x89PNG|\xff\xd8\xff|GIF8|PK\x03\x04)")


def extract_article(page: FetchedPage, entry: FeedEntry | None, *, now: datetime,
                    site_boilerplate: frozenset[str] = frozenset()) -> Article | Problem:  # fmt: skip
    """The article that the page holds, or a `Problem` of stage `extract`: `not-html`, `empty-page`, `no-text`.

    Facts come from JSON-LD, then meta elements, then the DOM, then the feed entry; `evidence` says which. `now` is
    the clock against which dates are plausible. `site_boilerplate` holds hashes (`boilerplate.paragraph_hash`) of
    paragraphs known to repeat on this site; they are left out.
    """
    if _NOT_HTML.match(page.body[:64]):
        return _problem(page, "not-html", "the body is not a web page")
    tree = parse_tree(decode_page(page))
    if tree is None:
        return _problem(page, "empty-page", "the page has no content")
    facts = read_facts(tree, page=page, entry=entry, now=now)
    paragraphs = tuple(_clean(_text_of(tree), facts))
    if not paragraphs:
        return _problem(page, "no-text", "no article text was found in the page")
    return Article(
        article_id=_article_id(facts.url), url=facts.url, site=facts.site, title=facts.title, paragraphs=paragraphs,
        fetched_at=page.fetched_at, extractor=EXTRACTOR, source_id=entry.source_id if entry else None,
        authors=facts.authors, published_at=facts.published_at, published_certainty=facts.published_certainty,
        modified_at=facts.modified_at, language=detect_language("\n".join(paragraphs), facts.language),
        publisher=facts.publisher, section=facts.section,
        standfirst=facts.standfirst, evidence=facts.evidence, archive=page.archive,
    )  # fmt: skip


def parse_tree(html: str) -> HtmlElement | None:
    """The page's tree, comments left out; None for a page without an element."""
    if not html.strip():
        return None
    parser = lxml.html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        tree: HtmlElement | None = lxml.html.document_fromstring(html.encode("utf-8", "replace"), parser=parser)
    except lxml.etree.ParserError:
        return None
    return tree


def _text_of(tree: HtmlElement) -> str:
    return trafilatura.extract(tree, include_comments=False, include_tables=True) or ""


def _clean(text: str, facts: PageFacts) -> Iterator[str]:
    seen: set[str] = set()
    heads = {_key(facts.title), _key(facts.standfirst or "")}
    for line in text.split("\n"):
        paragraph = _SPACE.sub(" ", line).strip()
        key = _key(paragraph)
        if key and key not in heads and (len(key) < 40 or key not in seen):
            seen.add(key)
            yield paragraph


def _key(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _article_id(url: str) -> str:
    """The id of the address; a page read from a file may have one that is no web address."""
    return article_id_of(url) if canonical_url(url) else digest64(url)


def _problem(page: FetchedPage, code: str, detail: str) -> Problem:
    return Problem(stage="extract", url=page.final_url, code=code, detail=detail)
