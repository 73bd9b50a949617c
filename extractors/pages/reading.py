"""A page behind a topic gate: off-topic pages are told by their cheap text and never extracted in full."""

from __future__ import annotations

from datetime import datetime

from extractors.model import FeedEntry, FetchedPage, Problem
from extractors.pages.article import extract_article
from extractors.pages.cheap import look, shown_part
from extractors.pages.gate import may_pass, passes_gate
from extractors.pages.pool import Gate, PageReading


def read_page(page: FetchedPage, entry: FeedEntry | None, *, now: datetime, gate: Gate | None,
              site_boilerplate: frozenset[str] = frozenset()) -> PageReading:  # fmt: skip
    """The page's article and topics; off topic, if the gate finds no topic in the cheap text or in the article."""
    title = entry.title if entry else ""
    if gate is not None:
        shown = shown_part(page)
        if not may_pass(shown, entry, gate):
            return PageReading(title=" ".join(shown.title.split()) or title, off_topic=True)
        rough = look(shown)
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

