"""The bundled newsroom is what it claims: complete, varied, marked as invented, consistent with its expectations."""

from __future__ import annotations

from collections import Counter

import pytest

from flows.demo.outlets import NIGHTS, load_expected, load_newsroom
from flows.demo.pages import page_path, render_feed, render_page

NEWSROOM = load_newsroom()
OUTLETS = {outlet.id: outlet for outlet in NEWSROOM.outlets}


def test_every_report_is_expected_once_on_its_night() -> None:
    shown = Counter((report.id, report.night) for report in NEWSROOM.reports)
    expected = Counter((row["report"], row["night"]) for row in load_expected()["entries"])
    assert shown == expected
    assert set(shown.values()) == {1}


def test_expectations_name_reports_and_stories_that_exist() -> None:
    expected = load_expected()
    reports = {report.id for report in NEWSROOM.reports} | {"reference"}
    stories = {row["story"] for row in expected["stories"]}
    for row in expected["entries"]:
        assert row.get("original") is None or row["original"] in reports
        assert row.get("story") is None or row["story"] in stories
    assert {row["outlet"] for row in expected["sources"]} <= set(OUTLETS)


def test_it_has_a_dozen_outlets_in_three_languages_and_five_feed_formats() -> None:
    sound = [outlet for outlet in NEWSROOM.outlets if outlet.fault not in ("gone", "refused")]
    assert len(sound) >= 12
    assert {outlet.language for outlet in sound} == {"en", "de", "fr"}
    assert {outlet.feed for outlet in sound} == {"rss", "atom", "rdf", "jsonfeed", "sitemap"}
    assert len({outlet.address for outlet in NEWSROOM.outlets}) == len(NEWSROOM.outlets)


def test_four_nights_with_reports_each_published_before_its_night_begins() -> None:
    assert {report.night for report in NEWSROOM.reports} == {1, 2, 3, 4}
    for report in NEWSROOM.reports:
        assert (report.updated or report.published) < NIGHTS[report.night - 1], report.id


def test_written_reports_have_the_length_of_news() -> None:
    for report in NEWSROOM.reports:
        words = sum(len(paragraph.split()) for paragraph in report.paragraphs)
        if report.original is None and report.outlet != "rampart":
            assert 105 <= words <= 400, (report.id, words)


def test_pages_carry_the_whole_text_and_say_that_they_are_invented() -> None:
    for report in NEWSROOM.reports:
        outlet = OUTLETS[report.outlet]
        page = render_page(outlet, report, base="http://127.0.0.9:1", words=NEWSROOM.words[outlet.language])
        assert all(paragraph.split("'")[0][:30] in page.replace("&#34;", '"') for paragraph in report.paragraphs)
        assert any(word in page for word in ("nvent", "ictional", "imagin", "erfund", "exist", "fictif", "made up"))
        assert page_path(outlet, report) in page


def test_two_pages_of_different_outlets_share_no_line_but_the_article() -> None:
    by_id = {report.id: report for report in NEWSROOM.reports}
    order, copy = by_id["lumora-order"], by_id["lumora-order-courier"]
    pages = [
        render_page(OUTLETS[r.outlet], r, base="http://127.0.0.9:1", words=NEWSROOM.words["en"]) for r in (order, copy)
    ]
    texts = [{line.strip() for line in page.splitlines() if len(line.strip()) > 60} for page in pages]
    common = texts[0] & texts[1]
    assert len(common) == len(order.paragraphs)


def test_a_revision_keeps_its_address_and_replaces_the_first_version() -> None:
    versions = [report for report in NEWSROOM.reports if report.id == "cloud-elbtal"]
    assert [version.night for version in versions] == [1, 2]
    assert len({page_path(OUTLETS["tagblatt"], version) for version in versions}) == 1
    assert [r.title for r in NEWSROOM.shown("tagblatt", 2) if r.id == "cloud-elbtal"] == [versions[1].title]


@pytest.mark.parametrize("outlet", NEWSROOM.outlets, ids=lambda outlet: outlet.id)
def test_a_feed_lists_what_the_outlet_shows(outlet: object) -> None:
    found = OUTLETS[outlet.id]  # type: ignore[attr-defined]
    reports = NEWSROOM.shown(found.id, 4)
    feed = render_feed(found, reports, base="http://127.0.0.9:1", at=NIGHTS[3])
    assert all(page_path(found, report).encode() in feed for report in reports)
    if found.fault == "mislabelled":
        assert b"UTF-8" in feed
        with pytest.raises(UnicodeDecodeError):
            feed.decode()
    else:
        assert feed.decode()
