"""Storylines are named after what runs through their stories; a new name is recorded, the id stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.warehouse.stories.newsroom import add_article, night
from warehouse.connection import open_memory
from warehouse.stories.storyline import Mentions, is_due, rename_storyline


def named(stories: int, mentions: int = 5, listed: bool = False) -> Mentions:
    return Mentions(stories=stories, mentions=mentions, listed=listed)


def test_names_that_run_through_the_stories_name_a_storyline_those_of_watch_lists_first() -> None:
    names = {
        "Zippa": named(6), "Tianlu Interactive": named(5, listed=True), "Tianlu": named(6), "Monday": named(6),
        "Whitcombe": named(1, 40),
    }  # fmt: skip
    assert rename_storyline("A panel opens a review", names, 6) == "Tianlu Interactive, Zippa"
    assert rename_storyline("A panel opens", {"Zippa": named(6), "Tianlu": named(2)}, 6) == "A panel opens"


def test_a_storyline_is_named_anew_at_its_third_story_and_then_ever_more_rarely() -> None:
    assert [n for n in range(2, 30) if is_due(n - 1, n)] == [3, 6, 12, 25]
    assert is_due(2, 7)
    assert not is_due(3, 3)


def test_a_new_name_is_kept_with_the_old_one_under_the_same_id() -> None:
    con = open_memory()
    at = datetime(2031, 5, 1, 9, tzinfo=UTC)
    acts = (
        "opened a security review of", "gave 90 days for a divestment to", "sued in Washington over the order against",
        "lost the appeal against the order that concerns",
    )  # fmt: skip
    for day, act in enumerate(acts):
        text = (
            f"The interagency panel {act} the video app Zippa and its owner Tianlu Interactive on Monday, people "
            "briefed on the matter said."
        )
        if day:
            text += f" The app Zippa has 90 million users, and Tianlu Interactive denies any wrong in step {day}."
        when = at + timedelta(days=15 * day)
        add_article(con, f"z{day}", f"Review number {day} goes on", text, at=when, site=f"{day}.example")
        telling = night(con, when + timedelta(hours=10))
    lines = con.execute("SELECT DISTINCT storyline_id, title, stories FROM storyline_list").fetchall()
    assert len(lines) == 1 and telling.storylines[0].title == lines[0][1]
    assert "Zippa" in lines[0][1] and "Tianlu Interactive" in lines[0][1]
    titles = con.execute("SELECT version, title, stories FROM storyline_titles ORDER BY version").fetchall()
    assert titles == [(1, "Review number 0 goes on", 1), (2, lines[0][1], 3)]
    con.close()
