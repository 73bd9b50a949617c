"""Raw responses in WARC files (ISO 28500, WARC/1.1), written before anything parses them."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import secrets
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from extractors.model import ArchiveRef, FetchedPage

_NAME = re.compile(r"sovwatch-(\d{8}T\d{6})Z-[0-9a-f]{8}\.warc\.gz\Z")
# While a file is being written it carries this suffix, so that what a crash left behind is recognised.
_OPEN = ".open"
# gzip level: 1 writes three times as fast as 6 and costs a fifth more space.
_LEVEL = 2
_MAX_RECORD_BYTES = 64_000_000
# These described the transfer; the body is stored without it, so other tools must not see them under their own names.
_TRANSFER = frozenset(("content-encoding", "transfer-encoding", "content-length"))
_ORIGINAL = "X-Archive-Orig-"
_OURS = ("Sovwatch-Request-URI", "Sovwatch-Permanent-URI", "Sovwatch-Elapsed")
# The journal: of which run a record is, which number it has there, and what kind of note it is (if it is one).
RUN, NUMBER, NOTE = "Sovwatch-Run", "Sovwatch-Number", "Sovwatch-Note"
_UNSAFE = re.compile(r"[\x00-\x1f\x7f]")


class ArchiveUnwritable(OSError):
    """A response could not be written (disk full, no permission). The archive is as it was before."""


class ArchiveUnreadable(OSError):
    """A record cannot be read: its file is gone or damaged."""


@dataclass(slots=True)
class _Writing:
    """The file that this process is writing, under a lock that ends with the process."""

    name: str
    path: Path
    handle: int
    size: int


class Archive:
    """WARC files in a folder: one gzip member a record, appended whole.

    A context manager. A process killed at any moment leaves at most one torn record at the end of its file; the next
    Archive on the folder cuts that off. Several processes may write to one folder, each to files of its own.
    """

    def __init__(self, folder: Path, *, rotate_bytes: int = 500_000_000) -> None:
        self.folder = folder
        self.rotate_bytes = rotate_bytes
        self._writing: _Writing | None = None
        self._run: str | None = None
        self._number = 0
        folder.mkdir(parents=True, exist_ok=True)
        self.recover()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def append(self, page: FetchedPage) -> ArchiveRef:
        """Where the response now lies. It survives the death of this process; `sync` makes it survive the machine's.

        Raises ArchiveUnwritable; then nothing of the record is left in the file.
        """
        return self._add(_response(page), page.fetched_at, page.final_url)

    def open_journal(self, run_id: str) -> None:
        """From now on every record says of which run it is and which number it has there."""
        self._run, self._number = run_id, 0

    def note(self, kind: str, facts: Mapping[str, Any], *, at: datetime) -> None:
        """Writes to the run's journal what is no response: answers without a page, steps done, documents added.

        A `metadata` record with `facts` as JSON; read back by `extractors.web.journal`. Raises ArchiveUnwritable.
        """
        record = WarcRecord()
        record.init_headers(record_type=WarcRecordType.metadata)
        record.record_date = at.astimezone(UTC)
        record.headers["WARC-Date"] = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        record.headers["Content-Type"] = "application/json"
        record.headers[NOTE] = _field(kind)
        record.set_bytes_content(json.dumps(facts, ensure_ascii=False).encode("utf-8", "replace"))
        self._add(record, at, f"a note ({kind})")

    def _add(self, record: WarcRecord, at: datetime, what: str) -> ArchiveRef:
        if self._run is not None:
            self._number += 1
            record.headers[RUN] = _field(self._run)
            record.headers[NUMBER] = str(self._number)
        packed = _packed(record)
        try:
            writing = self._file(at)
            offset = writing.size
            _write_whole(writing, packed)
        except OSError as error:
            reason = "the disk is full" if error.errno == errno.ENOSPC else str(error)
            raise ArchiveUnwritable(error.errno, f"cannot archive {what[:200]}: {reason}") from error
        return ArchiveRef(file=writing.name, offset=offset)

    def read(self, ref: ArchiveRef) -> FetchedPage:
        """The response as it was fetched. Raises ArchiveUnreadable."""
        if not _NAME.match(ref.file):
            raise ArchiveUnreadable(errno.EINVAL, f"not a file of the archive: {ref.file[:100]!r}")
        path = self.folder / ref.file
        try:
            if not path.exists():
                path = path.with_name(ref.file + _OPEN)
            member = _member_at(path, ref.offset)
        except (OSError, zlib.error) as error:
            raise ArchiveUnreadable(errno.EIO, f"{ref.file} at {ref.offset}: {error}") from error
        found = next(iter(ArchiveIterator(BytesIO(member), parse_http=False)), None)
        if found is None or found.record_type != WarcRecordType.response:
            raise ArchiveUnreadable(errno.EIO, f"{ref.file} at {ref.offset}: no response there")
        return page_of(found, ref)

    def sync(self) -> None:
        """Everything appended so far is on the disk."""
        if self._writing:
            os.fsync(self._writing.handle)

    def close(self) -> None:
        """Ends the file being written, if any; the archive may be used again."""
        if self._writing:
            os.fsync(self._writing.handle)
            self._writing.path.rename(self.folder / self._writing.name)
            os.close(self._writing.handle)
            self._writing = None

    def files(self) -> list[Path]:
        """All finished files, oldest first."""
        return sorted(path for path in self.folder.iterdir() if _NAME.match(path.name))

    def prune(self, *, now: datetime, keep: timedelta | None = None, max_bytes: int | None = None) -> list[str]:
        """Deletes finished files begun before `now - keep`, then the oldest until all fit in `max_bytes`; their names.

        Records in them can no longer be read; what was extracted from them stays in the warehouse.
        """
        gone = []
        left = self.files()
        total = sum(path.stat().st_size for path in left)
        for path in left:
            too_old = keep is not None and _begun_at(path.name) < now - keep
            if too_old or (max_bytes is not None and total > max_bytes):
                total -= path.stat().st_size
                path.unlink()
                gone.append(path.name)
        return gone

    def recover(self) -> list[str]:
        """Finishes files that a dead process left open, cutting off a torn last record; their names."""
        done = []
        for path in sorted(self.folder.glob(f"sovwatch-*{_OPEN}")):
            try:
                handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            except OSError:
                continue  # finished by its writer in the meantime
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                end = _end_of_last_member(path)
                os.ftruncate(handle, end)
                os.fsync(handle)
                if end:
                    path.rename(path.with_name(path.name.removesuffix(_OPEN)))
                    done.append(path.name.removesuffix(_OPEN))
                else:
                    path.unlink()
            except BlockingIOError:
                continue  # its writer is alive
            finally:
                os.close(handle)
        return done

    def _file(self, at: datetime) -> _Writing:
        if self._writing and self._writing.size >= self.rotate_bytes:
            self.close()
        if self._writing is None:
            name = f"sovwatch-{at.astimezone(UTC):%Y%m%dT%H%M%S}Z-{secrets.token_hex(4)}.warc.gz"
            path = self.folder / (name + _OPEN)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o644)
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            writing = _Writing(name, path, handle, 0)
            try:
                _write_whole(writing, _packed(_warcinfo(name, at)))
            except OSError:
                os.close(handle)
                path.unlink(missing_ok=True)
                raise
            self._writing = writing
        return self._writing


def _write_whole(writing: _Writing, record: bytes) -> None:
    """All of the record, or nothing of it."""
    left = memoryview(record)
    try:
        while left:
            left = left[os.write(writing.handle, left) :]
    except OSError:
        os.ftruncate(writing.handle, writing.size)
        raise
    writing.size += len(record)


def _packed(record: WarcRecord) -> bytes:
    plain = BytesIO()
    record.write(plain, checksum_data=True)
    packer = zlib.compressobj(_LEVEL, wbits=31)
    return packer.compress(plain.getvalue()) + packer.flush()


def _warcinfo(name: str, at: datetime) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(record_type=WarcRecordType.warcinfo)
    record.record_date = at.astimezone(UTC)
    record.headers["WARC-Filename"] = name
    record.headers["Content-Type"] = "application/warc-fields"
    record.set_bytes_content(b"software: sovwatch\r\nformat: WARC File Format 1.1\r\n")
    return record


def _response(page: FetchedPage) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(record_type=WarcRecordType.response)
    record.record_date = page.fetched_at.astimezone(UTC)
    record.headers["WARC-Date"] = page.fetched_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    record.headers["WARC-Target-URI"] = _field(page.final_url)
    for name, value in zip(_OURS, (page.url, page.permanent_url or "", f"{page.elapsed_s:.6f}"), strict=True):
        record.headers[name] = _field(value)
    record.headers["Content-Type"] = "application/http; msgtype=response"
    lines = [f"HTTP/1.1 {page.status} {_reason(page.status)}"]
    lines += [f"{_stored_name(_field(name))}: {_field(value)}" for name, value in page.headers]
    lines += [f"Content-Length: {len(page.body)}", "", ""]
    record.set_bytes_content("\r\n".join(lines).encode("utf-8", "replace") + page.body)
    return record


def _stored_name(name: str) -> str:
    return _ORIGINAL + name if name.lower() in _TRANSFER else name


def _field(text: str) -> str:
    return _UNSAFE.sub(" ", text)


def _reason(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Unknown"


def page_of(record: WarcRecord, ref: ArchiveRef) -> FetchedPage:
    """The response in a record of ours, read without fastwarc's parsing of HTTP."""
    head, _, body = record.reader.read().partition(b"\r\n\r\n")
    status, *lines = head.decode("utf-8", "replace").split("\r\n")
    pairs = (line.partition(": ") for line in lines)
    headers = [(name, value) for name, _, value in pairs if name.lower() != "content-length"]
    return FetchedPage(
        url=record.headers.get(_OURS[0]) or record.headers["WARC-Target-URI"],
        final_url=record.headers["WARC-Target-URI"],
        status=int(status.split(" ")[1]),
        headers=tuple((name.removeprefix(_ORIGINAL), value) for name, value in headers),
        body=body,
        fetched_at=datetime.fromisoformat(record.headers["WARC-Date"]).astimezone(UTC),
        elapsed_s=float(record.headers.get(_OURS[2]) or 0.0),
        archive=ref,
        permanent_url=record.headers.get(_OURS[1]) or None,
    )


def _begun_at(name: str) -> datetime:
    match = _NAME.match(name)
    assert match
    return datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)


def _member_at(path: Path, offset: int) -> bytes:
    """The unpacked gzip member that begins there."""
    unpacker = zlib.decompressobj(wbits=31)
    out = bytearray()
    with path.open("rb") as file:
        file.seek(offset)
        while not unpacker.eof:
            piece = file.read(65_536)
            if not piece:
                raise OSError(errno.EIO, "the record is cut off")
            out += unpacker.decompress(piece, _MAX_RECORD_BYTES + 1 - len(out))
            if len(out) > _MAX_RECORD_BYTES:
                raise OSError(errno.EIO, "the record is larger than allowed")
    return bytes(out)


def _members(path: Path) -> Iterator[int]:
    """Where each whole gzip member ends."""
    with path.open("rb") as file:
        at = 0
        left = b""
        while True:
            unpacker = zlib.decompressobj(wbits=31)
            while not unpacker.eof:
                piece = left or file.read(1 << 20)
                left = b""
                if not piece:
                    return
                at += len(piece)
                with contextlib.suppress(zlib.error):
                    unpacker.decompress(piece)
                    continue
                return
            left = unpacker.unused_data
            at -= len(left)
            yield at


def _end_of_last_member(path: Path) -> int:
    end = 0
    for end in _members(path):  # noqa: B007 - the last one counts
        pass
    return end
