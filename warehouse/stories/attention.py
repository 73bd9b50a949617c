"""How much a stream can ask of its reader: where hardly anything is corroborated, alerts wait for each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from warehouse.stories.gather import Known
from warehouse.stories.rules import StoryRules

# Fewer stories than this in the window say nothing about the stream, or about the matter.
_FEWEST_STORIES = 5
_FEWEST_KIN = 3

# What two reports have in common (`Pairs.strength`) for their stories to count as a crowd.
_CROWD = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """What else the reader was told lately.

    `corroborated`: of the stories of the last days, the share that more than one outlet reports; `matter_corroborated`:
    of those of the same matter (both 1 where there are too few to say). `crowd`: other stories much like this one in
    these days. `rival_days`: days since one of the same matter was told, `told_days`: since anything was (None: not
    lately). `matter_before`, `matter_tonight`: other stories of the same matter, of the last days and founded tonight.
    """

    corroborated: float
    matter_corroborated: float
    crowd: int
    rival_days: float | None
    told_days: float | None
    matter_before: int = 0
    matter_tonight: int = 0


def count_outlets(window: Sequence[Known], before: datetime) -> dict[str, int]:
    """How many outlets report each story that had reports before a time."""
    sites: dict[str, set[str]] = defaultdict(set)
    for held in window:
        if held.at < before:
            sites[held.story_id].add(held.site)
    return {story: len(found) for story, found in sites.items()}


def corroborated_share(outlets: Sequence[int], *, fewest: int = _FEWEST_STORIES) -> float:
    """The share of stories that several outlets report; 1 where there are too few to say."""
    return sum(n > 1 for n in outlets) / len(outlets) if len(outlets) >= fewest else 1.0


def pay_attention(
    at: datetime, kin: Mapping[str, float], told: Mapping[str, datetime], outlets: Mapping[str, int],
    corroborated: float | None = None,
) -> Attention:  # fmt: skip
    """The attention that a story of tonight meets.

    `told`: when each story was told last; `outlets`: how many report each story of the last days; `corroborated`: the
    share of these that several report, where it is known already.
    """
    rivals = [told[story] for story in kin if story in told]
    matter = [outlets[story] for story in kin if story in outlets]
    return Attention(
        corroborated=corroborated_share(list(outlets.values())) if corroborated is None else corroborated,
        matter_corroborated=corroborated_share(matter, fewest=_FEWEST_KIN),
        crowd=sum(strength >= _CROWD for strength in kin.values()), rival_days=_days(at, rivals),
        told_days=_days(at, list(told.values())), matter_before=len(matter), matter_tonight=len(kin) - len(matter),
    )  # fmt: skip


def has_to_wait(
    attention: Attention, *, sites: int, score: float, rules: StoryRules, topical: bool = False, founded: bool = False
) -> bool:
    """Whether a story has to wait although it looks like a development.

    Where stories are corroborated nothing waits. Where they are not (a feed of everything about one war), each report
    would be an alert: there a matter rests for `rest_days` after each turn, and what a single outlet
    reports must be very likely a turn and waits for anything told before; but if it is `topical`, on a topic
    that somebody chose, then only where its own matter is so. A matter that fills the days anyway (`busy_matter`) turns
    on nights on which it founds several stories at once (`surge`): on others it waits. A story `founded` tonight by
    several outlets waits only where hardly any other story of the stream has several.
    """
    if founded and sites > 1 and score >= rules.turn and attention.corroborated >= rules.stream_lively:
        return False
    matter = attention.matter_corroborated
    crowded = attention.crowd >= rules.crowd and matter < rules.crowd_corroborated
    stream_corroborates = attention.corroborated >= rules.stream_corroborated
    if stream_corroborates and matter >= rules.matter_corroborated and not crowded:
        return False
    if attention.rival_days is not None and attention.rival_days < rules.rest_days:
        return True
    chosen = topical and matter >= rules.matter_corroborated and not crowded
    busy = attention.matter_before >= rules.busy_matter and attention.matter_tonight < rules.surge
    if busy and not stream_corroborates and not chosen:
        return True
    if sites > 1 or chosen:
        return False
    told_lately = attention.told_days is not None and attention.told_days < rules.rest_days
    return told_lately or score < rules.lone_turn


def _days(at: datetime, times: Sequence[datetime]) -> float | None:
    return (at - max(times)).total_seconds() / 86_400 if times else None
