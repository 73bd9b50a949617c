"""The types that travel between the rooms: what a feed claimed, what was fetched, what was read, what was decided.

All are frozen, slotted and keyword-only. Times are aware and in UTC. A type says how far its content is trusted:
a `FeedEntry` is what a publisher's feed claims, a `FetchedPage` is what a server sent, an `Article` is what we read
from it, a `Verdict` is what we concluded. An expected failure is a `Problem`, a value like the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

# How sure a publication time is: to the second, to the day only, implausible (before 1990 or more than two days
# ahead of the fetch) or not stated at all. A time is never invented.
DateCertainty = Literal["exact", "day", "suspect", "none"]

# `full`: the article as published. `stub`: the beginning of a longer one. `link`: title and link only, because the
# publisher reserves the text (TDM reservation, robots.txt) or refuses it to us.
Access = Literal["full", "stub", "link"]

Relation = Literal["new", "exact", "near", "contained-in", "revision", "paraphrase"]

# What became of an entry in one run. `known`: nothing changed since an earlier run. `repeated`: another entry of this
# run has the same URL. `aged-out`: older than the settings' limit when first seen. `off-topic`: no topic matched; kept
# as title and link. `new`, `copy`, `revision`: an article was stored, by its verdict. `unchanged`: fetched again, same
# text. `link-only`: on topic, kept with access `link`. `rejected`: no usable link. `problem`: see its Problem; tried
# again in later runs until its attempts are used up.
Outcome = Literal[
    "known", "repeated", "aged-out", "off-topic", "new", "copy", "revision", "unchanged", "link-only", "rejected",
    "problem",
]
OUTCOMES: tuple[Outcome, ...] = (
    "known", "repeated", "aged-out", "off-topic", "new", "copy", "revision", "unchanged", "link-only", "rejected",
    "problem",
)  # fmt: skip

# Where an expected failure happened.
Stage = Literal["config", "feed", "page", "archive", "extract", "judge", "load", "stories", "alerts", "publish"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An expected failure: where, at which URL, a stable code, and one sentence that a person understands.

    `code` is kebab-case and stable (`timeout`, `dns`, `http-404`, `too-large`, `not-a-feed`); queries group by it.
    `retry_after_s` is what the server asked for, if it did.
    """

    stage: Stage
    url: str | None
    code: str
    detail: str
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveRef:
    """Where a raw response lies in the archive: WARC file (relative to the archive folder) and byte offset."""

    file: str
    offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedEntry:
    """One entry as its feed claims it. Nothing in it is trusted; markup is stripped from `title` and `summary`.

    `key` identifies the entry within its source (its id, else its link, else a hash of title and date).
    `url` is canonical (see `extractors.urls.canonical_url`) or None where the entry has no usable link.
    `content_html` is the full text, where the feed carries it, unsanitised.
    """

    source_id: str
    feed_url: str
    key: str
    url: str | None
    link: str | None
    title: str
    summary: str = ""
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_certainty: DateCertainty = "none"
    updated_at: datetime | None = None
    language: str | None = None
    categories: tuple[str, ...] = ()
    content_html: str | None = None

    @property
    def entry_id(self) -> str:
        """16 hex digits, the same for the same key of the same source on every machine."""
        return digest64(f"{self.source_id}\n{self.key}")

    @property
    def fingerprint(self) -> str:
        """16 hex digits that change when the publisher changes title, summary or update time: fetch again."""
        stamp = self.updated_at.isoformat() if self.updated_at else ""
        return digest64(f"{self.title}\n{self.summary}\n{stamp}\n{self.url}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedPage:
    """A response as it came: final URL after redirects, status, headers in order, body decompressed and bounded.

    `permanent_url` is where permanent redirects (301, 308) from `url` led before any temporary one; None: nowhere else.
    `keep` is False where the publisher asks us not to archive the page.
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime
    elapsed_s: float = 0.0
    archive: ArchiveRef | None = None
    permanent_url: str | None = None
    keep: bool = True

    def header(self, name: str) -> str | None:
        """The first header of that name (any case), or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What was read from one page (or reference document): clean text and facts, each with its evidence.

    `paragraphs` is the article alone: lists and quotes are in it, captions and tables are apart. `evidence` says for
    each field where it came from (`json-ld`, `meta`, `dom`, `feed`, `text`). `access_reason` is set unless `full`.
    `extractor` is the version of the code that read it.
    """

    article_id: str
    url: str
    site: str
    title: str
    paragraphs: tuple[str, ...]
    fetched_at: datetime
    extractor: str
    source_id: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_certainty: DateCertainty = "none"
    modified_at: datetime | None = None
    language: str | None = None
    publisher: str | None = None
    section: str | None = None
    standfirst: str | None = None
    captions: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    access: Access = "full"
    access_reason: str | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)
    archive: ArchiveRef | None = None

    @property
    def text(self) -> str:
        """The paragraphs, separated by a blank line."""
        return "\n\n".join(self.paragraphs)

    @property
    def content_hash(self) -> str:
        """16 hex digits of title and text: equal when nothing that a reader sees has changed."""
        return digest64(f"{self.title}\n{self.text}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicMatch:
    """An article is about a topic: weight (higher is surer, 3 is one strong phrase in the title) and what matched."""

    topic_id: str
    weight: float
    terms: tuple[str, ...]
    entities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A passage in common: character ranges [start, end) in this article's text and in the other one's."""

    start: int
    end: int
    other_start: int
    other_end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinship:
    """How an article relates to one known article.

    `share` is the part of this article that stands in the other one, `other_share` the reverse (both 0 to 1).
    `confidence` is the probability that the pair shares its text's origin. `fingerprint_only`: judged without the
    other's text (a seed article known by its sketch), so there are no spans.
    """

    other_id: str
    relation: Relation
    share: float
    other_share: float
    confidence: float
    spans: tuple[Span, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    fingerprint_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether an article is new, or a copy of which known one and how.

    `relation` and `original_id` are those of the first of `kin` that decided (`new` and None where nothing did).
    `kin` holds every article that it shares text with, best first: a merged article has two originals there.
    `adds_facts` is set for a revision only: does it say something that the version before did not?
    """

    article_id: str
    relation: Relation
    original_id: str | None
    kin: tuple[Kinship, ...] = ()
    reasons: tuple[str, ...] = ()
    adds_facts: bool | None = None

    @property
    def is_new(self) -> bool:
        """Whether the article counts as distinct: new, or a revision of itself."""
        return self.relation in ("new", "revision")


def digest64(text: str) -> str:
    """The first 64 bits of SHA-256 of the text, as 16 hex digits. Lone surrogates are replaced."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
