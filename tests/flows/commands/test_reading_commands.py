"""sql, search, trace, status as people and scripts meet them: answers, friendly errors, a terminal left alone."""

from __future__ import annotations

import csv
import importlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from flows.commands import app
from flows.night import snapshot_file, warehouse_file
from tests.flows.desk_state import make_state
from tests.warehouse.invented import NIGHTS
from tests.warehouse.populated import fill
from warehouse.connection import open_file
from warehouse.lock import hold_lock
from warehouse.publish import publish_snapshot
from warehouse.store import start_run

for command in ("sql", "search", "trace", "status"):
    importlib.import_module(f"flows.commands.{command}")


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder after the three invented nights."""
    return make_state(tmp_path_factory.mktemp("state"))


def run(*words: str, text: str | None = None, width: str = "200") -> Result:
    return CliRunner().invoke(app, list(words), input=text, env={"COLUMNS": width}, catch_exceptions=False)


def answer(state: Path, query: str) -> list[dict[str, Any]]:
    result = run("sql", query, "--json", "--state", str(state))
    assert result.exit_code == 0, result.output
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    return rows


def test_a_question_gets_a_table(state: Path) -> None:
    result = run("sql", "SELECT outlet, title FROM articles ORDER BY dated_at", "--state", str(state))
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["outlet", "Delta", "Beta", "Gamma", "Gamma",
                                                                       "Alpha", "Delta"]  # fmt: skip


def test_json_keeps_types_and_names(state: Path) -> None:
    rows = answer(
        state,
        "SELECT 1 AS n, 'a' AS n, NULL AS nothing, [1, 2] AS many, {'k': 'v'} AS struct, 'NaN'::DOUBLE AS nan, "
        "TIMESTAMPTZ '2026-03-02 06:00:00+00' AS at, 1.50::DECIMAL(4,2) AS exact, "
        "'x'::BLOB AS bytes, DATE '2026-03-02' AS day",
    )
    assert rows == [
        {"n": 1, "n_2": "a", "nothing": None, "many": [1, 2], "struct": {"k": "v"}, "nan": None,
         "at": "2026-03-02T06:00:00+00:00", "exact": 1.5, "bytes": "eA==", "day": "2026-03-02"}
    ]  # fmt: skip
    assert answer(state, "SELECT 1 WHERE false") == []
    assert len(answer(state, "FROM range(3000)")) == 3000


def test_csv_can_be_read_back(state: Path) -> None:
    query = "SELECT 'a,\"b\"\nc' AS text, topics, NULL AS nothing FROM articles WHERE title LIKE 'Dresden gets%'"
    result = run("sql", query, "--csv", "--state", str(state))
    assert list(csv.reader(io.StringIO(result.stdout))) == [
        ["text", "topics", "nothing"],
        ['a,"b"\nc', '["chips"]', ""],
    ]


def test_a_question_may_come_from_standard_input(state: Path) -> None:
    assert run("sql", "-", "--csv", "--state", str(state), text="SELECT 42 AS n").stdout == "n\n42\n"


def test_without_a_question_it_says_what_there_is(state: Path) -> None:
    result = run("sql", "--state", str(state))
    assert "Distinct articles: the current version of every article that is no copy." in result.stdout
    assert "outbox_messages" not in result.stdout


def test_a_long_table_is_cut_and_says_so(state: Path) -> None:
    result = run("sql", "FROM range(500)", "--limit", "3", "--state", str(state))
    assert len(result.stdout.split()) == 4
    assert "first 3 rows" in result.stderr


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * FROM artikles", 'Did you mean "articles"'),
        ("SELEC 1", "syntax error"),
        ("SELECT titel FROM articles", "title"),
        ("DELETE FROM entries", "read-only"),
        ("CREATE TABLE x (i INTEGER)", "read-only"),
    ],
)
def test_a_wrong_question_is_explained(state: Path, query: str, said: str) -> None:
    result = run("sql", query, "--state", str(state))
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_without_a_snapshot_it_says_how_to_get_one(tmp_path: Path) -> None:
    for words in (["sql", "SELECT 1"], ["search", "x"], ["trace", "https://a.example/"], ["status"]):
        result = run(*words, "--state", str(tmp_path))
        assert result.exit_code == 1, words
        assert "there is no snapshot yet" in result.stderr


HOSTILE = "\x1b]0;owned\x07\x1b[2J\x1b[31mred\u202eevil\x9b1m\x07"


def test_no_format_lets_data_steer_the_terminal(tmp_path: Path) -> None:
    with open_file(warehouse_file(tmp_path)) as con:
        fill(con)
        con.execute("UPDATE article_versions SET title = title || $hostile", {"hostile": HOSTILE})
        con.execute("UPDATE entries SET title = title || $hostile", {"hostile": HOSTILE})
        con.execute("UPDATE problem_log SET detail = detail || $hostile", {"hostile": HOSTILE})
        publish_snapshot(con, snapshot=snapshot_file(tmp_path), published_at=NIGHTS["n3"])
    where = ("--state", str(tmp_path))
    outputs = [
        run("sql", "SELECT title, [title] AS l, {'t': title} AS s FROM articles", *option, *where).output
        for option in ([], ["--json"], ["--csv"])
    ]
    outputs += [run("search", "dresden", *option, *where).output for option in ([], ["--json"])]
    url = "https://beta.example/blocked"
    outputs += [run("trace", url, *option, *where).output for option in ([], ["--json"])]
    outputs += [run("status", *option, *where).output for option in ([], ["--json"])]
    for output in outputs:
        assert not set(output) & set("\x1b\x07\x9b\u202e"), output


def test_search_shows_where_the_words_are(state: Path) -> None:
    result = run("search", "ministry", "approves", "--state", str(state))
    assert result.exit_code == 0
    assert "Dresden gets a chip plant  Delta Wire, 2 copies" in result.stdout
    assert "https://delta.example/wire" in result.stdout
    found = json.loads(run("search", "ministry", "--json", "--state", str(state)).stdout)
    assert [one["outlet"] for one in found] == ["Delta Wire"]
    assert run("search", "zebra", "--state", str(state)).exit_code == 0


def test_trace_tells_the_way(state: Path) -> None:
    result = run("trace", "https://alpha.example/gazette", "--state", str(state))
    assert result.exit_code == 0
    steps = [line.split()[0] for line in result.stdout.splitlines() if not line.startswith(" ")]
    assert steps == ["seen", "fetched", "read", "judged", "told", "told"]
    assert "near to “Dresden gets a chip plant” (Delta Wire): 92% of this in it" in result.stdout
    assert "digest to analyst: sent 2026-03-03 02:08" in result.stdout
    told = json.loads(run("trace", "https://alpha.example/gazette", "--json", "--state", str(state)).stdout)
    assert told["versions"][0]["relation"] == "near"
    assert run("trace", "https://nobody.example/", "--state", str(state)).exit_code == 1


def test_status_after_a_night(state: Path) -> None:
    result = run("status", "--state", str(state))
    assert result.exit_code == 0
    assert "Last run: n3, night of 2026-03-11 02:00 UTC: done, exit code 0 (ok)" in result.stdout
    assert "2 entries in feeds, 0 known, 0 carried over: 1 copy, 1 new" in result.stdout
    assert "Mails: 1 queued, 2 sent" in result.stdout
    facts = json.loads(run("status", "--json", "--state", str(state)).stdout)
    assert facts["totals"]["articles"] == 6
    assert facts["sources"] == {
        "well": ["alpha", "delta"], "broken": ["gamma"], "off": ["foxtrot"], "silent": ["beta"], "stale": ["echo"],
    }  # fmt: skip
    assert facts["sums"]["balanced"] is True
    assert facts["running"] is None


def test_status_knows_a_run_that_was_not_published(tmp_path: Path) -> None:
    with open_file(warehouse_file(tmp_path)) as con:
        fill(con)
        publish_snapshot(con, snapshot=snapshot_file(tmp_path), published_at=NIGHTS["n3"])
        start_run(
            con,
            run_id="n4",
            kind="night",
            as_of=NIGHTS["n3"],
            started_at=datetime(2026, 3, 12, tzinfo=UTC),
            version="1",
        )
    assert json.loads(run("status", "--json", "--state", str(tmp_path)).stdout)["run"]["run_id"] == "n4"


def test_status_during_a_run_says_who_runs_and_answers_from_the_snapshot(state: Path) -> None:
    with hold_lock(state, purpose="night", since=NIGHTS["n3"]), open_file(warehouse_file(state)):
        result = run("status", "--state", str(state))
        assert "Running now: night, process" in result.stdout
        assert "Last run: n3" in result.stdout
        assert answer(state, "SELECT count(*) AS n FROM runs") == [{"n": 3}]
