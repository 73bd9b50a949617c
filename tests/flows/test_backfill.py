"""The past out of WARC files: every page one outcome, stories in order, no mail, and twice gives nothing new."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.house import House
from extractors.model import FetchedPage
from extractors.web.archive import Archive
from flows.backfill import backfill
from flows.night import snapshot_file
from tests.flows.houses import make_house, page
from warehouse.connection import open_snapshot

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
