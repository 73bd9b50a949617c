"""Reference documents in a person's folders."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from extractors.documents import SUFFIXES, ReadDocuments, read_documents
from extractors.model import Problem


def document_files(path: Path) -> Iterator[Path]:
    """The file itself, whatever its name; of a folder those below it that look like documents, in order."""
    if path.is_file():
        yield path
        return
    for file in sorted(path.rglob("*")):
        if file.is_file() and file.suffix.lower() in SUFFIXES and not file.name.startswith("."):
            yield file


def read_file(file: Path, *, now: datetime) -> ReadDocuments:
    """What the file holds; a problem where it cannot be opened."""
    try:
        data = file.read_bytes()
    except OSError as error:
        problem = Problem(stage="extract", url=str(file), code="unreadable", detail=error.strerror or str(error))
        return ReadDocuments((), (problem,))
    return read_documents(file.name, data, now=now)
