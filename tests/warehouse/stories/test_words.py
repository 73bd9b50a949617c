"""Terms, sentences and acts of single texts."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.stories.acts import find_acts
from warehouse.stories.sentences import parse_sentences, split_sentences
from warehouse.stories.terms import FIELDS, alias_table, find_names, parse_terms, terms_from_bytes


@settings(max_examples=40, deadline=None)
@given(title=st.text(max_size=80), text=st.text(max_size=400), language=st.sampled_from(["en", "de", "zh", None, "xx"]))
def test_terms_survive_being_stored(title: str, text: str, language: str | None) -> None:
    terms = parse_terms(title, text, language)
    again = terms_from_bytes(terms.to_bytes())
    assert again.tokens == terms.tokens
    for field in FIELDS:
        assert terms.ids_of(field).tolist() == again.ids_of(field).tolist()
        assert terms.counts_of(field).tolist() == again.counts_of(field).tolist()


@pytest.mark.parametrize(
    ("language", "sentence", "state"),
    [
        ("en", "The court banned the app.", "ban"),
        ("en", "The ministry will ban the app next year.", "to ban"),
        ("en", "The ministry did not ban the app.", "not ban"),
        ("de", "Das Ministerium hat die App verboten.", "ban"),
        ("de", "Das Ministerium hat die App nicht verboten.", "not ban"),
        ("fr", "Le ministère a interdit l'application.", "ban"),
        ("es", "El ministerio prohibió la aplicación.", "ban"),
        ("zh", "法院裁定该公司违法。", "rule"),
        ("zh", "政府将禁止该应用。", "to ban"),
    ],
)
def test_acts_with_their_marks(language: str, sentence: str, state: str) -> None:
    assert state in [act.state for act in find_acts(sentence, language)]


def test_an_alias_counts_as_its_entity_in_any_script() -> None:
    aliases = alias_table({"ByteDance": ("字节跳动",)})
    assert find_names("", "北京的字节跳动公司宣布", aliases)["ByteDance"] == 1
    assert find_names("", "Regulators met ByteDance in Dublin.", aliases)["ByteDance"] >= 1


def test_a_word_that_begins_a_sentence_is_no_name() -> None:
    assert "Regulators" not in find_names("", "Regulators met Meta. Regulators left.", {})


def test_sentences_do_not_end_at_abbreviations() -> None:
    assert split_sentences("The U.S. Senate met Mr. Smith on Jan. 5 in Dover. It then voted on the bill.") == [
        "The U.S. Senate met Mr. Smith on Jan. 5 in Dover.", "It then voted on the bill.",
    ]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=600))
def test_facts_lie_inside_their_sentence(text: str) -> None:
    for sentence in parse_sentences(text, "en", {}):
        assert all(0 <= f.start <= f.end <= len(sentence.text) for f in sentence.facts)


def test_a_summary_that_breaks_off_is_no_sentence_of_its_own() -> None:
    first = "The government of Aldermark ordered the sale of the app within 90 days, saying that users could be harmed."
    text = f"{first[:80]} [...]\n\n{first} A buyer must be found by May 31, the ministry said on its website."
    said = parse_sentences(text, "en", {})
    assert [sentence.text for sentence in said] == text.partition("\n\n")[2].replace(". A", ".|A").split("|")
    assert [sentence.place for sentence in said] == [0, 1]
    assert parse_sentences("A story that only breaks off …", "en", {})[0].text == "A story that only breaks off …"


def test_an_entity_stands_where_its_alias_does() -> None:
    aliases = alias_table({"Bureau of Industry": ("Amt für Industrie",)})
    sentence = "Am Montag hat das Amt für Industrie die Ausfuhr verboten."
    fact = next(f for f in parse_sentences(sentence, "de", aliases)[0].facts if f.label == "Bureau of Industry")
    assert sentence[fact.start : fact.end] == "Amt für Industrie"
