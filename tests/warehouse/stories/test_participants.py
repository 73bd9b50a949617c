"""Who is shown as taking part in a report: names alone, in the languages that are watched."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.warehouse.stories.newsroom import add_article, night
from warehouse.connection import open_memory
from warehouse.stories.participants import choose_participants
from warehouse.stories.plain_words import is_calendar, is_noun
from warehouse.stories.storyline import distinct_names
from warehouse.stories.terms import alias_table, find_names


def shown(
    text: str, *, title: str = "", language: str = "en", outlets: frozenset[str] = frozenset(),
    watchlist: dict[str, tuple[str, ...]] | None = None,
) -> set[str]:  # fmt: skip
    aliases = alias_table(watchlist or {})
    names = find_names(title, text, aliases)
    listed = frozenset(aliases.values())
    return set(choose_participants(names, title=title, text=text, language=language, listed=listed, outlets=outlets))


@pytest.mark.parametrize(
    "words",
    [
        "Monday Thu Sept March May Dec.", "Montag Samstag März Jänner Okt Mi", "lundi Mercredi août févr.",
        "martes Sábado enero dic", "三月 3月15日 十二月 星期一 周五",
    ],
    ids=["en", "de", "fr", "es", "zh"],
)  # fmt: skip
def test_months_and_weekdays_are_no_names(words: str) -> None:
    assert [word for word in words.split() if not is_calendar(word)] == []
    assert distinct_names([*words.split(), "Zippa"], 5) == ("Zippa",)


def test_initials_that_look_like_a_month_are_names() -> None:
    assert not is_calendar("DEC") and not is_calendar("MI") and not is_calendar("Theresa May")


def test_days_titles_owners_and_agencies_are_left_out() -> None:
    text = (
        "The panel met Zippa and Tianlu Interactive on Monday, Reuters and Northern Wire reported. In March Zippa's "
        "lawyer Jane Roe met Digital Minister Mirela Dahlqvist, and Zippa called Tianlu Interactive on Thursday in May."
    )
    assert shown(text, outlets=frozenset(["northern wire"])) == {
        "Zippa", "Tianlu Interactive", "Jane Roe", "Mirela Dahlqvist",
    }  # fmt: skip


def test_an_agency_that_the_headline_names_takes_part() -> None:
    text = "The ministry told Reuters that it would block Reuters from its briefings, Reuters said."
    assert shown(text) == set()
    assert shown(text, title="Ministry blocks Reuters from briefings") == {"Reuters"}
    assert shown(text, watchlist={"Reuters": ()}) == {"Reuters"}


def test_german_nouns_are_no_names() -> None:
    text = (
        "Das Land zahlt im kommenden Jahr für 40.000 Arbeitsplätze und neue Rechenzentren, wie Ministerin Wiebke "
        "Harmstorf am Montag sagte. Harmstorf lobte die Verfügung der Bundesnetzagentur. Kritik kommt von Quarzwerk: "
        "Das Land habe die Bescheide zu spät verschickt, sagte Quarzwerk Ende Mai. Der Konzern Halden Interactive "
        "schweigt, auch zur Video-App Zippa. In Aldermark rechnet man mit der Verfügung."
    )
    assert shown(text, language="de", title="Land zahlt für Rechenzentren in Aldermark") == {
        "Wiebke Harmstorf", "Harmstorf", "Bundesnetzagentur", "Quarzwerk", "Halden Interactive", "Aldermark",
    }  # fmt: skip


@pytest.mark.parametrize("word", ["Arbeitsplätzen", "Ausfuhrgenehmigung", "Video-App", "Liefervertrags"])
def test_compounds_of_ordinary_nouns_are_told(word: str) -> None:
    assert is_noun(word)


@pytest.mark.parametrize("word", ["Bundesnetzagentur", "Verwaltungsgericht", "Huawei", "Lumora", "Telekom", "Siemens"])
def test_bodies_and_companies_are_no_ordinary_nouns(word: str) -> None:
    assert not is_noun(word)


def test_an_entity_counts_where_it_is_written_as_a_name() -> None:
    aliases = alias_table({"BIS": (), "Orange": (), "ByteDance": ("字节跳动",)})
    assert "BIS" not in find_names("", "Das Land will bis Ende 2027 aussteigen. Bis dahin zahlt es.", aliases)
    assert find_names("", "Am Montag hat das BIS entschieden.", aliases)["BIS"] == 1
    assert "Orange" not in find_names("", "The light on the orange box was on.", aliases)


def test_a_night_stores_participants_and_the_storyline_is_named_after_them() -> None:
    con = open_memory()
    at = datetime(2031, 3, 3, 9, tzinfo=UTC)
    text = (
        "On Monday the panel ordered Tianlu Interactive to sell Zippa by March, Northern Wire reported. Zippa said on "
        "Monday that Tianlu Interactive would sue in March. In March, Northern Wire said, Zippa has 90 million users."
    )
    con.execute(
        "INSERT INTO source_list BY NAME SELECT 'wire' AS source_id, 'Northern Wire' AS name, 'https://w.example/f' AS "
        "feed_url, true AS enabled"
    )
    add_article(con, "z", "Panel orders sale of the app", text, at=at, site="a.example")
    telling = night(con, at)
    stored = {name for (name,) in con.execute("SELECT entity FROM entity_mentions").fetchall()}
    assert stored == {"Zippa", "Tianlu Interactive"}
    assert telling.storylines[0].title == "Zippa, Tianlu Interactive"
    assert set(telling.developments[0].entities) == stored
    con.close()
