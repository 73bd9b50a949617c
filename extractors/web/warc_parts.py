"""WARC files cut into parts by byte range, so that many can read one file without a word to one another.

A record belongs to the part in which it begins (as Hadoop's splits do it): whoever reads a part looks for the first
beginning of a record in it. In a compressed file that is a gzip member that unpacks to `WARC/`.
"""

from __future__ import annotations

import mmap
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType, is_http

from extractors.model import ArchiveRef, FetchedPage, Problem
from extractors.web.warc import page_of_record

PART_BYTES = 8_000_000
_MEMBER = b"\x1f\x8b\x08"
_VERSION = b"WARC/"
_LOOK = 600  # compressed bytes that are enough to unpack the first ones of a record


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcPart:
    """The records of `path` that begin at `start` or later and before `end`, both in bytes of the file as it lies."""

    path: Path
    start: int
    end: int


def cut_parts(path: Path, *, part_bytes: int = PART_BYTES) -> list[WarcPart]:
    """The file's parts in order; the same for the same file, whoever asks. One, where it cannot be cut."""
    size = path.stat().st_size
    if size <= part_bytes or not _can_be_cut(path, size):
        return [WarcPart(path=path, start=0, end=size)]
    starts = range(0, size, part_bytes)
    return [WarcPart(path=path, start=start, end=min(start + part_bytes, size)) for start in starts]


def read_part(part: WarcPart, *, max_bytes: int) -> Iterator[FetchedPage | Problem]:
    """Every HTML page of the part that was answered with 200, as `read_warc` gives them, with its place in the file.

    One Problem at the end, if the file is damaged there; then later parts can still be read. A file that ends within
    a compressed record (as a download that broke off does) is one too.
    """
    try:
        with part.path.open("rb") as stream:
            begin = _first_record(stream.fileno(), part)
            if begin is None:
                return
            stream.seek(begin)
            # In a file that was compressed as a whole, every record seems to begin at its end.
            size = part.path.stat().st_size
            is_last = part.end >= size
            last = begin
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response, func_filter=is_http):
                if record.stream_pos >= part.end and not is_last:
                    break
                last = record.stream_pos
                page = page_of_record(record, max_bytes)
                if page is not None:
                    yield with_place(page, ArchiveRef(file=part.path.name, offset=record.stream_pos))
            # Told by the part with the file's last record, which need not be the last part.
            ends = part.path.name.endswith(".gz") and (is_last or _find(stream.fileno(), part.end, size) is None)
            if ends and _is_cut_off(part.path, last):
                detail = (
                    f"{part.path.name} breaks off within a record; what comes before it was read. Fetch the file "
                    "again, and read it again: nothing is taken twice."
                )
                yield Problem(stage="archive", url=str(part.path), code="cut-off-warc", detail=detail)
    except (OSError, ValueError, EOFError, RuntimeError) as error:
        detail = f"{part.path.name} cannot be read after byte {part.start}: {error}"
        yield Problem(stage="archive", url=str(part.path), code="bad-warc", detail=detail)


def with_place(page: FetchedPage, place: ArchiveRef) -> FetchedPage:
    """The page, saying where it lies. (`dataclasses.replace` would cost a tenth of reading the record.)"""
    return FetchedPage(
        url=page.url, final_url=page.final_url, status=page.status, headers=page.headers, body=page.body,
        fetched_at=page.fetched_at, archive=place,
    )  # fmt: skip


def in_time(at: datetime, since: datetime | None, until: datetime | None) -> bool:
    """Whether a moment lies from `since` on and before `until`."""
    return (since is None or at >= since) and (until is None or at < until)


def _can_be_cut(path: Path, size: int) -> bool:
    """Whether records begin where they can be found: not in a file that was compressed as a whole."""
    with path.open("rb") as stream:
        if not path.name.endswith((".gz", ".gz.open")):
            return path.name.endswith((".warc", ".warc.open"))
        return _find(stream.fileno(), 1, min(size, 64_000_000)) is not None


def _first_record(descriptor: int, part: WarcPart) -> int | None:
    return 0 if part.start == 0 else _find(descriptor, part.start, part.end)


def _find(descriptor: int, start: int, end: int) -> int | None:
    with mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ) as data:
        if data[:3] != _MEMBER:
            at = data.find(b"\r\n\r\n" + _VERSION, max(0, start - 4), end + 4)
            return at + 4 if at != -1 and at + 4 < end else None
        at = data.find(_MEMBER, start, end + 2)
        while at != -1 and at < end:
            if _begins_record(data[at : at + _LOOK]):
                return at
            at = data.find(_MEMBER, at + 1, end + 2)
    return None


def _is_cut_off(path: Path, start: int) -> bool:
    """Whether the file's last gzip member is without an end; `start` is where one of the last members begins."""
    with path.open("rb") as stream:
        stream.seek(start)
        member, begun = zlib.decompressobj(wbits=31), False
        while block := stream.read(1 << 20):
            while block:
                begun = True
                try:
                    member.decompress(block, 1 << 20)
                except zlib.error:
                    return False  # no member begins here: a file that was compressed as a whole, or padding
                block = member.unconsumed_tail
                if member.eof:
                    block, begun, member = member.unused_data, False, zlib.decompressobj(wbits=31)
    return begun


def _begins_record(head: bytes) -> bool:
    try:
        return zlib.decompressobj(wbits=31).decompress(head, len(_VERSION)) == _VERSION
    except zlib.error:
        return False
