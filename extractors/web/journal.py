"""The archive as a journal: what each run asked and was answered, in order, and how far it came.

Responses stand in the archive as they came. What is no response (a problem, a "not modified", the end of a step, a
reference document) stands between them as notes, so that the archive alone is enough to go through the past again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from extractors.model import ArchiveRef, Article, Problem
from extractors.web.archive import NOTE, NUMBER, RUN, page_of
from extractors.web.model import FetchResult, NotModified


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What a run wrote down: `kind` (run, answer, step, references, part, closed) and its facts."""

    kind: str
    facts: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a record of the journal lies; `url` is the address asked for, where the record is a response."""

    number: int
    path: Path
    offset: int
    url: str | None
    note: Note | None


@dataclass(slots=True, kw_only=True)
class RunJournal:
    """One run: its opening note and everything after it, in order. `is_closed`: the run came to its end."""

    run_id: str
    opening: Note
    places: list[Place] = field(default_factory=list)

    @property
    def is_closed(self) -> bool:
        """Whether the run came to its end; else it was killed or failed, and its steps say how far it came."""
        return any(place.note is not None and place.note.kind == "closed" for place in self.places)

    def notes(self, kind: str) -> list[Note]:
        """The run's notes of a kind, in order."""
        return [place.note for place in self.places if place.note is not None and place.note.kind == kind]


def find_runs(files: Iterable[Path]) -> list[tuple[str, list[Path]]]:
    """Every run that the files tell of, with its files, in the order in which the runs began.

    Only the beginning of each file is read: a file is written by one run. Files without a journal (archives of older
    versions) are passed over, as are runs whose beginning is gone.
    """
    by_run: dict[str, list[Path]] = {}
    began: dict[str, str] = {}
    for path in files:
        for record, place in _records(path):
            run_id = record.headers.get(RUN)
            if not run_id:
                break
            by_run.setdefault(run_id, []).append(path)
            if place.note is not None and place.note.kind == "run":
                began[run_id] = place.note.facts["started_at"]
            break
    return [(run_id, by_run[run_id]) for run_id in sorted(began, key=lambda run_id: (began[run_id], run_id))]


def read_run(run_id: str, files: Iterable[Path]) -> RunJournal:
    """The journal of a run out of its files. Bodies are not kept: they are read by place."""
    found = [
        place for path in files for record, place in _records(path) if record.headers.get(RUN) == run_id
    ]  # fmt: skip
    found.sort(key=lambda place: place.number)
    opening = next(place.note for place in found if place.note is not None and place.note.kind == "run")
    return RunJournal(run_id=run_id, opening=opening, places=found)


def read_answer(place: Place) -> tuple[str, FetchResult] | None:
    """The address that was asked for and the answer, if the place holds one. Raises OSError where it is gone."""
    if place.note is not None:
        return answer_of(place.note)
    with place.path.open("rb") as stream:
        stream.seek(place.offset)
        for record in ArchiveIterator(stream, parse_http=False):
            page = page_of(record, ArchiveRef(file=_plain_name(place.path), offset=place.offset))
            return page.url, page
    return None


def _records(path: Path) -> Iterator[tuple[WarcRecord, Place]]:
    wanted = WarcRecordType.response | WarcRecordType.metadata
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=wanted, parse_http=False):
            number = int(record.headers.get(NUMBER) or 0)
            kind = record.headers.get(NOTE)
            if kind:
                at = datetime.fromisoformat(record.headers["WARC-Date"]).astimezone(UTC)
                note = Note(kind=kind, facts=json.loads(record.reader.read()), at=at)
                yield record, Place(number=number, path=path, offset=record.stream_pos, url=None, note=note)
            else:
                url = record.headers.get("Sovwatch-Request-URI") or record.headers.get("WARC-Target-URI")
                yield record, Place(number=number, path=path, offset=record.stream_pos, url=url, note=None)


def _plain_name(path: Path) -> str:
    return path.name.removesuffix(".open")


# ---- answers and articles as facts ----


def facts_of_answer(url: str, answer: NotModified | Problem) -> dict[str, Any]:
    """An answer without a page, for a note of kind `answer`."""
    if isinstance(answer, Problem):
        return {"url": url, "problem": asdict(answer)}
    return {"url": url, "not_modified": asdict(answer) | {"fetched_at": answer.fetched_at.isoformat()}}


def answer_of(note: Note) -> tuple[str, NotModified | Problem] | None:
    """The address and the answer that the note holds, if it is one of kind `answer`."""
    if note.kind != "answer":
        return None
    url = note.facts["url"]
    if "problem" in note.facts:
        return url, Problem(**note.facts["problem"])
    facts = dict(note.facts["not_modified"])
    facts["fetched_at"] = datetime.fromisoformat(facts["fetched_at"])
    facts["headers"] = tuple((name, value) for name, value in facts["headers"])
    return url, NotModified(**facts)


def facts_of_article(article: Article) -> dict[str, Any]:
    """The article as JSON values."""
    facts = {one.name: getattr(article, one.name) for one in fields(article)}
    for name in ("published_at", "modified_at", "fetched_at"):
        facts[name] = facts[name].isoformat() if facts[name] else None
    facts["evidence"] = dict(article.evidence)
    facts["archive"] = asdict(article.archive) if article.archive else None
    return facts


def article_of_facts(facts: Mapping[str, Any]) -> Article:
    """What `facts_of_article` was given."""
    values = dict(facts)
    for name in ("published_at", "modified_at", "fetched_at"):
        values[name] = datetime.fromisoformat(values[name]) if values[name] else None
    for name in ("paragraphs", "authors", "captions", "tables", "links"):
        values[name] = tuple(values[name])
    values["archive"] = ArchiveRef(**values["archive"]) if values["archive"] else None
    return Article(**values)


