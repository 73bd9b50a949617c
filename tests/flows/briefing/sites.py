"""Written sites for the tests, and what their pages say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

from lxml import html

from flows.briefing.cards import Manner
from flows.briefing.write import Briefed, write_briefing
from tests.flows.briefing.invented import TOPICS
from warehouse.connection import Connection

ZONE = ZoneInfo("Europe/Brussels")


def brief(con: Connection, folder: Path, *, search: bool = False, anew: bool = False, **changes: Any) -> Briefed:
    """The briefing of the warehouse in the folder."""
    manner = Manner(**{"zone": ZONE, "topics": TOPICS, **changes})
    return write_briefing(con, folder, manner, search=search, anew=anew)


def files(folder: Path) -> dict[str, bytes]:
    """Every file of the site by its path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def parsed(folder: Path) -> Mapping[str, html.HtmlElement]:
    """Every page of the site by its path."""
    found = files(folder)
    return {path: html.document_fromstring(body.decode()) for path, body in found.items() if path.endswith(".html")}


@cache
def pages_of(folder: Path) -> Mapping[str, html.HtmlElement]:
    """The same for a site that no test changes, read once."""
    return parsed(folder)


def dead_links(folder: Path) -> Iterator[str]:
    """Every link within the site that leads nowhere, anchors included."""
    pages = parsed(folder)
    anchors = {path: {str(one) for one in page.xpath("//@id")} for path, page in pages.items()}
    for path, page in pages.items():
        for link in {str(one) for one in page.xpath("//@href | //@src | //@action")}:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "data"):
                continue
            where = (folder / path).parent / unquote(parts.path) if parts.path else folder / path
            target = where.resolve()
            if parts.scheme or not target.is_file() or not target.is_relative_to(folder.resolve()):
                yield f"{path}: {link}"
            elif parts.fragment and parts.fragment not in anchors[target.relative_to(folder.resolve()).as_posix()]:
                yield f"{path}: no such place: {link}"
