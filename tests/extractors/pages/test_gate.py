"""The gate before full extraction: what is on topic by the clean text passes, wherever on the page its words stand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from extractors.model import FetchedPage, TopicMatch
from extractors.pages.cheap import cheap_text, cheap_text_of
from extractors.pages.reading import passes_gate, read_page
from extractors.topics import TopicMatcher
from tests.benchmarks.extraction import read_pages
from tests.benchmarks.gate import measure, shipped_topics

NOW = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
DATA = Path(__file__).parents[4] / "shared/data/pages"
OFF = ["The town has bought new lamps for the harbour wall, and the old ones go to the museum on the hill above.",
       "Some three hundred people came to the meeting, which took four hours and ended with a vote by hand.",
       "The mayor said that the lamps would be lit before the autumn, whatever the weather does until then."]
MATCHER = TopicMatcher(shipped_topics())


def fetched(html: str) -> FetchedPage:
    url = "https://courier.example/lamps"
    return FetchedPage(url=url, final_url=url, status=200, headers=(), body=html.encode(), fetched_at=NOW)


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
])  # fmt: skip
def test_a_page_of_open_ends_is_looked_at_quickly(html: str) -> None:
    start = datetime.now(UTC)
    cheap_text_of(html)
    assert (datetime.now(UTC) - start).total_seconds() < 3


@pytest.mark.skipif(not DATA.is_dir(), reason="the pages collection is not here")
def test_hardly_any_on_topic_page_is_lost() -> None:
    pages = read_pages(DATA, None, NOW)
    counts, lost, _ = measure(dict(list(pages.items())[::60]), shipped_topics(), each=2, now=NOW)
    assert sum(counts.values()) > 5 and not lost
