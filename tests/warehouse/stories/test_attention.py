"""When alerts wait for each other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from warehouse.stories.attention import corroborated_share, has_to_wait, pay_attention
from warehouse.stories.rules import StoryRules

NOW = datetime(2026, 3, 2, tzinfo=UTC)
RULES = StoryRules()


def test_where_stories_are_corroborated_nothing_waits() -> None:
    attention = pay_attention(NOW, {"a": 0.5, "b": 0.4}, {"a": NOW}, dict.fromkeys("abcdef", 2))
    assert not has_to_wait(attention, sites=1, score=0.5, rules=RULES)


def test_where_they_are_not_a_single_outlet_waits_for_what_was_told() -> None:
    outlets = dict.fromkeys("abcdef", 1)
    told = {"f": NOW - timedelta(days=1)}
    attention = pay_attention(NOW, {}, told, outlets)
    assert has_to_wait(attention, sites=1, score=0.99, rules=RULES)
    assert not has_to_wait(attention, sites=2, score=0.5, rules=RULES)
    later = pay_attention(NOW + timedelta(days=3), {}, told, outlets)
    assert not has_to_wait(later, sites=1, score=0.99, rules=RULES)
    assert has_to_wait(later, sites=1, score=0.5, rules=RULES)


def test_a_matter_rests_after_a_turn_even_for_several_outlets() -> None:
    outlets = dict.fromkeys("abcdef", 1)
    attention = pay_attention(NOW, {"a": 0.3}, {"a": NOW - timedelta(days=1)}, outlets)
    assert has_to_wait(attention, sites=3, score=0.9, rules=RULES)


def test_too_few_stories_say_nothing() -> None:
    assert corroborated_share([1, 1]) == 1.0
    assert corroborated_share([1, 1, 2, 1, 1]) == 0.2


def test_a_busy_matter_waits_but_for_a_night_that_founds_several_stories_of_it() -> None:
    outlets = {f"old{n}": 1 for n in range(20)}
    before = dict.fromkeys(list(outlets)[:15], 0.2)
    usual = pay_attention(NOW, before | {"new": 0.2}, {}, outlets)
    surge = pay_attention(NOW, before | {"new": 0.2, "second": 0.2, "third": 0.2}, {}, outlets)
    assert (usual.matter_before, usual.matter_tonight, surge.matter_tonight) == (15, 1, 3)
    assert has_to_wait(usual, sites=2, score=0.99, rules=RULES)
    assert not has_to_wait(surge, sites=2, score=0.99, rules=RULES)
    corroborated = pay_attention(NOW, before | {"new": 0.2}, {}, dict.fromkeys(outlets, 2))
    assert not has_to_wait(corroborated, sites=2, score=0.99, rules=RULES)
