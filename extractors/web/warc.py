"""Pages out of WARC files of any origin (ISO 28500): CC-NEWS, other crawlers, our own archive."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType, is_http

from extractors.model import FetchedPage, Problem
from extractors.urls import fetchable_url

SUFFIXES = (".warc", ".warc.gz", ".warc.open", ".warc.gz.open")
HTML = ("text/html", "application/xhtml+xml")


def find_warc_files(path: Path) -> list[Path]:
    """The WARC files at a path: itself, or those below the folder, in order of their names."""
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.name.endswith(SUFFIXES) and file.is_file())
    return [path]


def read_warc(path: Path, *, max_bytes: int) -> Iterator[FetchedPage | Problem]:
    """Every HTML page that was answered with 200, in the file's order; one Problem at the end if it is damaged.

    Bodies over `max_bytes` are passed over. `fetched_at` is the record's WARC-Date. A torn last record, as a crash
    leaves it, ends the file; the pages before it are given.
    """
    try:
        with path.open("rb") as stream:
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response, func_filter=is_http):
                page = page_of_record(record, max_bytes)
                if page is not None:
                    yield page
    except (OSError, ValueError, EOFError, RuntimeError) as error:
        yield Problem(stage="archive", url=str(path), code="bad-warc", detail=f"{path.name} cannot be read: {error}")


def page_of_record(record: WarcRecord, max_bytes: int) -> FetchedPage | None:
    """The HTML page in a response record; None where it is none, or larger than that."""
    headers = record.http_headers
    url = fetchable_url(record.headers.get("WARC-Target-URI") or "")
    if url is None or headers is None or headers.status_code != 200:
        return None
    kind = (record.http_content_type or "").lower()
    if kind and not kind.startswith(HTML):
        return None
    body = record.reader.read(max_bytes + 1)
    if not body or len(body) > max_bytes:
        return None
    at = record.record_date or datetime.fromtimestamp(0, UTC)
    return FetchedPage(
        url=url, final_url=url, status=200, headers=tuple((str(k), str(v)) for k, v in headers.items()), body=body,
        fetched_at=at.astimezone(UTC),
    )  # fmt: skip
