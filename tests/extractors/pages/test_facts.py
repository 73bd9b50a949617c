"""Where a page says when, by whom and under which headline it was written, and which of its sayings is believed."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extractors.model import Article, FetchedPage
from extractors.pages.article import extract_article
from extractors.pages.function_words import quick_language

NOW = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
BODY = "".join(f"<p>{text}</p>" for text in (
    "The ministry of Aldermark will buy its cloud services from domestic suppliers only, beginning next spring.",
    "The decision follows an audit of 12 March 2024 that found nine in ten registers stored abroad, she said.",
    "Suppliers have until September to show that their data centres and owners sit inside the federation.",
    "Critics doubt that the domestic market can carry the load; the budget office puts the cost at 210 million.",
))  # fmt: skip
TEASERS = "".join(
    f'<article class="card"><a href="/{n}"><h3>Another report of the harbour, number {n}</h3></a>'
    f'<time datetime="2026-04-{n + 10}">{n + 10} April 2026</time></article>' for n in range(4)
)


def read(top: str, *, head: str = "", url: str = "https://courier.example/politics/cloud-at-home", lang: str = "en",
         title: str = "Aldermark buys cloud at home") -> Article:  # fmt: skip
    html = (f"<html lang={lang}><head><title>{title}</title>{head}</head><body><main><article>{top}{BODY}</article>"
            f"</main><aside class=related>{TEASERS}</aside></body></html>")  # fmt: skip
    page = FetchedPage(url=url, final_url=url, status=200, headers=(), body=html.encode(), fetched_at=NOW)
    result = extract_article(page, None, now=NOW)
    assert isinstance(result, Article)
    return result


H1 = "<h1>Aldermark buys cloud at home</h1>"


@pytest.mark.parametrize(("top", "lang", "day", "certainty", "evidence"), [
    (f"{H1}<p class=meta>By Tove Marsh, 2 May 2026</p>", "en", "2026-05-02", "day", "dom"),
    (f"{H1}<div>Von Tove Marsh</div><div>2. Mai 2026, 10:15 Uhr</div>", "de", "2026-05-02", "day", "text"),
    (f"{H1}<p>Publié le 2 mai 2026 à 10h15</p>", "fr", "2026-05-02", "day", "text"),
    (f"{H1}<p>2 de mayo de 2026</p>", "es", "2026-05-02", "day", "text"),
    (f"{H1}<p>2026年5月2日</p>", "zh", "2026-05-02", "day", "text"),
    (f"{H1}<span>02/05/2026</span>", "fr", "2026-05-02", "day", "text"),
    (f"<p>Do 30.04.26 | 14:07 Uhr</p>{H1}", "de", "2026-04-30", "day", "text"),
    (f'{H1}<time datetime="2026-05-02T23:30:00-04:00">2 May 2026</time>', "en", "2026-05-02", "exact", "dom"),
    (f"{H1}<p>Updated: 3 May 2026. Published: 1 May 2026</p>", "en", "2026-05-01", "day", "text"),
    (f"{H1}<p>Last updated on 3 May 2026</p>", "en", "2026-05-03", "day", "text"),
])  # fmt: skip
def test_the_date_shown_beside_the_headline_is_read_where_nothing_states_it(
    top: str, lang: str, day: str, certainty: str, evidence: str
) -> None:
    article = read(top, lang=lang)
    assert (article.evidence.get("published_on"), article.published_certainty) == (day, certainty)
    assert article.evidence["published_at"] == evidence


def test_dates_of_teasers_and_of_what_is_told_are_not_the_page_s_own() -> None:
    assert read(H1).published_at is None
    assert read(f"{H1}<span>03/05/2026</span>").published_at is None, "March or May, in English"


@pytest.mark.parametrize(("url", "head", "day", "evidence"), [
    ("https://courier.example/2026/05/02/cloud", "", "2026-05-02", "url"),
    ("https://courier.example/news/02-05-2026", "", "2026-05-02", "url"),
    ("https://courier.example/x", '<script>{"state": {"publishedAt": "2026-05-02T10:00:00Z"}}</script>', "2026-05-02",
     "script"),
    ("https://courier.example/x", '<meta property="article:modified_time" content="2026-05-03T10:00:00Z">',
     "2026-05-03", "modified"),
])  # fmt: skip
def test_address_scripts_and_changes_are_asked_last(url: str, head: str, day: str, evidence: str) -> None:
    article = read(H1, url=url, head=head)
    assert (article.evidence.get("published_on"), article.evidence["published_at"]) == (day, evidence)


def test_several_days_in_scripts_are_those_of_other_articles() -> None:
    dates = ", ".join(f'{{"publishedAt": "2026-04-{n}T10:00:00Z"}}' for n in (11, 12, 13))
    assert read(H1, head=f"<script>[{dates}]</script>").published_at is None


@pytest.mark.parametrize(("top", "names"), [
    ('<div class="byline">By <a>Tove Marsh</a> <span>Senior Harbour Reporter</span> <span>May 2, 2026</span></div>',
     ("Tove Marsh",)),
    ('<p class="author">Tove Marsh and Ines Calder</p>', ("Tove Marsh", "Ines Calder")),
    ("<p>Von Tove Marsh und Ines Calder</p>", ("Tove Marsh", "Ines Calder")),
    ("<div>Texte : Tove Marsh</div>", ("Tove Marsh",)),
    ('<span class="vcard"><a class="fn" rel="author" href="/author/tmarsh/">tmarsh</a></span>', ("tmarsh",)),
    ('<a class="author-link" href="/autor/jan-holm/">Jan Holm</a><p>Staff Writer</p>', ("Jan Holm",)),
    ('<p class="author">Read more</p>', ()),
])  # fmt: skip
def test_a_byline_gives_people_without_their_offices_and_dates(top: str, names: tuple[str, ...]) -> None:
    assert read(f"{H1}{top}").authors == names


def test_a_login_in_the_head_gives_way_to_the_name_in_the_byline() -> None:
    head = '<meta name="author" content="toveM">'
    assert read(f"{H1}<p>By Tove Marsh</p>", head=head).authors == ("Tove Marsh",)
    assert read(H1, head='<meta name="author" content="Colette">').authors == ("Colette",)


def test_the_only_h1_is_the_headline_unless_it_is_about_something_else() -> None:
    title = "Cloud at home: what Aldermark plans | The Bay Courier"
    head = '<meta property="og:title" content="Cloud at home: what Aldermark plans">'
    assert read(H1, head=head, title=title).title == "Aldermark buys cloud at home"
    other = read("<h1>A message from our founder</h1>", head=head, title=title)
    assert other.title == "Cloud at home: what Aldermark plans"


def test_a_kicker_inside_the_headline_is_not_part_of_it() -> None:
    article = read("<h1><span>Digital state</span> <span>Aldermark buys cloud at home</span></h1>",
                   head='<meta property="og:title" content="Budget: Aldermark buys cloud at home">')  # fmt: skip
    assert article.title == "Aldermark buys cloud at home"


@pytest.mark.parametrize(("text", "language"), [
    ("The ministry said that it will not buy what others have to sell, and that this is the end of the matter for all "
     "of them, as it was from the first day on.", "en"),
    ("Das Ministerium teilte mit, dass es die Dienste nicht mehr im Ausland kauft und sich auf die Anbieter im Land "
     "verlässt, wie der Minister am Montag sagte.", "de"),
    ("O ministério disse que não vai comprar os serviços no estrangeiro e que a decisão foi tomada por causa de uma "
     "auditoria, como se lê na nota.", None),
    ("The ministry said no.", None),
])  # fmt: skip
def test_small_words_tell_a_language_surely_or_not_at_all(text: str, language: str | None) -> None:
    assert quick_language(text) == language
