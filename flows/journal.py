"""What a run writes down beside the responses, so that it can be gone through again from the archive alone."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar

from config.house import House
from config.settings import Settings
from config.sources import Source
from config.topics import Topic
from extractors.model import Article, digest64
from extractors.web.archive import Archive
from extractors.web.journal import facts_of_article
from flows.performing import Performer, Started
from warehouse.reference import ShippedReference

T = TypeVar("T")
VERSION = version("sovwatch")

# Steps that change the warehouse: how far a killed run came is told by how many of them it finished.
STORING = frozenset(("load reference corpus", "read feeds", "read pages", "judge articles", "tell developments"))
# What decides what a run makes of its answers. Folders, addresses and limits of the machine are today's in a rebuild.
DECIDING = ("fetch", "max_age_days", "max_attempts", "copies", "stories")


class Journaled:
    """A performer that notes every finished step which changes the warehouse."""

    def __init__(self, inner: Performer, archive: Archive) -> None:
        self._inner = inner
        self._archive = archive

    def run(self, name: str, step: Callable[[], T]) -> T:
        """Performs the step, then notes it."""
        result = self._inner.run(name, step)
        if name in STORING:
            note_step(self._archive, name, result)
        return result

    def start(self, name: str, step: Callable[[], T]) -> Started[T]:
        """Starts the step; what runs beside others stores nothing and is not noted."""
        return self._inner.start(name, step)


def note_step(archive: Archive, name: str, result: object) -> None:
    """Writes down that a step is done, with the number that it gave."""
    gave = int(result) if isinstance(result, int) else None
    archive.note("step", {"name": name, "gave": gave}, at=datetime.now(UTC))


def note_run(archive: Archive, house: House, *, run_id: str, kind: str, as_of: datetime) -> None:
    """Opens the run's journal, with the configuration under which it runs."""
    at = datetime.now(UTC)
    archive.open_journal(run_id)
    facts = {
        "run_id": run_id, "kind": kind, "as_of": as_of.isoformat(), "started_at": at.isoformat(), "version": VERSION,
        "configuration": keep_configuration(archive.folder, house),
    }  # fmt: skip
    archive.note("run", facts, at=at)


def note_corpus(
    archive: Archive,
    house: House,
    *,
    run_id: str,
    as_of: datetime,
    articles: Sequence[Article] = (),
    fingerprints: Sequence[ShippedReference] = (),
) -> None:
    """The journal of reference documents that somebody added between two nights, in full or by fingerprint."""
    note_run(archive, house, run_id=run_id, kind="corpus", as_of=as_of)
    note_references(archive, articles, at=as_of)
    for one in fingerprints:
        facts = {"article": facts_of_article(one.article), "words": one.words, "content_hash": one.content_hash,
                 "fingerprint": asdict(one.fingerprint)}  # fmt: skip
        archive.note("fingerprint", facts, at=as_of)
    archive.note("closed", {}, at=datetime.now(UTC))


def note_references(archive: Archive, articles: Sequence[Article], *, at: datetime) -> None:
    """Writes reference documents down in full: their files may be gone one day."""
    for article in articles:
        archive.note("references", facts_of_article(article), at=at)


def keep_configuration(folder: Path, house: House) -> str:
    """The digest under which what decides of this configuration is kept in the archive; written once."""
    settings = house.settings.model_dump(mode="json")
    kept = {
        "settings": {name: settings[name] for name in DECIDING},
        "sources": [source.model_dump(mode="json") for source in house.sources],
        "topics": [topic.model_dump(mode="json") for topic in house.topics],
    }
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True)
    digest = digest64(text)
    path = configuration_file(folder, digest)
    if not path.exists():
        fresh = path.with_name(path.name + ".new")
        fresh.write_bytes(gzip.compress(text.encode(), mtime=0))
        fresh.replace(path)
    return digest


def configuration_file(folder: Path, digest: str) -> Path:
    """Where a configuration of that digest lies in the archive."""
    return folder / f"configuration-{digest}.json.gz"


def house_as_it_was(house: House, folder: Path, digest: str) -> House:
    """Today's house with the sources, topics and thresholds of then; mails nobody. Raises OSError if they are gone."""
    kept: dict[str, Any] = json.loads(gzip.decompress(configuration_file(folder, digest).read_bytes()))
    settings = json.loads(house.settings.model_dump_json()) | kept["settings"]
    return replace(
        house,
        settings=Settings.model_validate_json(
            json.dumps({name: value for name, value in settings.items() if name in Settings.model_fields}), strict=True
        ),
        sources=tuple(Source.model_validate_json(json.dumps(one), strict=True) for one in kept["sources"]),
        topics=tuple(Topic.model_validate_json(json.dumps(one), strict=True) for one in kept["topics"]),
        recipients=(),
        mail=None,
    )
