"""The scan for topics' words: never silent where the matcher would speak, and silent on nearly all other texts."""

from __future__ import annotations

import random
import time
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.topic_scan import JOINT, TopicScan
from extractors.topic_spellings import LIKE_ASCII, folding_to
from extractors.topics import TopicMatcher
from tests.benchmarks.gate import shipped_topics
from tests.extractors.test_topics import Entity, Topic

MATCHER = TopicMatcher(shipped_topics())
SCAN = TopicScan(MATCHER)
ODD = TopicMatcher([Topic(
    phrases={"de": ("Maßnahme gegen Straßenbau", "Größe der Öffnung"), "fr": ("interdiction générale",),
             "": ("Ἀθῆναι ς",)},
    terms={"de": ("Außenwirtschaft",), "en": ("fire wall", "kilo stint", "office"), "zh": ("外商x投资",)},
    context={"es": ("prohibición",), "en": ("ban",)}, entities=(Entity("Élysée", ("ÉLAN", "Ost"),),),
)])  # fmt: skip
ODD_SCAN = TopicScan(ODD)


@cache
def surfaces(matcher: TopicMatcher) -> tuple[str, ...]:
    topics = shipped_topics() if matcher is MATCHER else ODD._topics
    found: set[str] = set()
    for topic in topics:
        for words in (topic.phrases, topic.terms, topic.context):
            found |= {text for texts in words.values() for text in texts}
        found |= {name for entity in topic.entities for name in (entity.name, *entity.aliases)}
    return tuple(sorted(found))


def dressed(draw: st.DrawFn, text: str) -> str:
    """The text as a page may have it: other case, separators, endings, compounds, letters that fold to the same."""
    change = draw(st.sampled_from(["", "", "upper", "title", "swap", "end", "begin", "odd", "space", "hyphen"]))
    if change in ("upper", "title"):
        return text.upper() if change == "upper" else text.title()
    if change == "swap":
        return text.swapcase()
    if change == "end":
        return text + draw(st.sampled_from(["s", "en", "e", "es", "n", "politik", "x", "…"]))
    if change == "begin":
        return draw(st.sampled_from(["Chip", "l’", "neo", "“", "é", "中"])) + text
    if change == "odd":
        pairs = (("ss", "ß"), ("ß", "SS"), ("s", "ſ"), ("k", "K"), ("fi", "ﬁ"), ("ff", "ﬀ"), ("st", "ﬆ"), ("i", "İ"))
        old, new = draw(st.sampled_from(pairs))
        return text.replace(old, new)
    if change in ("space", "hyphen"):
        return text.replace(" ", draw(st.sampled_from(["-", " – ", "\u00a0", "\n", "_", "’", ", ", "\u3000", "é"])))
    return text


FILL = ("the harbour", "a town of lamps", "und die Stadt", "que la ville", "港口", "§ 4", "…", "1999", "été")


@st.composite
def texts(draw: st.DrawFn, matcher: TopicMatcher) -> str:
    """Words of topics among others."""
    words = [dressed(draw, one) for one in draw(st.lists(st.sampled_from(surfaces(matcher)), min_size=1, max_size=4))]
    parts = draw(st.permutations([*words, *draw(st.lists(st.sampled_from(FILL), max_size=4))]))
    return draw(st.sampled_from([" ", ". ", "\n", "-", "…"])).join(parts)


@pytest.mark.parametrize(("matcher", "scan"), [(MATCHER, SCAN), (ODD, ODD_SCAN)])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_where_the_matcher_finds_a_topic_the_scan_is_never_silent(
    matcher: TopicMatcher, scan: TopicScan, data: st.DataObject
) -> None:
    text = data.draw(texts(matcher))
    if matcher.match(text, "", "", None):
        assert scan.may_match("", text)
        assert scan.may_match(text.replace("&", "&amp;"))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_nor_where_the_text_is_cut_shuffled_and_spelled_in_entities(data: st.DataObject) -> None:
    text = data.draw(texts(MATCHER))
    if not MATCHER.match("", text, "", None):
        return
    draw = random.Random(data.draw(st.integers(0, 2**20)))
    # What is matched is the pieces in their order. What is scanned has them in another, with cuts within, and entities.
    cuts = sorted(draw.sample(range(len(text) + 1), min(len(text) + 1, draw.randrange(4))))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    together = "\n".join(pieces)
    if not MATCHER.match("", together, "", None):
        return
    draw.shuffle(pieces)
    markup = []
    for piece in pieces:
        spelled = [f"&#{ord(c)};" if draw.random() < 0.1 else c.replace("&", "&amp;") for c in piece]
        if spelled and draw.random() < 0.5:
            spelled.insert(draw.randrange(len(spelled)), JOINT * draw.randrange(1, 3))
        markup.append("".join(spelled))
    assert SCAN.may_match(JOINT.join((*markup, " other things ")))


@pytest.mark.parametrize("text", [
    "It bans TikTok, but no phrase: the sale was of lamps and a man on TikTok sang of the deal that it was.",
    "Google, Facebook and Meta are named here, and no word beside them.",
    "The meta data of a fab in urban areas is mice, and the opa said so; a bis B.",
])  # fmt: skip
def test_names_alone_and_words_far_from_their_phrase_do_not_count(text: str) -> None:
    assert not SCAN.may_match(text)


@pytest.mark.parametrize(("markup", "heard"), [
    (f"Tik{JOINT}Tok{JOINT} ban", True),  # one word, and the next
    (f"digital{JOINT}sovereignty", True),
    (f"so digital{JOINT} a lamp {JOINT}sovereignty now", True),  # two ends of pieces may come together
    (f"so digital a lamp {JOINT}sovereignty now", False),
    ("digital a sovereignty", False),
    ("sale of TikTok", True), ("sale as yet of TikTok", False), ("SALE OF TIKTOK", True), ("sale of tiktok", True),
    ("digital&nbsp;sovereignty", True), ("digital&#45;sovereignty", True), ("d&#105;gital sovereignty", True),
    (f"digi&#{JOINT}116;al sovereignty", True),
    ("digitale SouverÄnitÄt", True), ("digitale Souver&auml;nit&auml;t", True), ("Souveränitätsfrage", False),
    ("Investitions-Exportkontrollregime", True), ("Chipexportkontrolle", True),
    ("数字 主权", True), ("主力", False),
    ("DSA und DMA", True), ("dsa und dma", False), ("DSAs und DMAs", False),
])  # fmt: skip
def test_what_counts(markup: str, heard: bool) -> None:
    around = "lamps of the town"  # the ends of a text are those of a piece
    assert SCAN.may_match(f"{around} {markup} {around}") is heard


@settings(max_examples=100, deadline=None)
@given(data=st.data(), filler=st.sampled_from(FILL), times=st.integers(0, 45))
def test_nor_where_weak_words_stand_as_far_apart_as_they_may(data: st.DataObject, filler: str, times: int) -> None:
    drawn = data.draw(st.lists(st.sampled_from(weak_words()), min_size=2, max_size=4))
    words = [dressed(data.draw, one) for one in drawn]
    text = (" " + " ".join([filler] * times) + " ").join(words)
    if MATCHER.match("", text, "", None):
        assert SCAN.may_match("", "A title", text)


@cache
def weak_words() -> tuple[str, ...]:
    """Of one topic, so that some support others."""
    topic = next(topic for topic in shipped_topics() if topic.id == "platform-regulation")
    found = [text for words in (topic.terms, topic.context) for texts in words.values() for text in texts]
    return (*found, *(entity.name for entity in topic.entities))


def test_weak_words_far_apart_in_a_text_whose_order_is_known_do_not_count() -> None:
    for words, heard in ((30, True), (300, False)):
        text = f"Ofcom {'lamp ' * words} age verification"
        assert SCAN.may_match("", text) is heard
        assert SCAN.may_match(text)


def test_any_configuration_can_be_scanned_for() -> None:
    assert not TopicScan(TopicMatcher([])).may_match("digital sovereignty", "主权")
    chinese = TopicScan(TopicMatcher([Topic(phrases={"zh": ("数字主权",)})]))
    assert chinese.may_match("数字 主权") and not chinese.may_match("digital sovereignty")
    many = TopicScan(TopicMatcher([Topic(phrases={"en": ("ssssssssssssssss ban",)})]))  # too many spellings
    assert many.may_match("lamps of the town ban the ssssssßssssssß ban of the town")
    assert not many.may_match("lamps of the town")


def test_text_beside_counts_as_it_stands() -> None:
    assert SCAN.may_match("&amp;", "digital sovereignty") and not SCAN.may_match("", "digital&shy;sovereignt&#121;")
    assert SCAN.may_match("", "so digital", "sovereignty") and not SCAN.may_match("", "digital so", "a sovereignty")


def test_all_letters_that_fold_to_others_are_thought_of() -> None:
    known = folding_to()
    for letter in map(chr, range(0x80, 0x110000)):
        if 0xD800 <= ord(letter) < 0xE000:
            continue
        folded = letter.casefold()
        if folded != letter and letter not in LIKE_ASCII:
            assert letter in known[folded]
        # What separates words still does so folded, for whoever looks at ASCII alone.
        if not letter.isalnum():
            assert not any(c.isascii() and c.isalnum() for c in folded)


@pytest.mark.parametrize("text", [
    "data " * 400_000, f"a{JOINT}" * 500_000, "digital " * 20_000 + "x " * 400_000, f"TikTok {JOINT} ban" * 100_000,
    "digital" + " " * 2_000_000 + "x sovereignty", ("European " + "…" * 400) * 3_000, "&" * 1_000_000,
    f"x{JOINT * 1000}" * 1_000, "主权" * 300_000,
])  # fmt: skip
def test_a_hostile_text_is_scanned_quickly(text: str) -> None:
    begun = time.process_time()
    SCAN.may_match(text)
    assert time.process_time() - begun < 2
