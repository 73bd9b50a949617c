"""The archive: what goes in comes out, other tools can read it, and a crash costs at most the record being written."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from extractors.model import ArchiveRef, FetchedPage
from extractors.web.archive import Archive, ArchiveUnreadable, ArchiveUnwritable

NOW = datetime(2026, 9, 1, 2, 0, 0, 123456, tzinfo=UTC)


def page(n: int = 0, **changes: object) -> FetchedPage:
    values: dict[str, object] = {
        "url": f"http://example.org/{n}",
        "final_url": f"https://example.org/{n}",
        "status": 200,
        "headers": (("Content-Encoding", "gzip"), ("Set-Cookie", "a"), ("Set-Cookie", "b")),
        "body": f"<p>page {n}</p>\r\n\r\n".encode() * (n + 1),
        "fetched_at": NOW,
        "elapsed_s": 0.25,
    }
    return FetchedPage(**(values | changes))  # type: ignore[arg-type]


_name = st.from_regex(r"[A-WYZa-wyz][A-Za-z0-9-]{0,20}", fullmatch=True)
_value = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7FF, exclude_categories=["C", "Z"]), max_size=30)


@settings(max_examples=60, deadline=None)
@given(
    body=st.binary(max_size=2000), headers=st.lists(st.tuples(_name, _value), max_size=8), status=st.integers(200, 599)
)
def test_round_trip(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, headers: list[tuple[str, str]], status: int
) -> None:
    before = page(body=body, headers=tuple(headers), status=status, permanent_url="https://example.org/new")
    with Archive(tmp_path_factory.mktemp("archive")) as archive:
        ref = archive.append(before)
        after = archive.read(ref)
        archive.close()
        assert archive.read(ref) == after
    assert after.archive == ref
    assert (after.url, after.final_url, after.permanent_url) == (before.url, before.final_url, before.permanent_url)
    assert (after.status, after.body, after.fetched_at, after.elapsed_s) == (status, body, NOW, 0.25)
    assert after.headers == before.headers


def test_other_tools_read_it(tmp_path: Path) -> None:
    pages = [page(n) for n in range(20)]
    with Archive(tmp_path) as archive:
        for p in pages:
            archive.append(p)
    (path,) = archive.files()
    with path.open("rb") as file:
        records = [(r.rec_type, r.rec_headers.get_header("WARC-Target-URI"), r.content_stream().read())
                   for r in ArchiveIterator(file, check_digests="raise")]  # fmt: skip
    assert records[0][0] == "warcinfo"
    assert [(uri, body) for _, uri, body in records[1:]] == [(p.final_url, p.body) for p in pages]
    with path.open("rb") as file:
        assert sum(1 for r in FastIterator(file, verify_digests=True)) == 21


def test_rotation_and_retention(tmp_path: Path) -> None:
    with Archive(tmp_path, rotate_bytes=3000) as archive:
        refs = [archive.append(page(n, body=random.Random(n).randbytes(1000), fetched_at=NOW + timedelta(days=n)))
                for n in range(12)]  # fmt: skip
    files = archive.files()
    assert len(files) >= 4 and {ref.file for ref in refs} == {f.name for f in files}
    gone = archive.prune(now=NOW + timedelta(days=12), keep=timedelta(days=6))
    assert gone and refs[0].file in gone
    with pytest.raises(ArchiveUnreadable):
        archive.read(refs[0])
    assert archive.read(refs[-1]).url == "http://example.org/11"
    archive.prune(now=NOW, max_bytes=0)
    assert archive.files() == []


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "sovwatch-20260901T020000Z-00000000.warc.gz/../x", "x.gz", ""])
def test_names_from_outside_never_become_paths(tmp_path: Path, name: str) -> None:
    with pytest.raises(ArchiveUnreadable):
        Archive(tmp_path).read(ArchiveRef(file=name, offset=0))


def test_reading_where_no_record_begins(tmp_path: Path) -> None:
    with Archive(tmp_path) as archive:
        ref = archive.append(page())
        for offset in (1, ref.offset + 1, 10**9):
            with pytest.raises(ArchiveUnreadable):
                archive.read(ArchiveRef(file=ref.file, offset=offset))


def test_torn_tail_is_cut_off_at_every_length(tmp_path: Path) -> None:
    first = Archive(tmp_path)
    refs = [first.append(page(n)) for n in range(3)]
    first.close()
    (path,) = first.files()
    whole = path.read_bytes()
    path.unlink()
    for cut in [*range(refs[2].offset, len(whole), 7), len(whole) - 1]:
        torn = tmp_path / (path.name + ".open")
        torn.write_bytes(whole[:cut])
        archive = Archive(tmp_path)
        assert [archive.read(ref).url for ref in refs[:2]] == [page(n).url for n in range(2)]
        with path.open("rb") as file:
            assert sum(1 for _ in ArchiveIterator(file)) == 3  # warcinfo and two pages
        path.unlink()


def test_a_living_writers_file_is_left_alone(tmp_path: Path) -> None:
    writer = Archive(tmp_path)
    ref = writer.append(page(1))
    assert Archive(tmp_path).files() == []
    assert Archive(tmp_path).read(ref).url == page(1).url
    writer.append(page(2))
    writer.close()
    assert len(writer.files()) == 1


def test_full_disk_leaves_no_torn_record(tmp_path: Path) -> None:
    """The kernel's limit on file size stands in for a full disk: the write is cut short in the same way."""
    code = (
        "import resource,signal,sys;from pathlib import Path;from datetime import datetime,UTC;"
        "from extractors.web.archive import Archive,ArchiveUnwritable;from extractors.model import FetchedPage\n"
        "import os\n"
        "signal.signal(signal.SIGXFSZ,signal.SIG_IGN);resource.setrlimit(resource.RLIMIT_FSIZE,(5000,5000))\n"
        "a=Archive(Path(sys.argv[1]));n=0\n"
        "def page(b): return FetchedPage(url='http://e.org/',final_url='http://e.org/',status=200,headers=(),body=b,"
        "fetched_at=datetime(2026,9,1,tzinfo=UTC))\n"
        "try:\n"
        "  while True: a.append(page(os.urandom(900)));n+=1\n"
        "except ArchiveUnwritable: pass\n"
        "a.append(page(b'small'));a.close();print(n)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    archive = Archive(tmp_path)
    (path,) = archive.files()
    with path.open("rb") as file:
        assert sum(1 for _ in ArchiveIterator(file, check_digests="raise")) == int(done.stdout) + 2
    assert ArchiveUnwritable.__mro__[1] is OSError


def test_kill_at_random_moments_loses_nothing_acknowledged(tmp_path: Path) -> None:
    code = (
        "import sys,random;from pathlib import Path;from datetime import datetime,UTC;"
        "from extractors.web.archive import Archive;from extractors.model import FetchedPage\n"
        "a=Archive(Path(sys.argv[1]),rotate_bytes=300_000);r=random.Random(1)\n"
        "for n in range(10**6):\n"
        "  ref=a.append(FetchedPage(url=f'http://e.org/{n}',final_url=f'http://e.org/{n}',status=200,headers=(),"
        "body=r.randbytes(r.randrange(60_000)),fetched_at=datetime(2026,9,1,tzinfo=UTC)))\n"
        "  print(n,ref.file,ref.offset,flush=True)"
    )
    rounds = int(os.environ.get("SOVWATCH_KILL_ROUNDS", "3"))
    for seed in range(rounds):
        folder = tmp_path / str(seed)
        child = subprocess.Popen([sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(random.Random(seed).uniform(0.0, 0.2))
        child.send_signal(signal.SIGKILL)
        acknowledged = [line.split() for line in child.stdout.read().splitlines() if line.count(" ") == 2]
        child.wait()
        archive = Archive(folder)
        for n, file, offset in acknowledged:
            assert archive.read(ArchiveRef(file=file, offset=int(offset))).url == f"http://e.org/{n}"
        assert not list(folder.glob("*.open"))
        for path in archive.files():
            with path.open("rb") as stream:
                assert sum(1 for _ in ArchiveIterator(stream, check_digests="raise")) >= 1
