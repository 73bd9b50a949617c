"""A feed as Atom (RFC 4287) and as JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid5
from xml.sax.saxutils import escape, quoteattr

from flows.feeds_out.items import NAMESPACE, Item

JSON_VERSION = "https://jsonfeed.org/version/1.1"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed: `key` makes its id, `address` is where it lies (None: a file, known only to who opens it).

    `empty_at` is its time of change while it has no item.
    """

    key: str
    title: str
    subtitle: str
    items: Sequence[Item]
    empty_at: datetime
    address: str | None = None
    json_address: str | None = None
    home: str | None = None

    @property
    def id(self) -> str:
        """The feed's id: a UUID as a URN."""
        return uuid5(NAMESPACE, f"feed {self.key}").urn

    @property
    def updated_at(self) -> datetime:
        """When anything in it changed last."""
        return max((item.updated_at for item in self.items), default=self.empty_at)


def render_atom(feed: Feed) -> bytes:
    """The feed as an Atom document. Every article is linked to (`alternate`, `related`), none is republished."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"  <id>{feed.id}</id>",
        f"  <title>{_text(feed.title)}</title>",
        f"  <subtitle>{_text(feed.subtitle)}</subtitle>",
        f"  <updated>{_stamp(feed.updated_at)}</updated>",
        "  <author><name>sovwatch</name></author>",
        "  <generator>sovwatch</generator>",
    ]
    lines += [f'  <link rel="self" type="application/atom+xml"{_href(feed.address)}/>'] if feed.address else []
    lines += [f'  <link rel="alternate" type="text/html"{_href(feed.home)}/>'] if feed.home else []
    for item in feed.items:
        lines += _entry(item)
    return "\n".join([*lines, "</feed>", ""]).encode()


def _entry(item: Item) -> list[str]:
    lines = [
        "  <entry>",
        f"    <id>{item.id}</id>",
        f"    <title>{_text(item.title)}</title>",
        f"    <published>{_stamp(item.published_at)}</published>",
        f"    <updated>{_stamp(item.updated_at)}</updated>",
    ]
    lines += [f'    <link rel="alternate" type="text/html"{_href(item.link)}/>'] if item.link else []
    lines += [f'    <link rel="related"{_href(link)} title={_attribute(name)}/>' for name, link in item.related]
    lines += [f"    <category term={_attribute(key)} label={_attribute(title)}/>" for key, title in item.topics]
    lines += [f"    <summary>{_text(item.summary)}</summary>"] if item.summary else []
    return [*lines, f'    <content type="html">{_text(item.html)}</content>', "  </entry>"]


def render_json_feed(feed: Feed) -> bytes:
    """The feed as JSON Feed 1.1; what only we know stands in each item's `_sovwatch`."""
    said: dict[str, Any] = {
        "version": JSON_VERSION,
        "title": feed.title,
        "description": feed.subtitle,
        "authors": [{"name": "sovwatch"}],
    }
    said |= {"feed_url": feed.json_address} if feed.json_address else {}
    said |= {"home_page_url": feed.home} if feed.home else {}
    said["items"] = [_json_item(item) for item in feed.items]
    return (json.dumps(said, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")


def _json_item(item: Item) -> dict[str, Any]:
    said: dict[str, Any] = {"id": item.id, "title": item.title, "content_html": item.html}
    said |= {"url": item.link, "external_url": item.link} if item.link else {}
    said |= {"summary": item.summary} if item.summary else {}
    said["date_published"], said["date_modified"] = _stamp(item.published_at), _stamp(item.updated_at)
    said |= {"authors": [{"name": name} for name in item.outlets]} if item.outlets else {}
    said |= {"tags": [title for _, title in item.topics]} if item.topics else {}
    said |= {"language": item.languages[0]} if len(item.languages) == 1 else {}
    said["_sovwatch"] = {
        "about": "https://example.org/sovwatch", "development_id": item.development_id, "kind": item.kind,
        "storyline_id": item.storyline_id, "storyline": item.storyline, "weight": round(item.weight, 3),
        "languages": list(item.languages),
    }  # fmt: skip
    return said


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _text(text: str) -> str:
    return escape(_NOT_XML.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\ufffd", text))


def _href(link: str | None) -> str:
    return f" href={_attribute(link or '')}"
