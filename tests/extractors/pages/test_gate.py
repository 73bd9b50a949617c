"""The gate before full extraction: what is on topic by the clean text passes, wherever on the page its words stand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.model import FeedEntry, FetchedPage, TopicMatch
from extractors.pages.cheap import cheap_text, cheap_text_of, look, shown_part
from extractors.pages.gate import PageGate, may_pass, passes_gate
from extractors.pages.reading import read_page
from extractors.topics import TopicMatcher
from tests.benchmarks.extraction import read_pages
from tests.benchmarks.gate import measure, shipped_topics

NOW = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
DATA = Path(__file__).parents[4] / "shared/data/pages"
OFF = ["The town has bought new lamps for the harbour wall, and the old ones go to the museum on the hill above.",
       "Some three hundred people came to the meeting, which took four hours and ended with a vote by hand.",
       "The mayor said that the lamps would be lit before the autumn, whatever the weather does until then."]
MATCHER = TopicMatcher(shipped_topics())
GATE = PageGate(MATCHER)


URL = "https://courier.example/lamps"


def fetched(html: str) -> FetchedPage:
    return FetchedPage(url=URL, final_url=URL, status=200, headers=(), body=html.encode(), fetched_at=NOW)


def page(*, title: str = "New lamps for the harbour", top: str = "", inside: str = "", lang: str = "en") -> FetchedPage:
    body = "".join(f"<p>{text}</p>" for text in OFF * 4)
    return fetched(f"<html lang={lang}><head><title>{title}</title>{top}</head><body><article><h1>{title}</h1>{body}"
                   f"{inside}</article></body></html>")  # fmt: skip


@pytest.mark.parametrize("where", [
    {"title": "Parliament votes on the TikTok ban"},
    {"top": '<meta name="description" content="What the TikTok ban means">'},
    {"inside": "<p>There was no word of the TikTok ban.</p>"},
    {"inside": "<ul><li>Lamps</li><li>TikTok ban</li></ul>"},
    {"inside": "<div>It was said that the <b>TikTok</b> ban comes next.</div>"},
    {"inside": "<div>One word was of a TikTok ban.</div>"},
    {"inside": "<table><tr><td>Lamps</td><td>TikTok ban</td></tr></table>"},
    {"inside": "<p>Es ging um das TikTok-Verbot.</p>", "lang": "en"},
    {"inside": "<p>讨论了TikTok禁令。</p>", "lang": "en"},
])  # fmt: skip
def test_words_of_a_topic_are_seen_wherever_they_stand(where: dict[str, str]) -> None:
    assert passes_gate(cheap_text(page(**where)), None, MATCHER.match)


def test_menus_scripts_and_teasers_do_not_let_a_page_through() -> None:
    inside = ('<script>var next = "the TikTok ban and what it means";</script><style>/* TikTok ban */</style>'
              '<ul><li><a href="/t">TikTok ban</a></li></ul><div><a href="/x">All about the TikTok ban here</a></div>')
    assert not passes_gate(cheap_text(page(inside=inside)), None, MATCHER.match)
    reading = read_page(page(inside=inside), None, now=NOW, gate=MATCHER.match)
    assert reading.off_topic and reading.title == "New lamps for the harbour"


def test_what_passes_is_judged_again_by_the_clean_text() -> None:
    seen: list[str] = []

    def gate(title: str, lead: str, text: str, language: str | None) -> tuple[TopicMatch, ...]:
        seen.append(text)
        return () if len(seen) > 1 else (TopicMatch(topic_id="lamps", weight=1, terms=("lamps",)),)

    assert read_page(page(), None, now=NOW, gate=gate).off_topic and len(seen) == 2 and OFF[0] in seen[1]


LONG = f"<p>{' '.join(OFF * 4)}</p>"  # enough text, so that nothing is parsed


@pytest.mark.parametrize("html", [
    "<script>" * 30_000, "<SVG>" * 30_000, "<p>" * 60_000, f"{LONG}{'<meta x' * 30_000}", LONG + '<meta "' * 30_000,
    LONG + "<" * 300_000, LONG + "<p " * 100_000, LONG + "<p " * 100_000 + ">", "<p " * 100_000 + "<p>" * 100_000,
])  # fmt: skip
def test_a_page_of_open_ends_is_looked_at_quickly(html: str) -> None:
    start = datetime.now(UTC)
    cheap_text_of(html)
    read_page(fetched(html), None, now=NOW, gate=GATE)
    assert (datetime.now(UTC) - start).total_seconds() < 3


WORDS = ("TikTok ban", "digital sovereignty", "Exportkontrolle", "souveraineté numérique", "DSA, DMA", "Huawei",
         "trade secrets", "出口管制", "Chip-Exportkontrollen", "fined", "Meta", "lamps", "harbour")  # fmt: skip
TAGS = ("<b>", "</b>", "<br>", "<p>", "</p>", "<li>", "<a href='/x'>", "</a>", "<div class=x>", "</div>", "<td>",
        "<h2>", "<span title='a > b'>", "<i data-x=\"<p>\">", "<!-- x -->", "<!-- <p> -->", "<", ">", "< b", "<p",
        "<script>", "</script>", "<svg>", "</svg>", "<title>", "</title>", "<meta name=description content='", "'>",
        "&nbsp;", "&shy;", "&amp;", "&", "&#105;", "\u00ad", "\n", " ", "-", "<section>", "<noscript>", "\x01", "<P>",
        "<ul>", "</ul>")  # fmt: skip


@st.composite
def odd_pages(draw: st.DrawFn) -> str:
    """Words of topics among tags, whole and broken, in a page with and without enough text."""
    pieces = draw(st.lists(st.sampled_from((*WORDS, *TAGS)), min_size=2, max_size=14))
    cut = draw(st.integers(0, len(pieces) - 1))
    word = pieces[cut]
    at = draw(st.integers(0, len(word)))
    pieces[cut] = word[:at] + draw(st.sampled_from(("", *TAGS))) + word[at:]
    text = "".join(pieces)
    body = "".join(f"<p>{one}</p>" for one in OFF * 4)
    return draw(st.sampled_from((f"{body}{text}", f"{text}{body}", f"<p>{text}</p>{body}", f"{body}<div>{text}{OFF[0]}",
                                 text, f"<title>{text}</title>{body}")))  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(html=odd_pages(), summary=st.sampled_from(("", "TikTok", "ban", "digital")))
def test_what_the_gate_lets_through_is_never_stopped_before_it(html: str, summary: str) -> None:
    entry = FeedEntry(source_id="s", feed_url="f", key="k", url=None, link=None, title="", summary=summary)
    shown = shown_part(fetched(html))
    if passes_gate(look(shown), entry, MATCHER.match):
        assert may_pass(shown, entry, GATE)
        assert passes_gate(look(shown), entry, GATE)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "gb18030"])
def test_pages_in_other_encodings_are_scanned_too(encoding: str) -> None:
    words = {"cp1252": "Cloud-Souveränität", "gb18030": "出口管制"}.get(encoding, "digitale Souveränität")
    for text, expected in ((words, True), ("Die Hafenmauer an der Küste" if encoding != "gb18030" else "港口", False)):
        html = page(inside=f"<p>{text} und anderes, {text}</p>").body.decode()
        body = html.encode(encoding)
        found = FetchedPage(url=URL, final_url=URL, status=200, body=body, fetched_at=NOW,
                            headers=(("content-type", f"text/html; charset={encoding}"),))  # fmt: skip
        assert may_pass(shown_part(found), None, GATE) is expected


def test_a_page_off_topic_is_told_by_the_scan_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(shown: object) -> None:
        raise AssertionError("looked at")

    monkeypatch.setattr("extractors.pages.reading.look", fail)
    reading = read_page(page(), None, now=NOW, gate=GATE)
    assert reading.off_topic and reading.title == "New lamps for the harbour"


@pytest.mark.skipif(not DATA.is_dir(), reason="the pages collection is not here")
def test_no_real_page_that_the_gate_lets_through_is_stopped_before_it() -> None:
    shown = [shown_part(one) for one in read_pages(DATA, None, NOW).values()][::6]
    stopped = [one for one in shown if not may_pass(one, None, GATE)]
    assert len(stopped) > 0.7 * len(shown)
    assert not [one.title for one in stopped if passes_gate(look(one), None, MATCHER.match)]


@pytest.mark.skipif(not DATA.is_dir(), reason="the pages collection is not here")
def test_hardly_any_on_topic_page_is_lost() -> None:
    pages = read_pages(DATA, None, NOW)
    counts, lost, _ = measure(dict(list(pages.items())[::60]), shipped_topics(), each=2, now=NOW)
    assert sum(counts.values()) > 5 and not lost
