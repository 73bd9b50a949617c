"""More like this: copies first, then the story, then what is about the same things; in SQL and on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.commands import load_commands
from flows.night import snapshot_file
from tests.flows.desk_state import make_state
from tests.warehouse.search.library import id_of, shelve
from warehouse.connection import open_memory, open_snapshot
from warehouse.search import find_similar, index_articles, search_articles


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_state(tmp_path_factory.mktemp("state"))


def test_what_is_about_the_same_comes_first() -> None:
    con = open_memory()
    texts = {
        1: ("Golden share in Veldhaus", "The state keeps a golden share in Veldhaus. Lithography matters.", {}),
        2: ("Veldhaus golden share is challenged", "The court hears the case on lithography.", {}),
        3: ("Weather", "Rain in the north and sun.", {}),
        4: ("Football", "The match ended in rain. The court was dry.", {}),
    }
    shelve(con, texts)
    index_articles(con)
    found = find_similar(con, id_of(1))
    assert (found[0].article_id, found[0].relation) == (id_of(2), "alike")
    assert found[0].likeness is not None and 0.3 < found[0].likeness < 1
    assert all((one.likeness or 0) < 0.3 for one in found[1:])
    assert id_of(1) not in {one.article_id for one in found}
    assert find_similar(con, "nobody") == []


def test_copies_and_the_story_stand_before_what_is_alike(state: Path) -> None:
    with open_snapshot(snapshot_file(state)) as con:
        (wire,) = search_articles(con, '"Dresden gets a chip plant"')
        assert wire.copies == 2
        found = find_similar(con, wire.article_id)
        relations = [one.relation for one in found]
        assert relations[:2] == ["copy", "copy"]
        assert relations == sorted(relations, key=["copy", "same story", "same storyline", "alike"].index)
        of_copy = find_similar(con, found[0].article_id)
        assert (of_copy[0].article_id, of_copy[0].relation) == (wire.article_id, "original")
        rows = con.execute("SELECT article_id FROM similar_articles($id)", {"id": wire.article_id}).fetchall()
        assert wire.article_id not in {row[0] for row in rows}


def test_the_command_takes_an_address_or_an_id(state: Path) -> None:
    def run(*words: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(load_commands(), [*words, "--state", str(state)])
        return result.exit_code, result.stdout, result.stderr

    code, shown, _ = run("similar", "https://delta.example/wire?utm_source=feed")
    assert code == 0 and "copy" in shown
    found = json.loads(run("similar", "https://delta.example/wire", "--json")[1])
    assert json.loads(run("similar", found[0]["article_id"], "--json")[1])[0]["url"] == "https://delta.example/wire"
    code, _, said = run("similar", "https://nobody.example/")
    assert code == 1 and "no article of that address" in said
    assert "quotation mark" in run("search", '"dresden')[2]
