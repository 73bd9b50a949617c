"""Sources in and out as OPML 2.0, which other feed readers read and write."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from pydantic import ValidationError

from config.sources import Source, feed_key

NAMESPACE = "urn:sovwatch:sources:1"
SAME_FEED = "the same feed as"
MAX_BYTES, MAX_DEPTH, MAX_OUTLINES = 20_000_000, 40, 20_000
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class OpmlError(ValueError):
    """The file is no OPML, or not one that may be read; the message says why."""


@dataclass(frozen=True, slots=True)
class ImportedSources:
    """The sources to be added, and name and reason of each outline that is not."""

    sources: tuple[Source, ...]
    skipped: tuple[tuple[str, str], ...]


def render_opml(sources: Sequence[Source], *, title: str = "sovwatch sources") -> str:
    """An OPML file with one folder a kind. Keys that OPML does not know are kept in attributes of our own, so that
    `parse_opml` gives the same sources again; characters that XML cannot hold become U+FFFD."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:sovwatch="{NAMESPACE}">',
        f"  <head><title>{escape(_legal(title))}</title></head>",
        "  <body>",
    ]
    kinds = list(dict.fromkeys(source.kind for source in sources))
    for kind in kinds:
        its = [source for source in sources if source.kind == kind]
        indent = "    " if kind is None else "      "
        lines += [] if kind is None else [f"    <outline{_attributes(text=kind)}>"]
        lines += [f"{indent}<outline{_outline(source)}/>" for source in its]
        lines += [] if kind is None else ["    </outline>"]
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _outline(source: Source) -> str:
    ours = {
        "sovwatch:id": source.id, "sovwatch:country": source.country, "sovwatch:kind": source.kind,
        "sovwatch:enabled": None if source.enabled else "false", "sovwatch:reason": source.reason,
    }  # fmt: skip
    return _attributes(type="rss", text=source.name, xmlUrl=source.feed_url, htmlUrl=source.homepage,
                       language=source.language, **ours)  # fmt: skip


def _attributes(**values: str | None) -> str:
    return "".join(f" {name}={quoteattr(_legal(value))}" for name, value in values.items() if value)


def _legal(text: str) -> str:
    return NOT_XML.sub("\ufffd", text)


def parse_opml(data: bytes, *, known: Iterable[Source] = ()) -> ImportedSources:
    """The feeds of an OPML file that are not among the known ones, each as a checked source.

    A folder's name becomes the kind, a slug of the name the id, made unique. Raises `OpmlError` for what is not
    OPML, for anything larger than 20 MB, 40 levels or 20,000 outlines, and for any document type declaration: entities
    are how XML is made to eat memory or read files, and OPML has no use for them.
    """
    if len(data) > MAX_BYTES:
        raise OpmlError(f"the file is larger than {MAX_BYTES // 1_000_000} MB")
    seen = {feed_key(source.feed_url): source.id for source in known}
    ids = set(seen.values())
    sources: list[Source] = []
    skipped: list[tuple[str, str]] = []
    for outline in _read_outlines(data):
        name = (outline.get("text") or outline.get("title") or outline["xmlUrl"]).strip()[:200]
        try:
            source = _source(outline, name, ids)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            skipped.append((name, f"{'.'.join(map(str, first['loc']))}: {first['msg']}".strip(": ")))
            continue
        key = feed_key(source.feed_url)
        if key in seen:
            skipped.append((name, f"{SAME_FEED} {seen[key]}"))
            continue
        seen[key] = source.id
        ids.add(source.id)
        sources.append(source)
    return ImportedSources(tuple(sources), tuple(skipped))


def _source(outline: dict[str, str], name: str, ids: set[str]) -> Source:
    def ours(key: str) -> str | None:
        return outline.get(f"{NAMESPACE} {key}")

    language = (outline.get("language") or "").split("-")[0].lower()
    homepage = outline.get("htmlUrl") or None
    known_id = ours("id")
    raw: dict[str, Any] = {
        "id": known_id if known_id and known_id not in ids else _free_id(name, outline["xmlUrl"], ids),
        "name": " ".join(name.split()) if not known_id else name,
        "feed_url": outline["xmlUrl"].strip(),
        "homepage": homepage if known_id or (homepage or "").startswith("http") else None,
        "country": ours("country"),
        "language": language if re.fullmatch(r"[a-z]{2,3}", language) else None,
        "kind": ours("kind") or (" ".join(outline.get("folder", "").split())[:200] or None),
        "enabled": ours("enabled") != "false",
        "reason": ours("reason"),
    }
    return Source.model_validate(raw)


def _free_id(name: str, url: str, ids: set[str]) -> str:
    base = slug(name) or slug(re.sub(r"^https?://(?:www\.)?", "", url)) or "source"
    number = 1
    while (found := base if number == 1 else f"{base}-{number}") in ids:
        number += 1
    return found


def slug(text: str) -> str:
    """Lower-case ASCII letters, digits and hyphens, at most 56; empty where nothing is left."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.replace("'", ""))[:56].strip("-")


def _read_outlines(data: bytes) -> list[dict[str, str]]:
    """Attributes of every outline with a feed, in order; `folder` is the nearest folder's name."""
    parser = expat.ParserCreate(namespace_separator=" ")
    folders: list[str] = []
    found: list[dict[str, str]] = []
    names: list[str] = []

    def refuse(*_: object) -> None:
        raise OpmlError("the file declares a document type or entities, which OPML has no use for")

    def start(name: str, attributes: dict[str, str]) -> None:
        if not names and name.lower() != "opml":
            raise OpmlError(f"this is no OPML: it begins with <{name[:40]}>")
        names.append(name)
        if len(names) > MAX_DEPTH or len(found) > MAX_OUTLINES:
            raise OpmlError(f"more than {MAX_DEPTH} levels or {MAX_OUTLINES:,} outlines")
        if name.lower() != "outline":
            return
        url = next((value for key, value in attributes.items() if key.lower() == "xmlurl"), "")
        if url.strip():
            found.append({**attributes, "xmlUrl": url, "folder": next((f for f in reversed(folders) if f), "")})
        folders.append("" if url.strip() else attributes.get("text") or attributes.get("title") or "")

    def end(name: str) -> None:
        names.pop()
        if name.lower() == "outline":
            folders.pop()

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise OpmlError(f"this is no well-formed XML: {error}") from None
    return found
