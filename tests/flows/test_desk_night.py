"""What a night leaves on the desk: feeds, dates ahead, notes; and that it stands when none of them can be made."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import feedparser
import pytest

from config.house import House
from extractors.urls import article_id_of
from flows.annotating import annotations_file
from flows.exits import Exit
from flows.monitor import run_night
from flows.night import snapshot_file
from tests.flows.houses import house_of, serving_one_report
from tests.flows.loopback import Site
from warehouse.annotations import Target, add_annotations, annotate
from warehouse.connection import open_snapshot

NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
ORDER = [
    "The government of Aldermark on Monday ordered the owner of the video app Lumora to sell it within ninety days.",
    "The forced sale follows a review of two years that found no other remedy, the trade minister told parliament.",
    "A hearing on the owner's complaint is set for 21 April 2026 in Sundhaven, the court said.",
]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving_one_report("Forced sale of Lumora ordered", ORDER) as site:
        yield site


@pytest.fixture
def house(site: Site, tmp_path: Path) -> House:
    return house_of(site, tmp_path)


def test_a_night_leaves_feeds_dates_and_notes(house: House, site: Site) -> None:
    url = f"{site.base}/order"
    target = Target(kind="article", id=article_id_of(url), title="Order", url=url)
    note = annotate(target, kind="note", text="awaited", noted_at=NIGHT)
    add_annotations(annotations_file(house.settings.state_dir), [note])
    report = run_night(house, as_of=NIGHT)
    assert (report.exit_code, report.problems) == (Exit.OK, [])
    feeds = house.settings.briefing_folder / "feeds"
    told = feedparser.parse((feeds / "all.atom.xml").read_bytes()).entries
    assert [entry.title for entry in told] == ["Forced sale of Lumora ordered"]
    assert b"DTSTART;VALUE=DATE:20260421" in (feeds / "ahead.ics").read_bytes()
    with open_snapshot(snapshot_file(house.settings.state_dir)) as con:
        dates = con.execute("SELECT kind, first_day::VARCHAR, certainty FROM dates_ahead ORDER BY first_day").fetchall()
        notes = con.execute("SELECT kind, target_id FROM annotations").fetchall()
    assert dates == [("hearing", "2026-04-21", "exact"), ("deadline", "2026-05-30", "inferred")]
    assert notes == [("note", target.id)], "what was noted before the night is in its snapshot"


def test_a_night_stands_when_the_desk_cannot_be_served(house: House) -> None:
    state = house.settings.state_dir
    state.mkdir(parents=True)
    annotations_file(state).write_text("torn", encoding="utf-8")
    house.settings.briefing_folder.mkdir()
    (house.settings.briefing_folder / "feeds").write_text("in the way", encoding="utf-8")
    report = run_night(house, as_of=NIGHT)
    assert report.exit_code is Exit.OK
    assert {"annotation-unreadable", "feeds-failed"} <= {problem.code for problem in report.problems}
    assert len(report.developments) == 1
    with open_snapshot(snapshot_file(state)) as con:
        assert con.execute("SELECT count(*) FROM developments").fetchone() == (1,)
