"""Whole nights over a loopback outlet: what comes in goes out once, and a second run changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.house import House
from extractors.model import Problem
from flows.exits import Exit
from flows.monitor import run_night
from flows.night import snapshot_file
from flows.steps.feeds import is_cut_off
from tests.flows.houses import make_house, page
from tests.flows.loopback import Site, serving
from warehouse.connection import open_snapshot

NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
ORDER = [
    "The government of Aldermark on Monday ordered the owner of the video app Lumora to sell it within ninety days.",
    "The forced sale follows a review of two years that found no other remedy, the trade minister told parliament.",
    "Lumora has eleven million users in the country; its owner said that it would go to court against the order.",
]
SUIT = "On Tuesday the owner filed a suit in Sundhaven."
TULIPS = ["Tulips want to be planted before the first frost, in loose soil and at three times their own depth."] * 3


@pytest.fixture
def site() -> Iterator[Site]:
    with serving({"/order": page("Forced sale of Lumora ordered", ORDER), "/tulips": page("Tulips", TULIPS)}) as site:
        site.pages["/feed.xml"] = site.feed(
            ("Forced sale of Lumora ordered", "/order", "Mon, 02 Mar 2026 09:00:00 GMT"),
            ("Tulips", "/tulips", "Mon, 02 Mar 2026 10:00:00 GMT"),
            ("An old hat", "/old", "Mon, 02 Mar 2020 10:00:00 GMT"),
        )
        yield site


@pytest.fixture
def house(site: Site, tmp_path: Path) -> House:
    return make_house(tmp_path, sources=[{"id": "outlet", "name": "Outlet", "feed_url": f"{site.base}/feed.xml"}])


def test_a_night_accounts_for_every_entry_and_a_second_run_changes_nothing(house: House, site: Site) -> None:
    first = run_night(house, as_of=NIGHT)
    assert first.exit_code is Exit.OK
    assert first.balanced
    assert {name: n for name, n in first.outcomes.items() if n} == {"new": 1, "off-topic": 1, "aged-out": 1}
    assert [d.headline for d in first.developments] == ["Forced sale of Lumora ordered"]
    snapshot = snapshot_file(house.settings.state_dir)
    before = snapshot.read_bytes()

    again = run_night(house, as_of=NIGHT)
    assert again.outcomes == {"known": 0}, "the feed is not due again the same night"
    assert again.developments == []
    with open_snapshot(snapshot) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (1,)
    assert len(before) > 0


def test_the_next_night_reads_only_what_is_new(house: House, site: Site) -> None:
    run_night(house, as_of=NIGHT)
    asked_before = len(site.asked)
    site.pages["/order"] = page("Forced sale of Lumora ordered", [*ORDER, SUIT])
    report = run_night(house, as_of=NIGHT + timedelta(days=1))
    assert report.outcomes == {"known": 3}
    assert [path for path in site.asked[asked_before:] if path not in ("/robots.txt", "/.well-known/tdmrep.json")] == [
        "/feed.xml"
    ]


def test_site_files_are_asked_for_once_a_day(site: Site, tmp_path: Path) -> None:
    site.pages["/more.xml"] = site.feed(("More tulips", "/tulips?more=1", "Mon, 02 Mar 2026 10:00:00 GMT"))
    site.pages["/tulips?more=1"] = site.pages["/tulips"]
    sources = [{"id": name, "name": name, "feed_url": f"{site.base}/{name}.xml"} for name in ("feed", "more")]
    run_night(make_house(tmp_path, sources=sources[:1]), as_of=NIGHT)
    run_night(make_house(tmp_path, sources=sources), as_of=NIGHT + timedelta(hours=6))
    assert site.asked.count("/tulips?more=1") == 1
    assert [site.asked.count(path) for path in ("/robots.txt", "/.well-known/tdmrep.json")] == [1, 1]
    run_night(make_house(tmp_path, sources=sources), as_of=NIGHT + timedelta(hours=25))
    assert site.asked.count("/robots.txt") == 2


def test_a_search_service_is_not_asked_for_pages_that_it_does_not_have(house: House, site: Site) -> None:
    search = "https://news.google.com/rss/articles/CBMiabc?oc=5"
    site.pages["/feed.xml"] = site.feed(
        ("Forced sale of Lumora ordered - The Outlet", search, "Mon, 02 Mar 2026 09:00:00 GMT"),
        ("Tulips - The Garden", search.replace("abc", "def"), "Mon, 02 Mar 2026 09:00:00 GMT"),
    )
    report = run_night(house, as_of=NIGHT)
    assert {name: n for name, n in report.outcomes.items() if n} == {"link-only": 1, "off-topic": 1}
    assert report.problems == []


def test_a_changed_entry_brings_a_revision_of_its_article(house: House, site: Site) -> None:
    run_night(house, as_of=NIGHT)
    site.pages["/order"] = page("Forced sale of Lumora ordered", [*ORDER, SUIT])
    site.pages["/feed.xml"] = site.feed(("Lumora sues over forced sale", "/order", "Mon, 02 Mar 2026 09:00:00 GMT"))
    report = run_night(house, as_of=NIGHT + timedelta(days=1))
    assert report.outcomes == {"known": 0, "revision": 1}
    assert report.articles[0].adds_facts is True


def test_without_network_nothing_is_marked_as_read(house: House, tmp_path: Path) -> None:
    broken = make_house(tmp_path, sources=[{"id": "outlet", "name": "Outlet", "feed_url": "http://127.0.0.1:1/feed.xml"}])
    report = run_night(broken, as_of=NIGHT)
    assert report.exit_code is Exit.NO_NETWORK
    assert report.snapshot is None
    assert run_night(house, as_of=NIGHT + timedelta(hours=1)).outcomes["new"] == 1


@pytest.mark.parametrize(
    ("codes", "cut_off"),
    [(["dns", "timeout"], True), (["dns", "http-404"], False), (["dns", "refused-address"], True),
     (["refused-address"], False), (["timeout", "blocked"], False), ([], False)],
)  # fmt: skip
def test_a_machine_is_cut_off_when_no_server_answers(codes: list[str], cut_off: bool) -> None:
    assert is_cut_off([Problem(stage="feed", url="u", code=code, detail="-") for code in codes]) is cut_off
