"""A fetched page becomes an `Article`: parse once, read the facts, read the text, clean it."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from extractors.language import detect_language
from extractors.model import Article, FeedEntry, FetchedPage, Problem, digest64
from extractors.pages.access import AccessSigns, judge_access, split_walls
from extractors.pages.blocks import collect_blocks
from extractors.pages.decode import decode_page
from extractors.pages.function_words import quick_language
from extractors.pages.looks import count_words
from extractors.pages.metadata import PageFacts, read_facts
from extractors.pages.text import PageText, read_text
from extractors.pages.tree import parse_tree
from extractors.urls import article_id_of, canonical_url

EXTRACTOR = "pages-3"
_LANGUAGE_CHARACTERS = 400
_NOT_HTML = re.compile(rb"^\s*(?:%PDF-|\x89PNG|\xff\xd8\xff|GIF8|PK\x03\x04)")


def extract_article(page: FetchedPage, entry: FeedEntry | None, *, now: datetime,
                    site_boilerplate: frozenset[str] = frozenset()) -> Article | Problem:  # fmt: skip
    """The article that the page holds, or a `Problem` of stage `extract`: `not-html`, `empty-page`, `no-text`.

    Facts come from JSON-LD, then meta elements, then the DOM, then the feed entry; `evidence` says which, and under
    `text` who found the text (`blocks`: our classifier, else `trafilatura` or `json-ld`). `evidence["published_on"]`
    is the day of publication in the publisher's own time zone. `now` is the clock against which dates are plausible.
    `site_boilerplate` holds hashes (`boilerplate.paragraph_hash`) of paragraphs known to repeat on this site; they
    are left out.
    """
    if _NOT_HTML.match(page.body[:64]):
        return _problem(page, "not-html", "the body is not a web page")
    with _collection_put_off():
        return _extract(page, entry, now, site_boilerplate)


@contextmanager
def _collection_put_off() -> Iterator[None]:
    """No garbage collection meanwhile: a page makes a hundred thousand small objects and no cycles, and looking
    through them again and again costs a tenth of its time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _extract(page: FetchedPage, entry: FeedEntry | None, now: datetime,
             site_boilerplate: frozenset[str]) -> Article | Problem:  # fmt: skip
    tree = parse_tree(decode_page(page))
    if tree is None:
        return _problem(page, "empty-page", "the page has no content")
    blocks = collect_blocks(tree)
    facts = read_facts(tree, blocks, page=page, entry=entry, now=now)
    text = read_text(tree, blocks, title=facts.title, lead=facts.standfirst or "", json_body=facts.json_ld_body,
                     base=facts.url, heading=facts.heading, site_boilerplate=site_boilerplate)  # fmt: skip
    if not text.paragraphs:
        return _problem(page, "no-text", "no article text was found in the page")
    paragraphs, walls = split_walls(text.paragraphs)
    if not paragraphs:
        return _problem(page, "no-text", "the page shows a request to pay or log in, and no article")
    access, reason = judge_access(_signs(text, facts, paragraphs, walls))
    return Article(
        article_id=_article_id(facts.url), url=facts.url, site=facts.site, title=facts.title,
        paragraphs=paragraphs, fetched_at=page.fetched_at, extractor=EXTRACTOR,
        source_id=entry.source_id if entry else None, authors=facts.authors, published_at=facts.published_at,
        published_certainty=facts.published_certainty, modified_at=facts.modified_at,
        language=_language("\n".join(paragraphs)[:_LANGUAGE_CHARACTERS], facts.language),
        publisher=facts.publisher, section=facts.section, standfirst=facts.standfirst,
        captions=text.captions, tables=text.tables, links=text.links, access=access, access_reason=reason,
        evidence={**facts.evidence, "text": text.evidence}, archive=page.archive,
    )  # fmt: skip


def _language(text: str, hint: str | None) -> str | None:
    return quick_language(text) or detect_language(text, hint)


def _signs(text: PageText, facts: PageFacts, paragraphs: tuple[str, ...], walls: tuple[str, ...]) -> AccessSigns:
    around: dict[str, None] = {}
    if text.blocks is not None:
        for block in text.after[:6]:
            at = block.node
            for _ in range(3):
                if at not in text.within:
                    around[text.blocks.nodes[at].signature] = None
                at = max(text.blocks.nodes[at].parent, 0)
    return AccessSigns(
        paragraphs=paragraphs, after=[*walls, *(b.text for b in text.after)], around=list(around),
        is_free=facts.is_free, declared_words=facts.declared_words, stated_body_words=count_words(facts.json_ld_body),
    )  # fmt: skip


def _article_id(url: str) -> str:
    """The id of the address; a page read from a file may have one that is no web address."""
    return article_id_of(url) if canonical_url(url) else digest64(url)


def _problem(page: FetchedPage, code: str, detail: str) -> Problem:
    return Problem(stage="extract", url=page.final_url, code=code, detail=detail)
