"""Days on which a topic is written about far more than usual, by its own history."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

# Kleinberg, "Bursty and Hierarchical Structure in Streams" (2002), section 3: a two-state automaton over batches.
# A burst has at least RATIO times the usual rate; entering one costs as much as GAMMA times the log of the days known.
RATIO = 2.0
GAMMA = 1.0
LEAST_ARTICLES = 5
_QUIET_RATE = 0.5  # articles a day that a topic without history is taken to have
HISTORY_DAYS = 56
_PAUSE = 3
_LEAST_HISTORY = 14  # days; before that nobody knows what is usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Burst:
    """Indexes of its first and last day, how many articles it has and how many would be usual in that time."""

    first: int
    last: int
    articles: int
    usual: float


def find_bursts(counts: Sequence[int], *, ratio: float = RATIO, gamma: float = GAMMA) -> list[Burst]:
    """Bursts among daily counts, in order, none overlapping.

    A day is compared with what was usual in the eight weeks before it, on its own weekday and on all days.
    Three days in a row that are not above the usual end a burst; bursts with fewer than five articles, or with less
    than `ratio` times the usual, are left out, and so are the first two weeks, which have no history.
    """
    if not counts:
        return []
    usual = [max(value, _QUIET_RATE) for value in _usual(counts)]
    states = _states(counts, usual, ratio=ratio, cost=gamma * math.log(len(counts) + 1))
    bursts: list[Burst] = []
    for first, last in _runs(
        [bool(state) and count >= 2 and count > rate for state, count, rate in zip(states, counts, usual, strict=True)]
    ):
        articles, expected = sum(counts[first : last + 1]), sum(usual[first : last + 1])
        if first >= _LEAST_HISTORY and articles >= max(LEAST_ARTICLES, ratio * expected):
            bursts.append(Burst(first=first, last=last, articles=articles, usual=expected))
    return bursts


def _runs(high: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last index of every run of high days; up to two days between two of them belong to the run."""
    runs: list[tuple[int, int]] = []
    for index in (index for index, is_high in enumerate(high) if is_high):
        if runs and index - runs[-1][1] <= _PAUSE:
            runs[-1] = (runs[-1][0], index)
        else:
            runs.append((index, index))
    return runs


def usual_range(counts: Sequence[int], *, days: int = HISTORY_DAYS) -> list[tuple[float, float]]:
    """For each day the tenth and the ninetieth percentile of the `days` before it (of what there is of them)."""
    ranges: list[tuple[float, float]] = []
    for index in range(len(counts)):
        before = sorted(counts[max(0, index - days) : index]) or [0]
        ranges.append((_quantile(before, 0.1), _quantile(before, 0.9)))
    return ranges


def _usual(counts: Sequence[int]) -> list[float]:
    # Half the median of this weekday, half the mean of all days: weekends are no troughs, and zeros on sparse topics
    # do not make every single article a burst.
    found: list[float] = []
    for index in range(len(counts)):
        before = counts[max(0, index - HISTORY_DAYS) : index] or counts[:1]
        same = before[-7::-7]
        mean = sum(before) / len(before)
        found.append(0.5 * median(same) + 0.5 * mean if len(same) >= 3 else mean)
    return found


def _states(counts: Sequence[int], usual: Sequence[float], *, ratio: float, cost: float) -> list[int]:
    """The cheapest way through the two states: Poisson likelihoods, and a cost for every step up (Viterbi)."""
    best = (0.0, cost)
    came_from: list[tuple[int, int]] = []
    for count, rate in zip(counts, usual, strict=True):
        low, high = _surprise(count, rate), _surprise(count, ratio * rate)
        to_low = min((best[0], 0), (best[1], 1))
        to_high = min((best[0] + cost, 0), (best[1], 1))
        came_from.append((to_low[1], to_high[1]))
        best = (to_low[0] + low, to_high[0] + high)
    state = 0 if best[0] <= best[1] else 1
    states: list[int] = []
    for origins in reversed(came_from):
        states.append(state)
        state = origins[state]
    return states[::-1]


def _surprise(count: int, rate: float) -> float:
    return rate - count * math.log(rate) + math.lgamma(count + 1)


def _quantile(ordered: Sequence[int], share: float) -> float:
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
