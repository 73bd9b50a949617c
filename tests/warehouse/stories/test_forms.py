"""Notices of one publisher in the same words about different things are different events; what has nothing in common
is none, in however small a window."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.warehouse.stories.newsroom import add_article, night
from warehouse.connection import open_memory
from warehouse.stories import StoryRules
from warehouse.stories.pairs import same_form
from warehouse.stories.terms import Terms, parse_terms

FIRST = datetime(2031, 3, 3, 9, tzinfo=UTC)
RULES = StoryRules(all_topics=True)


def notice(number: int, firm: str, town: str, goods: str, units: int) -> tuple[str, str]:
    return f"Order {number}: {firm} struck off the Harbour Roll", (
        f"The Keeper of the Harbour Roll made known on Monday that {firm} of {town} has been struck off the Harbour "
        f"Roll under section 4 of the Ports Act. The order concerns {goods}. Port authorities may buy none of them any "
        f"more and have {units} of them removed. Complaints may be lodged with the Keeper within six weeks. They have "
        "no suspensive effect."
    )


TUGS = notice(7, "Maren Towing", "Osthaven", "tugs of the type MT-3", 48)
CRANES = notice(8, "Quist Hoists", "Lindvik", "gantry cranes of the type QH-90", 1_310)
TUGS_AGAIN = (
    "Maren Towing of Osthaven is off the Harbour Roll",
    "Maren Towing of Osthaven has been struck off the Harbour Roll, the Keeper made known. Its 48 tugs of the type "
    "MT-3 have to be removed from every port under section 4 of the Ports Act.",
)
ORCHARD = (
    "Late frost takes half of the cherry blossom",
    "Growers along the upper Ell woke to white orchards. Small fires burned between the rows all night, and bees will "
    "find little. Jam makers in three valleys expect to pay twice as much this summer.",
)


def terms(article: tuple[str, str]) -> Terms:
    return parse_terms(*article, "en")


def test_a_form_filled_in_twice_is_known_by_its_headlines_and_what_the_other_does_not_say() -> None:
    assert same_form(terms(TUGS), terms(CRANES))
    assert same_form(terms(CRANES), terms(TUGS))
    assert not same_form(terms(TUGS), terms(TUGS_AGAIN))
    assert not same_form(terms(TUGS), terms(TUGS))


@pytest.mark.parametrize("nights", [1, 2])
def test_each_notice_is_a_story_and_a_storyline_of_its_own_and_told(nights: int) -> None:
    with open_memory() as con:
        add_article(con, "tugs", *TUGS, at=FIRST, site="roll.example")
        tellings = [night(con, FIRST + timedelta(hours=12), rules=RULES)] if nights == 2 else []
        at = FIRST + timedelta(days=nights - 1, hours=1)
        add_article(con, "cranes", *CRANES, at=at, site="roll.example")
        tellings.append(night(con, at + timedelta(hours=12), rules=RULES))
    members = {m.report.article_id: m for telling in tellings for m in telling.memberships}
    assert members["tugs"].story_id != members["cranes"].story_id
    assert members["tugs"].storyline_id != members["cranes"].storyline_id
    told = {d.outlets[0].article_id: d.kind for telling in tellings for d in telling.developments}
    assert told["cranes"] == "first"


def test_two_reports_without_a_name_or_figure_in_common_are_no_event_in_an_empty_house() -> None:
    with open_memory() as con:
        add_article(con, "tugs", *TUGS, at=FIRST, site="roll.example")
        add_article(con, "orchard", *ORCHARD, at=FIRST, site="valley.example")
        telling = night(con, FIRST + timedelta(hours=12), rules=RULES)
    assert len({m.story_id for m in telling.memberships}) == 2
