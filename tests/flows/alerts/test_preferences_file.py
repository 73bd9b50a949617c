"""Mute and boost change one line of preferences.yaml, and nothing that a person wrote."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from flows.alerts.preferences_file import change_preferences, read_preferences

WRITTEN = """\
# ours, since spring
mute:
  - "a1"  # the saga that nobody wants
  - b2

boost:
  c3: 1.5   # board asked for it
  "0123": 0.5
"""


def test_a_new_file_says_what_it_is_for() -> None:
    text = change_preferences("", "a1", mute=True, title="A saga\nof years")
    assert text.startswith("# Storylines") and text.endswith('mute:\n  - "a1"  # A saga of years\n')
    assert read_preferences(text).mute == {"a1"}


def test_comments_and_order_stay() -> None:
    text = change_preferences(WRITTEN, "d4", mute=True)
    assert text == WRITTEN.replace("mute:\n", 'mute:\n  - "d4"\n')
    assert change_preferences(text, "d4") == WRITTEN
    boosted = change_preferences(WRITTEN, "b2", factor=3.0)
    assert read_preferences(boosted).mute == {"a1"}
    assert read_preferences(boosted).boost == {"b2": 3.0, "c3": 1.5, "0123": 0.5}
    assert "# the saga that nobody wants" in boosted and "# board asked for it" in boosted


def test_the_last_one_out_leaves_a_valid_file() -> None:
    text = change_preferences(change_preferences("", "a1", mute=True), "a1")
    assert read_preferences(text).mute == frozenset() and "mute: []" in text
    assert read_preferences(change_preferences(text, "a1", factor=2.0)).boost == {"a1": 2.0}


def test_a_file_in_another_style_is_written_anew() -> None:
    text = change_preferences('{mute: [a1, "b2"], boost: {c3: 2}}', "d4", mute=True)
    preferences = read_preferences(text)
    assert preferences.mute == {"a1", "b2", "d4"} and preferences.boost == {"c3": 2.0}


@pytest.mark.parametrize(
    "text", ["- a list", "mute: 5", "boost: {a: 99}", "mute: [a]\nboost: {a: 2}", "wrong: key", "["]
)
def test_a_file_that_is_wrong_already_is_left_alone(text: str) -> None:
    with pytest.raises((ValueError, yaml.YAMLError)):
        change_preferences(text, "d4", mute=True)


def test_a_factor_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="factor"):
        change_preferences(WRITTEN, "d4", factor=1000.0)


IDS = st.sampled_from(["a1", "b2", "c3", "0123", "1e5", "new-one", "f" * 16])


@given(st.lists(st.tuples(IDS, st.sampled_from(["mute", "boost", "clear"])), max_size=8))
def test_any_sequence_of_changes_reads_back(steps: list[tuple[str, str]]) -> None:
    text, mute, boost = WRITTEN, {"a1", "b2"}, {"c3": 1.5, "0123": 0.5}
    for storyline_id, step in steps:
        mute.discard(storyline_id)
        boost.pop(storyline_id, None)
        if step == "mute":
            mute.add(storyline_id)
        elif step == "boost":
            boost[storyline_id] = 2.0
        text = change_preferences(text, storyline_id, mute=step == "mute", factor=2.0 if step == "boost" else None)
    preferences = read_preferences(text)
    assert preferences.mute == mute and dict(preferences.boost) == boost
