"""What is done for many texts at once is what is done for each alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.dedupe.invented import FURNITURE, NOW, OTHER, WIRE, article, store
from tests.warehouse.dedupe.test_across import reports
from warehouse.connection import open_memory
from warehouse.dedupe.arrays import shingle
from warehouse.dedupe.glance import surely_unlike
from warehouse.dedupe.likeness import worth_comparing
from warehouse.dedupe.reading import Reading, Unread, cut_sentences, read_article, read_many, unread_article
from warehouse.dedupe.texts import find_unread, find_versions_before
from warehouse.dedupe.words import Lexicon, Words, lexicon, split_tokens

PIECES = (
    "Mr. ", "U.S. ", ". ", ".” À", "\r\n", "\n\n ", "… ", "don’t ", "Ministers ", "x² ", "½ ", "1,200.50 ", "007 ",
    "three ", "3 ", "12/5 ", "中文。", "жи ", "l’État ", "a" * 70, "Ireland's ", "İstanbul ", "ﬁ ", "“The ",
    "ends.” Next ",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=60)


def unread(text: str, title: str = "", language: str = "en") -> Unread:
    return Unread(article_id="", title=title, site="", language=language, day=None, text=text, links=frozenset())


def columns(words: Words) -> list[list[float]]:
    return [getattr(words, name).tolist() for name in ("surface", "stem", "weight", "flags", "sentence")]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(("en", "de", "zh"))), max_size=6))
def test_texts_read_together_are_read_as_by_patterns(given_texts: list[tuple[str, str, str]]) -> None:
    for r in read_many([unread(*one) for one in given_texts]):
        tokens, sentence = cut_sentences(r.text)
        words = lexicon(r.language).words(tokens)
        assert columns(r.words) == [column.tolist() for column in (*words, sentence)]
        assert columns(r.title_words)[:4] == [c.tolist() for c in lexicon(r.language).words(split_tokens(r.title))]
        again = Reading(article_id="", site="", language=r.language, day=None, title=r.title, text=r.text,
                        words=r.words, title_words=r.title_words)  # fmt: skip
        assert r.shingles.tolist() == shingle(r.words.surface).tolist()
        assert r.sentence_hashes.tolist() == again.sentence_hashes.tolist()
        for derived, alone in zip((*r.stems, r.stem_vector), (*again.stems, again.stem_vector), strict=True):
            assert derived.dtype == alone.dtype
            assert derived.tolist() == alone.tolist()


@given(st.lists(TEXTS.map(split_tokens), min_size=1, max_size=3).map(lambda found: [t for part in found for t in part]))
def test_words_analysed_together_are_as_alone(tokens: list[str]) -> None:
    for language in ("en", "es"):
        known = Lexicon(language)
        together = zip(*(column.tolist() for column in known.words(tokens)), strict=True)
        assert list(together) == [known.word(token) for token in tokens]


def test_nothing_worth_comparing_is_passed_over_at_a_glance() -> None:
    own = " ".join(word for paragraph in OTHER for word in paragraph.split()[::3])
    bodies = [WIRE, OTHER, WIRE[:2], (*WIRE[2:], OTHER[0]), (WIRE[0], own), (own,), FURNITURE, ("One.",), ()]
    bodies += [(own[i : i + 200], WIRE[1][: 20 * i]) for i in range(10)]
    readings = read_many([unread_article(article(body)) for body in bodies])
    readings += [read_article(one) for _, one in reports("test")]
    passed = 0
    for ours in readings:
        for other, unlike in zip(readings, surely_unlike(ours, readings).tolist(), strict=True):
            assert not (unlike and worth_comparing(ours, other))
            passed += unlike
    assert passed > len(readings) ** 2 / 8


def found_texts(texts: Sequence[Unread]) -> dict[str, str]:
    return {one.article_id: one.text for one in texts}


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with open_memory() as connection:
        yield connection


def test_the_version_that_was_judged_is_the_one_to_compare_with(con: duckdb.DuckDBPyConnection) -> None:
    url = "https://alpha.example/live"
    first, second, other = article(WIRE, url=url), article((*WIRE, OTHER[0]), url=url, hours=1), article(OTHER)
    store(con, [first, other])
    both = {first.article_id: first.text, other.article_id: other.text}
    assert found_texts(find_unread(con, [*both, "none"])) == both
    con.execute("INSERT INTO verdicts (version_id, article_id, run_id, relation, judged_at) "
                "VALUES (?, ?, 'r', 'new', ?)",
                [f"{first.article_id}.1", first.article_id, NOW])  # fmt: skip
    store(con, [second])
    assert found_texts(find_unread(con, [first.article_id])) == {first.article_id: first.text}
    assert {k: u.text for k, u in find_versions_before(con, [other, second]).items()} == {1: first.text}
    con.execute("UPDATE article_versions SET text = NULL WHERE version_id = ?", [f"{first.article_id}.1"])
    assert found_texts(find_unread(con, [first.article_id])) == {first.article_id: second.text}
    assert find_versions_before(con, [other, second]) == {}


def test_a_text_that_another_version_holds_is_found_there(con: duckdb.DuckDBPyConnection) -> None:
    url = "https://alpha.example/report"
    held, edited, copy = article(WIRE), article((*WIRE, OTHER[0]), url=url, hours=1), article(WIRE, url=url)
    store(con, [held, copy, edited])
    con.execute("UPDATE article_versions SET text = NULL, text_in = ? WHERE version_id = ?",
                [f"{held.article_id}.1", f"{copy.article_id}.1"])  # fmt: skip
    found = find_versions_before(con, [edited])
    assert {k: (u.article_id, u.text) for k, u in found.items()} == {0: (copy.article_id, held.text)}
