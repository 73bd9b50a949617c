"""JSON Feed 1.0 and 1.1 (jsonfeed.org/version/1.1)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

from extractors.feeds.model import RawEntry, RawFeed


def read_json_feed(text: str, *, url: str, max_entries: int) -> RawFeed | None:
    """The feed in the JSON text, or None if it is something else. Items that are no objects are passed over.

    Also takes the bare shape that some sites serve: an object with `items` but no `version`.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        return None
    if "jsonfeed.org" not in _text(found.get("version")) and not _text(found.get("title")):
        return None
    items = [item for item in found["items"] if isinstance(item, dict)]
    return RawFeed(
        entries=[_entry(item, url) for item in items[:max_entries]],
        dropped=max(0, len(items) - max_entries),
        format="json",
        title=_text(found.get("title")),
        language=_text(found.get("language")) or None,
        homepage=_link(found.get("home_page_url"), url),
        self_url=_link(found.get("feed_url"), url),
        hub_url=_hub(found.get("hubs"), url),
        next_links=tuple(link for link in (_link(found.get("next_url"), url),) if link),
    )


def _entry(item: dict[str, Any], base: str) -> RawEntry:
    html, plain = _text(item.get("content_html")), _text(item.get("content_text"))
    authors = item.get("authors") if isinstance(item.get("authors"), list) else [item.get("author")]
    tags = item.get("tags")
    return RawEntry(
        key=_text(item.get("id")) or None,
        link=_link(item.get("url"), base) or _link(item.get("external_url"), base),
        title=_text(item.get("title")),
        title_is_text=True,
        summary=_text(item.get("summary")),
        content_html=html or _as_html(plain) or None,
        authors=tuple(_text(a.get("name")) for a in authors or () if isinstance(a, dict)),
        published=_text(item.get("date_published")) or None,
        updated=_text(item.get("date_modified")) or None,
        language=_text(item.get("language")) or None,
        categories=tuple(_text(t) for t in tags) if isinstance(tags, list) else (),
    )


def _text(value: object) -> str:
    """Strings as they are, numbers as written (ids often are), everything else is nothing."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _link(value: object, base: str) -> str | None:
    text = _text(value)
    try:
        return urljoin(base, text) if text else None
    except ValueError:
        return None


def _hub(hubs: object, base: str) -> str | None:
    if not isinstance(hubs, list):
        return None
    return next((_link(hub.get("url"), base) for hub in hubs if isinstance(hub, dict) and hub.get("url")), None)


def _as_html(plain: str) -> str:
    escaped = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"<p>{part.strip()}</p>" for part in escaped.split("\n\n") if part.strip())
