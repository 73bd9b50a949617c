"""Bursts stand where a topic is written about far more than usual, and nowhere else."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.briefing import find_bursts, usual_range

counts_of_days = st.lists(st.integers(min_value=0, max_value=200), max_size=120)


def noise(days: int, mean: float, seed: int) -> list[int]:
    """Counts that scatter about a mean, weekends at half of it."""
    dice = random.Random(seed)
    return [sum(dice.random() < (mean / 2 if day % 7 > 4 else mean) / 40 for _ in range(40)) for day in range(days)]


@pytest.mark.parametrize("mean", [0.5, 3, 12])
def test_ordinary_weeks_have_hardly_a_burst(mean: float) -> None:
    found = [len(find_bursts(noise(180, mean, seed))) for seed in range(20)]
    assert sum(found) / len(found) <= 1


@pytest.mark.parametrize(("mean", "height"), [(0.5, 6), (3, 15), (12, 45)])
def test_four_loud_days_are_one_burst_with_its_own_edges(mean: float, height: int) -> None:
    counts = noise(120, mean, 1)
    counts[100:104] = [height] * 4
    [burst] = [one for one in find_bursts(counts) if one.last >= 100]
    assert (burst.first, burst.last) == (100, 103)
    assert burst.articles == 4 * height
    assert burst.usual < burst.articles / 2


def test_a_weekly_rhythm_is_no_burst_once_it_is_known() -> None:
    assert [one.first for one in find_bursts([2, 2, 2, 2, 20, 2, 2] * 20) if one.first >= 28] == []


def test_two_bursts_three_quiet_days_apart_are_two() -> None:
    counts = [2] * 60 + [14] * 3 + [1] * 4 + [14] * 3 + [2] * 10
    assert [(one.first, one.last) for one in find_bursts(counts)] == [(60, 62), (67, 69)]


def test_a_topic_that_keeps_its_new_level_stops_being_one() -> None:
    bursts = find_bursts([2] * 60 + [12] * 90)
    assert bursts
    assert bursts[-1].last < 60 + 56


@given(counts_of_days)
def test_bursts_are_in_order_apart_and_worth_the_name(counts: list[int]) -> None:
    bursts = find_bursts(counts)
    edges = [edge for one in bursts for edge in (one.first, one.last)]
    assert edges == sorted(edges)
    assert all(0 <= one.first <= one.last < len(counts) for one in bursts)
    assert all(one.articles == sum(counts[one.first : one.last + 1]) >= 2 * one.usual for one in bursts)
    assert all(one.articles >= 5 for one in bursts)


@given(counts_of_days)
def test_the_usual_range_knows_the_days_before_only(counts: list[int]) -> None:
    ranges = usual_range(counts)
    assert len(ranges) == len(counts)
    assert all(0 <= low <= high for low, high in ranges)
    assert ranges[: len(counts) // 2] == usual_range(counts[: len(counts) // 2])
