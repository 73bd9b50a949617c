"""The steps by themselves: reading, sketches, fingerprints, spans, furniture, trees, checksums."""

from __future__ import annotations

import random
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.dedupe.invented import FURNITURE, NOW, OTHER, WIRE, article, store
from warehouse.connection import open_memory
from warehouse.dedupe import Fingerprint, add_fingerprints, compare, fingerprint, judge_articles
from warehouse.dedupe.across import figure_values, fold_name, glossary
from warehouse.dedupe.arrays import meet
from warehouse.dedupe.boilerplate import find_boilerplate, keep_words
from warehouse.dedupe.features import NAMES, weigh_pair
from warehouse.dedupe.offsets import WordOffsets
from warehouse.dedupe.pairs import judge_pair, shipped_judges, verbatim_spans
from warehouse.dedupe.reading import CJK_END, SENTENCE_END, _find_ends, read_article, read_text, split_sentences
from warehouse.dedupe.sketch import sketch
from warehouse.dedupe.weights import DamagedWeights, load_arrays
from warehouse.dedupe.words import CJK_RUN, TOKEN, lexicon, plain_number, split_tokens

SHARED = Path(__file__).parents[4] / "shared"


def plain(token: str) -> int:
    """What a word is compared by."""
    return lexicon("en").word(token)[0]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_every_word_has_its_place_in_the_text(text: str) -> None:
    r = read_text(text)
    offsets = WordOffsets(r)
    tokens = [t for start, end in r.sentences for t in split_tokens(text[start:end])]
    assert len(tokens) == len(r.words)
    assert [text[slice(*offsets.of(i))] for i in range(len(tokens))] == tokens


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_can_be_weighed(a: str, b: str) -> None:
    ra, rb = read_text(a, title=b[:20]), read_text(b)
    pair = judge_pair(ra, rb)
    assert np.isfinite(pair.evidence.values).all()
    assert 0 <= pair.probability <= 1
    assert 0 <= pair.share_a <= 1
    for span in verbatim_spans(ra, rb):
        ours, theirs = a[span.start : span.end], b[span.other_start : span.other_end]
        assert [plain(t) for t in split_tokens(ours)] == [plain(t) for t in split_tokens(theirs)]


def test_weighing_does_not_depend_on_the_order() -> None:
    a, b = read_article(article(WIRE)), read_article(article((*WIRE[1:], OTHER[0])))
    there, back = weigh_pair(a, b), weigh_pair(b, a)
    same = [n for n in NAMES if n not in ("order", "slots", "name_conflict", "number_conflict", "sentence_order",
                                          "extra_blocks", "single_mean", "mutual")]  # fmt: skip
    for name in same:
        assert there[name] == pytest.approx(back[name], abs=1e-5), name
    assert (there.share_a, there.share_b) == pytest.approx((back.share_b, back.share_a))


@given(st.sets(st.integers(0, 400)), st.sets(st.integers(0, 400)))
def test_meet_finds_what_two_sorted_arrays_share(a: set[int], b: set[int]) -> None:
    xs, ys = (np.array(sorted(s), dtype=np.uint64) for s in (a, b))
    ix, iy = meet(xs, ys)
    assert set(xs[ix].tolist()) == a & b
    assert xs[ix].tolist() == ys[iy].tolist()


@pytest.mark.parametrize(
    ("raw", "plain"),
    [("1,200", "1200"), ("1.200", "1200"), ("2.5", "2.5"), ("2,50", "2.5"), ("1,234,567.8", "1234567.8"), ("007", "7")],
)
def test_numbers_in_every_notation(raw: str, plain: str) -> None:
    assert plain_number(raw) == plain


PIECES = [
    "Mr.", "U.S.", ". ", ".\" ", ".” À", "!) É", "\r\n", "\n\n ", "…", "。", "！」", "Ab", "c", "don’t", "x²", "½",
    "1,2", "中文", "ж",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=80))
def test_short_cuts_find_the_same_sentences_and_words(text: str) -> None:
    if not CJK_END.search(text):
        assert [m.span() for m in _find_ends(text)] == [m.span() for m in SENTENCE_END.finditer(text)]
    if not CJK_RUN.search(text):
        assert split_tokens(text) == TOKEN.findall(text)


def test_abbreviations_do_not_end_sentences() -> None:
    text = "Mr. Bell spoke. The U.S. agreed.\nNext line 你好。再见。"
    assert [text[a:b] for a, b in split_sentences(text)] == [
        "Mr. Bell spoke.", "The U.S. agreed.", "Next line 你好。", "再见。"
    ]  # fmt: skip


def test_a_part_shares_its_marks_with_the_whole() -> None:
    long = read_text("\n\n".join((*WIRE, *OTHER) * 3))
    part = read_text("\n\n".join(WIRE))
    shared = np.intersect1d(sketch(long), sketch(part))
    assert len(shared) >= 10


def test_fingerprint_goes_to_json_and_back_without_words() -> None:
    made = fingerprint(article(WIRE, title="Cranes for Saltholm"))
    text = made.to_json()
    assert Fingerprint.from_json(text) == made
    assert "Saltholm" not in text.replace(made.article_id, "")
    assert "crane" not in text


def test_reference_known_by_fingerprint_then_by_text() -> None:
    reference = article(WIRE, site="seed.example", title="Cranes")
    copy = article((*WIRE, FURNITURE[0]), site="paper.example", title="Robots", hours=9)
    with open_memory() as con:
        add_fingerprints(con, [fingerprint(reference)])
        add_fingerprints(con, [fingerprint(reference)])
        assert con.execute("SELECT count(*) FROM copy_documents").fetchone() == (1,)
        (before,) = judge_articles(con, [copy], as_of=NOW)
        store(con, [reference], origin="seed")
        (after,) = judge_articles(con, [copy], as_of=NOW)
        (unlike,) = judge_articles(con, [article(OTHER)], as_of=NOW)
    assert (before.original_id, after.original_id) == (reference.article_id,) * 2
    assert (before.kin[0].fingerprint_only, before.kin[0].spans) == (True, ())
    assert not after.kin[0].fingerprint_only
    assert after.kin[0].spans
    assert unlike.is_new


@pytest.mark.skipif(not (SHARED / "seed_corpus").exists(), reason="the shared seed corpus is not here")
def test_seed_articles_are_not_copies_of_each_other() -> None:
    texts = [p.read_text(encoding="utf-8") for p in sorted((SHARED / "seed_corpus").glob("*.txt"))]
    seeds = [article(t.split("\n\n"), site="seed.example", title=f"seed {i}") for i, t in enumerate(texts)]
    with open_memory() as con:
        assert all(v.is_new for v in judge_articles(con, seeds, as_of=NOW))
        add_fingerprints(con, [fingerprint(s) for s in seeds[:2]])
        assert all(v.is_new for v in judge_articles(con, seeds[2:], as_of=NOW))


def test_furniture_is_judged_per_site_and_a_wire_report_is_none() -> None:
    bodies = (WIRE, OTHER, WIRE[::-1] + OTHER[:1], OTHER[::-1])
    loud = [read_article(article((*FURNITURE, f"Only here {i} {'x' * i}.", *b[i % 2 : i % 2 + 1]), site="loud.example",
                                 title=f"t{i} {'y' * i}")) for i, b in enumerate(bodies)]  # fmt: skip
    wire = [read_article(article((*WIRE, f"Printed by number {i}."), site="many.example", title="Cranes"))
            for i in range(6)]  # fmt: skip
    found = find_boilerplate([*loud, *wire])
    assert not keep_words(loud[0], found).all()
    assert keep_words(wire[0], found).all()


def test_a_report_that_three_unlike_pages_of_a_site_reprint_is_no_furniture() -> None:
    rng = random.Random(2)
    words = [w for p in (*WIRE, *OTHER) for w in p.split()]
    own = [tuple(" ".join(rng.choices(words, k=12)).capitalize() + "." for _ in range(24)) for _ in range(3)]
    pages = [read_article(article((*WIRE, *more), site="paper.example", title=f"{'abc'[i] * 5} {more[0][:20]}"))
             for i, more in enumerate(own)]  # fmt: skip
    assert not keep_words(pages[0], find_boilerplate(pages)).all()  # by itself it looks like furniture
    told = read_article(article(WIRE, site="wire.example", title="Cranes"))
    assert keep_words(pages[0], find_boilerplate([*pages, told])).all()


def test_comparing_says_where_and_why() -> None:
    kinship = compare(article(WIRE[:3]), article(WIRE))
    assert kinship.relation == "contained-in"
    assert set(kinship.features) == set(NAMES)
    assert kinship.reasons
    assert compare(article(WIRE), article(OTHER)).relation == "new"


def test_figures_by_value() -> None:
    assert figure_values("1.2 billion, 1,2 Milliarden, 12亿, 1 850 emplois, 3") == [1.2e9, 1.2e9, 1.2e9, 1850.0]
    assert fold_name("México") == fold_name("Mexico")
    assert len(glossary()) > 60


def test_damaged_weights_are_refused(tmp_path: Path) -> None:
    shipped_judges()
    data = bytearray((files("warehouse.dedupe") / "judges.npz").read_bytes())
    data[100] ^= 1
    (tmp_path / "judges.npz").write_bytes(bytes(data))
    with pytest.raises(DamagedWeights, match="checksum"):
        load_arrays(tmp_path / "judges.npz")
