"""What a reader is told of a matter that was not there before: that it is, in which words, under whose headline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.warehouse.stories.newsroom import add_article, night
from warehouse.connection import open_memory
from warehouse.stories import StoryRules, Telling
from warehouse.stories.form import is_comment, is_news, names_near_day
from warehouse.stories.novelty import judge_novelty
from warehouse.stories.sentences import parse_sentences

FIRST = datetime(2026, 3, 2, 9, tzinfo=UTC)
MATTERS = (
    ("Norvik halts the Lumen tender", "Norvik halted the Lumen satellite tender on Monday after 14 bids."),
    ("Port of Esker drops Halden cameras", "The port of Esker removed 230 Halden cameras today, it said."),
    ("Brenna court fines Ostia over patient files", "A court in Brenna fined Ostia 4.5 million crowns today."),
    ("Taldor opens a chip plant", "Taldor opened a chip plant near Sund on Monday with 900 workers and two lines."),
    ("Parliament of Ysk adopts the mail act", "The parliament of Ysk adopted the act on Monday by 61 votes to 40."),
    ("Quill leaves the Vesper exchange", "Quill left the Vesper exchange today and lost 12 per cent in an hour."),
)  # fmt: skip
NEW = ("Arkona blocks the sale of Merle Optics", "Arkona blocked the sale of Merle Optics to Dray Capital on Tuesday.")


def second_night(topic: str | None, **rules: bool) -> Telling:
    """A night after one of matters that one outlet each reported, with a new matter of one outlet."""
    with open_memory() as con:
        for number, (title, text) in enumerate(MATTERS):
            add_article(con, f"a{number}", title, text, at=FIRST, site=f"s{number}.example", topic=topic)
        night(con, FIRST + timedelta(hours=12), rules=StoryRules(all_topics=True))
        at = FIRST + timedelta(days=1)
        add_article(con, "new", *NEW, at=at, site="one.example", topic=topic)
        return night(con, at + timedelta(hours=12), rules=StoryRules(all_topics=True, **rules))


def test_a_new_matter_on_a_topic_is_told_the_night_it_appears() -> None:
    assert [(d.kind, d.headline) for d in second_night("trade").developments] == [("first", NEW[0])]


def test_where_nobody_chose_the_topic_it_waits_for_others() -> None:
    assert second_night(None).developments == ()


@pytest.mark.parametrize(
    ("title", "text", "language", "comment", "news"),
    [
        ("Arkona blocks the sale", "Arkona blocked the sale of Merle on Tuesday.", "en", False, True),
        ("Analysis: what the sale means", "Arkona blocked the sale of Merle on Tuesday.", "en", True, False),
        ("A sale is no plan", "We sold what we had, and our lenses went with it. I miss them.", "en", True, False),
        ("Wie ein Kabel repariert wird", "Ein Schiff hebt das Kabel, dann wird gespleißt.", "de", False, False),
        ("Arkona blocca la vendita", "Arkona ha bloccato la vendita di Merle.", "it", False, True),
    ],
)
def test_the_form_tells_news_from_comment(title: str, text: str, language: str, comment: bool, news: bool) -> None:
    assert is_comment(title, text, language) is comment
    assert is_news(title, text, language) is news


def test_sentences_are_shown_of_the_reports_asked_for_where_they_say_something_new() -> None:
    english = "Arkona blocked the sale of Merle Optics to Dray Capital."
    german = "Arkona untersagte am Dienstag den Verkauf von Merle Optics, Dray Capital und 340 Patente sind betroffen."
    reports = [("de", parse_sentences(german, "de", {})), ("en", parse_sentences(english, "en", {}))]
    assert judge_novelty(reports, [], set(), most=3).sentences[0].article_id == "de"
    shown = judge_novelty(reports, [], set(), most=3, shown={"en"}).sentences
    assert {s.article_id for s in shown} == {"en"}
    known = set().union(*(s.said for s in reports[1][1]))
    shown = judge_novelty(reports, [], known, most=3, shown={"en"}).sentences
    assert {s.article_id for s in shown} == {"de"}


def test_the_headline_is_that_of_an_independent_report() -> None:
    text = "Arkona blocked the sale of Merle Optics to Dray Capital on Tuesday. Arkona named 340 patents."
    other = "Merle Optics will not go to Dray Capital: Arkona blocked the sale on Tuesday because of 340 patents."
    with open_memory() as con:
        add_article(con, "copy", "BLOCKED", text, at=FIRST, site="copier.example", relation="near", original="unheld")
        add_article(con, "own", NEW[0], other, at=FIRST + timedelta(hours=2), site="own.example")
        told = night(con, FIRST + timedelta(hours=12)).developments
    assert [d.headline for d in told] == [NEW[0]]
    assert [o.article_id for o in told[0].outlets] == ["own", "copy"]


def test_a_headline_that_quotes_somebody_on_himself_is_no_news() -> None:
    assert is_comment("“I filmed four farewells”: a restorer and her viewers", "On Monday she spoke.", "en")
    assert not is_comment("“Intolerable”: Brenna court fines Ostia", "A court fined Ostia on Monday.", "en")


@pytest.mark.parametrize(("lead", "near"), [
    ("With effect from 23 March 2026, Orvane is on the list.", True), ("Ab dem 23. März gilt die Liste.", True),
    ("Le décret s'applique le 23 mars.", True), ("El 23 de marzo entra en vigor.", True), ("3月23日起施行。", True),
    ("The law of 12 November 2024 says so.", False), ("It was founded in March.", False), ("On 31 February.", False),
])  # fmt: skip
def test_a_date_near_its_publication_makes_a_report_news(lead: str, near: bool) -> None:
    assert names_near_day(lead, datetime(2026, 3, 3, tzinfo=UTC)) is near
