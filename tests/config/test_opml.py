"""Sources as OPML: nothing is lost on the way out and in, and a hostile file does no harm."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.edit import append_sources, copy_shipped, render_source
from config.faults import ConfigError
from config.load import load_house, shipped_folder
from config.opml import NOT_XML, OpmlError, parse_opml, render_opml
from config.sources import Source, feed_key
from config.yaml_lines import parse_yaml
from tests.config.houses import write_house

ADDRESSES = st.builds(
    lambda host, path: f"https://{host}.example/{path}",
    st.from_regex(r"[a-z][a-z0-9]{0,12}", fullmatch=True), st.from_regex(r"[\w/?=&;%~.+-]{0,30}", fullmatch=True),
)  # fmt: skip
LINES = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), min_size=1, max_size=40)
    .map(lambda text: NOT_XML.sub("", text).strip())
    .filter(lambda text: bool(text.split()))
)
SOURCES = st.builds(
    lambda **keys: Source(**{**keys, "reason": keys["reason"] if not keys["enabled"] else None}),
    id=st.from_regex(r"[a-z0-9][a-z0-9-]{0,20}", fullmatch=True), name=LINES, feed_url=ADDRESSES,
    homepage=st.none() | ADDRESSES, country=st.none() | st.just("DE"),
    language=st.none() | st.sampled_from(["en", "zh"]),
    kind=st.none() | LINES, enabled=st.booleans(), reason=LINES,
)  # fmt: skip
LISTS = st.lists(SOURCES, max_size=6, unique_by=(lambda s: s.id, lambda s: feed_key(s.feed_url)))


@settings(max_examples=50)
@given(LISTS)
def test_what_goes_out_comes_in(sources: list[Source]) -> None:
    again = parse_opml(render_opml(sources).encode())
    assert again.skipped == ()
    assert sorted(again.sources, key=lambda s: s.id) == sorted(sources, key=lambda s: s.id)


@given(SOURCES)
def test_what_is_written_to_the_file_is_read_from_it(source: Source) -> None:
    written = "sources:\n" + render_source(source)
    assert Source.model_validate(parse_yaml(written).data["sources"][0]) == source


def test_the_shipped_sources_survive() -> None:
    sources = load_house(shipped_folder()).sources
    again = parse_opml(render_opml(sources).encode())
    assert {source.id: source for source in again.sources} == {source.id: source for source in sources}


def test_another_readers_file_is_understood() -> None:
    data = b"""<?xml version="1.0" encoding="ISO-8859-1"?>
    <opml version="1.1"><head/><body>
      <outline text="Presse" title="Presse">
        <outline title="Le Quotidien d\xe9mo" xmlurl="https://quotidien.example/rss" language="fr-FR" htmlUrl="/x"/>
        <outline text="Le Quotidien d\xe9mo" xmlUrl="https://quotidien.example/rss2"/>
        <outline text="twice" xmlUrl="http://www.quotidien.example/rss"/>
        <outline text="no web" xmlUrl="feed://quotidien.example/rss3"/>
        <outline text="only a folder"/>
      </outline></body></opml>"""
    found = parse_opml(data)
    assert [(s.id, s.name, s.language, s.kind) for s in found.sources] == [
        ("le-quotidien-demo", "Le Quotidien démo", "fr", "Presse"),
        ("le-quotidien-demo-2", "Le Quotidien démo", None, "Presse"),
    ]
    assert [name for name, _ in found.skipped] == ["twice", "no web"]
    assert parse_opml(data, known=found.sources).sources == ()


BOMB = b"""<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">]><opml><body>&d;</body></opml>"""


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b'<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname">]><opml><body><outline text="&x;"/></body></opml>',
        b'<!DOCTYPE opml SYSTEM "http://127.0.0.1:9/evil.dtd"><opml/>',
        b"<opml>" + b"<outline>" * 5_000 + b"</outline>" * 5_000 + b"</opml>",
        b"<opml><body>" + b'<outline xmlUrl="https://a.example/"/>' * 20_100 + b"</body></opml>",
        b"<html><body>no</body></html>",
        b"<opml><body>",
        b"",
        b"\x00\xff\xfe<opml/>",
        b"<opml>" + b"x" * 20_000_001,
    ],
)  # fmt: skip
def test_hostile_files_are_refused_quickly(data: bytes) -> None:
    begun = time.perf_counter()
    with pytest.raises(OpmlError):
        parse_opml(data)
    assert time.perf_counter() - begun < 1.0


def test_hostile_names_become_plain_sources() -> None:
    data = b"""<opml><body>
      <outline text="a&#10;enabled: false&#10;  - id: evil" xmlUrl="https://a.example/f"/>
      <outline text="x" xmlUrl="javascript:alert(1)"/>
      <outline text="y" xmlUrl="https://b.example/f&#10;reason: z"/></body></opml>"""
    found = parse_opml(data)
    assert [source.name for source in found.sources] == ["a enabled: false - id: evil"]
    assert len(found.skipped) == 2


def test_added_sources_leave_the_file_as_it_was(tmp_path: Path) -> None:
    folder = write_house(tmp_path)
    before = (folder / "sources.yaml").read_text() + "# my own comment\n"
    (folder / "sources.yaml").write_text(before)
    new = Source(id="new", name='The "New": #1', feed_url="https://new.example.org/feed")
    append_sources(folder, [new])
    assert (folder / "sources.yaml").read_text().startswith(before.rstrip())
    assert load_house(folder).sources[-1] == new


def test_sources_that_break_the_configuration_are_not_added(tmp_path: Path) -> None:
    folder = write_house(tmp_path)
    before = (folder / "sources.yaml").read_bytes()
    with pytest.raises(ConfigError, match="stands at line 2 already"):
        append_sources(folder, [Source(id="gazette", name="x", feed_url="https://x.example/f")])
    assert (folder / "sources.yaml").read_bytes() == before
    assert sorted(path.name for path in folder.iterdir()) == [
        "recipients.yaml", "settings.yaml", "sources.yaml", "topics.yaml"
    ]  # fmt: skip


def test_the_shipped_files_are_copied_over_nothing(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("mine")
    made = copy_shipped(tmp_path)
    assert [path.name for path in made] == ["settings.yaml", "sources.yaml", "recipients.yaml"]
    assert (tmp_path / "topics.yaml").read_text() == "mine"
