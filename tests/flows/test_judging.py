"""Judging takes what waits a batch at a time, in order, and looks for it once."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.night import open_night
from flows.steps import judging
from tests.flows.houses import make_house
from tests.warehouse.examples import NIGHT, article, begin, entry
from warehouse.dedupe import CopyRules
from warehouse.store import Reading, add_feed_results, add_readings, find_unjudged_ids, transaction


def test_batches_follow_one_another_until_none_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "BATCH", 2)
    looks: list[int] = []

    def look(con: object) -> list[str]:
        looks.append(1)
        return find_unjudged_ids(con)  # type: ignore[arg-type]

    monkeypatch.setattr(judging, "find_unjudged_ids", look)
    with open_night(make_house(tmp_path), as_of=NIGHT, kind="night") as night:
        begin(night.con, "r1")
        with transaction(night.con):
            entries = [entry(number) for number in range(5)]
            add_feed_results(night.con, run_id="r1", as_of=NIGHT, fetches=[], entries=entries)
            readings = [Reading(entry=one, article=article(number)) for number, one in enumerate(entries)]
            add_readings(night.con, run_id="r1", as_of=NIGHT, readings=readings)
        expected = find_unjudged_ids(night.con)
        assert [judging.judge_next(night, CopyRules()) for _ in range(4)] == [2, 2, 1, 0]
        judged = [row[0] for row in night.con.execute("SELECT version_id FROM verdicts ORDER BY rowid").fetchall()]
        assert judged == expected
        assert len(looks) == 2


def test_what_could_not_be_stored_is_judged_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_night(make_house(tmp_path), as_of=NIGHT, kind="night") as night:
        begin(night.con, "r1")
        with transaction(night.con):
            add_feed_results(night.con, run_id="r1", as_of=NIGHT, fetches=[], entries=[entry(1)])
            add_readings(night.con, run_id="r1", as_of=NIGHT, readings=[Reading(entry=entry(1), article=article(1))])
        with monkeypatch.context() as failing:
            failing.setattr(judging, "add_sketches", lambda *_, **__: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                judging.judge_next(night, CopyRules())
        assert judging.judge_next(night, CopyRules()) == 1
        assert judging.judge_next(night, CopyRules()) == 0
