"""The index answers as a plain reading of every article does: same articles, same scores, for any query."""

from __future__ import annotations

import random
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.benchmarks.search_corpus import generate
from tests.warehouse.search.library import number_of, shelve
from tests.warehouse.search.naive import Naive, Text, tokens_of
from warehouse.connection import Connection, open_memory
from warehouse.search import index_articles, search_articles

WORDS = (
    "chip", "chips", "chipping", "golden", "share", "shares", "state", "states", "sharing", "council", "councils",
    "subsidy", "subsidies", "élection", "elections", "straße", "strassen", "nationale", "nationales", "national",
    "半导体", "出口", "管制", "半导", "导体", "naïve", "ørsted", "5g", "2028", "u.s.", "l’état", "café", "AI芯片",
)  # fmt: skip


@cache
def library() -> tuple[Connection, Naive]:
    rng = random.Random(3)
    texts = {}
    for number in range(60):
        title, *body = (" ".join(rng.choices(WORDS, k=rng.randint(1, 12))) for _ in range(4))
        language = rng.choice(["en", "de", "fr", "es", "zh", "pl"])
        texts[number] = Text(title=title, text="\n\n".join(body), language=language)
    con = open_memory()
    con.execute("SET threads = 1")
    shelve(con, {number: (one.title, one.text, {"language": one.language}) for number, one in texts.items()})
    index_articles(con, batch=25)
    return con, Naive(texts)


piece = st.one_of(
    st.sampled_from(WORDS),
    st.sampled_from(WORDS).map(lambda word: word[:3] + "*"),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(lambda words: f'"{" ".join(words)}"'),
    st.sampled_from(["semiconductor", "goldens", "councilly", "OR", "-", "半导体出口", "体", "xyz*"]),
)
signed = st.tuples(st.sampled_from(["", "", "", "-"]), piece).map("".join)
queries = st.lists(signed, min_size=1, max_size=4).map(" ".join)


@settings(max_examples=40, deadline=None)
@given(queries)
@example("半导体")
@example('"golden share" -chips OR state*')
@example("OR chip OR OR state OR")
@example("-chip golden OR -share state")
def test_any_query_is_answered_as_a_plain_reading_answers_it(query: str) -> None:
    con, naive = library()
    found = {number_of(one.url): one.score for one in search_articles(con, query, top=1000)}
    expected = dict(naive.search(query))
    assert set(found) == set(expected)
    assert found == pytest.approx(expected)


def test_generated_articles_are_ranked_alike() -> None:
    made = list(generate(0, 80))
    con = open_memory()
    shelve(con, {one.number: (one.title, one.text, {"language": one.language}) for one in made})
    index_articles(con)
    naive = Naive({one.number: Text(title=one.title, text=one.text, language=one.language) for one in made})
    rng = random.Random(5)
    for one in rng.sample(made, 4):
        words = tokens_of(one.text, whole=False)
        at = rng.randrange(len(words) - 2)
        for query in (words[at], f"{words[at]} {words[-1]}", f'"{words[at]} {words[at + 1]}"'):
            found = [(number_of(f.url), f.score) for f in search_articles(con, query, top=1000)]
            expected = dict(naive.search(query))
            assert dict(found) == pytest.approx(expected)
            assert [round(score, 9) for _, score in found] == sorted((round(s, 9) for _, s in found), reverse=True)


def test_an_article_is_found_by_its_own_title_whatever_the_script() -> None:
    blocks = ["Aaéßøœıİ", "αάώΣς", "жйёЩ", "علمء", "שלום", "हिन्दी", "ไทยก", "한국어", "半导体出", "カタナーか"]
    blocks += ["e\u0301n\u0303", "½²5٣"]
    rng = random.Random(11)
    titles = {}
    for number in range(50):
        words = ("".join(rng.choices(rng.choice(blocks), k=rng.randint(1, 5))) for _ in range(rng.randint(1, 4)))
        titles[number] = rng.choice([" ", "-", "’", ". "]).join(words)
    con = open_memory()
    shelve(con, {number: (title, "text", {}) for number, title in titles.items()})
    index_articles(con)
    for number, title in titles.items():
        found = search_articles(con, title, top=200)
        assert number in {number_of(one.url) for one in found}, title
        assert number in {number_of(one.url) for one in search_articles(con, f'"{title}"', top=200)}, title
