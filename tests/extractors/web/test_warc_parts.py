"""Parts of WARC files: a file that breaks off says so, and one that is whole does not."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from extractors.model import FetchedPage, Problem
from extractors.web.warc_parts import cut_parts, read_part

MOST = 1_000_000


def record(number: int) -> bytes:
    body = f"<html><head><title>Page {number}</title></head><body><p>{'word ' * 200}</p></body></html>".encode()
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{number:012}>\r\n"
        f"WARC-Date: 2026-03-02T10:00:00Z\r\nWARC-Target-URI: https://outlet.example/{number}\r\n"
        f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


def read(path: Path, part_bytes: int = 8_000_000) -> tuple[list[str], list[str]]:
    """The addresses of the pages and the codes of the problems."""
    found = [one for part in cut_parts(path, part_bytes=part_bytes) for one in read_part(part, max_bytes=MOST)]
    pages = [one.url for one in found if isinstance(one, FetchedPage)]
    return pages, [one.code for one in found if isinstance(one, Problem)]


def members(*numbers: int) -> bytes:
    return b"".join(gzip.compress(record(number)) for number in numbers)


@pytest.mark.parametrize("part_bytes", [300, 8_000_000])
def test_a_file_that_breaks_off_is_told_and_read_as_far_as_it_goes(tmp_path: Path, part_bytes: int) -> None:
    path = tmp_path / "broken-download.warc.gz"
    whole = members(1, 2, 3)
    last = len(members(1, 2))
    for length in (last + 5, last + 60, len(whole) - 9, len(whole) - 1):
        path.write_bytes(whole[:length])
        pages, problems = read(path, part_bytes)
        assert pages[:2] == ["https://outlet.example/1", "https://outlet.example/2"]
        assert problems == ["cut-off-warc"], length


@pytest.mark.parametrize("part_bytes", [300, 8_000_000])
def test_whole_files_have_no_problem(tmp_path: Path, part_bytes: int) -> None:
    path = tmp_path / "whole.warc.gz"
    for data in (members(1, 2, 3), gzip.compress(record(1) + record(2) + record(3))):
        path.write_bytes(data)
        pages, problems = read(path, part_bytes)
        assert len(pages) == 3
        assert problems == []
