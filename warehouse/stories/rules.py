"""The thresholds of the stories stage, as one value that flows hand down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryRules:
    """How stories, storylines and developments are told.

    `window_days`: an article joins stories whose last report lies at most so many days from it.
    `link`: mean pair probability (0 to 1) at which a report joins a story. The probability itself heeds how crowded the
    stream is (`warehouse.stories.context`), so that one threshold serves quiet and crowded ones.
    `sure`: mean pair probability (0 to 1) from which on the reports of two outlets show that two stories are one, or
    one is two (see `warehouse.stories.mending`).
    `storyline_days`: a storyline that was silent for longer is not taken up again.
    `storyline_link`: similarity (0 to 1) at which a story continues a storyline.
    `turn`: score (0 to 1) at which a story of the night is told as a development of its own; below it, it is an
    update at most. `several`: log odds by which a new story that several outlets report at once needs less than that;
    `again`: by which one that was told already, or a single outlet's comment on a topic, needs more.
    `stream_corroborated`, `matter_corroborated`, `crowd_corroborated`: where a smaller share of the last days' stories
    (of all, of those of the same matter, of those where at least `crowd` are much alike) is reported by several
    outlets, turns rest for `rest_days`, and those of a single outlet need a score of `lone_turn`
    (see `warehouse.stories.attention`). `stream_lively`: from this share of the stream on, a new story of several
    outlets waits for nothing. `busy_matter`: where the stream is not corroborated, a matter of which the last days have
    so many other stories waits unless tonight founds `surge` others of it.
    `new_matters`: a story on a topic that founds a storyline is told the night it appears, whatever its score, unless
    it is recognisably comment or background.
    `all_topics`: articles without a topic take part too (benchmarks).
    """

    window_days: float = 10.0
    link: float = 0.45
    sure: float = 0.6
    storyline_days: float = 400.0
    storyline_link: float = 0.30
    turn: float = 0.45
    several: float = 0.9
    again: float = 1.3
    stream_corroborated: float = 0.22
    stream_lively: float = 0.33
    matter_corroborated: float = 0.30
    crowd_corroborated: float = 0.45
    crowd: int = 3
    rest_days: float = 2.0
    lone_turn: float = 0.94
    busy_matter: int = 15
    surge: int = 3
    new_matters: bool = True
    max_sentences: int = 3
    all_topics: bool = False
