"""The past out of WARC files: every page one outcome, stories in order, no mail, and twice gives nothing new."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.house import House
from extractors.model import FetchedPage, TopicMatch
from extractors.pages.part_reading import PageRead, PartJob, PartReading
from extractors.pages.part_worker import PartWorker
from extractors.pages.pool import PageJob
from extractors.web.archive import Archive
from extractors.web.warc_parts import WarcPart, cut_parts, read_part
from flows.backfill import Progress, backfill, backfill_sitemaps
from flows.backfill.readers import LocalReaders, Readers
from flows.night import Night, snapshot_file, warehouse_file
from tests.flows.houses import make_house, page
from tests.flows.loopback import serving
from warehouse.compare import compare_warehouses
from warehouse.connection import open_file, open_snapshot

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ORDER = [
    "The government of Aldermark on Monday ordered the owner of the video app Lumora to sell it within ninety days.",
    "The forced sale follows a review of two years that found no other remedy, the trade minister told parliament.",
    "Lumora has eleven million users in the country; its owner said that it would go to court against the order.",
]
COURT = [
    "A court in Sundhaven suspended the forced sale of Lumora on Thursday until it has heard the owner in April.",
    "The judges wrote that the ministry had not answered the offer of a trustee, which the law obliges it to weigh.",
]
MORE = "Read more in our dossier."
GARDEN = ["Tulips want to be planted before the first frost, in loose soil and at three times their own depth."] * 3


@pytest.fixture
def house(tmp_path: Path) -> House:
    return make_house(tmp_path)


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    folder = tmp_path / "warc"
    pages = [
        ("https://one.example/order", page("Aldermark orders forced sale of Lumora", ORDER), 1),
        ("https://two.example/order", page("Lumora must be sold", [*ORDER, MORE], published="2026-03-01T11:00:00Z"), 1),
        ("https://two.example/garden", page("Tulips", GARDEN), 2),
        ("https://one.example/court", page("Court stops sale", COURT, published="2026-03-05T08:00:00Z"), 5),
    ]
    with Archive(folder) as archive:
        for url, body, day in pages:
            at = datetime(2026, 3, day, 12, tzinfo=UTC)
            headers = (("Content-Type", "text/html; charset=utf-8"),)
            archive.append(FetchedPage(url=url, final_url=url, status=200, headers=headers, body=body, fetched_at=at))
    return folder


def test_the_past_is_read_judged_and_told_in_order(house: House, collection: Path) -> None:
    report = backfill(house, [collection], now=NOW, workers=1)
    assert report.balanced
    assert report.seen == 4
    assert {name: n for name, n in report.outcomes.items() if n} == {"new": 2, "copy": 1, "off-topic": 1}
    assert report.mails == []
    with open_snapshot(snapshot_file(house.settings.state_dir)) as con:
        told = con.execute("SELECT headline FROM developments ORDER BY happened_at").fetchall()
        (copy,) = con.execute("SELECT url, original_title FROM copies").fetchall()
    assert told[0][0] in ("Aldermark orders forced sale of Lumora", "Lumora must be sold")
    assert copy == ("https://two.example/order", "Aldermark orders forced sale of Lumora")


def test_a_second_backfill_changes_nothing(house: House, collection: Path) -> None:
    first = backfill(house, [collection], now=NOW, workers=1)
    again = backfill(house, [collection], now=NOW, workers=1)
    assert again.seen == first.seen
    assert again.outcomes == {"known": 4}
    assert again.developments == []


def test_only_the_time_asked_for_is_read(house: House, collection: Path) -> None:
    report = backfill(house, [collection], now=NOW, since=datetime(2026, 3, 2, tzinfo=UTC),
                      until=datetime(2026, 3, 5, tzinfo=UTC), workers=1)  # fmt: skip
    assert report.outcomes == {"known": 0, "off-topic": 1}


def test_a_damaged_file_costs_what_is_behind_the_damage_and_is_reported(house: House, collection: Path) -> None:
    (file,) = collection.glob("*.warc.gz")
    (collection / "torn.warc.gz").write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    (collection / "junk.warc").write_bytes(b"no WARC at all\r\n" * 20)
    report = backfill(house, [collection], now=NOW, workers=1)
    assert report.balanced
    assert report.outcomes["new"] == 2


# ---- many readers, parts, stopping ----

SMALL = 1_500  # bytes a part: a handful of records
# Which file of our archive a page went to has a random name.
OURS = {"article_versions": frozenset(("archive_file", "archive_offset"))}


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty pages of ten days in two files: reports, copies of them, pages off topic."""
    folder = tmp_path_factory.mktemp("weeks")
    for number in range(2):
        with Archive(folder / f"file-{number}") as archive:
            for one in range(20):
                at = datetime(2026, 3, 1 + one // 2, 12, one, tzinfo=UTC)
                text = [GARDEN, ORDER, [*ORDER, MORE], COURT][one % 4]
                title = ["Tulips", "Forced sale of Lumora", "Lumora must be sold", "Court stops its sale"][one % 4]
                url = f"https://outlet-{one % 3}.example/{number}/{one}"
                body = page(title, [f"Report {one} of outlet {number}.", *text], published=at.isoformat())
                headers = (("Content-Type", "text/html; charset=utf-8"),)
                archive.append(FetchedPage(url=url, final_url=url, status=200, headers=headers, body=body,
                                           fetched_at=at))  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def one_worker(weeks: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The warehouse as one undisturbed worker makes it."""
    house = make_house(tmp_path_factory.mktemp("one"))
    report = backfill(house, [weeks], now=NOW, workers=1, part_bytes=SMALL)
    assert report.seen == 40
    return warehouse_file(house.settings.state_dir)


def differences(house: House, other: Path, *, but: frozenset[str] = frozenset()) -> dict[str, int]:
    with contextlib.closing(open_file(warehouse_file(house.settings.state_dir))) as con:
        found = compare_warehouses(con, other, leave_out=OURS)
    return {one.table: one.differing for one in found if one.differing and one.table not in but}


def test_two_workers_give_the_same_rows_as_one(house: House, weeks: Path, one_worker: Path) -> None:
    heard: list[Progress] = []
    backfill(house, [weeks], now=NOW, workers=2, part_bytes=SMALL, progress=heard.append)
    assert differences(house, one_worker) == {}
    assert heard[-1].pages == 40
    assert heard[-1].bytes == heard[-1].of_bytes


class Stopped(BaseException):
    """Stands for a kill."""


class Stopping:
    """Readers that end after so many parts."""

    def __init__(self, readers: Readers, parts: int) -> None:
        self._readers = readers
        self._parts = parts

    def read_all(self, jobs: Iterator[PartJob]) -> Iterator[PartReading]:
        """The first readings."""
        for number, reading in enumerate(self._readers.read_all(jobs)):
            if number == self._parts:
                raise Stopped
            yield reading


def test_a_backfill_that_was_stopped_goes_on_where_it_was(house: House, weeks: Path, one_worker: Path) -> None:
    @contextlib.contextmanager
    def stopping(night: Night) -> Iterator[Readers]:
        with LocalReaders(1, night.gate) as readers:
            yield Stopping(readers, 2)  # type: ignore[misc]

    with pytest.raises(Stopped):
        backfill(house, [weeks], now=NOW, part_bytes=SMALL, readers=stopping)
    report = backfill(house, [weeks], now=NOW, workers=1, part_bytes=SMALL)
    assert report.seen == 40 and report.balanced
    assert 0 < report.outcomes["known"] < 40
    runs = frozenset(("runs", "run_entries", "entry_outcomes", "fetches"))
    with contextlib.closing(open_file(warehouse_file(house.settings.state_dir))) as con:
        leave_out = {one: frozenset(("run_id", "first_run_id", "judged_at")) for one in
                     ("article_versions", "entries", "verdicts", "story_list", "story_members", "storyline_list",
                      "development_list", "source_changes")}  # fmt: skip
        leave_out["article_versions"] |= OURS["article_versions"]
        found = compare_warehouses(con, one_worker, leave_out=leave_out)
    assert {one.table: one.differing for one in found if one.differing and one.table not in runs} == {}


def test_our_own_archive_is_read_where_it_lies(house: House, weeks: Path) -> None:
    (first,) = (weeks / "file-0").glob("*.gz")
    folder = house.settings.archive_folder
    folder.mkdir(parents=True)
    (folder / first.name).write_bytes(first.read_bytes())
    report = backfill(house, [folder], now=NOW, workers=1)
    assert report.seen == 20
    with open_snapshot(snapshot_file(house.settings.state_dir)) as con:
        files = con.execute("SELECT DISTINCT archive_file FROM article_versions WHERE origin = 'backfill'").fetchall()
    assert files == [(first.name,)]


def test_parts_hold_every_page_once_however_a_file_is_cut(weeks: Path, tmp_path: Path) -> None:
    import gzip

    (file,) = (weeks / "file-0").glob("*.gz")
    plain = tmp_path / "plain.warc"
    plain.write_bytes(gzip.decompress(file.read_bytes()))
    whole = tmp_path / "whole.warc.gz"
    whole.write_bytes(gzip.compress(plain.read_bytes()))
    for path in (file, plain, whole):
        every = [p.final_url for part in cut_parts(path) for p in read_part(part, max_bytes=10**6)
                 if isinstance(p, FetchedPage)]  # fmt: skip
        assert len(every) == 20
        for size in (97, 1_000, 5_000):
            cut = cut_parts(path, part_bytes=size)
            assert (len(cut) > 1) == (path != whole)
            found = [p.final_url for part in cut for p in read_part(part, max_bytes=10**6)
                     if isinstance(p, FetchedPage)]  # fmt: skip
            assert found == every, (path.name, size)


def test_what_publishers_reserve_is_heeded_as_by_the_fetcher(house: House, tmp_path: Path) -> None:
    told = {
        "free": ((), ""),
        "reserved": ((("tdm-reservation", "1"),), ""),
        "meta": ((), '<meta name="tdm-reservation" content="1">'),
        "noindex": ((("X-Robots-Tag", "noindex"),), ""),
        "to-others": ((("X-Robots-Tag", "otherbot: noindex"),), ""),
        "unkept": ((), '<meta name="sovwatch-test" content="noarchive">'),
    }
    with Archive(tmp_path / "warc") as archive:
        for number, (name, (headers, meta)) in enumerate(told.items()):
            at = datetime(2026, 3, 1, 12, number, tzinfo=UTC)
            body = page(f"Forced sale of Lumora, {name}", [f"Said by {name}.", *ORDER]).decode()
            url = f"https://{name}.example/order"
            archive.append(FetchedPage(
                url=url, final_url=url, status=200, headers=(("Content-Type", "text/html"), *headers),
                body=body.replace("<head>", f"<head>{meta}").encode(), fetched_at=at,
            ))  # fmt: skip
    backfill(house, [tmp_path / "warc"], now=NOW, workers=1)
    with contextlib.closing(open_file(warehouse_file(house.settings.state_dir))) as con:
        codes = con.execute("SELECT e.url, o.code FROM entry_outcomes AS o JOIN entries AS e USING (entry_id) "
                            "WHERE o.outcome = 'off-topic'").fetchall()  # fmt: skip
        kept = dict(con.execute("SELECT url, archive_file IS NOT NULL FROM article_versions WHERE origin = 'backfill'")
                    .fetchall())  # fmt: skip
    assert sorted(codes) == [("https://meta.example/order", "reserved"), ("https://noindex.example/order", "noindex"),
                             ("https://reserved.example/order", "reserved")]  # fmt: skip
    assert kept == {"https://free.example/order": True, "https://to-others.example/order": True,
                    "https://unkept.example/order": False}  # fmt: skip


@pytest.mark.long
def test_a_killed_dask_worker_costs_nothing_but_time(house: House, weeks: Path, one_worker: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra `dask`")
    from flows.backfill.dask_readers import DaskPool, open_dask_readers

    killed: list[int] = []
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        pids = list(client.run(os.getpid).values())

        def heard(at: Progress) -> None:
            if not killed:  # the first part is stored: others are under way
                killed.append(pids[0])
                os.kill(pids[0], signal.SIGKILL)

        report = backfill(house, [weeks], now=NOW, part_bytes=SMALL, progress=heard,
                          readers=lambda night: open_dask_readers(client, night))  # fmt: skip
        # Single pages, as a night reads them; the other worker dies now.
        (file,) = (weeks / "file-0").glob("*.gz")
        whole = WarcPart(path=file, start=0, end=file.stat().st_size)
        jobs = [PageJob(page=p) for p in read_part(whole, max_bytes=10**6) if isinstance(p, FetchedPage)]
        read: list[tuple[str, str | None]] = []
        for job, reading in DaskPool(client, None, key="pages").read_many(jobs, now=NOW):
            if not read:
                os.kill(pids[1], signal.SIGKILL)
            read.append((job.page.final_url, reading.article.title if reading.article else None))
    assert killed and report.seen == 40 and report.balanced
    assert differences(house, one_worker) == {}
    assert [url for url, _ in read] == [job.page.final_url for job in jobs]
    assert all(title for _, title in read)


class DeadlyGate:
    """Kills the process that asks it about one title."""

    def __call__(self, title: str, lead: str, text: str, language: str | None) -> tuple[TopicMatch, ...]:
        """Nothing is on topic."""
        if title.startswith("Court"):
            os.kill(os.getpid(), signal.SIGKILL)
        return ()


def test_a_page_that_kills_its_worker_costs_itself_alone(weeks: Path) -> None:
    (file,) = (weeks / "file-0").glob("*.gz")
    part = WarcPart(path=file, start=0, end=file.stat().st_size // 3)
    with PartWorker(DeadlyGate()) as worker:
        reading = worker.read(PartJob(part=part, source_id="backfill"))
    codes = [read.reading.problem.code if isinstance(read, PageRead) and read.reading.problem else "read"
             for read in reading.pages]  # fmt: skip
    assert codes[:4] == ["read", "read", "read", "worker-died"]
    assert set(codes[4:]) <= {"read", "worker-died"} and len(codes) >= 5


def test_sitemaps_are_read_as_the_past(tmp_path: Path) -> None:
    pages = {"/order": page("Forced sale of Lumora ordered", ORDER), "/court": page("Court stops Lumora sale", COURT)}
    with serving(pages) as site:
        site.pages["/index.xml"] = (
            f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{site.base}/news.xml</loc>'
            "</sitemap></sitemapindex>"
        ).encode()
        items = [("order", "2026-03-01"), ("court", "2026-03-05"), ("older", "2026-01-05")]
        urls = "".join(
            f"<url><loc>{site.base}/{path}</loc><news:news><news:publication><news:name>O</news:name><news:language>en"
            f"</news:language></news:publication><news:publication_date>{day}T08:00:00Z</news:publication_date>"
            f"<news:title>Lumora {path}</news:title></news:news></url>" for path, day in items
        )  # fmt: skip
        site.pages["/news.xml"] = (
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
            f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
        ).encode()
        house = make_house(tmp_path, workers=1)
        report = backfill_sitemaps(house, [f"{site.base}/index.xml"], now=NOW, since=datetime(2026, 3, 1, tzinfo=UTC))
        assert "/older" not in site.asked
    assert report.balanced
    assert {name: n for name, n in report.outcomes.items() if n} == {"new": 2}
    assert report.mails == []
    with open_snapshot(snapshot_file(house.settings.state_dir)) as con:
        told = con.execute("SELECT told_at::DATE::VARCHAR FROM developments ORDER BY told_at").fetchall()
    assert told[0] == ("2026-03-02",), "told at the end of its own day"
