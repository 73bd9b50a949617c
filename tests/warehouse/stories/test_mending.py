"""Splits and merges: by the witness of two outlets only, recorded, and neither story is rewritten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import duckdb
import numpy as np
import pytest

from tests.warehouse.stories.newsroom import add_article, night
from warehouse.connection import open_memory
from warehouse.stories import StoryRules
from warehouse.stories.mending import find_mends
from warehouse.stories.pairs import Pairs

AT = datetime(2031, 5, 5, 8, tzinfo=UTC)

STRIKE = (
    "Dockers at the port of Hallmouth walked out on Monday over the automation of 40 cranes that Lindqvist Lifting "
    "had installed. The union Havnefolk said 1,900 members followed its call and no ship was unloaded."
)
STRIKE_AGAIN = (
    "No ship was unloaded at the port of Hallmouth on Monday after 1,900 dockers of the union Havnefolk walked out "
    "over 40 automated cranes installed by Lindqvist Lifting."
)
FIRE = (
    "A fire at a battery store of Ostra Energi near Kjellby burned for six hours on Monday. Eleven firemen were taken "
    "to hospital and the E18 road was closed, the police chief Jonas Brandt said."
)
FIRE_AGAIN = (
    "Eleven firemen went to hospital after a fire at a battery store of Ostra Energi near Kjellby on Monday. It burned "
    "for six hours; police chief Jonas Brandt had the E18 road closed."
)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    found = open_memory()
    yield found
    found.close()


def pairs_of(likeness: list[list[float]]) -> Pairs:
    values = np.array(likeness, np.float32)
    rows, columns = np.nonzero(values >= 0)
    return Pairs(rows, columns + len(likeness), values[rows, columns], values[rows, columns])


def test_two_outlets_that_are_of_both_events_make_two_stories_one_and_the_earlier_is_kept() -> None:
    pairs = pairs_of([[0.9, 0.8, 0.7], [0.8, 0.9, 0.75]])
    (mend,) = find_mends(pairs, 2, [0, 0, 1], ["a", "b"], {0: 2.0, 1: 1.0}, sure=0.6)
    assert (mend.kept, mend.gone, mend.witnesses) == (1, 0, (0, 1))
    assert find_mends(pairs, 2, [0, 0, 1], ["a", "a"], {0: 2.0, 1: 1.0}, sure=0.6) == []
    assert find_mends(pairs, 2, [0, 0, 1], ["a", "b"], {0: 2.0, 1: 1.0}, sure=0.8) == []


def test_two_outlets_that_are_of_one_part_alone_make_a_story_two() -> None:
    pairs = pairs_of([[0.01, 0.02, 0.7, 0.8], [0.02, 0.01, 0.75, 0.9]])
    (mend,) = find_mends(pairs, 2, [0, 0, 0, 0], ["a", "b"], {0: 1.0}, sure=0.6)
    assert (mend.kept, mend.gone, mend.like, mend.others) == (0, None, (2, 3), (0, 1))
    unclear = pairs_of([[0.01, 0.3, 0.7, 0.8], [0.02, 0.01, 0.75, 0.9]])
    assert find_mends(unclear, 2, [0, 0, 0, 0], ["a", "b"], {0: 1.0}, sure=0.6) == []


def test_a_merge_is_recorded_and_both_stories_stay_as_they_were_told(con: duckdb.DuckDBPyConnection) -> None:
    apart = StoryRules(link=1.0)
    add_article(con, "one", "Dockers walk out at Hallmouth over cranes", STRIKE, at=AT, site="a.example")
    soon = AT + timedelta(hours=1)
    add_article(con, "two", "No ship unloaded as dockers strike in Hallmouth", STRIKE_AGAIN, at=soon, site="b.example")
    first, second = night(con, AT + timedelta(hours=12), rules=apart).stories
    later = AT + timedelta(days=1)
    add_article(con, "three", "Dockers of Hallmouth strike over 40 cranes", STRIKE, at=later, site="c.example")
    add_article(con, "four", "Hallmouth dockers walk out, no ship unloaded", STRIKE_AGAIN, at=later, site="d.example")
    telling = night(con, later + timedelta(hours=12), rules=StoryRules(sure=0.3))
    (act,) = telling.acts
    assert {act.story_id, act.other_id} == {first.story_id, second.story_id}
    assert {m.story_id for m in telling.memberships} == {first.story_id}
    changes = con.execute("SELECT act, story_id, story, other_id, other, reports FROM story_changes").fetchall()
    assert changes == [("merge", second.story_id, second.title, first.story_id, first.title, 1)]
    held = dict(con.execute("SELECT article_id, story_id FROM story_members").fetchall())
    assert (held["one"], held["two"]) == (first.story_id, second.story_id)
    again = AT + timedelta(days=2)
    add_article(con, "five", "Strike of Hallmouth dockers goes on", STRIKE_AGAIN, at=again, site="e.example")
    told = night(con, again + timedelta(hours=12), rules=StoryRules())
    assert [m.story_id for m in told.memberships] == [first.story_id]
    assert told.acts == ()


def test_a_split_founds_a_story_and_leaves_the_old_one_as_it_was_told(con: duckdb.DuckDBPyConnection) -> None:
    add_article(con, "s1", "Dockers walk out at Hallmouth over cranes", STRIKE, at=AT, site="a.example")
    add_article(con, "s2", "No ship unloaded as dockers strike", STRIKE_AGAIN, at=AT, site="b.example")
    (old,) = night(con, AT + timedelta(hours=1)).stories
    later = AT + timedelta(hours=2)
    for article, text, site in (("f1", FIRE, "a.example"), ("f2", FIRE_AGAIN, "b.example")):
        add_article(con, article, "Eleven firemen in hospital after battery fire", text, at=later, site=site)
    night(con, later + timedelta(hours=1))
    # As if the night had taken them for one.
    for table in ("story_members", "article_terms"):
        con.execute(f"UPDATE {table} SET story_id = $old", {"old": old.story_id})
    again = AT + timedelta(days=1)
    for article, text, site in (("f3", FIRE, "c.example"), ("f4", FIRE_AGAIN, "d.example")):
        add_article(con, article, "Battery fire at Kjellby: eleven firemen hurt", text, at=again, site=site)
    telling = night(con, again + timedelta(hours=12))
    (act,) = telling.acts
    assert (act.act, act.story_id, set(act.versions)) == ("split", old.story_id, {"f1.1", "f2.1"})
    assert [s.story_id for s in telling.stories] == [act.other_id]
    held = dict(con.execute("SELECT article_id, story_id FROM story_members").fetchall())
    assert held["f1"] == old.story_id and held["f3"] == held["f4"] == act.other_id
    (change,) = con.execute("SELECT act, other_id, reports FROM story_changes").fetchall()
    assert change == ("split", act.other_id, 2)
