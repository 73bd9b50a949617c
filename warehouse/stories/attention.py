"""How much a stream can ask of its reader: where hardly anything is corroborated, alerts wait for each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from warehouse.stories.gather import Known
from warehouse.stories.rules import StoryRules

# Fewer stories than this in the window say nothing about the stream.
_FEWEST_STORIES = 5

# What two reports have in common (`Pairs.strength`) for their stories to count as a crowd.
_CROWD = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """What else the reader was told lately.

    `corroborated`: of the stories of the last days, the share that more than one outlet reports (1 where there are too
    few to say). `crowd`: other stories of the same matter in these days. `rival_days`: days since one of these was
    told, `told_days`: since anything was (None: not lately).
    """

    corroborated: float
    crowd: int
    rival_days: float | None
    told_days: float | None


def corroborated_share(window: Sequence[Known], before: datetime) -> float:
    """Of the stories with reports before a time, the share that several outlets report."""
    sites: dict[str, set[str]] = defaultdict(set)
    for held in window:
        if held.at < before:
            sites[held.story_id].add(held.site)
    return sum(len(s) > 1 for s in sites.values()) / len(sites) if len(sites) >= _FEWEST_STORIES else 1.0


def pay_attention(
    at: datetime, kin: Mapping[str, float], told: Mapping[str, datetime], corroborated: float
) -> Attention:
    """The attention that a story of tonight meets. `told`: when each story was told last."""
    rivals = [told[story] for story in kin if story in told]
    return Attention(
        corroborated=corroborated, crowd=sum(strength >= _CROWD for strength in kin.values()),
        rival_days=_days(at, rivals), told_days=_days(at, list(told.values())),
    )  # fmt: skip


def has_to_wait(attention: Attention, *, sites: int, score: float, rules: StoryRules) -> bool:
    """Whether a story has to wait although it looks like a development.

    In a stream that corroborates its stories nothing waits. In one that does not (a feed of everything about one war),
    each report would be an alert: there a matter rests for `rest_days` after each turn, and what a single outlet
    reports must be very likely a turn and waits for anything told before.
    """
    share = attention.corroborated
    crowded = attention.crowd >= rules.crowd and share < rules.crowd_corroborated
    if share >= rules.least_corroborated and not crowded:
        return False
    if attention.rival_days is not None and attention.rival_days < rules.rest_days:
        return True
    if sites > 1:
        return False
    told_lately = attention.told_days is not None and attention.told_days < rules.rest_days
    return told_lately or score < rules.lone_turn


def _days(at: datetime, times: Sequence[datetime]) -> float | None:
    return (at - max(times)).total_seconds() / 86_400 if times else None
