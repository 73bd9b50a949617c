"""The written site: links that lead somewhere, harm made harmless, short quotations, only changed pages rewritten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from flows.briefing.addresses import storyline_blocks
from flows.briefing.site_folder import MANIFEST
from tests.flows.briefing.invented import HOSTILE, RIGHT_TO_LEFT, SAGA, TODAY, TOPICS, Newsroom, ordinary
from tests.flows.briefing.sites import brief, dead_links, files, pages_of, parsed
from warehouse.connection import Connection, open_memory

MUST_WEIGH = 150_000  # bytes of a page with its style sheet, without search
AIM_TO_WEIGH = 75_000


@pytest.fixture(scope="module")
def unchanged() -> Iterator[Connection]:
    con = open_memory()
    ordinary(con)
    yield con
    con.close()


@pytest.fixture
def con() -> Iterator[Connection]:
    con = open_memory()
    ordinary(con, nights=20, storylines=6)
    yield con
    con.close()


def test_every_link_leads_somewhere_and_pages_are_light(strange: Path) -> None:
    assert list(dead_links(strange)) == []
    sheet = len((strange / "assets/briefing.css").read_bytes())
    weights = {path: len(body) + sheet for path, body in files(strange).items() if path.endswith(".html")}
    assert max(weights.values()) < MUST_WEIGH
    assert {path: weight for path, weight in weights.items() if weight > AIM_TO_WEIGH} == {}


def test_nothing_is_loaded_from_elsewhere_and_no_page_but_the_search_runs_scripts(strange: Path) -> None:
    for path, page in pages_of(strange).items():
        loaded = page.xpath(
            "//link[@rel='stylesheet']/@href | //script/@src | //img/@src | //iframe/@src | //object/@data"
        )
        assert not [one for one in loaded if "//" in one], path
        assert bool(page.xpath("//script")) == (path == "search.html"), path
        assert not page.xpath("//@*[starts-with(name(), 'on')] | //@style"), path
        policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
        assert "default-src 'none'" in policy
        assert ("script-src 'none'" in policy) == (path != "search.html")
        outside = page.xpath("//a[starts-with(@href, 'http')]")
        assert all(link.get("rel") == "noopener noreferrer" for link in outside), path


def test_a_hostile_headline_is_text_and_its_address_no_link(strange: Path) -> None:
    pages = pages_of(strange)
    shown = [page for page in pages.values() if page.xpath("//h1[contains(., 'owned')]")]
    assert len(shown) == 1
    title = shown[0].xpath("string(//h1)")
    assert title.startswith("</title><script>document.title='owned'</script>")
    assert "\u202e" not in title
    assert shown[0].xpath("count(//svg//script | //h1//*)") == 0
    assert all("javascript:" not in str(link) for page in pages.values() for link in page.xpath("//@href"))
    assert HOSTILE not in (strange / "index.html").read_text(encoding="utf-8")


def test_a_right_to_left_headline_stands_in_its_own_direction(strange: Path) -> None:
    for page in pages_of(strange).values():
        for place in page.xpath(f"//*[normalize-space(text())='{RIGHT_TO_LEFT}']"):
            if place.tag in ("title", "text", "desc"):
                continue
            around = [place, *place.iterancestors()]
            assert any(one.get("dir") == "auto" or one.tag == "bdi" for one in around[:3]), place.tag


def test_a_day_of_three_thousand_is_divided_and_complete(strange: Path) -> None:
    pages = {path: page for path, page in pages_of(strange).items() if path.startswith("days/2026-05-10")}
    assert len(pages) > 20
    told = [link for page in pages.values() for link in page.xpath("//main//a[contains(@href, '#d-')]/@href")]
    assert len(told) == len(set(told)) >= 3_000


def test_a_saga_of_four_hundred_turns_is_divided_for_good(strange: Path) -> None:
    pages = [page for page in pages_of(strange).values() if page.xpath(f"//h1[.='{SAGA}']")]
    turns = [one for page in pages for one in page.xpath("//article/h3/@id")]
    assert len(turns) == len(set(turns)) == 400
    sizes = [block.last - block.first + 1 for block in storyline_blocks("x", 400)]
    assert max(sizes) < 25
    assert storyline_blocks("x", 400)[:-1] == storyline_blocks("x", 409)[: len(sizes) - 1]


def test_an_empty_night_and_an_empty_warehouse_say_so(tmp_path: Path, con: Connection) -> None:
    nothing = open_memory()
    brief(nothing, tmp_path / "nothing")
    assert "No night has run" in (tmp_path / "nothing/index.html").read_text(encoding="utf-8")
    assert list(dead_links(tmp_path / "nothing")) == []
    room = Newsroom()
    room.night(TODAY + timedelta(days=1))
    room.write(con)
    brief(con, tmp_path / "quiet")
    page = parsed(tmp_path / "quiet")["index.html"]
    assert page.xpath("string(//h1)") == "Wednesday, 13 May 2026"
    assert page.xpath("//h2[.='A quiet night']")
    assert page.xpath("//section[contains(@class, 'quiet')]//a/@href") == ["days/2026-05-12.html"]


def test_the_same_snapshot_gives_the_same_bytes_and_a_second_briefing_writes_nothing(
    tmp_path: Path, unchanged: Connection
) -> None:
    brief(unchanged, tmp_path / "one")
    brief(unchanged, tmp_path / "two")
    assert files(tmp_path / "one") == files(tmp_path / "two")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "one").rglob("*")}
    again = brief(unchanged, tmp_path / "one")
    assert (again.written, again.removed) == (0, 0)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "one").rglob("*")} == times
    assert brief(unchanged, tmp_path / "one", anew=True).written == again.pages


def test_a_new_turn_rewrites_its_storyline_its_day_and_the_lists_only(tmp_path: Path, con: Connection) -> None:
    brief(con, tmp_path)
    before = files(tmp_path)
    room = Newsroom(seed=3)
    next_night = TODAY + timedelta(days=1)
    room.night(next_night)
    question = "SELECT storyline_id, storyline_title, topics[1] FROM development_list ORDER BY 1, told_at DESC LIMIT 1"
    [(line, title, topic)] = con.execute(question).fetchall()
    room.lines[line] = {"title": title, "stories": 0, "turns": 0, "last_at": next_night, "state": ""}
    room.turn(
        line, "the latest", "Parliament overrides the veto", TODAY + timedelta(hours=5), told_at=next_night, topic=topic
    )
    room.lines.clear()
    room.write(con)
    brief(con, tmp_path)
    after = files(tmp_path)
    changed = {path for path in after if after[path] != before.get(path)} - {MANIFEST}
    expected = {"index.html", "days.html", "days/2026-05-13.html", "days/2026-05-12.html", f"storylines/{line}.html"}
    assert expected <= changed
    others = {path for path in changed - expected if path.startswith(("storylines/", "days/"))}
    assert others == set()


def test_a_night_that_only_moves_plots_on_needs_no_new_search_index(
    tmp_path: Path, con: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert brief(con, tmp_path, search=True).problem is None
    index = {path: body for path, body in files(tmp_path).items() if path.startswith("search/")}
    room = Newsroom()
    room.night(TODAY + timedelta(days=1))
    room.write(con)
    asked: list[Path] = []
    monkeypatch.setattr("flows.briefing.search._run_pagefind", lambda folder, made: asked.append(folder))
    moved = brief(con, tmp_path, search=True)
    assert moved.written > 1, "topics' plots end a day later"
    assert moved.problem is None
    assert asked == []
    assert {path: body for path, body in files(tmp_path).items() if path.startswith("search/")} == index
    renamed = {topic: f"{title} anew" for topic, title in TOPICS.items()}
    assert brief(con, tmp_path, search=True, topics=renamed).problem, "a topic's title is found: Pagefind is asked"
    assert asked == [tmp_path]


def test_what_is_gone_goes_and_what_others_put_there_stays(tmp_path: Path, con: Connection) -> None:
    brief(con, tmp_path)
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds/all.atom.xml").write_text("<feed/>", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    [(line,)] = con.execute("SELECT storyline_id FROM storyline_list ORDER BY 1 LIMIT 1").fetchall()
    con.execute("DELETE FROM development_list WHERE storyline_id = ?", [line])
    told = brief(con, tmp_path)
    assert told.removed >= 1
    assert not (tmp_path / f"storylines/{line}.html").exists()
    assert (tmp_path / "feeds/all.atom.xml").exists()
    assert (tmp_path / "notes.txt").exists()
    assert list(dead_links(tmp_path)) == []
    assert parsed(tmp_path)["index.html"].xpath("//link[@rel='alternate']/@href") == ["feeds/all.atom.xml"]


@pytest.mark.parametrize("damage", ["{", '{"files": 3}', '{"files": {"../outside": ["", ""], "x": 1}}', ""])
def test_a_damaged_manifest_removes_nothing_outside_and_all_is_written_again(
    tmp_path: Path, con: Connection, damage: str
) -> None:
    (tmp_path / "outside").write_text("mine", encoding="utf-8")
    site = tmp_path / "site"
    first = brief(con, site)
    (site / MANIFEST).write_text(damage, encoding="utf-8")
    assert brief(con, site).written == first.pages
    assert (tmp_path / "outside").exists()


def test_a_page_that_somebody_broke_is_made_again(tmp_path: Path, con: Connection) -> None:
    brief(con, tmp_path)
    before = files(tmp_path)
    (tmp_path / "figures.html").unlink()
    (tmp_path / "index.html").write_text("broken", encoding="utf-8")
    brief(con, tmp_path)
    assert files(tmp_path) == before


def test_quotations_are_short_unless_the_use_is_closed(tmp_path: Path, con: Connection) -> None:
    [(key, line)] = con.execute(
        "SELECT development_id, storyline_id FROM development_list WHERE kind = 'turn' LIMIT 1"
    ).fetchall()
    for place in range(1, 6):
        text = f"Sentence {place} " + "says what is new at great length and in much detail " * 20
        con.execute("INSERT INTO development_sentences VALUES (?, ?, ?, 'a', [0], [9])", [key, place, text])
    brief(con, tmp_path / "open")
    brief(con, tmp_path / "closed", closed_use=True)
    said = {}
    for use in ("open", "closed"):
        card = parsed(tmp_path / use)[f"storylines/{line}.html"].xpath(f"//article[h3/@id='d-{key}']")[0]
        said[use] = [str(one.text_content()) for one in card.xpath("./p[@class='say']")]
    assert len(said["open"]) == 2
    assert all(len(one) <= 320 for one in said["open"])
    assert len(said["closed"]) >= 5
    assert max(map(len, said["closed"])) > 900


def test_ids_lead_from_the_page_to_sql(tmp_path: Path, con: Connection) -> None:
    brief(con, tmp_path)
    page = parsed(tmp_path)["index.html"]
    question = str(page.xpath("string(//article//pre)"))
    rows = con.execute(question).fetchall()
    assert rows


def test_notes_are_shown_and_remake_the_page(tmp_path: Path, con: Connection) -> None:
    brief(con, tmp_path)
    [(line,)] = con.execute("SELECT storyline_id FROM storyline_list ORDER BY 1 LIMIT 1").fetchall()
    con.execute(
        "INSERT INTO annotations VALUES ('1', 'storyline', ?, TIMESTAMPTZ '2026-05-11 10:00:00Z', 'false-alarm', "
        "'<b>Old</b> news', 't', NULL)",
        [line],
    )
    brief(con, tmp_path)
    notes = parsed(tmp_path)[f"storylines/{line}.html"].xpath("//p[@class='note']")
    assert [str(note.text_content()) for note in notes] == ["False alarm (11 May 2026): <b>Old</b> news"]


def test_plots_have_text_alternatives_and_tables(tmp_path: Path, unchanged: Connection) -> None:
    brief(unchanged, tmp_path)
    plots = [plot for page in parsed(tmp_path).values() for plot in page.xpath("//svg[contains(@class, 'plot')]")]
    assert len(plots) > 50
    for plot in plots:
        names = (plot.get("aria-labelledby") or "").split()
        assert names
        assert all(str(plot.xpath(f"string(*[@id='{name}'])")) for name in names)
    figures = parsed(tmp_path)["topics/export-controls.html"].xpath("//figure")
    assert figures
    assert all(figure.xpath("count(.//tbody/tr)") > 1 for figure in figures)


def test_a_folder_that_cannot_be_written_raises_and_leaves_whole_files(tmp_path: Path, con: Connection) -> None:
    brief(con, tmp_path)
    (tmp_path / "figures.html").unlink()
    (tmp_path / "figures.html").mkdir()  # a folder stands where a page must go
    con.execute("UPDATE development_list SET headline = headline || ' at last'")
    with pytest.raises(OSError, match="figures"):
        brief(con, tmp_path)
    assert json.loads((tmp_path / MANIFEST).read_text(encoding="utf-8"))["files"]
    assert not list(tmp_path.rglob("*.new"))
    (tmp_path / "figures.html").rmdir()
    brief(con, tmp_path)
    assert list(dead_links(tmp_path)) == []
    assert "at last" in (tmp_path / "index.html").read_text(encoding="utf-8")
