"""What people write about articles and storylines: in a file of its own, one JSON object a line, only ever added to.

The file outlives the warehouse. An article's note is keyed by its address; a storyline's by its id and by the article
that founded it, so that after a rebuild it finds the storyline that holds that article, whatever its id is then.
`load_annotations` puts what stands in the file into the table `annotations`, where SQL and pages find it.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from extractors.model import Problem, digest64
from extractors.urls import article_id_of, canonical_url
from warehouse.batches import add_rows, clean_text, run_batch, transaction
from warehouse.connection import Connection
from warehouse.sql import load_sql

FILE = "annotations.jsonl"
TargetKind = Literal["article", "storyline"]
NoteKind = Literal["note", "tag", "false-alarm"]
NOTE_KINDS: tuple[NoteKind, ...] = ("note", "tag", "false-alarm")
MOST_CHARACTERS = 10_000
_ID_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is written about. `url` and `founder_id` (an article_id) are the founding article's, of a storyline."""

    kind: TargetKind
    id: str
    title: str
    url: str | None
    founder_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """A note, a tag or a false-alarm mark, as it stands in the file."""

    annotation_id: str
    noted_at: datetime
    target: Target
    kind: NoteKind
    text: str


def annotate(target: Target, *, kind: NoteKind, text: str, noted_at: datetime) -> Annotation:
    """The annotation, with its id: the same for the same words at the same moment."""
    text = str(clean_text(text)).strip()[:MOST_CHARACTERS]
    key = f"{noted_at.isoformat()}\n{kind}\n{target.kind}\n{target.id}\n{text}"
    return Annotation(
        annotation_id=digest64(key)[:_ID_DIGITS], noted_at=noted_at.astimezone(UTC), target=target, kind=kind, text=text
    )


def add_annotations(path: Path, annotations: Iterable[Annotation]) -> None:
    """Adds them to the file, on the disk when this returns.

    Raises OSError where that fails: the file then holds what it held before, perhaps with a torn last line, which
    reading passes over.
    """
    _append(path, [_line_of(one) for one in annotations])


def remove_annotations(path: Path, annotation_ids: Sequence[str], *, removed_at: datetime) -> None:
    """Takes annotations back. Their lines stay in the file; a line more says that they no longer count."""
    at = removed_at.astimezone(UTC).isoformat(timespec="seconds")
    _append(path, [{"at": at, "removes": annotation_id} for annotation_id in annotation_ids])


def read_annotations(path: Path) -> tuple[list[Annotation], list[Problem]]:
    """The annotations that count, in order of the file, and a problem for each line that cannot be read.

    Nothing where there is no file.
    """
    found: dict[str, Annotation] = {}
    problems: list[Problem] = []
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            said = json.loads(line)
            if "removes" in said:
                found.pop(_id_of(said["removes"]), None)
                continue
            one = _annotation_of(said)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            detail = f"line {number} of {path.name} is no annotation ({error}); it was passed over, nothing is lost"
            problems.append(Problem(stage="load", url=None, code="annotation-unreadable", detail=detail))
            continue
        found[one.annotation_id] = one
    return list(found.values()), problems


def find_target(con: Connection, words: str) -> list[Target]:
    """What the words name: an address in any spelling, the id of an article, storyline, story or development, or the
    first six digits or more of one. A development stands for its leading report, a story for its storyline.

    Empty where nothing is named so, several where a beginning fits several.
    """
    words = words.strip()
    ids: list[str] = []
    if "://" in words:
        try:
            ids.append(article_id_of(words))
        except ValueError:
            return []
    urls = [url for url in (words, canonical_url(words) if "://" in words else None) if url]
    prefix = words.lower() if 6 <= len(words) <= 64 and "://" not in words else None
    params = {"ids": ids, "urls": urls, "exact": words, "prefix": prefix}
    rows = con.execute(load_sql("annotations_target"), params).fetchall()
    exact = [row for row in rows if row[5]]
    return [Target(kind=row[0], id=row[1], title=row[2], url=row[3], founder_id=row[4]) for row in exact or rows]


def load_annotations(con: Connection, annotations: Sequence[Annotation]) -> bool:
    """Makes the table `annotations` hold exactly these, each at the target as it is called in this warehouse now.

    Whether anything changed; one transaction. A target that is not there (yet) keeps the id that it had.
    """
    keys = [
        {
            "annotation_id": one.annotation_id, "target_kind": one.target.kind, "target_id": one.target.id,
            "founder_id": one.target.founder_id,
            "url_id": article_id_of(one.target.url) if one.target.kind == "article" and one.target.url else None,
        }
        for one in annotations
    ]  # fmt: skip
    placed = dict(run_batch(con, "annotations_place", keys))
    rows = [
        {
            "annotation_id": one.annotation_id, "target_kind": one.target.kind,
            "target_id": placed.get(one.annotation_id, one.target.id), "noted_at": one.noted_at, "kind": one.kind,
            "text": one.text, "title": one.target.title, "url": one.target.url,
        }
        for one in annotations
    ]  # fmt: skip
    held = con.execute(load_sql("annotations_held")).fetchall()
    wanted = sorted(tuple(row[name] for name in ("annotation_id", "target_id", "text")) for row in rows)
    if sorted(held) == wanted:
        return False
    with transaction(con):
        con.execute(load_sql("annotations_clear"))
        add_rows(con, "annotations", rows)
    return True


def _line_of(one: Annotation) -> dict[str, Any]:
    line = {
        "at": one.noted_at.isoformat(timespec="seconds"), "id": one.annotation_id, "kind": one.kind, "text": one.text,
        "on": one.target.kind, "target": one.target.id, "title": one.target.title, "url": one.target.url,
    }  # fmt: skip
    return line | ({"founder": one.target.founder_id} if one.target.founder_id else {})


def _id_of(said: Any) -> str:
    if not isinstance(said, str):
        raise ValueError(f"{said!r} is no id")
    return said


def _annotation_of(said: dict[str, Any]) -> Annotation:
    at = datetime.fromisoformat(said["at"])
    if said["kind"] not in NOTE_KINDS or said["on"] not in ("article", "storyline"):
        raise ValueError(f"unknown kind {said['kind']!r} or target {said['on']!r}")
    target = Target(
        kind=said["on"], id=str(said["target"]), title=str(said.get("title") or ""), url=said.get("url") or None,
        founder_id=said.get("founder") or None,
    )  # fmt: skip
    return Annotation(
        annotation_id=str(said["id"]), noted_at=at if at.tzinfo else at.replace(tzinfo=UTC), target=target,
        kind=said["kind"], text=str(clean_text(said.get("text") or "")),
    )  # fmt: skip


def _append(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    if not lines:
        return
    data = b"".join(json.dumps(clean_text(line), ensure_ascii=False).encode() + b"\n" for line in lines)
    path.parent.mkdir(parents=True, exist_ok=True)
    is_new = not path.exists()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            data = b"\n" + data  # a line that was torn stays torn; ours is whole
        while data:
            data = data[os.write(descriptor, data) :]
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
