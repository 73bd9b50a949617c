"""The folder that the site lies in: only what has changed is written, each file in one atomic step."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

MANIFEST = ".briefing.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A file of the site as it was written: the stamp of what it shows (empty: none) and the digest of its bytes."""

    stamp: str
    digest: str


@dataclass(slots=True, kw_only=True)
class SiteFolder:
    """The files of the last briefing, and those of this one.

    Only files that a briefing wrote are ever changed or removed; what others put into the folder stays. A process that
    dies in the middle leaves whole files and the old manifest; the next briefing writes what differs.
    """

    folder: Path
    before: Mapping[str, Kept]
    now: dict[str, Kept] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, folder: Path, *, anew: bool = False) -> SiteFolder:
        """The folder, made where it is not there; `anew` forgets what was written, so that all is written again."""
        folder.mkdir(parents=True, exist_ok=True)
        return cls(folder=folder, before={} if anew else _read_manifest(folder / MANIFEST))

    def is_current(self, path: str, stamp: str) -> bool:
        """Whether the file lies there and shows what has that stamp; it is then kept as it is."""
        kept = self.before.get(path)
        if kept is None or not stamp or kept.stamp != stamp or not (self.folder / path).is_file():
            return False
        self.now[path] = kept
        return True

    def keep(self, path: str) -> None:
        """Keeps the file as it is, if it is one of ours."""
        if path in self.before:
            self.now[path] = self.before[path]

    def write(self, path: str, content: str | bytes, *, stamp: str = "") -> bool:
        """Puts the file there, if it differs from what lies there; whether it was written."""
        data = content.encode("utf-8", "replace") if isinstance(content, str) else content
        digest = hashlib.sha256(data).hexdigest()[:32]
        kept = self.before.get(path)
        self.now[path] = Kept(stamp=stamp, digest=digest)
        target = self.folder / path
        if kept is not None and kept.digest == digest and target.is_file() and target.stat().st_size == len(data):
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, data)
        self.written.append(path)
        return True

    def finish(self) -> None:
        """Removes files of the last briefing that this one has not, then writes the manifest."""
        for path in sorted(set(self.before) - set(self.now)):
            with contextlib.suppress(OSError):
                (self.folder / path).unlink(missing_ok=True)
                self.removed.append(path)
        lines = {path: [kept.stamp, kept.digest] for path, kept in sorted(self.now.items())}
        if self.written or self.removed or dict(self.before) != self.now:
            _replace(self.folder / MANIFEST, json.dumps({"files": lines}, indent=0).encode())


def _replace(target: Path, data: bytes) -> None:
    fresh = target.with_name(f".{target.name}.new")
    try:
        fresh.write_bytes(data)
        fresh.replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise


def _read_manifest(path: Path) -> dict[str, Kept]:
    """What the last briefing wrote; nothing where its manifest is missing or damaged, and then all is written again."""
    try:
        lines = json.loads(path.read_bytes())["files"]
        found = {name: Kept(stamp=str(stamp), digest=str(digest)) for name, (stamp, digest) in lines.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    # A manifest that was tampered with must not make us remove what lies outside.
    return {name: kept for name, kept in found.items() if not name.startswith("/") and ".." not in Path(name).parts}
