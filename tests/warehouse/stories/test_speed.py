"""What is done the fast way gives what the plain way gives: weights of a part, kindred stories, rows stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tests.warehouse.stories.newsroom import add_article, night
from warehouse.connection import open_memory
from warehouse.stories import kindred, likeness, pairs, store, weights
from warehouse.stories.background import load_background
from warehouse.stories.kindred import StoryVectors
from warehouse.stories.pairs import Subject, compare
from warehouse.stories.terms import FIELDS, parse_terms, terms_from_bytes
from warehouse.stories.weights import vocabulary, weigh_terms, weigh_unit

MONDAY = datetime(2026, 3, 2, 20, tzinfo=UTC)
TEXTS = {
    "a": ("Halden signs cloud contract", "Halden signed a contract of 480 million euros with Aldermark on Monday."),
    "b": ("Aldermark wins Halden contract", "Aldermark said that Halden signed. The contract is worth 480 million."),
    "c": ("Court rules on chip exports", "The court of Veldhaus ruled on Monday that chips may not leave the country."),
    "d": ("Ein Gericht entscheidet", "Das Gericht in Veldhaus entschied am Montag: Chips bleiben im Land."),
}
LANGUAGES = {"d": "de"}
TABLES = (
    "story_list", "story_members", "article_terms", "story_terms", "storyline_list", "storyline_facts",
    "entity_mentions", "development_list", "development_sentences", "development_outlets",
)  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_kept_terms_weigh_what_they_weigh_among_all(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    terms = [parse_terms(title, text, LANGUAGES.get(key, "en")) for key, (title, text) in TEXTS.items()]
    english = np.array([key not in LANGUAGES for key in TEXTS])
    old = np.array([False, True, True, False])
    kept = vocabulary(terms[:1], [field])
    whole = weigh_terms(terms, field, english=english, background=load_background(), old=old)
    part = weigh_terms(terms, field, english=english, background=load_background(), old=old, kept=kept)
    runs = np.diff(whole.starts)
    some = np.repeat(np.isin(whole.terms, kept), runs)
    assert part.terms.tolist() == np.intersect1d(whole.terms, kept).tolist()
    assert np.diff(part.starts).tolist() == runs[np.isin(whole.terms, kept)].tolist()
    for name in ("docs", "unit", "share", "fresh", "few", "rare"):
        assert np.array_equal(getattr(whole, name)[some], getattr(part, name)), name
    low, several = part.where(whole.terms)
    assert several.sum() == len(part.docs)
    assert part.starts[:-1].tolist() == low[several > 0].tolist()
    monkeypatch.setattr(weights, "_BLOCK", 3)
    ranged = weigh_terms(terms, field, english=english, background=load_background(), old=old, kept=kept, most=7)
    for name in ("terms", "starts", "docs", "unit", "share", "fresh", "few", "rare"):
        assert np.allclose(getattr(ranged, name), getattr(part, name), rtol=1e-6), name
    ids, unit = weigh_unit(terms, field, english=english, background=load_background())
    assert np.array_equal(ids, np.repeat(whole.terms, runs)) and np.array_equal(unit, whole.unit)


def test_many_subjects_are_compared_as_few_are(monkeypatch: pytest.MonkeyPatch) -> None:
    subjects = [
        Subject(parse_terms(title, f"{text} {text[n:]}", LANGUAGES.get(key, "en")), f"site-{n % 3}", 100.0 + n, "en")
        for n in range(5) for key, (title, text) in TEXTS.items()
    ]  # fmt: skip
    few = compare(subjects, 9, background=load_background(), window_days=10)
    monkeypatch.setattr(pairs, "_MANY", 3)
    monkeypatch.setattr(likeness, "_OFTEN", 1)
    many = compare(subjects, 9, background=load_background(), window_days=10)
    assert len(few[0]) > 20
    for one, other in zip(few, many, strict=True):
        assert np.allclose(one, other, rtol=1e-6, atol=1e-6)


def test_terms_come_back_from_bytes() -> None:
    terms = parse_terms(*TEXTS["a"], "en")
    again = terms_from_bytes(terms.to_bytes())
    assert again.tokens == terms.tokens
    for field in FIELDS:
        assert np.array_equal(again.ids_of(field), terms.ids_of(field))
        assert np.array_equal(again.counts_of(field), terms.counts_of(field))


@pytest.mark.parametrize("at_once", [1, 3, 500_000])
def test_kindred_stories_are_those_whose_vectors_are_alike(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kindred, "_PRODUCTS", at_once)
    con = open_memory()
    rows = {
        "s1": ("2026-02-01", {1: 0.6, 2: 0.8}), "s2": ("2026-02-01", {2: 0.8, 3: 0.6}),
        "s3": ("2020-01-01", {1: 0.6, 2: 0.8}), "s4": ("2026-02-01", {7: 1.0}),
    }  # fmt: skip
    for story, (at, vector) in rows.items():
        con.execute(
            "INSERT INTO story_terms SELECT $s, 'l' || $s, $at::TIMESTAMPTZ, $t::UINTEGER[], $w::FLOAT[]",
            {"s": story, "at": at, "t": list(vector), "w": list(vector.values())},
        )
    vectors = {0: {1: 0.6, 2: 0.8}, 4: {3: 1.0}, 5: {}}
    found = StoryVectors(con).find(vectors, since=datetime(2026, 1, 1, tzinfo=UTC), least=0.3)
    plain = {number: {k.story_id: round(k.similarity, 3) for k in some} for number, some in found.items()}
    assert plain == {0: {"s1": 1.0, "s2": 0.64}, 4: {"s2": 0.6}}
    assert found[4][0].storyline_id == "ls2"


def test_a_night_is_stored_alike_as_parameters_and_as_arrow(monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    for few in (0, 10_000):
        monkeypatch.setattr(store, "_FEW_VALUES", few)
        con = open_memory()
        for number, (key, (title, text)) in enumerate(TEXTS.items()):
            at = MONDAY + timedelta(hours=number)
            add_article(con, key, title, text, at=at, site=f"{key}.example", language=LANGUAGES.get(key, "en"))
            night(con, at)
        told.append({table: con.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall() for table in TABLES})
    assert told[0] == told[1]
    assert all(told[0].values())


def test_a_prior_gives_the_count_of_every_term_and_none_of_others() -> None:
    prior = load_background()
    assert np.array_equal(prior.counts_of(prior.ids), prior.counts)
    there = set(prior.ids.tolist())
    others = np.array([n for n in np.random.default_rng(0).integers(0, 1 << 32, 50_000).tolist() if n not in there])
    assert not prior.counts_of(others.astype(np.uint32)).any()
    near = np.array([n + 1 for n in prior.ids.tolist()[:-1] if n + 1 not in there], dtype=np.uint32)
    assert not prior.counts_of(near).any()
