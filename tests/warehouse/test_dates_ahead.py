"""Dates ahead in the warehouse: found once a development, the surest kept, read anew when reading gets better."""

from __future__ import annotations

from datetime import date

import pytest

import warehouse.dates_ahead as module
from extractors.dates_ahead import AheadCertainty, DateAhead, DateKind
from tests.warehouse.invented import id_of
from tests.warehouse.populated import populated
from warehouse.dates_ahead import add_dates_ahead, choose_dates, find_dates_ahead

TEXT = "Bids are due by 5 May 2026. A hearing is set for 9 June 2026. The plant opens in 2028."


def test_dates_are_found_once_and_told_with_their_source(monkeypatch: pytest.MonkeyPatch) -> None:
    with populated() as con:
        con.execute("UPDATE article_versions SET text = ? WHERE article_id = ?", [TEXT, id_of("wire")])
        assert add_dates_ahead(con) == 3
        assert add_dates_ahead(con) == 0
        bids, hearing = find_dates_ahead(con, since=date(2026, 3, 11))
        assert (bids.first_day, bids.kind, bids.certainty) == (date(2026, 5, 5), "deadline", "exact")
        assert (hearing.sentence, hearing.outlet) == ("A hearing is set for 9 June 2026.", "Delta Wire")
        assert (hearing.storyline_id, hearing.development_id, hearing.mentions) == ("saga", "d-plant", 1)
        assert hearing.sentence[slice(*hearing.part)] == "9 June 2026"
        assert find_dates_ahead(con, since=date(2026, 6, 10)) == []
        assert find_dates_ahead(con, since=date(2026, 3, 11), storyline_id="clouds") == []
        monkeypatch.setattr(module, "READING", module.READING + 1)
        assert add_dates_ahead(con, limit=2) == 2
        assert add_dates_ahead(con) == 1
        assert len(find_dates_ahead(con, since=date(2026, 3, 11))) == 2
        row = con.execute("SELECT count(*), any_value(topics) FROM dates_ahead").fetchone()
        assert row == (2, ["chips"])


def test_an_approximate_date_gives_way_to_the_day_itself() -> None:
    with populated() as con:
        text = "A hearing will be held in June 2026. A hearing is set for 9 June 2026. A tender is due in June 2026."
        con.execute("UPDATE article_versions SET text = ? WHERE article_id = ?", [text, id_of("wire")])
        add_dates_ahead(con)
        found = [(one.kind, one.certainty, one.first_day.day) for one in find_dates_ahead(con, since=date(2026, 3, 11))]
        assert found == [("deadline", "approximate", 1), ("hearing", "exact", 9)]


def ahead(day: int, kind: DateKind = "deadline", certainty: AheadCertainty = "exact") -> DateAhead:
    on = date(2026, 5, day)
    return DateAhead(on=on, until=on, certainty=certainty, kind=kind, sentence="x", start=0, end=1)


def test_the_surest_that_says_what_for_is_kept() -> None:
    found = [("a", ahead(5, "other")), ("b", ahead(5, certainty="inferred")), ("c", ahead(5)), ("d", ahead(2, "other"))]
    assert [(article, one.on.day, one.kind) for article, one in choose_dates(found)] == [
        ("d", 2, "other"),
        ("c", 5, "deadline"),
    ]


def test_of_very_many_those_with_a_purpose_are_kept() -> None:
    found = [("a", ahead(day, "other")) for day in range(1, 20)] + [("b", ahead(30, "vote"))]
    assert [(one.on.day, one.kind) for _, one in choose_dates(found, most=2)] == [(1, "other"), (30, "vote")]
