"""Feeds out: read by independent parsers, held against RFC 4287 and JSON Feed 1.1, hostile text in them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import jsonschema
import pytest
from lxml import etree, html

from extractors.feeds.parse import parse_feed
from flows.feeds_out.atom import Feed, render_atom, render_json_feed
from flows.feeds_out.items import Item, choose_items, item_id, make_items
from flows.feeds_out.write import holds_secret
from tests.flows.feeds_out.tellings import HOSTILE, MANNER, NOW, development, outlet
from warehouse.stories import NewSentence

# RFC 4287, section 4, in our own words: what a feed and an entry must and may hold, in any order.
ATOM = etree.RelaxNG(etree.fromstring("""
<grammar xmlns="http://relaxng.org/ns/structure/1.0" ns="http://www.w3.org/2005/Atom"
         datatypeLibrary="http://www.w3.org/2001/XMLSchema-datatypes">
  <start><element name="feed"><interleave>
    <element name="id"><data type="anyURI"/></element>
    <ref name="title"/>
    <optional><element name="subtitle"><text/></element></optional>
    <ref name="updated"/>
    <oneOrMore><element name="author"><element name="name"><text/></element></element></oneOrMore>
    <optional><element name="generator"><text/></element></optional>
    <zeroOrMore><ref name="link"/></zeroOrMore>
    <zeroOrMore><ref name="entry"/></zeroOrMore>
  </interleave></element></start>
  <define name="title"><element name="title"><text/></element></define>
  <define name="updated"><element name="updated"><data type="dateTime"/></element></define>
  <define name="link"><element name="link">
    <attribute name="href"><data type="anyURI"><param name="minLength">1</param></data></attribute>
    <optional><attribute name="rel"><choice><value>alternate</value><value>related</value><value>self</value></choice></attribute></optional>
    <optional><attribute name="type"/></optional><optional><attribute name="title"/></optional>
  </element></define>
  <define name="entry"><element name="entry"><interleave>
    <element name="id"><data type="anyURI"/></element>
    <ref name="title"/>
    <element name="published"><data type="dateTime"/></element>
    <ref name="updated"/>
    <zeroOrMore><ref name="link"/></zeroOrMore>
    <zeroOrMore><element name="category"><attribute name="term"/><optional><attribute name="label"/></optional></element></zeroOrMore>
    <optional><element name="summary"><text/></element></optional>
    <element name="content"><attribute name="type"><value>html</value></attribute><text/></element>
  </interleave></element></define>
</grammar>"""))  # noqa: E501
# JSON Feed 1.1: required members, types, and extensions that begin with an underscore.
TIME = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
LINK = {"type": "string", "pattern": "^https?://[^ ]+$"}
AUTHOR = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}}
AUTHORS = {"type": "array", "items": AUTHOR}
ITEM = {
    "type": "object",
    "required": ["id", "content_html"],
    "properties": {
        "id": {"type": "string", "minLength": 1}, "url": LINK, "external_url": LINK, "title": {"type": "string"},
        "content_html": {"type": "string"}, "summary": {"type": "string"}, "date_published": TIME,
        "date_modified": TIME, "authors": AUTHORS, "tags": {"type": "array", "items": {"type": "string"}},
        "language": {"type": "string"},
    },
    "patternProperties": {"^_[a-z]": {"type": "object"}},
    "additionalProperties": False,
}  # fmt: skip
JSON_FEED = {
    "type": "object",
    "required": ["version", "title", "items"],
    "properties": {
        "version": {"const": "https://jsonfeed.org/version/1.1"}, "title": {"type": "string", "minLength": 1},
        "description": {"type": "string"}, "feed_url": LINK, "home_page_url": LINK, "authors": AUTHORS,
        "items": {"type": "array", "items": ITEM},
    },
    "additionalProperties": False,
}  # fmt: skip


def items(*developments: Any, told: datetime = NOW) -> list[Item]:
    return make_items(developments, {d.development_id: told for d in developments}, MANNER)


def feed(*chosen: Item, **changed: Any) -> Feed:
    made = Feed(key="all", title="New & <all>", subtitle="Each once.", items=chosen, empty_at=NOW)
    return replace(made, **changed)


def check(made: Feed) -> tuple[Any, dict[str, Any]]:
    """The feed as feedparser reads it, and as JSON, after both forms passed their rules."""
    atom = render_atom(made)
    ATOM.assertValid(etree.fromstring(atom))
    read = feedparser.parse(atom)
    assert read.bozo == 0
    assert read.version == "atom10"
    said = json.loads(render_json_feed(made))
    jsonschema.validate(said, JSON_FEED)
    return read, said


def test_both_forms_are_valid_and_say_the_same() -> None:
    made = items(development(1), development(2, kind="first"))
    read, said = check(feed(*made, address="https://desk.example/f/all.atom.xml",
                            json_address="https://desk.example/f/all.json", home="https://desk.example/"))  # fmt: skip
    assert [entry.id for entry in read.entries] == [item["id"] for item in said["items"]]
    assert {entry.title for entry in read.entries} == {"Turn 1 of the saga", "Turn 2 of the saga"}
    assert read.entries[0].link.startswith("https://delta.example/")
    assert [tag.label for tag in read.entries[0].tags] == ["Chips & fabs"]
    assert said["title"] == "New & <all>"


def test_our_own_reader_reads_what_we_write() -> None:
    made = feed(*items(development(1), development(2)))
    for data, kind in ((render_atom(made), "application/atom+xml"), (render_json_feed(made), "application/feed+json")):
        result = parse_feed(data, url="https://desk.example/all", source_id="ours", now=NOW, content_type=kind)
        assert result.problem is None and result.intact
        assert {entry.title for entry in result.entries} == {"Turn 1 of the saga", "Turn 2 of the saga"}
        assert all(entry.published_at == NOW for entry in result.entries)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_stays_text(text: str) -> None:
    sentence = NewSentence(text=text or "x", article_id="a", new_parts=((0, 3), (-5, 99_999)))
    nasty = development(1, headline=text, storyline_title=text, previous_headline=text, sentences=(sentence,),
                        outlets=(outlet(1, name=text), outlet(2, url="javascript:alert(1)"),
                                 outlet(3, url=f"https://a.example/{text[:40]}")),
                        topics=("chips", text[:50]), reasons=(text[:60],))  # fmt: skip
    read, said = check(feed(*items(nasty)))
    assert len(read.entries) == len(said["items"]) == 1
    content = html.fragment_fromstring(said["items"][0]["content_html"], create_parent="div")
    assert not content.xpath("//script|//@onclick|//@href[starts-with(., 'javascript')]")
    assert len(said["items"][0]["title"]) <= 200
    assert all(link.href.startswith("https://") for link in read.entries[0].links)


def test_only_a_quotation_goes_out_unless_the_house_is_closed() -> None:
    long = tuple(NewSentence(text=f"Sentence {n} " + "goes on and on " * 60, article_id="a") for n in range(6))
    open_item = items(development(1, sentences=long))[0]
    closed = make_items([development(1, sentences=long)], {"d1": NOW}, replace(MANNER, closed_use=True))[0]
    assert len(html.fromstring(open_item.html).xpath("//blockquote")) == 2
    assert all(len(quote.text_content()) <= 320 for quote in html.fromstring(open_item.html).xpath("//blockquote"))
    assert len(html.fromstring(closed.html).xpath("//blockquote")) == 6


def test_an_update_moves_the_item_that_it_adds_to() -> None:
    first = development(1)
    update = development(2, kind="update", updates_id="d1", headline="One more fact")
    later = NOW + timedelta(hours=9)
    made = make_items([first, update], {"d1": NOW, "d2": later}, MANNER)
    assert [(item.id, item.published_at, item.updated_at) for item in made] == [(item_id("d1"), NOW, later)]
    assert "Added on" in made[0].html
    alone = make_items([update], {"d2": later}, MANNER)
    assert [item.development_id for item in alone] == ["d2"], "an update whose development is out of reach stands alone"


def test_ids_never_change() -> None:
    """Readers remember them: another id would show everything again as unread."""
    assert item_id("d1") == "urn:uuid:4b3d678e-06a4-5e74-b010-3e362b240ebe"
    assert feed().id == feed(title="another").id != feed(key="topic-chips").id


def test_an_empty_feed_is_valid_and_has_a_time() -> None:
    read, said = check(feed())
    assert (read.entries, said["items"]) == ([], [])
    assert read.feed.updated == "2026-03-11T02:00:00Z"


def test_a_busy_day_is_capped_and_a_quiet_month_still_shows_the_last() -> None:
    many = [item for n in range(600) for item in items(development(n))]
    assert len(choose_items(many, now=NOW, days=14, least=50, most=400)) == 400
    old = [replace(item, updated_at=NOW - timedelta(days=60)) for item in many]
    assert len(choose_items(old, now=NOW, days=14, least=50, most=400)) == 50


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("https://a.example/feed", False), ("https://u:p@a.example/feed", True),
        ("https://a.example/feed?api_key=x", True),
        ("https://a.example/feed?page=2&token=x", True), ("https://a.example/keynote?monkey=1", False),
    ],
)  # fmt: skip
def test_addresses_with_secrets_are_known(url: str, secret: bool) -> None:
    assert holds_secret(url) is secret


def test_times_are_in_utc() -> None:
    zone = NOW.astimezone(MANNER.zone)
    assert zone.utcoffset() != timedelta()
    read, _ = check(feed(*items(development(1), told=zone)))
    assert read.entries[0].published == "2026-03-11T02:00:00Z"
    assert NOW.tzinfo == UTC
