"""The archive read again: what changes is told, written as new versions, and nothing else moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.house import House
from extractors.model import Article, Problem
from flows.monitor import run_night
from flows.night import snapshot_file, warehouse_file
from flows.reextract import compare_readings, reextract
from tests.flows.houses import make_house, page
from tests.flows.loopback import Site, serving
from warehouse.connection import open_file, open_snapshot

NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
ORDER = [
    "The government of Aldermark on Monday ordered the owner of the video app Lumora to sell it within ninety days.",
    "The forced sale follows a review of two years that found no other remedy, the trade minister told parliament.",
    "Lumora has eleven million users in the country; its owner said that it would go to court against the order.",
]
ARTICLE = Article(article_id="a", url="https://one.example/a", site="one.example", title="Order", extractor="old",
                  paragraphs=("One.", "Read also: two.", "Three."), fetched_at=NIGHT)  # fmt: skip


def test_readings_are_compared_by_what_a_reader_sees() -> None:
    assert compare_readings(ARTICLE, replace(ARTICLE, extractor="new")).kind == "same"
    cleaned = compare_readings(ARTICLE, replace(ARTICLE, paragraphs=("One.", "Three.")))
    assert (cleaned.kind, cleaned.removed, cleaned.added) == ("text", ("Read also: two.",), ())
    assert compare_readings(ARTICLE, replace(ARTICLE, paragraphs=("Three.", "Read also: two.", "One."))).kind == "text"
    facts = compare_readings(ARTICLE, replace(ARTICLE, authors=("Ada Lane",), access="stub"))
    assert (facts.kind, facts.facts) == ("facts", ("authors", "access"))
    problem = Problem(stage="extract", url=ARTICLE.url, code="no-text", detail="nothing there")
    assert compare_readings(ARTICLE, problem).kind == "lost"


@pytest.fixture
def site() -> Iterator[Site]:
    with serving({"/order": page("Forced sale of Lumora ordered", ORDER)}) as site:
        entry = ("Forced sale of Lumora ordered", "/order", "Mon, 02 Mar 2026 09:00:00 GMT")
        site.pages["/feed.xml"] = site.feed(entry)
        yield site


@pytest.fixture
def house(site: Site, tmp_path: Path) -> House:
    return make_house(tmp_path, sources=[{"id": "outlet", "name": "Outlet", "feed_url": f"{site.base}/feed.xml"}])


@pytest.mark.slow
def test_a_better_reading_becomes_a_version_and_the_old_one_stays(house: House) -> None:
    told = run_night(house, as_of=NIGHT).developments
    state = house.settings.state_dir
    later = NIGHT + timedelta(days=3)
    assert sum(reextract(house, now=later, apply=False, workers=1).counts.values()) == 0, "this extractor has read all"
    with open_file(warehouse_file(state)) as con:  # as if an extractor of long ago had read the page
        con.execute(
            "UPDATE article_versions SET extractor = 'pages-0', text = text || e'\\n\\nRead also: tulips' "
            "WHERE origin = 'night'"
        )

    looked = reextract(house, now=later, apply=False, workers=1)
    assert (dict(looked.counts), looked.written) == ({"text": 1}, 0)
    assert looked.changes[0].removed == ("Read also: tulips",)

    assert reextract(house, now=later, apply=True, workers=1).written == 1
    with open_snapshot(snapshot_file(state)) as con:
        assert con.execute("SELECT count(*), max(version) FROM articles").fetchone() == (1, 2)
        assert con.execute("SELECT count(*) FROM developments").fetchone() == (len(told),), "nothing is told again"
    with open_file(warehouse_file(state)) as con:
        texts = con.execute(
            "SELECT text LIKE '%tulips%', origin FROM article_versions WHERE origin <> 'seed' ORDER BY version"
        ).fetchall()
        assert texts == [(True, "night"), (False, "reextract")]

    assert reextract(house, now=later + timedelta(days=1), apply=True, workers=1).written == 0
    night = run_night(house, as_of=later + timedelta(days=2))
    assert night.developments == []
