"""The gate before full extraction: topics by words, and a scan that spares most pages even a look."""

from __future__ import annotations

from extractors.model import FeedEntry, TopicMatch
from extractors.pages.cheap import CheapText, ShownPart, text_between_tags
from extractors.pages.pool import Gate
from extractors.topic_scan import TopicScan
from extractors.topics import TopicMatcher


class PageGate:
    """A `Gate` that also knows texts which it need not be asked about. Can be pickled, and shared by threads."""

    def __init__(self, matcher: TopicMatcher) -> None:
        self._matcher = matcher
        self._scan: TopicScan | None = None

    def __call__(self, title: str, lead: str, text: str, language: str | None) -> tuple[TopicMatch, ...]:
        """`TopicMatcher.match`."""
        return self._matcher.match(title, lead, text, language)

    def may_match(self, markup: str, *beside: str) -> bool:
        """`TopicScan.may_match`."""
        if self._scan is None:
            self._scan = TopicScan(self._matcher)
        return self._scan.may_match(markup, *beside)

    def __getstate__(self) -> TopicMatcher:
        return self._matcher

    def __setstate__(self, matcher: TopicMatcher) -> None:
        self._matcher = matcher
        self._scan = TopicScan(matcher)  # before the first page is timed


def may_pass(shown: ShownPart, entry: FeedEntry | None, gate: Gate) -> bool:
    """Whether `passes_gate` could say yes of the page: never no where it would, always yes where nothing is scanned."""
    if not isinstance(gate, PageGate):
        return True
    text = text_between_tags(shown)
    beside = (shown.title, shown.lead, *((entry.title, entry.summary) if entry else ()))
    return text is None or gate.may_match(text, *beside)


def passes_gate(rough: CheapText, entry: FeedEntry | None, gate: Gate) -> bool:
    """Whether the page may be on topic, so that reading it in full is worth its cost.

    What passes is judged again by its clean text, what is stopped here is lost. So the gate sees the whole text as if
    it were headline, where it asks the least, and for words of all languages: what a page declares is often wrong.
    """
    lead = "\n".join(part for part in (rough.lead, entry.summary if entry else "", rough.text) if part)
    title = rough.title or (entry.title if entry else "")
    if isinstance(gate, PageGate) and not gate.may_match("", title, lead):
        return False
    return bool(gate(title, lead, "", None))
