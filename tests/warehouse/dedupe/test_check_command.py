"""`sovwatch dedupe check`, as a person and as a script meet it."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner, Result

from flows.commands import load_commands
from flows.night import snapshot_file, warehouse_file
from tests.warehouse.dedupe.invented import NOW, OTHER, WIRE, article, store
from warehouse.connection import open_file
from warehouse.dedupe import add_fingerprints, add_sketches, fingerprint, judge_articles
from warehouse.publish import publish_snapshot
from warehouse.store import add_verdicts, find_unjudged, transaction


def check(*arguments: str) -> Result:
    return CliRunner().invoke(load_commands(), ["dedupe", "check", *arguments], env={"COLUMNS": "140"})


def written(folder: Path, name: str, paragraphs: tuple[str, ...]) -> str:
    path = folder / name
    path.write_text("\n\n".join((f"Heading of {name}", *paragraphs)), encoding="utf-8")
    return str(path)


def test_a_trim_is_shown_side_by_side(tmp_path: Path) -> None:
    trim, whole = written(tmp_path, "trim.txt", WIRE[:2]), written(tmp_path, "whole.txt", (*WIRE, *OTHER))
    shown = check(trim, whole)
    assert shown.exit_code == 0
    assert "contained-in" in shown.stdout
    assert shown.stdout.count("harbour authority") == 2
    assert shown.stdout.count("from 0% on") == 2  # where in A, where in B


def test_json_has_the_evidence(tmp_path: Path) -> None:
    a, b = written(tmp_path, "a.txt", WIRE), written(tmp_path, "b.txt", OTHER)
    (found,) = json.loads(check(a, b, "--json").stdout)
    assert found["relation"] == "new"
    assert found["features"]["verbatim_in"] < 0.2
    assert 0 <= found["confidence"] < 0.5


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    missing = check(str(tmp_path / "nothing.txt"), str(tmp_path / "neither.txt"))
    assert missing.exit_code == 2
    unknown = check("https://nowhere.example/x", "https://nowhere.example/y", "--state", str(tmp_path))
    assert unknown.exit_code == 1


def test_copies_are_shown_from_both_ends(tmp_path: Path) -> None:
    wire = article(WIRE, site="wire.example", title="Saltholm buys cranes")
    trim = article(WIRE[:2], site="paper.example", title="Cranes", hours=2)
    seed = article(OTHER, site="seed.example", title="Vote put off")
    late = article(OTHER, site="late.example", title="Vote on the act put off", hours=3)
    with open_file(warehouse_file(tmp_path)) as con:
        with transaction(con):
            add_fingerprints(con, [fingerprint(seed)])
        for one in (wire, trim, late):
            store(con, [one])
            waiting = find_unjudged(con)
            verdicts = judge_articles(con, [a for _, a in waiting], as_of=NOW)
            judged = [(i, a, v) for (i, a), v in zip(waiting, verdicts, strict=True)]
            with transaction(con):
                add_verdicts(con, run_id="run", as_of=NOW, judged=judged)
                add_sketches(con, [one], verdicts)
        publish_snapshot(con, snapshot=snapshot_file(tmp_path), published_at=NOW)

    def copies(url: str, *options: str) -> str:
        arguments = ["dedupe", "copies", url, "--state", str(tmp_path), *options]
        return CliRunner().invoke(load_commands(), arguments, env={"COLUMNS": "140"}, catch_exceptions=False).stdout

    for url, other in ((wire.url, trim.url), (trim.url, wire.url)):
        shown = copies(url)
        assert other in shown
        assert "contained-in" in shown
        assert shown.count("harbour authority") == 2  # side by side
        (told,) = json.loads(copies(url, "--json"))
        assert (told["article"], told["other"]) == (trim.url, wire.url)
        assert told["share"] > 0.9 > told["other_share"]
        span = told["spans"][0]
        assert trim.text[span["start"] : span["end"]] == wire.text[span["other_start"] : span["other_end"]]
    shown = copies(late.url)
    assert f"reference {seed.article_id}" in shown
    assert "judged by fingerprint" in shown
    assert copies("https://nowhere.example/") == ""
