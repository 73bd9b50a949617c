"""Backups of a house: warehouse, archive and configuration, whole or not at all, and the way back.

A backup folder holds one folder a backup (`2026-03-02T0500Z/`, with a manifest written last) and one archive for all
of them, since files of the archive never change once they are finished: a nightly backup copies the warehouse and what
is new.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.house import House
from extractors.web.archive import Archive
from flows.annotating import annotations_file
from flows.placing import FILE, LAKE, point_to_lake, snapshot_file, warehouse_file
from warehouse.carry import carry_house
from warehouse.compaction import upgrade_file, write_out
from warehouse.connection import WarehouseError, open_file
from warehouse.lake import Lake, Pointer, hold_lake, is_pointer, write_pointer
from warehouse.lock import hold_lock
from warehouse.publish import publish_snapshot
from warehouse.snapshot_file import sync_path

MANIFEST = "manifest.json"
ARCHIVE = "archive"
NOTES = "annotations"
PARTIAL = ".partial"
Progress = Callable[[str], None]


class BackupError(Exception):
    """The backup or the restore cannot be made; the message says why and what to do. Nothing was put in place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A finished backup: its folder, the files in it and the archive's by name, with the digest of each."""

    path: Path
    made_at: datetime
    files: dict[str, str]
    archive: dict[str, str]


def make_backup(house: House, folder: Path, *, now: datetime, progress: Progress = lambda what: None) -> Backup:
    """A new backup in `folder`. No night runs meanwhile: the lock is held. Killed at any point, it does not count.

    A lake is carried into a file, every table verified. Raises `warehouse.lock.LockHeld` while a run is under way,
    BackupError where there is no warehouse, WarehouseError where a lake does not answer, and OSError where the disk
    gives out; earlier backups stay as they are.
    """
    state = house.settings.state_dir
    name = f"{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
    partial = folder / f"{PARTIAL}-{name}"
    with hold_lock(state, purpose="backup", since=now):
        warehouse = warehouse_file(state)
        if not warehouse.exists():
            raise BackupError(f"there is no warehouse in {state} yet")
        for leftover in folder.glob(f"{PARTIAL}-*"):
            shutil.rmtree(leftover)
        partial.mkdir(parents=True)
        progress("warehouse")
        if is_pointer(warehouse):
            files = {FILE: carry_lake(warehouse, partial / FILE, now=now, memory_limit=house.settings.memory_limit)}
        else:
            upgrade_file(warehouse, memory_limit=house.settings.memory_limit)
            files = {FILE: copy_whole(warehouse, partial / FILE)}
        for path in sorted(house.folder.glob("*.yaml")):
            files[f"config/{path.name}"] = copy_whole(path, partial / "config" / path.name)
        if annotations_file(state).exists():
            files[NOTES] = copy_whole(annotations_file(state), partial / NOTES)
        archive = _back_up_archive(house.settings.archive_folder, folder / ARCHIVE, progress)
    facts = {"made_at": now.isoformat(), "files": files, "archive": archive}
    copy_text(json.dumps(facts, indent=1), partial / MANIFEST)
    # Two within a second are two.
    final = next(path for path in (folder / f"{name}{suffix}" for suffix in ("", *"bcdefgh")) if not path.exists())
    partial.rename(final)
    sync_path(folder)
    return Backup(path=final, made_at=now, files=files, archive=archive)


def carry_lake(pointer: Path, target: Path, *, now: datetime, memory_limit: str) -> str:
    """The SHA-256 of the file at `target`, after the lake was carried into it; no night runs anywhere meanwhile."""
    with (
        contextlib.closing(open_file(pointer, memory_limit=memory_limit)) as con,
        hold_lake(con, purpose="backup", since=now),
    ):
        for _ in carry_house(pointer, target, memory_limit=memory_limit):
            pass
    with contextlib.closing(open_file(target, memory_limit=memory_limit)) as con:
        write_out(con)
    return digest_of(target)


def _back_up_archive(source: Path, target: Path, progress: Progress) -> dict[str, str]:
    """Finished files and configurations of the archive to digests; only what the target lacks is copied."""
    if not source.is_dir():
        return {}
    with Archive(source) as archive:  # finishes what a killed run left open
        names = [path.name for path in archive.files()]
    names += sorted(path.name for path in source.glob("configuration-*.json.gz"))
    target.mkdir(parents=True, exist_ok=True)
    digests: dict[str, str] = {}
    for name in names:
        told = target / f"{name}.sha256"
        if not (target / name).exists() or not told.exists():
            progress(name)
            copy_text(copy_whole(source / name, target / name), told)
        digests[name] = told.read_text(encoding="ascii")
    return digests


def find_backups(folder: Path) -> list[Backup]:
    """The finished backups, oldest first."""
    found = []
    for manifest in sorted(folder.glob(f"*/{MANIFEST}")):
        if not manifest.parent.name.startswith(PARTIAL):
            facts: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
            found.append(Backup(path=manifest.parent, made_at=datetime.fromisoformat(facts["made_at"]),
                                files=facts["files"], archive=facts["archive"]))  # fmt: skip
    return found


def restore_backup(
    backup: Backup, state: Path, *, archive: Path, config: Path | None, now: datetime,
    progress: Progress = lambda what: None, lake: Lake | None = None,
) -> None:  # fmt: skip
    """The house as it was, in a state folder without a warehouse, its snapshot published; `config` gets the settings.

    With `lake` the warehouse is carried there, whatever it was when it was backed up. Everything is checked against
    the manifest before it is put in place, the warehouse last: killed before, it is run again. Raises BackupError for
    a state folder that holds a warehouse, a lake that holds other runs, a configuration folder that holds files, and
    for a file that is gone or differs; WarehouseError where the lake does not answer.
    """
    target = warehouse_file(state)
    if target.exists():
        raise BackupError(f"{target} is there; move it away first, a restore replaces nothing")
    if config is not None and config.is_dir() and any(config.iterdir()):
        raise BackupError(f"{config} holds files already; choose another folder for the configuration")
    with hold_lock(state, purpose="restore", since=now):
        archive.mkdir(parents=True, exist_ok=True)
        for name, digest in backup.archive.items():
            if not (archive / name).exists():
                progress(name)
                _check(copy_whole(backup.path.parent / ARCHIVE / name, archive / name), digest, archive / name)
        for name, digest in backup.files.items():
            if name.startswith("config/") and config is not None:
                path = config / Path(name).name
                _check(copy_whole(backup.path / name, path), digest, path)
        if NOTES in backup.files:
            notes = annotations_file(state)
            _check(copy_whole(backup.path / NOTES, notes), backup.files[NOTES], notes)
        progress("warehouse")
        fresh = state / "warehouse.duckdb.restoring"
        _check(copy_whole(backup.path / FILE, fresh), backup.files[FILE], fresh)
        if lake is None:
            fresh.replace(target)
        else:
            _fill_lake(lake, state, fresh)
            target = warehouse_file(state)
        sync_path(state)
        with contextlib.closing(open_file(target)) as con:
            publish_snapshot(con, snapshot=snapshot_file(state), published_at=now, anew=True)


def _fill_lake(lake: Lake, state: Path, fresh: Path) -> None:
    """Carries the file to the lake, makes that the house's warehouse, and removes the file."""
    waiting = state / f"restoring-{LAKE}"  # not `warehouse.lake`, which would make it the warehouse before it is whole
    write_pointer(waiting, Pointer(lake=lake, published=False))
    try:
        for _ in carry_house(fresh, waiting):
            pass
    except WarehouseError as error:
        if error.problem.code != "not-empty":
            raise
        raise BackupError(f"{lake} holds runs that the backup has not, and a restore replaces nothing; name another "
                          "catalog_schema and another place for data in settings.yaml") from error  # fmt: skip
    point_to_lake(state, lake)
    waiting.unlink()
    fresh.unlink()


def digest_of(path: Path) -> str:
    """The SHA-256 of the file, which is on the disk afterwards."""
    digest = hashlib.sha256()
    with path.open("rb") as reader:
        for piece in _pieces(reader.fileno()):
            digest.update(piece)
        os.fsync(reader.fileno())
    return digest.hexdigest()


def copy_whole(source: Path, target: Path) -> str:
    """The SHA-256 of the file, after it is on the disk under its name: all of it, or nothing there."""
    if not source.is_file():
        raise BackupError(f"{source} is gone: the backup is not whole")
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".part")
    digest = hashlib.sha256()
    with source.open("rb") as reader, fresh.open("wb") as writer:
        for piece in _pieces(reader.fileno()):
            digest.update(piece)
            writer.write(piece)
        writer.flush()
        os.fsync(writer.fileno())
    fresh.replace(target)
    return digest.hexdigest()


def copy_text(text: str, target: Path) -> None:
    """The text in a file, whole and on the disk."""
    fresh = target.with_name(target.name + ".part")
    with fresh.open("w", encoding="utf-8") as writer:
        writer.write(text)
        writer.flush()
        os.fsync(writer.fileno())
    fresh.replace(target)


def _pieces(descriptor: int) -> Iterator[bytes]:
    while piece := os.read(descriptor, 1 << 20):
        yield piece


def _check(found: str, wanted: str, path: Path) -> None:
    if found != wanted:
        path.unlink(missing_ok=True)
        raise BackupError(f"{path.name} differs from what was backed up (sha256 {found[:12]}, not {wanted[:12]})")
