"""Differences between versions: what came, went, moved and was reworded, and quotations of limited length."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.dedupe.invented import OTHER, WIRE, article
from warehouse.dedupe.difference import compare_words, difference, difference_of


def test_equal_texts_have_no_difference() -> None:
    assert difference(article(WIRE), article(WIRE)) == ()
    assert difference_of("A  title", "One.  Two.", "A title", "One.\n\nTwo.") == ()


def test_what_came_and_went_and_was_reworded() -> None:
    insurers = "Insurers put the risk at 12 million crowns."
    new = (WIRE[0].replace("218 million", "231 million"), WIRE[1], insurers, WIRE[2])
    changes = difference(article(WIRE, title="Cranes for Saltholm"), article(new, title="Cranes for the port"))
    assert [(c.kind, c.where) for c in changes] == [
        ("changed", "title"), ("changed", "text"), ("added", "text"), ("removed", "text"), ("removed", "text"),
    ]  # fmt: skip
    assert changes[0].quote() == "Cranes for [-Saltholm-] {+the port+}"
    assert "[-218-] {+231+}" in changes[1].quote()
    assert changes[2].new == insurers
    assert (changes[2].old, changes[3].new) == ("", "")


def test_a_moved_sentence_is_told_once() -> None:
    text, moved = "First came the cranes. Then the ships waited.", "Nobody would be dismissed, the director said."
    changes = difference_of("", f"{moved} {text}", "", f"{text} {moved}")
    assert [(c.kind, c.new) for c in changes] == [("moved", moved)]


def test_chinese_is_compared_by_character() -> None:
    old, new = "港口将购买四十六台起重机。", "港口将购买五十台起重机。"
    (change,) = difference_of("", old, "", new)
    assert (change.kind, change.old, change.new) == ("changed", old, new)


def test_long_rewrites_stay_quick_and_quotations_short() -> None:
    old = " ".join(f"Word{i} goes to town{i}." for i in range(700))
    new = " ".join(f"Other{i} stays at home{i} for long." for i in range(700))
    changes = difference_of("", old, "", new)
    assert len(changes) == 1400
    (long,) = difference_of("", "A " + "very " * 500 + "long one.", "", "A " + "very " * 300 + "short one.")
    assert all(len(c.quote(most=120)) <= 120 for c in (*changes, long))


WORDS = st.lists(st.sampled_from(["a", "b.", "C", "d!", "港", "机。", "\n", "12", "e?"]), max_size=25).map(" ".join)


@settings(max_examples=150, deadline=None)
@given(WORDS, WORDS)
def test_parts_give_both_wordings_again(old: str, new: str) -> None:
    def plain(text: str) -> str:
        return "".join(text.split())

    parts = compare_words(old, new)
    assert plain("".join(p.text for p in parts if p.kind != "added")) == plain(old)
    assert plain("".join(p.text for p in parts if p.kind != "removed")) == plain(new)
    changes = difference_of("", old, "", new)
    assert all(plain(c.old) in plain(old) and plain(c.new) in plain(new) for c in changes)
    added = sum(len(plain(c.new)) for c in changes if c.kind != "moved")
    removed = sum(len(plain(c.old)) for c in changes if c.kind != "moved")
    assert added - removed == len(plain(new)) - len(plain(old))


def test_background_of_another_report_is_all_new() -> None:
    changes = difference(article(WIRE, title="x"), article(OTHER, title="x"))
    assert {c.kind for c in changes} == {"added", "removed"}
