"""Writes the feeds' files: only those that changed, each in one step, the same files from the same warehouse."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from config.opml import render_opml
from config.sources import Source
from extractors.model import digest64
from flows.feeds_out.atom import Feed, render_atom, render_json_feed
from flows.feeds_out.ics import render_calendar
from flows.feeds_out.items import Item, Manner, choose_items, make_items
from warehouse.connection import Connection
from warehouse.dates_ahead import find_dates_ahead
from warehouse.feeds_out import find_tellings

# How far back feeds reach, and when a storyline's feed is no longer written anew. A reader that asks once a fortnight
# misses nothing of the main feed unless more than MOST developments were told.
REACH_DAYS, RECENT_DAYS, ACTIVE_DAYS = 120, 14, 30
LEAST, MOST, MOST_OF_ONE = 50, 400, 100
# Dates that have just passed stay on the calendar for a while.
PASSED_DAYS = 30
_OURS = re.compile(r"(?:topic|storyline)-[A-Za-z0-9_-]{1,80}\.(?:atom\.xml|json)\Z")
_SECRET = re.compile(
    r"[?&;](?:[a-z]+[_-])?(?:api)?(?:key|token|secret|auth|passw(?:or)?d|pwd|sig(?:nature)?)=", re.IGNORECASE
)
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedFiles:
    """Names of the files that were written, found as they should be, and removed."""

    folder: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]
    removed: tuple[str, ...]


def write_feeds(
    con: Connection,
    folder: Path,
    manner: Manner,
    *,
    now: datetime,
    sources: Sequence[Source] = (),
    base_url: str | None = None,
) -> FeedFiles:
    """Brings the files in `folder` up to what the warehouse or snapshot `con` holds.

    `base_url` is the folder's address where it is served; feeds then name their own. Feeds of storylines without news
    for 30 days stay as they are and go after 120. Raises OSError where a file cannot be written: those before it are
    new, it and those after it are whole and old.
    """
    tellings = find_tellings(con, since=now - timedelta(days=REACH_DAYS))
    items = make_items(tellings.developments, tellings.told_at, manner)
    feeds = plan_feeds(items, manner, now=now, empty_at=tellings.began_at or now, base_url=base_url)
    files: dict[str, bytes] = {}
    for name, feed in feeds.items():
        files[f"{name}.atom.xml"] = render_atom(feed)
        files[f"{name}.json"] = render_json_feed(feed)
    coming = find_dates_ahead(con, since=now.date() - timedelta(days=PASSED_DAYS))
    files["ahead.ics"] = render_calendar(coming, manner)
    named = [source for source in sources if source.enabled and not holds_secret(source.feed_url)]
    files["sources.opml"] = render_opml(named, title="Sources of sovwatch").encode()
    resting = {f"{_name('storyline', item.storyline_id)}{end}" for item in items for end in (".atom.xml", ".json")}
    return put_files(folder, files, resting=resting)


def plan_feeds(
    items: Sequence[Item], manner: Manner, *, now: datetime, empty_at: datetime, base_url: str | None = None
) -> dict[str, Feed]:
    """The feeds by the beginning of their files' names: `all`, one a topic, one a storyline that has news."""

    def feed(name: str, title: str, subtitle: str, chosen: Sequence[Item]) -> Feed:
        return Feed(
            key=name, title=title, subtitle=subtitle, items=chosen, empty_at=empty_at,
            address=urljoin(base_url, f"{name}.atom.xml") if base_url else None,
            json_address=urljoin(base_url, f"{name}.json") if base_url else None,
            home=urljoin(base_url, "../index.html") if base_url else None,
        )  # fmt: skip

    chosen = choose_items(items, now=now, days=RECENT_DAYS, least=LEAST, most=MOST)
    feeds = {"all": feed("all", "sovwatch: new developments", "Each development once, with what is new in it.", chosen)}
    for topic, title in manner.topics.items():
        its = [item for item in items if any(topic == key for key, _ in item.topics)]
        chosen = choose_items(its, now=now, days=RECENT_DAYS, least=LEAST, most=MOST)
        name = _name("topic", topic)
        feeds[name] = feed(name, f"sovwatch: {title}", f"New developments on {title}.", chosen)
    active = now - timedelta(days=ACTIVE_DAYS)
    storylines: dict[str, list[Item]] = {}
    for item in items:
        storylines.setdefault(item.storyline_id, []).append(item)
    for storyline, its in sorted(storylines.items()):
        if any(item.updated_at >= active for item in its):
            name = _name("storyline", storyline)
            title = its[0].storyline or its[0].title
            feeds[name] = feed(name, f"sovwatch: {title}", "The turns of one storyline.", its[:MOST_OF_ONE])
    return feeds


def holds_secret(url: str) -> bool:
    """Whether the address has a user, a password or a key in it: no list for others may name it."""
    return "@" in urlsplit(url).netloc or _SECRET.search(url) is not None


def put_files(folder: Path, files: Mapping[str, bytes], *, resting: set[str]) -> FeedFiles:
    """Writes what differs and removes topics' and storylines' feeds that are neither among `files` nor `resting`.

    A process that dies in between leaves whole files; the next call completes them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written, kept, removed = [], [], []
    for name, data in sorted(files.items()):
        target = folder / name
        if _holds(target, data):
            kept.append(name)
            continue
        fresh = folder / f".{name}.new"
        try:
            fresh.write_bytes(data)
            fresh.replace(target)
        except OSError:
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise
        written.append(name)
    for path in sorted(folder.iterdir()):
        if _OURS.match(path.name) and path.name not in files and path.name not in resting:
            path.unlink(missing_ok=True)
            removed.append(path.name)
    return FeedFiles(folder=folder, written=tuple(written), kept=tuple(kept), removed=tuple(removed))


def _holds(path: Path, data: bytes) -> bool:
    try:
        return path.stat().st_size == len(data) and path.read_bytes() == data
    except OSError:
        return False


def _name(kind: str, key: str) -> str:
    return f"{kind}-{key if _PLAIN.match(key) else digest64(key)}"
