"""The demo, played once for all tests: what the real pipeline makes of the newsroom, against expected.yaml."""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from config.load import load_house
from flows.commands import load_commands
from flows.commands.demo import _run_plainly
from flows.demo.outlets import NIGHTS, load_expected, load_newsroom
from flows.demo.play import QUESTIONS, Played, play_demo
from flows.demo.stage import MARK, NotOurFolder, claim_folder
from flows.exits import Exit
from flows.rebuild import rebuild
from warehouse.ask import ask
from warehouse.connection import open_snapshot

pytestmark = pytest.mark.slow

EXPECTED = load_expected()


@dataclass(frozen=True, slots=True)
class Shown:
    """The played demo, what it printed, and its snapshot as rows by report id and night."""

    played: Played
    printed: str
    outcomes: dict[tuple[str, int], dict[str, Any]]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    folder = claim_folder(tmp_path_factory.mktemp("demo") / "demo-state")
    printed = io.StringIO()
    played = play_demo(folder, Console(file=printed, width=120), _run_plainly, port=0)
    yield Shown(played, printed.getvalue(), outcomes_of(played))


def rows(played: Played, sql: str) -> list[dict[str, Any]]:
    """The answer of the published snapshot, as dictionaries."""
    with contextlib.closing(open_snapshot(played.snapshot)) as con:
        answer = ask(con, sql)
        return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def outcomes_of(played: Played) -> dict[tuple[str, int], dict[str, Any]]:
    """(report, night) -> outcome, code, and for articles relation, original (report id) and access."""
    report_of = {url: report for report, url in played.addresses.items()}
    titles = {line["title"]: line["url"] for line in rows(played, "SELECT title, url FROM article_versions")}
    nights = {report.run_id: number for number, report in enumerate(played.reports, start=1)}
    found: dict[tuple[str, int], dict[str, Any]] = {}
    for row in rows(played, "SELECT o.run_id, e.url, o.outcome, o.code FROM entry_outcomes AS o"
                            " JOIN entries AS e USING (entry_id)"):  # fmt: skip
        report = report_of[row["url"]]
        assert (report, nights[row["run_id"]]) not in found, "two outcomes in one night"
        found[report, nights[row["run_id"]]] = {"outcome": row["outcome"], "code": row["code"]}
    for number, report in enumerate(played.reports, start=1):
        for line in report.articles:
            key = report_of[line.url], number
            original = titles.get(line.original_title or "", "")
            found[key] |= {
                "relation": line.relation, "access": line.access, "adds_facts": line.adds_facts,
                "original": "reference" if original.startswith("urn:") else report_of.get(original),
                "language": line.language,
            }  # fmt: skip
    return found


@pytest.mark.parametrize("expected", EXPECTED["entries"], ids=lambda row: f"{row['report']}-{row['night']}")
def test_every_entry_becomes_what_it_is(shown: Shown, expected: dict[str, Any]) -> None:
    found = shown.outcomes[expected["report"], expected["night"]]
    assert found["outcome"] == expected["outcome"], found
    if "code" in expected:
        assert found["code"] == expected["code"]
    if expected["outcome"] in ("copy", "revision"):
        assert found["relation"] in expected["relations"], found
        assert found["original"] == expected["original"], found
    for name in ("access", "adds_facts"):
        if name in expected:
            assert found[name] == expected[name], found


def test_no_entry_is_left_over_and_every_night_adds_up(shown: Shown) -> None:
    wanted = {(row["report"], row["night"]) for row in EXPECTED["entries"]}
    assert set(shown.outcomes) == wanted
    for report in shown.played.reports:
        assert report.exit_code is Exit.OK
        assert report.balanced
        assert report.kind == "demo"


def test_languages_dates_and_titles_are_read_as_published(shown: Shown) -> None:
    outlets = {outlet.id: outlet for outlet in load_newsroom().outlets}
    reports = {report.id: report for report in load_newsroom().reports}
    read = rows(shown.played, "SELECT url, title, language, published_at FROM articles"
                              " UNION ALL SELECT url, title, language, published_at FROM copies")  # fmt: skip
    report_of = {url: report for report, url in shown.played.addresses.items()}
    assert len(read) >= 30
    for row in read:
        report = reports[report_of[row["url"]]]
        assert row["title"] == report.title
        assert row["language"] == outlets[report.outlet].language
        day = row["published_at"].date() if row["published_at"] else None
        assert day == (None if report.undated else report.published.date())


def test_failing_sources_are_named_with_their_cause(shown: Shown) -> None:
    for report in shown.played.reports[:1]:
        said = {(problem.code, problem.url) for problem in report.problems if problem.stage == "feed"}
        assert len(said) == len(EXPECTED["sources"])
    codes = {row["source_id"]: row["last_code"] for row in rows(shown.played, "SELECT * FROM sources")}
    for row in EXPECTED["sources"]:
        assert codes[row["outlet"]] == row["code"]


def test_the_saga_is_told_in_three_turns_each_on_its_night(shown: Shown) -> None:
    told = told_by_story(shown)
    saga = [row for row in EXPECTED["stories"] if row["storyline"] == "lumora" and row["told"] != "none"]
    assert [row["told"] for row in saga] == ["first", "turn", "turn"]
    for row in saga:
        assert (row["night"], row["told"]) in told[row["story"]], (row["story"], told[row["story"]])


def test_developments_are_told_once_and_on_their_night(shown: Shown) -> None:
    told = told_by_story(shown)
    wanted = {row["story"]: row["night"] for row in EXPECTED["stories"] if row["told"] != "none"}
    missed = {story: told[story] for story, night in wanted.items() if night not in [at for at, _ in told[story]]}
    again = {story: told[story] for story in wanted if len(told[story]) > 1}
    assert not missed
    assert not again


def test_background_and_copies_of_the_reference_are_never_told(shown: Shown) -> None:
    told = told_by_story(shown)
    silent = [row["story"] for row in EXPECTED["stories"] if row["told"] == "none"]
    assert not [told[story] for story in silent if told[story]]
    assert not told[""]


def told_by_story(shown: Shown) -> dict[str, list[tuple[int, str]]]:
    """Expected story -> (night, kind) of what was told of its reports."""
    story_of = {row["report"]: row.get("story", "") for row in EXPECTED["entries"]}
    report_of = {url: report for report, url in shown.played.addresses.items()}
    told: dict[str, list[tuple[int, str]]] = {story: [] for story in story_of.values()}
    for number, report in enumerate(shown.played.reports, start=1):
        for development in report.developments:
            if development.kind != "update":
                votes = Counter(story_of[report_of[outlet.url]] for outlet in development.outlets)
                told[votes.most_common(1)[0][0]].append((number, development.kind))
    return told


def test_mails_went_out_to_those_whom_they_concern(shown: Shown) -> None:
    for number, (report, mails) in enumerate(zip(shown.played.reports, shown.played.mails, strict=True), start=1):
        receivers = [recipient for mail in mails for recipient in mail.recipients]
        assert len(receivers) == len(set(receivers)), number
        assert "ada.analyst@example.org" in receivers
        assert {mail.state for mail in report.mails} <= {"sent"}
    everybody = {recipient for mails in shown.played.mails for mail in mails for recipient in mail.recipients}
    assert everybody == {"ada.analyst@example.org", "referat@example.org", "apps@example.org"}
    ids = [str(mail.message["Message-ID"]) for mails in shown.played.mails for mail in mails]
    assert len(ids) == len(set(ids))
    first = next(mail for mail in shown.played.mails[0] if "ada.analyst@example.org" in mail.recipients)
    assert first.text is not None and "Lumora" in first.text.read_text(encoding="utf-8")


def test_it_says_what_happened_and_where_things_lie(shown: Shown) -> None:
    for number, as_of in enumerate(NIGHTS, start=1):
        assert f"Night {number} of 4: {as_of:%A, %d %B %Y}" in shown.printed
    for _, question in QUESTIONS:
        assert question in shown.printed
    assert "\x1b" not in shown.printed
    flat = shown.printed.replace("\n", "")
    assert str(shown.played.folder / "mails") in flat
    assert str(shown.played.snapshot) in flat
    for mails in shown.played.mails:
        assert all(mail.subject[:60] in flat for mail in mails)


def test_questions_have_answers(shown: Shown) -> None:
    copies = rows(shown.played, "SELECT * FROM copies")
    assert len(copies) == sum(row["outcome"] == "copy" for row in EXPECTED["entries"])
    reference = [row for row in copies if row["original_is_reference"]]
    assert [row["fingerprint_only"] for row in reference] == [True]


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(NotOurFolder, match="was not made by the demo"):
        claim_folder(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_the_command_refuses_it_too_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    done = CliRunner().invoke(load_commands(), ["demo", "--plain", "--state", str(tmp_path)])
    assert done.exit_code == Exit.CONFIG
    assert "Choose another folder with --state" in " ".join(done.output.split())


def test_an_earlier_demo_is_cleared(tmp_path: Path) -> None:
    folder = claim_folder(tmp_path / "new")
    (folder / "state").mkdir()
    (folder / "state" / "old").write_text("old")
    assert sorted(entry.name for entry in claim_folder(folder).iterdir()) == [MARK]


def test_the_configuration_it_leaves_is_sound(shown: Shown) -> None:
    house = load_house(shown.played.folder / "config")
    assert len(house.sources) == len(load_newsroom().outlets)
    assert {recipient.id for recipient in house.recipients} == {"analyst", "referat", "app-desk"}


@pytest.mark.long
def test_the_archive_alone_gives_the_four_nights_again(shown: Shown) -> None:
    """Last in the file: it puts a rebuilt warehouse in the played one's place."""
    mails = sum(len(kept) for kept in shown.played.mails)
    report = rebuild(load_house(shown.played.folder / "config"), now=NIGHTS[-1] + timedelta(days=1))
    assert report.runs == {"demo": len(NIGHTS), "corpus": 1}
    assert {table.table: table.differing for table in report.differences if table.differing} == {}
    assert report.replaced and not report.missing and not report.lost_articles
    assert sum(table.rows for table in report.differences) > 3_000
    assert report.taken_over["outbox_mails"] >= mails, "what was mailed is known, and nobody is mailed again"
