"""The warehouse made anew from the archive alone: the same rows, nobody mailed, nothing lost on the way."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from config.house import House
from extractors.model import FetchedPage
from extractors.web.archive import Archive
from flows.backfill import backfill
from flows.monitor import run_night
from flows.night import warehouse_file
from flows.performing import Performer, Plainly, Started
from flows.rebuild import BEFORE, RebuildReport, rebuild
from tests.flows.houses import make_house, page
from tests.flows.loopback import Site, serving
from tests.flows.test_monitor import ORDER, SUIT, TULIPS
from warehouse.compare import DERIVED, RENEWED
from warehouse.connection import open_file, open_memory

T = TypeVar("T")
NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
COURT = ["A court in Sundhaven suspended the forced sale of Lumora until it has heard the owner in April."] * 2
TAKEN_OVER = {"annotations", "backfill_parts", "outbox_attempts", "outbox_items", "outbox_mails", "outbox_messages",
              "site_files"}  # fmt: skip
# What a backfill read and found off topic is not in our archive.
UNKEPT = {"entries", "entry_outcomes", "run_entries", "fetches"}


class Killed(BaseException):
    """Stands for a kill: nobody catches it."""


class Dying:
    """A performer that dies before the nth step of that name."""

    def __init__(self, name: str, nth: int = 1) -> None:
        self._left = {name: nth}
        self._inner: Performer = Plainly()

    def run(self, name: str, step: Callable[[], T]) -> T:
        """The step, or the end."""
        if name in self._left:
            self._left[name] -= 1
            if not self._left[name]:
                raise Killed
        return self._inner.run(name, step)

    def start(self, name: str, step: Callable[[], T]) -> Started[T]:
        """The step beside the others."""
        return self._inner.start(name, step)


@pytest.fixture
def site() -> Iterator[Site]:
    with serving({"/order": page("Forced sale of Lumora ordered", ORDER), "/tulips": page("Tulips", TULIPS)}) as site:
        show(site, ("/order", "Mon, 02 Mar 2026 09:00:00 GMT"), ("/tulips", "Mon, 02 Mar 2026 10:00:00 GMT"),
             ("/gone", "Mon, 02 Mar 2026 11:00:00 GMT"))  # fmt: skip
        yield site


def show(site: Site, *items: tuple[str, str]) -> None:
    site.pages["/feed.xml"] = site.feed(*((f"Lumora {path[1:]}", path, date) for path, date in items))


@pytest.fixture
def house(site: Site, tmp_path: Path) -> House:
    dead = {"id": "dead", "name": "Dead", "feed_url": f"{site.base}/dead.xml"}
    return make_house(
        tmp_path, workers=1,
        sources=[{"id": "outlet", "name": "Outlet", "feed_url": f"{site.base}/feed.xml"}, dead],
    )  # fmt: skip


def differing(report: RebuildReport, *, but: set[str] | frozenset[str] = frozenset()) -> dict[str, int]:
    return {one.table: one.differing for one in report.differences if one.differing and one.table not in but}


def count(house: House, table: str) -> int:
    with contextlib.closing(open_file(warehouse_file(house.settings.state_dir))) as con:
        row = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row is not None
    return int(row[0])


def live(house: House, site: Site, tmp_path: Path) -> None:
    """Some weeks: a night, one killed while reading, one killed while judging, a revision, a backfill."""
    run_night(house, as_of=NIGHT)
    show(site, ("/order", "Mon, 02 Mar 2026 09:00:00 GMT"), ("/suit", "Tue, 03 Mar 2026 09:00:00 GMT"))
    site.pages["/suit"] = page("Owner of Lumora files suit", [*COURT, SUIT], published="2026-03-03T09:00:00Z")
    for step in ("read pages", "judge articles"):
        with pytest.raises(Killed):
            run_night(house, as_of=NIGHT + timedelta(days=1), performer=Dying(step))
    site.pages["/order"] = page("Forced sale of Lumora ordered", [*ORDER, SUIT])
    show(site, ("/order#edited", "Mon, 02 Mar 2026 12:00:00 GMT"), ("/suit", "Tue, 03 Mar 2026 09:00:00 GMT"))
    run_night(house, as_of=NIGHT + timedelta(days=2))
    with Archive(tmp_path / "warc") as warc:
        for url, title, text in (("court", "Court stops sale of Lumora", COURT), ("garden", "Tulips", TULIPS)):
            at = datetime(2026, 3, 5, 12, tzinfo=UTC)
            body = page(title, text, published="2026-03-05T08:00:00Z")
            headers = (("Content-Type", "text/html"),)
            warc.append(FetchedPage(url=f"https://x.example/{url}", final_url=f"https://x.example/{url}", status=200,
                                    headers=headers, body=body, fetched_at=at))  # fmt: skip
    backfill(house, [tmp_path / "warc"], now=NOW, workers=1)


def test_the_archive_alone_gives_the_same_rows_also_after_kills(house: House, site: Site, tmp_path: Path) -> None:
    live(house, site, tmp_path)
    state = house.settings.state_dir
    with contextlib.closing(open_file(warehouse_file(state))) as con:
        con.execute("INSERT INTO outbox_messages VALUES ('m', 'somebody@example.org', 'x'::BLOB)")
    site.pages.clear()
    asked = len(site.asked)
    articles = count(house, "article_versions")
    report = rebuild(house, now=NOW)
    assert report.runs == {"night": 4, "backfill": 1}
    assert differing(report, but=UNKEPT) == {}
    assert (report.missing, report.lost_articles, report.replaced) == ([], 0, True)
    assert len(site.asked) == asked, "a rebuild must not ask anybody"
    assert (state / BEFORE).exists()
    assert report.taken_over["outbox_messages"] == 1
    assert count(house, "article_versions") == articles
    # Life goes on where it was: nothing is new to the next night.
    report_after = run_night(house, as_of=NIGHT + timedelta(days=3))
    assert not report_after.developments


@pytest.mark.long
def test_a_rebuild_loses_nothing_whatever_it_lacks(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_night(house, as_of=NIGHT)
    before = count(house, "article_versions")
    archive = house.settings.archive_folder

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr("flows.rebuild.put_in_place", dies)
        rebuild(house, now=NOW)
    assert count(house, "article_versions") == before, "a killed rebuild costs nothing"

    warehouse_file(house.settings.state_dir).unlink()
    today = make_house(tmp_path, sources=[{"id": "other", "name": "Other", "feed_url": "http://127.0.0.1:9/f"}])
    rebuilt = rebuild(today, now=NOW)
    assert rebuilt.replaced, "with the sources of then, although the configuration has changed"
    assert count(house, "article_versions") == before

    (kept,) = archive.glob("configuration-*.json.gz")
    kept.unlink()
    report = rebuild(today, now=NOW)
    assert any("configuration" in warning for warning in report.warnings)
    assert (report.replaced, report.lost_articles) == (False, 1), "with today's sources the article is lost"
    for file in archive.glob("*.warc.gz"):
        file.unlink()
    report = rebuild(house, now=NOW)
    assert (report.replaced, report.lost_articles) == (False, before)
    assert count(house, "article_versions") == before
    assert rebuild(house, now=NOW, accept_losses=True).replaced
    assert count(house, "article_versions") == 0


def test_every_table_is_either_made_anew_or_taken_over() -> None:
    tables = {row[0] for row in open_memory().execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables >= DERIVED
    # Whoever adds a table decides here what a rebuild does with it.
    assert tables - DERIVED - RENEWED == TAKEN_OVER
