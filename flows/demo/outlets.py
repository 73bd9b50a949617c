"""The demo newsroom as data: invented outlets, their reports night by night, and what a night must make of them.

Everything is read from the YAML files of `newsroom/`. All names, places, people and reports in them are invented.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml

NIGHTS: tuple[datetime, ...] = tuple(datetime(2026, 3, day, 22, 30, tzinfo=UTC) for day in (2, 3, 11, 26))

FeedKind = Literal["rss", "atom", "rdf", "jsonfeed", "sitemap"]
Fault = Literal["gone", "refused", "mislabelled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An invented outlet: its host number on 127.0.0.0/8, its feed, its page layout, the lines around its articles."""

    id: str
    name: str
    address: int
    language: str
    country: str
    feed: FeedKind
    path: str
    layout: str
    section: str
    menu: tuple[str, ...]
    related: tuple[str, ...]
    cookie: str
    newsletter: str
    credit: str
    byline: str
    share: str
    footer: str
    carries: Literal["summary", "full"] = "summary"
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One report as an outlet shows it from `night` (1 to 4) on. A later one with the same id revises it.

    `original` is the report whose text it repeats: all of it, its first paragraphs, or (`is_stub`) what stands
    before the paywall.
    """

    id: str
    outlet: str
    night: int
    title: str
    published: datetime
    paragraphs: tuple[str, ...]
    authors: tuple[str, ...] = ()
    summary: str = ""
    caption: str = ""
    updated: datetime | None = None
    undated: bool = False
    is_stub: bool = False
    original: str | None = None

    @property
    def lead(self) -> str:
        """What the feed shows: the summary, else the beginning of the text, cut at a word."""
        if self.summary:
            return self.summary
        first = self.paragraphs[0]
        return first if len(first) <= 200 else first[:200].rsplit(" ", 1)[0] + " …"

    @property
    def number(self) -> int:
        """A number for addresses that have no words in them; the same for all versions of a report."""
        return 100_000 + int.from_bytes(hashlib.sha256(self.id.encode()).digest()[:8]) % 900_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The newsroom's own reference document, of which the demo keeps the fingerprint only."""

    id: str
    publisher: str
    published: datetime
    language: str
    authors: tuple[str, ...]
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Newsroom:
    """All outlets and reports, the reference document, and the words around articles by language."""

    outlets: tuple[Outlet, ...]
    reports: tuple[Report, ...]
    reference: Reference
    words: Mapping[str, Mapping[str, Any]]

    def shown(self, outlet_id: str, night: int) -> tuple[Report, ...]:
        """The outlet's reports as they stand on that night, newest first, each in its latest version."""
        latest: dict[str, Report] = {}
        for report in self.reports:
            if report.outlet == outlet_id and report.night <= night:
                latest[report.id] = report
        return tuple(sorted(latest.values(), key=lambda report: report.published, reverse=True))


@cache
def load_newsroom() -> Newsroom:
    """The bundled newsroom. A report that names an unknown outlet or original is a bug in the files and raises."""
    outlets = tuple(
        Outlet(**{**row, "menu": tuple(row["menu"]), "related": tuple(row["related"])})
        for row in _read("outlets.yaml")
    )  # fmt: skip
    known = {outlet.id for outlet in outlets}
    reference = _reference(_read("reference.yaml")[0])
    rows = [row for name in _report_files() for row in _read(f"reports/{name}")]
    texts: dict[str, tuple[str, ...]] = {reference.id: reference.paragraphs}
    for row in rows:
        if "text" in row:
            texts.setdefault(row["id"], _paragraphs(row["text"]))  # a copy repeats the first version
    reports = [_report(row, texts) for row in rows]
    strangers = {report.outlet for report in reports} - known
    if strangers:
        raise ValueError(f"reports of unknown outlets: {sorted(strangers)}")
    ordered = tuple(sorted(reports, key=lambda report: (report.night, report.published, report.id)))
    return Newsroom(outlets=outlets, reports=ordered, reference=reference, words=_read("words.yaml"))


@cache
def load_expected() -> Mapping[str, Any]:
    """What the nights must make of the newsroom: `entries`, `stories` and `sources` of expected.yaml."""
    expected: Mapping[str, Any] = _read("expected.yaml")
    return expected


def _report(row: Mapping[str, Any], texts: Mapping[str, tuple[str, ...]]) -> Report:
    keep = row.get("keep") or row.get("stub")
    paragraphs = _paragraphs(row["text"]) if "text" in row else texts[row["copy_of"]][:keep]
    return Report(
        id=row["id"], outlet=row["outlet"], night=row["night"], title=row["title"], published=_utc(row["published"]),
        paragraphs=paragraphs, authors=tuple(row.get("authors", ())), summary=row.get("summary", ""),
        caption=row.get("caption", ""), updated=_utc(row["updated"]) if "updated" in row else None,
        undated=row.get("undated", False), is_stub="stub" in row, original=row.get("copy_of"),
    )  # fmt: skip


def _reference(row: Mapping[str, Any]) -> Reference:
    fields = {**row, "published": _utc(row["published"]), "authors": tuple(row["authors"])}
    text = fields.pop("text")
    return Reference(**fields, paragraphs=_paragraphs(text))


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(block.strip() for block in text.split("\n\n") if block.strip())


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _report_files() -> list[str]:
    folder = files("flows.demo") / "newsroom" / "reports"
    return sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def _read(name: str) -> Any:
    return yaml.safe_load((files("flows.demo") / "newsroom").joinpath(name).read_text(encoding="utf-8"))
