"""Who gets which development, why, and in which mail: a pure decision about values."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from config.recipients import Recipient, StorylinePreferences
from flows.alerts.quiet_hours import end_of_quiet_hours
from flows.alerts.safe_text import fold
from warehouse.stories.model import Development

# Why a recipient does not get a development. `update`: it adds to one that was told; no alert of its own.
LeftOutReason = Literal[
    "update", "already-told", "muted", "other-topic", "other-entity", "other-language", "below-weight", "instant-only"
]

MAX_INSTANT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """What made a development the recipient's: ids of topics, names of entities as she wrote them."""

    topics: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A development for one recipient. `weight` is 0 to 1, boost included."""

    development: Development
    weight: float
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What one recipient gets tonight, each list by falling weight.

    `instant` are mails of their own, not before `instant_not_before` (None: at once). `digest` goes into one mail,
    `beyond` are those over her limit, to be summarised in it. `say_quiet`: nothing at all, and she wants to hear so.
    `left_out` counts the others by reason.
    """

    recipient: Recipient
    instant: tuple[Chosen, ...] = ()
    instant_not_before: datetime | None = None
    digest: tuple[Chosen, ...] = ()
    beyond: tuple[Chosen, ...] = ()
    say_quiet: bool = False
    left_out: Mapping[LeftOutReason, int] = field(default_factory=dict)


def select_mails(
    developments: Iterable[Development],
    recipients: Iterable[Recipient],
    *,
    preferences: StorylinePreferences,
    as_of: datetime,
    told: frozenset[tuple[str, str]] = frozenset(),
    nights: frozenset[str] = frozenset(),
    max_instant: int = MAX_INSTANT,
) -> list[Selection]:
    """One Selection for each recipient, in their order.

    `told` holds (recipient, development) pairs of earlier mails; `nights` the recipients who had a mail tonight and
    are not told that it is quiet. More than `max_instant` alerts of one night go into the digest instead, so that a
    burst does not ring twenty times.
    """
    once = tuple({development.development_id: development for development in developments}.values())
    return [
        _select_for(recipient, once, preferences, as_of, told, recipient.id in nights, max_instant)
        for recipient in recipients
    ]


def _select_for(
    recipient: Recipient,
    developments: Sequence[Development],
    preferences: StorylinePreferences,
    as_of: datetime,
    told: frozenset[tuple[str, str]],
    had_mail: bool,
    max_instant: int,
) -> Selection:
    left_out: Counter[LeftOutReason] = Counter()
    chosen: list[Chosen] = []
    for development in developments:
        if (recipient.id, development.development_id) in told:
            left_out["already-told"] += 1
            continue
        choice = judge_development(development, recipient, preferences)
        if isinstance(choice, Chosen):
            chosen.append(choice)
        else:
            left_out[choice] += 1
    chosen.sort(key=_by_weight)
    above = recipient.instant_above
    loud = [choice for choice in chosen if above is not None and choice.weight >= above]
    instant = loud[:max_instant]
    rest = [choice for choice in chosen if choice not in instant]
    if not recipient.digest:
        left_out["instant-only"] += len(rest) - len(loud[max_instant:])
        rest = loud[max_instant:]
    return Selection(
        recipient=recipient,
        instant=tuple(instant),
        instant_not_before=end_of_quiet_hours(as_of, recipient.quiet_hours, recipient.timezone) if instant else None,
        digest=tuple(rest[: recipient.max_developments]),
        beyond=tuple(rest[recipient.max_developments :]),
        say_quiet=(
            recipient.digest
            and recipient.quiet_night == "say-so"
            and not chosen
            and not had_mail
            and not left_out["already-told"]
        ),
        left_out={reason: count for reason, count in sorted(left_out.items()) if count},
    )


def judge_development(
    development: Development, recipient: Recipient, preferences: StorylinePreferences
) -> Chosen | LeftOutReason:
    """The development with its weight and the reason for this recipient, or why she does not get it."""
    if development.kind == "update":
        return "update"
    if development.storyline_id in preferences.mute:
        return "muted"
    topics = tuple(topic for topic in development.topics if recipient.wants_topic(topic))
    if not topics and "*" not in recipient.topics:
        return "other-topic"
    entities = find_entities(recipient.entities, development)
    if recipient.entities and not entities:
        return "other-entity"
    if recipient.languages and development.languages and not set(recipient.languages) & set(development.languages):
        return "other-language"
    weight = min(1.0, max(0.0, development.weight * preferences.boost.get(development.storyline_id, 1.0)))
    loud_enough = recipient.instant_above is not None and weight >= recipient.instant_above
    if weight < recipient.min_weight and not loud_enough:
        return "below-weight"
    return Chosen(development=development, weight=weight, why=Why(topics=topics, entities=entities))


def find_entities(wanted: Iterable[str], development: Development) -> tuple[str, ...]:
    """Those of the wanted names that stand, as whole words, in the entities, headline or new sentences."""
    places = [development.headline, *development.entities, *(sentence.text for sentence in development.sentences)]
    texts = [fold(place) for place in places]
    return tuple(name for name in wanted if any(_holds(text, fold(name)) for text in texts))


def _holds(text: str, name: str) -> bool:
    # Scripts without spaces between words have no word edges to look for.
    edge = r"\b" if name and name[0].isascii() and name[-1].isascii() else ""
    left = edge if name[:1].isalnum() else ""
    right = edge if name[-1:].isalnum() else ""
    return bool(name) and re.search(f"{left}{re.escape(name)}{right}", text) is not None


def _by_weight(choice: Chosen) -> tuple[float, float, str]:
    return (-choice.weight, -choice.development.happened_at.timestamp(), choice.development.development_id)
