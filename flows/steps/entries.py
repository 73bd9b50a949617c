"""What becomes of the entries of a feed before any page is fetched: pure decisions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from extractors.model import DateCertainty, Outcome
from extractors.urls import article_id_of
from warehouse.store import EntryOutcome


class Sortable(Protocol):
    """What must be known of an entry: `FeedEntry` is one."""

    @property
    def entry_id(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def url(self) -> str | None: ...
    @property
    def published_at(self) -> datetime | None: ...
    @property
    def published_certainty(self) -> DateCertainty: ...


E = TypeVar("E", bound=Sortable)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted(Generic[E]):
    """A feed's entries by what is to be done: `entries` are new or changed, `outcomes` settle some of them now.

    `seen` counts different entries, `known` those of them that are known and unchanged.
    """

    entries: tuple[E, ...]
    outcomes: tuple[EntryOutcome, ...]
    seen: int
    known: int


def sort_entries(
    entries: Iterable[E],
    *,
    known: Mapping[str, str],
    known_articles: set[str],
    taken: set[str],
    as_of: datetime,
    max_age: timedelta,
) -> Sorted[E]:
    """New and changed entries, with the fate of those that need no page.

    `known` maps entry ids to fingerprints, `known_articles` are article ids that any entry named before, `taken` the
    URLs that tonight's feeds before this one brought (it grows). Of several entries with one id the first counts. An
    entry without a usable link is `rejected`; one whose URL another entry has is `repeated`; a new one older than
    `max_age` is `aged-out`. A changed entry is read again: that is how revisions are found.
    """
    kept: list[E] = []
    fates: list[EntryOutcome] = []
    seen: set[str] = set()
    unchanged = 0
    for entry in entries:
        if entry.entry_id in seen:
            continue
        seen.add(entry.entry_id)
        before = known.get(entry.entry_id)
        if before == entry.fingerprint:
            unchanged += 1
        else:
            kept.append(entry)
            fate = _fate(entry, before is None, taken, known_articles, as_of, max_age)
            if fate is not None:
                fates.append(EntryOutcome(entry_id=entry.entry_id, outcome=fate[0], code=fate[1]))
        if entry.url:
            taken.add(entry.url)
    return Sorted(entries=tuple(kept), outcomes=tuple(fates), seen=len(seen), known=unchanged)


def _fate(
    entry: Sortable, is_new: bool, taken: set[str], known_articles: set[str], as_of: datetime, max_age: timedelta
) -> tuple[Outcome, str] | None:
    if entry.url is None:
        return "rejected", "no-link"
    if entry.url in taken:
        return "repeated", "tonight"
    if is_new and article_id_of(entry.url) in known_articles:
        return "repeated", "earlier"
    dated = entry.published_at is not None and entry.published_certainty != "suspect"
    if is_new and dated and entry.published_at is not None and entry.published_at < as_of - max_age:
        return "aged-out", f"older than {max_age.days} days"
    return None
