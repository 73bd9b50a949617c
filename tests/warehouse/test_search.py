"""Search: words in title and text, best first, whatever their case, accents and script."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.examples import NIGHT, article, begin, entry, topic, verdict
from warehouse.connection import Connection, open_memory
from warehouse.search import find_words, fold, query_words
from warehouse.store import Reading, add_feed_results, add_readings, add_verdicts, find_unjudged

LONG = " ".join(f"filler{number}" for number in range(300))
TEXTS = {
    1: ("Chips for Europe", "The Chips Act is in force."),
    2: ("Subsidies", f"{LONG} One chip is mentioned here. {LONG}"),
    3: ("Élections à Orléans", "Le cloud souverain, c’est maintenant."),
    4: ("台积电在德国建厂", "芯片 工厂 将于2028年投产。"),
    5: ("A ship in the harbour", "It carries 100% [sic] of the (spare) parts. Act one of chips."),
}


@pytest.fixture(scope="module")
def con() -> Connection:
    con = open_memory()
    begin(con, "r1")
    entries = [entry(number) for number in TEXTS]
    add_feed_results(con, run_id="r1", as_of=NIGHT, fetches=[], entries=entries)
    readings = [
        Reading(entry=one, article=article(number, title=title, paragraphs=(text,)), topics=(topic(f"t{number}"),))
        for one, (number, (title, text)) in zip(entries, TEXTS.items(), strict=True)
    ]
    add_readings(con, run_id="r1", as_of=NIGHT, readings=readings)
    judged = [(version_id, one, verdict(one)) for version_id, one in find_unjudged(con)]
    add_verdicts(con, run_id="r1", as_of=NIGHT, judged=judged)
    return con


def found(con: Connection, query: str, **options: str) -> list[int]:
    return [int(one.url.rsplit("/", 1)[1]) for one in find_words(con, query, **options)]  # type: ignore[arg-type]


def test_the_title_counts_more_and_a_long_text_less(con: Connection) -> None:
    assert found(con, "chip") == [1, 5, 2]


def test_a_word_begins_a_word(con: Connection) -> None:
    assert found(con, "hip") == []
    assert found(con, "subsid") == [2]


@pytest.mark.parametrize("query", ["elections orleans", "ÉLECTIONS", "élections", "Orléans souverain"])
def test_case_and_accents_do_not_matter(con: Connection, query: str) -> None:
    assert found(con, query) == [3]


def test_words_in_quotes_belong_together(con: Connection) -> None:
    assert found(con, "chips act") == [1, 5]
    assert found(con, '"chips act"') == [1]


def test_scripts_without_spaces_are_searched_anywhere(con: Connection) -> None:
    assert found(con, "德国") == [4]
    assert found(con, "芯片") == [4]


def test_where_none_has_all_words_those_with_most_come(con: Connection) -> None:
    results = find_words(con, "chips act nowhere")
    assert [one.words_found for one in results] == [2, 2]
    assert find_words(con, "nowhere") == []
    assert find_words(con, "  ,. ") == []


def test_signs_mean_themselves(con: Connection) -> None:
    assert found(con, "100%") == [5]
    assert found(con, "[sic] (spare)") == [5]
    assert found(con, "c.ips") == []


def test_a_topic_narrows_the_search(con: Connection) -> None:
    assert found(con, "chip", topic="t5") == [5]


def test_the_excerpt_shows_the_place(con: Connection) -> None:
    (result,) = find_words(con, "mentioned")
    assert "One chip is mentioned here." in result.excerpt
    assert result.excerpt.startswith("…")
    assert len(result.excerpt) < 200


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_no_query_breaks_the_search(text: str) -> None:
    find_words(shared(), text.encode("utf-8", "replace").decode("utf-8"))
    assert all(word == fold(word) or not word.isascii() for word in query_words(text))


_SHARED: list[Connection] = []


def shared() -> Connection:
    """One empty warehouse for all examples."""
    if not _SHARED:
        _SHARED.append(open_memory())
        _SHARED[0].execute("SET threads = 1")
    return _SHARED[0]
