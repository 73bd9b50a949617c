"""Search as people meet it: words, phrases, minus, beginnings, alternatives, filters, order, passages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.warehouse.examples import NIGHT
from tests.warehouse.search.library import Said, number_of, shelve
from warehouse.connection import Connection, open_file, open_memory
from warehouse.publish import publish_snapshot
from warehouse.search import find_faults, index_articles, search_articles

LONG = " ".join(f"filler{number}" for number in range(300))
TEXTS: dict[int, Said] = {
    1: ("Chips for Europe", "The Chips Act is in force.", {}),
    2: ("Subsidies", f"{LONG} One chip is mentioned here. {LONG}", {}),
    3: ("Élections à Orléans", "Le cloud souverain, c’est maintenant. Les données nationales.", {"language": "fr"}),
    4: ("台积电在德国建厂", "芯片 工厂 将于2028年投产。", {"language": "zh"}),
    5: ("A ship in the harbour", "It carries 100% [sic] of the (spare) parts. Act one of chips.", {}),
    6: ("Förderung für Straßenbau", "Die Bundesländer zahlen. Ørsted baut.", {"language": "de"}),
    7: ("Golden shares", "A golden share lets the state say no. No share is golden for ever.", {"source_id": "beta"}),
    8: ("The state of the union", "Shares fell; golden times ended.", {"published_at": NIGHT - timedelta(days=400)}),
}


@pytest.fixture(scope="module")
def con() -> Connection:
    con = open_memory()
    shelve(con, TEXTS)
    index_articles(con)
    return con


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    """The published snapshot, opened by a bare DuckDB that may not load anything."""
    folder = tmp_path_factory.mktemp("state")
    with open_file(folder / "warehouse.duckdb") as writer:
        shelve(writer, TEXTS)
        index_articles(writer)
        publish_snapshot(writer, snapshot=folder / "sovwatch.duckdb", published_at=NIGHT)
    bare = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    return duckdb.connect(str(folder / "sovwatch.duckdb"), read_only=True, config=bare)


def found(con: Connection, query: str, **options: Any) -> list[int]:
    return [number_of(one.url) for one in search_articles(con, query, **options)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("chip", [1, 5, 2]),  # the title counts more, a long text less
        ("chips act", [1, 5]),
        ('"chips act"', [1]),
        ("hip", []),
        ("subsidy", [2]),
        ("elections orleans", [3]),
        ("ÉLECTIONS", [3]),
        ("Orléans souverain", [3]),
        ("national", [3]),
        ("德国", [4]),
        ("芯片", [4]),
        ("台积电", [4]),
        ("积德", []),
        ("片", [4]),
        ("strassenbau", [6]),
        ("forderungen", [6]),
        ("bundesland", [6]),
        ("orsted", [6]),
        ('"golden share"', [7]),
        ('"golden shares" -state', []),
        ("golden -state", []),
        ("golden -lets", [8]),
        ('golden -"golden share"', [8]),
        ('"state of the union"', [8]),
        ('"of the state"', []),
        ("harb*", [5]),
        ("har* -ship", []),
        ('"golden sha*"', [7]),
        ("harbour OR orsted", [5, 6]),
        ("golden harbour OR union", [8]),
        ("golden-share", [7]),
        ("100%", [5]),
        ("[sic] (spare)", [5]),
        ("c.ips", []),
        ("„golden share“", [7]),
        ('"golden share', [7]),
        ("2028", [4]),
    ],
)
def test_queries(con: Connection, query: str, expected: list[int]) -> None:
    assert found(con, query) == expected


def test_where_none_has_all_words_those_with_most_come(con: Connection) -> None:
    results = search_articles(con, "chips act nowhere")
    assert [(number_of(one.url), one.words_found) for one in results] == [(1, 2), (5, 2)]
    assert search_articles(con, "nowhere") == []


def test_a_form_that_was_never_seen_is_taken_for_one_of_its_stem(con: Connection) -> None:
    assert found(con, "mentioning") == [2]  # no text has it
    assert found(con, "goldens") == [7, 8]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"topic": "t5"}, [5]),
        ({"topic": "t5,t2"}, [5, 2]),
        ({"language": "fr,de"}, []),
        ({"source": "alpha"}, [1, 5, 2]),
        ({"source": "alpha.example"}, [1, 5, 2]),
        ({"source": "beta"}, []),
        ({"top": 1}, [1]),
        ({"since": NIGHT}, [1, 5, 2]),
        ({"until": NIGHT}, []),
        ({"since": "2026-03-02", "until": "2026-03-03"}, [1, 5, 2]),
    ],
)
def test_filters(con: Connection, options: dict[str, Any], expected: list[int]) -> None:
    assert found(con, "chips", **options) == expected


def test_order(con: Connection) -> None:
    assert found(con, "state") == [8, 7]
    assert found(con, "state", sort="recent") == [7, 8]
    assert found(con, "golden OR chip", sort="newest")[-1] == 8


def test_the_passage_shows_the_place_and_marks_it(con: Connection) -> None:
    (two,) = search_articles(con, "mentioned chip", source="alpha")
    assert "One **chip** is **mentioned** here." in two.passage
    assert two.passage.startswith("… ") and two.passage.endswith(" …")
    assert len(two.passage) < 500
    (four,) = search_articles(con, "工厂", marks=("<", ">"))
    assert four.passage == "芯片 <工厂> 将于2028年投产。"
    (titled,) = search_articles(con, "subsidies", marks=("<", ">"))
    assert titled.passage.startswith("filler0 filler1")


def test_a_standfirst_that_the_text_begins_with_is_shown_once() -> None:
    lead = "The regulator of Norhaven has opened a case over the scanners at its port on Monday"
    shelf: dict[int, Said] = {
        1: ("Case opened", f"NORHAVEN (Wire) - {lead}. The firm denies it.", {"standfirst": f"{lead} …"}),
        2: ("Another case", "The firm denies it.", {"standfirst": "A standfirst of its own, on scanners."}),
    }
    with open_memory() as con:
        shelve(con, shelf)
        index_articles(con)
        passages = {number_of(one.url): one.passage for one in search_articles(con, "scanners", marks=("", ""))}
    assert passages == {
        1: "… has opened a case over the scanners at its port on Monday. The firm denies it.",
        2: "A standfirst of its own, on scanners. The firm denies it.",
    }


def test_the_snapshot_answers_alike_and_without_this_program(con: Connection, snapshot: Connection) -> None:
    for query in ("chip", '"golden share" -chips', "golden -lets", "harb*", "台积电", "nowhere chips", "-chips", ""):
        ours = search_articles(con, query)
        rows = snapshot.execute("SELECT article_id, score, passage, topics FROM search($q)", {"q": query}).fetchall()
        assert [(row[0], row[2], tuple(row[3])) for row in rows] == [(o.article_id, o.passage, o.topics) for o in ours]
        assert [row[1] for row in rows] == pytest.approx([one.score for one in ours])
        assert search_articles(snapshot, query) == ours


def test_the_macro_takes_filters_by_name(snapshot: Connection) -> None:
    asked = "SELECT url FROM search('chips', since := '2026-01-01', topic := 't5', language := 'en', top := 5)"
    assert [number_of(row[0]) for row in snapshot.execute(asked).fetchall()] == [5]
    dated = "SELECT url FROM search('golden', until := DATE '2025-06-01', sort := 'newest')"
    assert [number_of(row[0]) for row in snapshot.execute(dated).fetchall()] == [8]
    joined = "SELECT a.title FROM search('golden') AS s JOIN articles AS a USING (article_id) ORDER BY s.score DESC"
    assert len(snapshot.execute(joined).fetchall()) == 2


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/New_York"])
def test_days_are_those_of_utc_wherever_the_reader_sits(snapshot: Connection, zone: str) -> None:
    with snapshot.cursor() as reader:
        reader.execute(f"SET TimeZone = '{zone}'")
        asked = "SELECT count(*) FROM search('chips', since := '2026-03-02T02:00', until := '2026-03-02T02:01')"
        assert reader.execute(asked).fetchone() == (3,)
    assert found(snapshot, "chips", since=datetime(2026, 3, 2, 2, tzinfo=UTC)) == [1, 5, 2]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ('"golden share', "quotation mark"),
        ("-chips", "only says what is not wanted"),
        ('-chips -"a b"', "only says what is not wanted"),
        ("  ,. ", "no word"),
        ("", "no word"),
        ("OR", "no word"),
        ("c*", "One letter"),
    ],
)
def test_odd_queries_are_explained_and_never_fail(con: Connection, query: str, said: str) -> None:
    assert any(said in fault for fault in find_faults(query))
    search_articles(con, query)


@pytest.mark.parametrize("query", ['"golden share" -chips', "chip*", "a OR b", "tiktok-verbot", "芯片"])
def test_good_queries_have_no_faults(query: str) -> None:
    assert find_faults(query) == []


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.text(max_size=40), st.text(alphabet='ab"-*OR 芯ß\u0301', max_size=30)))
def test_no_query_breaks_the_search(text: str) -> None:
    find_faults(text)
    search_articles(shared(), text)


_SHARED: list[Connection] = []


def shared() -> Connection:
    """One small warehouse for all examples."""
    if not _SHARED:
        _SHARED.append(open_memory())
        _SHARED[0].execute("SET threads = 1")
        shelve(_SHARED[0], {1: ("a b", "b a 芯片", {})})
        index_articles(_SHARED[0])
    return _SHARED[0]
