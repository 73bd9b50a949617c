"""Reference documents: only what the file states, and the article alone. All texts here are invented, but for the
reference corpus beside the project, which is read where it is there."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.documents import read_document, read_documents, split_paragraphs
from extractors.model import Article, digest64

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
SEED = Path(__file__).parents[3] / "shared" / "seed_corpus"
GOLD: dict[str, Any] = json.loads((SEED / "gold.json").read_text())["articles"] if SEED.is_dir() else {}


def read_one(text: str, name: str = "a.txt") -> Article:
    (article,) = read_document(name, text.encode(), now=NOW)
    return article


@pytest.mark.skipif(not GOLD, reason="the reference corpus (../shared/seed_corpus) is not here")
@pytest.mark.parametrize("name", GOLD)
def test_the_reference_corpus(name: str) -> None:
    gold = GOLD[name]
    (article,) = read_document(name, (SEED / name).read_bytes(), now=NOW)
    assert {
        "title": article.title or None,
        "publisher": article.publisher,
        "authors": list(article.authors),
        "published": article.published_at.isoformat() if article.published_at else None,
        "language": article.language,
        "access": article.access,
    } == {key: gold[key] for key in ("title", "publisher", "authors", "published", "language", "access")}
    whole = f"{article.title}\n{article.text}"
    assert [text for text in gold["keep"] if text not in article.text] == []
    assert [text for text in gold["drop"] if text in whole] == []
    assert [text for text in gold["once"] if whole.count(text) != 1] == []


LEAD = (
    "The port authority of Norhaven will replace its cargo scanners before the winter, whatever the manufacturer "
    "decides to do about the review, its director said."
)
SECOND = "The scanners were bought in 2019, and send their pictures to a data centre that the authority may not enter."
QUOTE = "We will not wait until somebody else has read the manifest of every container in this port"
COURIER = f"""\
Get alerts from The Norhaven Courier

Manage alerts in your browser.

Port authority ‘will not wait’ for new scanners

The harbour’s director set out the timetable in a letter to the assembly.

Mika Dahl
Monday 04 May 2026 05:43 EST
Scanners at the port, which the authority wants to replace before the winter (NP)
Scanners at the port, which the authority wants to replace before the winter (NP) (NP Wire)

{LEAD}

{QUOTE}

Ines Tolland, harbour master

“{QUOTE},” Ms Tolland wrote in her letter to the assembly.

{SECOND}

Thanks for registering

Please refresh the page to be logged in.
"""


def test_a_copied_page_with_everything_around_it() -> None:
    article = read_one(COURIER)
    assert article.title == "Port authority ‘will not wait’ for new scanners"
    assert article.standfirst == "The harbour’s director set out the timetable in a letter to the assembly."
    assert article.authors == ("Mika Dahl",)
    assert article.publisher == "The Norhaven Courier"
    assert article.published_at == datetime(2026, 5, 4, 10, 43, tzinfo=UTC)  # EST is five hours behind UTC
    assert article.published_certainty == "exact"
    assert article.language == "en"
    assert [paragraph[:12] for paragraph in article.paragraphs] == ["The port aut", "“We will not", "The scanners"]
    assert len(article.captions) == 2
    assert article.evidence == {"title": "text", "publisher": "text", "authors": "text", "published_at": "text"}
    assert article.access == "full"


def test_a_text_that_begins_with_sentences_has_no_title() -> None:
    article = read_one(
        "The port authority of Norhaven will replace its cargo scanners before the winter, its director said on "
        "Monday. The decision had been expected since the spring.\n"
        "The scanners were bought in 2019, and send their pictures abroad, the Norhaven Courier reported on 3 May "
        "2026, quoting Mika Dahl of the union.\n"
    )  # fmt: skip
    assert (article.title, article.publisher, article.authors, article.published_at) == ("", None, (), None)
    assert article.published_certainty == "none"
    assert len(article.paragraphs) == 2
    assert article.evidence == {}


def test_a_summary_of_two_sentences_at_the_top_is_no_title() -> None:
    lead = "Ports look for scanners of their own. Makers such as Hallert and Veldhaus, which sell worldwide, worry"
    article = read_one(f"{lead}\n\n{LEAD}\n\n{SECOND}")
    assert article.title == ""
    assert article.paragraphs[0] == lead


def test_a_headline_three_times_and_a_company_that_holds_the_rights() -> None:
    article = read_one(
        "Subscribe to read on:\n\nHarbours widen the ban on foreign scanners\n\nTrade policy\n\n"
        "Harbours widen the ban on foreign scanners\n\nTolland wants a list of makers as Hallert seeks a buyer\n\n"
        "Ines Tolland in the harbour of Norhaven © Lena Brook/NPA\n\n"
        "The harbours of the west coast will ban scanners from three more makers next year, Ines Tolland said.\n\n"
        "Hallert Systems, the largest of them, is looking for a buyer for its business in the north, she said.\n\n"
        "Copyright The Harbour Times Limited 2026. All rights reserved.\n\n"
        "Content missing? Readers can also open Harbours widen the ban on foreign scanners on our site"
    )
    assert article.title == "Harbours widen the ban on foreign scanners"
    assert article.standfirst == "Tolland wants a list of makers as Hallert seeks a buyer"
    assert article.publisher == "Harbour Times"
    assert len(article.paragraphs) == 2
    assert article.published_at is None


def test_german_with_byline_and_day() -> None:
    article = read_one(
        "Hafen verzichtet auf fremde Scanner\n\nVon Mika Dahl und Lena Brook\n4. Mai 2026\nLesezeit: 3 Minuten\n\n"
        "Der Hafen von Norhaven will seine Scanner noch vor dem Winter ersetzen, wie die Direktorin mitteilte.\n\n"
        "Die Geräte senden ihre Bilder in ein Rechenzentrum, das die Behörde nicht betreten darf, heißt es dort.\n\n"
        "Mit Material von dpa\n© 2026 Norhavener Bote GmbH. Alle Rechte vorbehalten."
    )
    assert article.title == "Hafen verzichtet auf fremde Scanner"
    assert article.authors == ("Mika Dahl", "Lena Brook")
    assert (article.published_at, article.published_certainty) == (datetime(2026, 5, 4, tzinfo=UTC), "day")
    assert article.publisher == "Norhavener Bote"
    assert article.language == "de"
    assert len(article.paragraphs) == 2


def test_chinese_with_stated_fields() -> None:
    article = read_one(
        "标题：诺港将更换外国扫描仪\n来源：诺港日报\n作者：李明\n日期：2026年5月4日\n\n"
        "诺港港务局周一表示，将在冬季之前更换全部货物扫描仪，因为这些设备会将图像发送到境外数据中心。\n\n"
        "港务局局长说，设备于二〇一九年购入，审查发现其数据无法由港方自行审计，议会将于下月表决。"
    )
    assert (article.title, article.publisher, article.authors) == ("诺港将更换外国扫描仪", "诺港日报", ("李明",))
    assert article.published_at == datetime(2026, 5, 4, tzinfo=UTC)
    assert article.language == "zh"
    assert len(article.paragraphs) == 2


def test_stated_fields_between_lines_of_hyphens() -> None:
    head = '---\ntitle: "Scanners: the end"\nauthor: Mika Dahl\ndate: 2026-05-04T08:00:00+02:00\n---\n\n'
    article = read_one(head + LEAD)
    assert (article.title, article.authors) == ("Scanners: the end", ("Mika Dahl",))
    assert article.published_at == datetime(2026, 5, 4, 6, tzinfo=UTC)


def test_wrapped_text_is_joined_and_lines_are_paragraphs_otherwise() -> None:
    wrapped = (
        "The port authority of Norhaven will replace its cargo scanners before\n"
        "the winter, whatever the manufacturer decides to do about the review,\n"
        "its director said on Monday in a letter.\n\nA short line\n"
    )
    assert [len(p.split()) for p in split_paragraphs(wrapped)] == [30, 3]
    assert split_paragraphs("One.\nTwo.\n\n Three \n") == ["One.", "Two.", "Three"]


@pytest.mark.parametrize(
    ("end", "access", "reason"),
    [
        ("Already a subscriber? Log in to continue reading.", "stub", "offer-to-read-on"),
        ("The director did not say when the last of the old scanners would be switched off, but …", "stub",
         "breaks-off"),
        ("Subscribe to our newsletter", "full", None),
    ],
)  # fmt: skip
def test_a_text_that_breaks_off_is_a_stub(end: str, access: str, reason: str | None) -> None:
    article = read_one(f"Port drops scanners\n\n{LEAD}\n\n{end}")
    assert (article.access, article.access_reason) == (access, reason)
    years = [f"In year {n}, port {n} had {n} scanners, of which {n} failed {n} tests each." for n in range(30)]
    whole = "\n\n".join(years)
    assert read_one(f"Port drops scanners\n\n{whole}\n\n{end}").access == "full"


PAGE = """<!doctype html><html lang="en"><head><title>Port drops scanners - Norhaven Courier</title>
<meta property="og:site_name" content="Norhaven Courier"><meta name="author" content="Mika Dahl">
{head}</head><body><nav><a href="/">Home</a></nav><article><h1>Port drops scanners</h1>
<p>{text}</p><p>The scanners were bought in 2019, and send their pictures to a data centre abroad, the report says.</p>
<p>The assembly will vote on the plan next month, and the harbour master expects a clear majority for it.</p>
</article></body></html>"""


def test_a_saved_page() -> None:
    page = PAGE.format(head="", text=LEAD)
    article = read_one(page, "page.html")
    assert (article.title, article.publisher, article.authors) == ("Port drops scanners",
     "Norhaven Courier", ("Mika Dahl",))
    assert article.url == f"seed:{article.article_id}"
    assert article.site == ""
    assert article.published_at is None
    assert article.paragraphs[0] == LEAD
    assert read_one(page, "page-without-suffix").title == article.title


def test_a_saved_page_that_says_where_it_is_from() -> None:
    link = '<link rel="canonical" href="https://courier.example/port-drops-scanners">'
    article = read_one(PAGE.format(head=link, text=LEAD), "page.html")
    assert (article.url, article.site) == ("https://courier.example/port-drops-scanners", "courier.example")


def test_json_lines() -> None:
    text = LEAD
    records = [
        {"title": "Port drops scanners", "text": text, "date": "2026-05-04",
         "authors": ["Mika Dahl", {"name": "Lena Brook"}],
         "publisher": {"name": "Norhaven Courier"}, "url": "https://courier.example/a?utm_source=x", "lang": "en"},
        {"headline": None, "body": text + " ", "source": "https://courier.example/", "published": None, "author": ""},
    ]  # fmt: skip
    lines = "\n".join([json.dumps(records[0]), "", "{broken", json.dumps(["no", "record"]), json.dumps(records[1])])
    found = read_documents("set.jsonl", lines.encode(), now=NOW)
    first, second = found.articles
    assert (first.title, first.authors, first.publisher) == ("Port drops scanners", ("Mika Dahl",
     "Lena Brook"), "Norhaven Courier")
    assert (first.published_at, first.published_certainty) == (datetime(2026, 5, 4, tzinfo=UTC), "day")
    assert (first.url, first.site) == ("https://courier.example/a", "courier.example")
    assert first.evidence["title"] == "record"
    assert (second.title, second.authors, second.publisher, second.published_at) == ("", (), None, None)
    assert [(problem.url, problem.code) for problem in found.problems] == [("set.jsonl:3", "bad-json"),
     ("set.jsonl:4", "no-text")]


def test_the_same_text_has_the_same_id_in_every_wrapping() -> None:
    text = LEAD
    one = read_one(text)
    assert read_one(f"\ufeff{text}\r\n").article_id == one.article_id
    assert read_one(json.dumps({"text": text}), "a.json").article_id == one.article_id
    assert one.article_id == digest64(text)
    assert read_one(text + " More.").article_id != one.article_id


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [("a.txt", b"", "empty"), ("a.txt", b" \n\t ", "empty"), ("a.jsonl", b"{", "bad-json"), ("a.json", b"3", "no-text"),
     ("a.html", b"<html><body></body></html>", "no-text"), ("a.txt", b"x" * 50_000_001, "too-large"),
     ("a.json", b"[" * 100_000, "bad-json")],
)  # fmt: skip
def test_what_cannot_be_read_is_said(name: str, data: bytes, code: str) -> None:
    found = read_documents(name, data, now=NOW)
    assert found.articles == ()
    assert [problem.code for problem in found.problems] == [code]


def test_old_encodings_are_read() -> None:
    (article,) = read_document("a.txt",
     "Der Hafen von Norhaven will seine Geräte künftig selbst prüfen.".encode("cp1252"), now=NOW)
    assert "Geräte künftig selbst prüfen" in article.text


@settings(max_examples=60)
@given(st.binary(max_size=400), st.sampled_from(["a.txt", "a.html", "a.jsonl", "a.json", "a"]))
def test_no_bytes_are_too_odd(data: bytes, name: str) -> None:
    found = read_documents(name, data, now=NOW)
    for article in found.articles:
        assert article.text.encode()
        assert article.published_at is None or article.published_at.tzinfo is not None


@settings(max_examples=60)
@given(st.lists(st.sampled_from(COURIER.splitlines()), max_size=25))
def test_lines_in_any_order_state_no_more_than_they_do(lines: list[str]) -> None:
    found = read_document("a.txt", "\n\n".join(lines).encode(), now=NOW)
    for article in found:
        assert article.authors in ((), ("Mika Dahl",))
        assert article.publisher in (None, "The Norhaven Courier")
        assert article.published_at in (None, datetime(2026, 5, 4, 10, 43, tzinfo=UTC))
        assert article.title == "" or article.title in lines
