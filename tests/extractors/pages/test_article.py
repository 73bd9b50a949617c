"""Pages as publishers make them, invented: what is article, what is not, and where each fact came from."""

from __future__ import annotations

import gc
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.model import Article, FetchedPage, Problem
from extractors.pages.access import AccessSigns, judge_access, split_walls
from extractors.pages.article import extract_article
from extractors.pages.cheap import cheap_text
from extractors.pages.decode import decode_bytes
from extractors.pages.forest import forest_from_trees, load_forests, save_forests

NOW = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)
BODY = [
    "The ministry of Aldermark will buy its cloud services from domestic suppliers only, beginning next spring.",
    "The decision follows an audit that found nine in ten registers stored abroad, the minister said on Monday.",
    "Suppliers have until September to show that their data centres and their owners sit inside the federation.",
    "“We have waited for this for a decade,” said Ines Calder, who heads the association of small hosting firms.",
    "Critics doubt that the domestic market can carry the load; the budget office puts the cost at 210 million.",
]
HEAD = """<html lang="en-GB"><head><meta charset="utf-8"><title>Aldermark buys cloud at home | The Bay Courier</title>
<meta property="og:site_name" content="The Bay Courier">
<meta property="og:title" content="Aldermark buys cloud at home">
<link rel="canonical" href="/politics/cloud-at-home">
<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "headline": "Aldermark buys cloud at home",
"datePublished": "2026-05-03T23:40:00-05:00", "author": [{"@type": "Person", "name": "Tove Marsh"}],
"publisher": {"@type": "Organization", "name": "The Bay Courier"}, "articleSection": "Politics"}]}</script></head>"""


def fetched(html: str | bytes, *, content_type: str = "text/html") -> FetchedPage:
    body = html.encode() if isinstance(html, str) else html
    url = "https://courier.example/politics/cloud-at-home?utm_source=feed"
    return FetchedPage(url=url, final_url=url, status=200, headers=(("Content-Type", content_type),), body=body,
                       fetched_at=NOW)  # fmt: skip


def page_of(paragraphs: list[str], *, after: str = "") -> str:
    text = "".join(f"<p>{p}</p>" for p in paragraphs)
    menu = "".join(f'<li><a href="/{n}">Section {n}</a></li>' for n in range(12))
    return f"""{HEAD}<body><nav><ul>{menu}</ul></nav><main><article><h1>Aldermark buys cloud at home</h1>
    <div class="byline">By Tove Marsh</div><div class="article-body">{text}</div>{after}</article></main>
    <aside class="related"><h3>More from Politics</h3><ul>
    <li><a href="/a">Harbour budget passes after long night</a></li>
    <li><a href="/b">Court hears appeal over tram line</a></li></ul></aside>
    <footer><p>© 2026 The Bay Courier. All rights reserved.</p></footer></body></html>"""


def read(html: str | bytes) -> Article:
    result = extract_article(fetched(html), None, now=NOW)
    assert isinstance(result, Article)
    return result


def test_an_element_of_the_site_s_own_making_does_not_break_a_sentence() -> None:
    broken = BODY[1].replace("nine in ten", "<x-source>nine in ten</x-source>")
    assert read(page_of([BODY[0], broken, *BODY[2:]])).paragraphs == tuple(BODY)


def test_breaking_news_of_one_paragraph_in_nameless_boxes_is_read() -> None:
    text = f"{BODY[0]} {BODY[1]}"
    html = (f"{HEAD}<body><div><div><a href=/>Home</a></div><div><h1>Aldermark buys cloud at home</h1>"
            f"<div>By Tove Marsh</div><div>{text}</div></div>"
            "<div><h3><a href=/a>Harbour budget passes after a long night</a></h3>"
            "<h3><a href=/b>Court hears appeal over the tram line</a></h3></div></div></body></html>")  # fmt: skip
    assert read(html).paragraphs == (text,)


def test_reading_leaves_the_garbage_collector_as_it_was() -> None:
    read(page_of(BODY))
    assert gc.isenabled()
    gc.disable()
    try:
        assert isinstance(extract_article(fetched("<p>"), None, now=NOW), Problem) and not gc.isenabled()
    finally:
        gc.enable()


def test_the_article_and_its_facts_are_read_with_their_evidence() -> None:
    article = read(page_of(BODY))
    assert article.paragraphs == tuple(BODY)
    assert (article.title, article.authors, article.publisher, article.section) == (
        "Aldermark buys cloud at home", ("Tove Marsh",), "The Bay Courier", "Politics")  # fmt: skip
    assert article.url == "https://courier.example/politics/cloud-at-home"
    assert article.published_at == datetime(2026, 5, 4, 4, 40, tzinfo=UTC) and article.published_certainty == "exact"
    assert article.evidence["published_on"] == "2026-05-03", "the day in the publisher's own time zone"
    assert article.evidence["published_at"] == article.evidence["authors"] == "json-ld"
    assert (article.language, article.access, article.evidence["text"]) == ("en", "full", "blocks")


@pytest.mark.parametrize("wall", [
    "To continue reading, subscribe for £1 a week. Already a subscriber? Log in.",
    "Weiterlesen mit dem Plus-Abo. Bereits Abonnent? Hier anmelden.",
    "La suite est réservée aux abonnés. Déjà abonné ? Se connecter. Abonnez-vous dès 1 €.",
    "Para seguir leyendo, suscríbete. ¿Ya eres suscriptor? Inicia sesión.",
    "剩余内容仅限会员阅读，订阅后即可继续阅读。已是会员？登录",
])  # fmt: skip
def test_a_cut_page_is_a_stub_in_every_language(wall: str) -> None:
    stub = read(page_of(BODY[:2], after=f'<div class="paywall"><p>{wall}</p></div>'))
    assert (stub.access, stub.access_reason) == ("stub", "told-to-continue")
    assert stub.paragraphs == tuple(BODY[:2])


def test_honest_short_news_is_full_even_where_the_page_says_it_is_not_free() -> None:
    assert judge_access(AccessSigns(paragraphs=BODY[:2], is_free=False)) == ("full", None)
    assert judge_access(AccessSigns(paragraphs=BODY[:2], after=["Sign up for our newsletter."])) == ("full", None)
    assert split_walls(BODY) == (tuple(BODY), ())


def test_a_wall_with_much_of_the_text_behind_it_or_around_it_cuts_nothing_off() -> None:
    wall = "This content is reserved for subscribers only. Subscribe now to read the latest news. Log in."
    box = f'</p><aside class="offer premium"><ul><li><a href="/offer">{wall}</a></li></ul></aside><p>'
    amid = read(page_of([BODY[0], box, *BODY[1:]]))
    assert amid.access == "full" and amid.paragraphs == tuple(BODY)
    around = read(page_of(BODY).replace('class="article-body"', 'class="paywall article-body"'))
    assert around.access == "full"
    offer = ["Subscribe to our newsletter and get it every morning. Sign up."]
    assert judge_access(AccessSigns(paragraphs=BODY[:3], after=offer, around=["div.subscribe-box"])) == ("full", None)


@pytest.mark.parametrize("body", [b"", b"   ", b"<html></html>", b"%PDF-1.7", b"<html><body><p></p></body></html>"])
def test_a_page_without_article_is_a_problem(body: bytes) -> None:
    assert isinstance(extract_article(fetched(body), None, now=NOW), Problem)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600) | st.text(alphabet="<>/pdivhtmlbo \"'=&;é中\x00", max_size=400).map(str.encode))
def test_no_bytes_raise(body: bytes) -> None:
    page = fetched(b"<html><body><article><p>" + body)
    assert isinstance(extract_article(page, None, now=NOW), Article | Problem)
    cheap_text(page)


@pytest.mark.parametrize(("encoding", "declared"), [
    ("utf-8", None), ("utf-8", "iso-8859-1"), ("cp1252", "iso-8859-1"), ("utf-16", None), ("utf-8-sig", "ascii"),
])  # fmt: skip
def test_the_encoding_is_found_whatever_is_declared(encoding: str, declared: str | None) -> None:
    text = "<p>Über Käse – «déjà vu» kostet 5 €</p>"
    assert decode_bytes(text.encode(encoding), declared=declared) == text


def test_text_that_was_encoded_twice_is_put_right() -> None:
    assert decode_bytes("It’s – so".encode().decode("latin-1").encode()) == "It’s – so"


def test_the_cheap_pass_sees_the_text_the_title_and_the_language() -> None:
    rough = cheap_text(fetched(page_of([*BODY, *BODY])))
    assert rough.title == "Aldermark buys cloud at home" and rough.language_hint == "en"
    assert all(p in rough.text for p in BODY) and "Section 3" not in rough.text


def leaf(value: float) -> dict[str, object]:
    return {"leaf_value": value}


def node(feature: int, threshold: float, left: dict[str, object], right: dict[str, object]) -> dict[str, object]:
    return {"split_feature": feature, "threshold": threshold, "left_child": left, "right_child": right}


TREES = [
    node(0, 0.5, node(1, 2.0, leaf(-1), leaf(0.25)), node(1, -1.0, leaf(2), node(0, 3.5, leaf(0.5), leaf(-3)))),
    leaf(0.125),
]


@given(st.lists(st.tuples(st.floats(-5, 5, width=32), st.floats(-5, 5, width=32)), min_size=1, max_size=20))
def test_the_forest_takes_the_way_that_its_trees_take(rows: list[tuple[float, float]]) -> None:
    def walk(tree: dict[str, object], row: tuple[float, float]) -> float:
        while "leaf_value" not in tree:
            side = "left_child" if row[tree["split_feature"]] <= tree["threshold"] else "right_child"  # type: ignore
            tree = tree[side]  # type: ignore[assignment]
        return float(tree["leaf_value"])  # type: ignore[arg-type]

    forest = forest_from_trees(TREES)
    again = load_forests(save_forests({"one": forest}, {"why": "test"}))
    assert again[1] == {"why": "test"}
    wanted = [1 / (1 + np.exp(-sum(walk(t, r) for t in TREES))) for r in rows]
    for f in (forest, again[0]["one"]):
        assert np.allclose(f.probabilities(np.array(rows, np.float32)), wanted, atol=1e-6)
