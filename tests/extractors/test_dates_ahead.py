"""Dates ahead: a labelled set by language, a set that was held out, and what holds for any text."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from extractors.dates_ahead import SENTENCE_LIMIT, DateAhead, extract_dates_ahead

HERE = Path(__file__).parent
# Read wrong, and known: the words that place it in the past stand in another clause than the date.
KNOWN_WRONG = {"Twenty years ago, on 22 December, the line was opened by the king."}
LANGUAGES = ["en", "de", "fr", "es", "zh", "it", None]


def labelled(name: str) -> Iterator[tuple[str, date, set[tuple[str, ...]], str]]:
    for line in (HERE / f"dates_ahead_{name}.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            language, published, wanted, sentence = line.split("|", 3)
            dates = set() if wanted == "-" else {tuple(one.split()) for one in wanted.split(";")}
            yield language, date.fromisoformat(published), dates, sentence


def said(found: list[DateAhead]) -> set[tuple[str, ...]]:
    return {(f"{d.on}..{d.until}" if d.until != d.on else f"{d.on}", d.certainty, d.kind) for d in found}


@pytest.mark.parametrize("name", ["labels", "held_out"])
def test_labelled_sentences_are_read_as_a_reader_reads_them(name: str) -> None:
    wrong = {
        sentence: said(found)
        for language, published, wanted, sentence in labelled(name)
        if said(found := extract_dates_ahead(sentence, language=language, published_on=published)) != wanted
    }
    assert set(wrong) <= KNOWN_WRONG, wrong


def test_each_date_comes_with_its_own_sentence() -> None:
    text = "The board met. Bids are due by 5 May 2027. On 9 June 2027, the U.S. Court hears the case.\n\nNothing else."
    first, second = extract_dates_ahead(text, language="en", published_on=date(2026, 11, 1))
    assert (first.sentence, first.sentence[first.start : first.end]) == ("Bids are due by 5 May 2027.", "5 May 2027")
    assert second.sentence == "On 9 June 2027, the U.S. Court hears the case."


def test_a_german_ordinal_ends_no_sentence_and_an_english_number_does() -> None:
    german = extract_dates_ahead(
        "Die Anhörung ist am 3. März. Mehr nicht.", language="de", published_on=date(2026, 11, 1)
    )
    assert [one.sentence for one in german] == ["Die Anhörung ist am 3. März."]
    english = extract_dates_ahead(
        "The vote will be on Dec. 2. Investigators left.", language="en", published_on=date(2026, 11, 1)
    )
    assert [one.sentence for one in english] == ["The vote will be on Dec. 2."]


def test_a_date_that_is_said_twice_is_given_once() -> None:
    text = "Bids are due by 5 May 2027. Bids that miss 5 May 2027 as the deadline are void."
    assert len(extract_dates_ahead(text, language="en", published_on=date(2026, 11, 1))) == 1


def test_what_is_too_far_ahead_is_left_out() -> None:
    text = "The target is to be met by 1 January 2050."
    assert extract_dates_ahead(text, language="en", published_on=date(2026, 11, 1)) == []
    assert extract_dates_ahead(text, language="en", published_on=date(2026, 11, 1), horizon_days=9_999) != []


MONTHS = {
    language: names.split()
    for language, names in {
        "en": "January February March April May June July August September October November December",
        "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    }.items()
}
FORMS = {
    "en": ["It must be done by {d} {m} {y}.", "The hearing is set for {m} {d}, {y}, in town.", "It ends on {iso}."],
    "de": ["Das gilt bis zum {d}. {m} {y}.", "Die Frist endet am {d:02}.{n:02}.{y}."],
    "fr": ["Il faut répondre avant le {d} {m} {y}.", "L'audience aura lieu le {d} {m} {y} à Lyon."],
    "es": ["Hay plazo hasta el {d} de {m} de {y}.", "La vista será el {d} de {m} del {y}."],
    "zh": ["须在{y}年{n}月{d}日前完成。", "会议将于{y}年{n}月{d}日举行。"],
}
SPELLED = st.sampled_from([(language, form) for language, forms in FORMS.items() for form in forms])


@settings(max_examples=150, deadline=None)
@given(spelled=SPELLED, published=st.dates(date(2015, 1, 1), date(2090, 1, 1)), ahead=st.integers(1, 1_500))
def test_a_day_that_is_written_out_is_found_wherever_it_lies(
    spelled: tuple[str, str], published: date, ahead: int
) -> None:
    language, form = spelled
    day = published + timedelta(days=ahead)
    month = MONTHS.get(language, MONTHS["en"])[day.month - 1]
    text = form.format(d=day.day, m=month, n=day.month, y=day.year, iso=day.isoformat())
    found = extract_dates_ahead(text, language=language, published_on=published)
    assert [(one.on, one.until, one.certainty) for one in found] == [(day, day, "exact")], text


@settings(max_examples=150, deadline=None)
@given(
    published=st.dates(date(2015, 1, 1), date(2090, 1, 1)),
    ahead=st.integers(1, 300),
    language=st.sampled_from(["en", "de", "fr", "es"]),
)
def test_a_deadline_without_a_year_is_the_next_such_day(published: date, ahead: int, language: str) -> None:
    day = published + timedelta(days=ahead)
    form = {"en": "Reply by {d} {m}.", "de": "Antworten Sie bis zum {d}. {m}.", "fr": "Répondez avant le {d} {m}.",
            "es": "Responda antes del {d} de {m}."}[language]  # fmt: skip
    text = form.format(d=day.day, m=MONTHS[language][day.month - 1])
    found = extract_dates_ahead(text, language=language, published_on=published)
    if (day.month, day.day) == (2, 29):
        return  # another year may not have it
    assert [(one.on, one.kind, one.certainty) for one in found] == [(day, "deadline", "inferred")], text


PIECES = st.sampled_from(
    ["by ", "until ", "will ", "31 June ", "February 30, ", "2027", "99. 99. 2027 ", "the end of ", "Q4 2027", "mid-",
     "May ", "in ", "within 999 years ", "9999年13月40日", "二月", "12月", "内", ". ", ", ", "\n", "2099-12-31 ",
     "d'ici ", "fin ", "mars ", "le 31 ", "am 3. ", "M\u00e4rz ", "next Monday ", "\ud800", "\u202e", "０９月"]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    text=st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=40).map("".join),
    language=st.sampled_from(LANGUAGES),
    published=st.dates(),
)
@example(text="by 12月", language="en", published=date(1, 1, 1))
@example(text="by 31 December", language="en", published=date.max)
def test_whatever_the_text_the_answer_keeps_its_promises(text: str, language: str | None, published: date) -> None:
    found = extract_dates_ahead(text, language=language, published_on=published)
    for one in found:
        assert published < one.on <= one.until
        assert len(one.sentence) <= SENTENCE_LIMIT
        assert "\n" not in one.sentence
        assert 0 <= one.start < one.end <= len(one.sentence)
    assert found == extract_dates_ahead(text, language=language, published_on=published)


def test_a_long_sentence_is_cut_around_its_date() -> None:
    text = f"{'word ' * 200}must be done by 5 May 2027 {'and more ' * 200}."
    (one,) = extract_dates_ahead(text, language="en", published_on=date(2026, 11, 1))
    assert one.sentence[one.start : one.end] == "5 May 2027"
    assert one.sentence.startswith("… ") and one.sentence.endswith(" …")


def test_a_hostile_text_costs_little() -> None:
    """Linear time: twelve kilobytes of half dates take a moment, not minutes."""
    for piece in ("1 ", "12-", "by the end of ", "May 1", "1月", "Mo, ", "within 1 ", "A. ", "en el plazo de "):
        begun = time.process_time()
        extract_dates_ahead(piece * (12_000 // len(piece)), language="en", published_on=date(2026, 11, 1))
        assert time.process_time() - begun < 3, piece
