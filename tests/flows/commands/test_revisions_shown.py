"""What changed between two versions of an address, as `trace` and `dedupe check` show it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from flows.commands import load_commands
from flows.night import snapshot_file, warehouse_file
from tests.warehouse.dedupe.invented import NOW, OTHER, WIRE, article, store
from warehouse.connection import open_file
from warehouse.dedupe import judge_articles
from warehouse.publish import publish_snapshot
from warehouse.store import add_verdicts, find_unjudged, transaction

URL = "https://wire.example/cranes"
HOSTILE = "\x1b[31m\x07\u202e"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with an address that was revised twice: a figure, then much."""
    folder = tmp_path_factory.mktemp("revised")
    edited = (WIRE[0].replace("218", "231"), *WIRE[1:], f"Insurers {HOSTILE} put the risk at 12 million.")
    versions = [article(body, url=URL, site="wire.example", title="Cranes", hours=h)
                for h, body in enumerate((WIRE, edited, (*WIRE[:1], *OTHER, *OTHER[::-1])))]  # fmt: skip
    with open_file(warehouse_file(folder)) as con:
        for version in versions:
            store(con, [version])
            waiting = find_unjudged(con)
            verdicts = judge_articles(con, [a for _, a in waiting], as_of=NOW)
            judged = [(i, a, v) for (i, a), v in zip(waiting, verdicts, strict=True)]
            with transaction(con):
                add_verdicts(con, run_id="run", as_of=NOW, judged=judged)
        publish_snapshot(con, snapshot=snapshot_file(folder), published_at=NOW)
    return folder


def run(*words: str) -> Result:
    return CliRunner().invoke(load_commands(), list(words), env={"COLUMNS": "300"}, catch_exceptions=False)


def test_trace_shows_what_each_revision_changed(state: Path) -> None:
    shown = run("trace", URL, "--state", str(state)).stdout
    assert "since version 1: 1 changed, 1 added\n" in shown
    assert "[-218-] {+231+} million crowns" in shown
    assert "added:   Insurers" in shown
    _, _, second = shown.partition("since version 2")
    assert "; the first 11\n" in second
    lines = second.splitlines()[1:12]
    assert all(line.startswith(" " * 27) for line in lines)
    assert not set(shown) & set(HOSTILE[:1] + HOSTILE[-2:])


def test_trace_as_json_quotes_no_more(state: Path) -> None:
    output = run("trace", URL, "--json", "--state", str(state)).stdout
    first, second = json.loads(output)["revisions"]
    assert (first["since"], first["counts"]) == (1, {"changed": 1, "added": 1})
    assert sum(second["counts"].values()) > len(second["quotes"]) == 11
    assert all(len(quote["quote"]) <= 160 for quote in second["quotes"])
    assert "\x1b" not in output


def test_check_shows_the_changes_of_an_edited_version(tmp_path: Path) -> None:
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    text = "\n\n".join(("Cranes for the port", *WIRE, *OTHER))
    old.write_text(text, encoding="utf-8")
    new.write_text(text.replace("46 cranes", "48 cranes").replace("a single supplier", "one supplier")
                   + "\n\nCorrected on Tuesday: 48 cranes, not 46.", encoding="utf-8")  # fmt: skip
    (found,) = json.loads(run("dedupe", "check", str(new), str(old), "--json").stdout)
    shown = run("dedupe", "check", str(new), str(old)).stdout
    if found["relation"] != "revision":
        pytest.fail(f"judged {found['relation']}: choose another edit")
    assert [c["kind"] for c in found["changes"]] == ["changed", "changed", "added"]
    assert "[-46-] {+48+}" in shown
    assert "[-a single-] {+one+}" in shown
