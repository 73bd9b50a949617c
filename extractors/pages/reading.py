"""A page behind a topic gate: off-topic pages are told by their cheap text and never extracted in full."""

from __future__ import annotations

from datetime import datetime

from extractors.model import FeedEntry, FetchedPage, Problem
from extractors.pages.article import extract_article
from extractors.pages.cheap import CheapText, cheap_text
from extractors.pages.pool import Gate, PageReading


def read_page(page: FetchedPage, entry: FeedEntry | None, *, now: datetime, gate: Gate | None,
              site_boilerplate: frozenset[str] = frozenset()) -> PageReading:  # fmt: skip
    """The page's article and topics; off topic, if the gate finds no topic in the cheap text or in the article."""
    title = entry.title if entry else ""
    if gate is not None:
        rough = cheap_text(page)
        title = rough.title or title
        if not passes_gate(rough, entry, gate):
            return PageReading(title=title, off_topic=True)
    result = extract_article(page, entry, now=now, site_boilerplate=site_boilerplate)
    if isinstance(result, Problem):
        return PageReading(title=title, problem=result)
    if gate is None:
        return PageReading(title=result.title, article=result)
    topics = gate(result.title, result.standfirst or "", result.text, result.language)
    if not topics:
        return PageReading(title=result.title, off_topic=True)
    return PageReading(title=result.title, article=result, topics=topics)


def passes_gate(rough: CheapText, entry: FeedEntry | None, gate: Gate) -> bool:
    """Whether the page may be on topic, so that reading it in full is worth its cost.

    What passes is judged again by its clean text, what is stopped here is lost. So the gate sees the whole text as if
    it were headline, where it asks the least, and for words of all languages: what a page declares is often wrong.
    """
    lead = "\n".join(part for part in (rough.lead, entry.summary if entry else "", rough.text) if part)
    title = rough.title or (entry.title if entry else "")
    return bool(gate(title, lead, "", None))
