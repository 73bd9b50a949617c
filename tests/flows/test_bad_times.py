"""When things are bad: a clear word, nothing lost, nothing sent twice, and the next night goes on."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from config.load import load_house
from flows.commands import load_commands
from flows.demo.mailbox import Mailbox
from flows.demo.outlets import NIGHTS, load_newsroom
from flows.demo.server import LoopbackSites, NewsroomServer, Reply
from flows.exits import Exit
from flows.monitor import run_night
from flows.night import snapshot_file, warehouse_file
from flows.report import NightReport, problem_lines
from tests.benchmarks.nightly import write_config
from tests.flows.mortal_nights import MortalNights
from warehouse.connection import open_file
from warehouse.lock import find_holder

pytestmark = pytest.mark.slow

# What is bad here is bad before the briefing, whose own failures tests/flows/briefing has.
NO_BRIEFING = {"enabled": False}
OUTLETS = ("northwire", "courier", "harbour", "tagblatt")


@dataclass(slots=True)
class Place:
    """A newsroom on the air, a mailbox, and a configuration with its state in a folder of its own."""

    config: Path
    state: Path
    server: NewsroomServer
    mailbox: Mailbox

    def night(self, number: int, *, later: timedelta = timedelta()) -> NightReport:
        """That night, run in this process without Prefect."""
        self.server.night = number
        return run_night(load_house(self.config), as_of=NIGHTS[number - 1] + later)

    def command(self, *words: str) -> Any:
        """`sovwatch run --plain` on that configuration."""
        return CliRunner().invoke(load_commands(), ["run", "--plain", "--config", str(self.config), *words])


@pytest.fixture(scope="module")
def server() -> Iterator[NewsroomServer]:
    newsroom = load_newsroom()
    few = replace(
        newsroom,
        outlets=tuple(o for o in newsroom.outlets if o.id in OUTLETS),
        reports=tuple(r for r in newsroom.reports if r.outlet in OUTLETS),
    )
    with NewsroomServer(few, port=0) as running:
        yield running


@pytest.fixture(scope="module")
def mortals() -> Iterator[MortalNights]:
    with MortalNights() as running:
        yield running


@pytest.fixture
def place(tmp_path: Path, server: NewsroomServer) -> Iterator[Place]:
    server.night = 1
    feeds = [{"id": o.id, "name": o.name, "feed_url": server.feed_url(o)} for o in server.newsroom.outlets]
    with Mailbox(tmp_path / "mails") as mailbox:
        config = write_config(tmp_path, feeds, smtp_port=mailbox.port, briefing=NO_BRIEFING)
        yield Place(config, tmp_path / "state", server, mailbox)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, server: NewsroomServer) -> tuple[Path, dict[str, Any]]:
    """The state folder and the facts of a first night in which nothing was bad."""
    folder = tmp_path_factory.mktemp("undisturbed")
    server.night = 1
    feeds = [{"id": o.id, "name": o.name, "feed_url": server.feed_url(o)} for o in server.newsroom.outlets]
    with Mailbox(folder / "mails") as mailbox:
        config = write_config(folder, feeds, smtp_port=mailbox.port, briefing=NO_BRIEFING)
        report = run_night(load_house(config), as_of=NIGHTS[0])
        assert report.exit_code is Exit.OK
        assert len(mailbox.kept) == 1
    return folder / "state", facts(folder / "state")


def facts(state: Path) -> dict[str, Any]:
    """What a collection holds, without the ids of runs and times of the machine."""
    questions = {
        "entries": "SELECT url, state FROM entries",
        "verdicts": "SELECT v.url, j.relation, o.url FROM verdicts AS j JOIN article_versions AS v USING (version_id)"
        " LEFT JOIN article_versions AS o ON o.article_id = j.original_id AND o.version = 1",
        "developments": "SELECT kind, headline FROM developments",
        "told": "SELECT recipient_id, development_id, state FROM alerts",
        "stories": "SELECT title, reports, copies FROM stories",
    }
    con = open_file(warehouse_file(state))
    try:
        return {name: sorted(con.execute(sql).fetchall(), key=repr) for name, sql in questions.items()}
    finally:
        con.close()


def message_ids(mailbox: Mailbox) -> list[str]:
    return [str(kept.message["Message-ID"]) for kept in mailbox.kept]


WITHIN = (
    "during:storing-feeds", "during:reading", "during:storing-pages", "during:judging", "during:telling",
    "during:queueing", "during:copying-the-snapshot",
)  # fmt: skip
MOMENTS = (*WITHIN, "after:read feeds", "after:read pages", "after:send mail")


def test_a_night_killed_within_every_step_in_turn_is_made_good(
    place: Place, mortals: MortalNights, undisturbed: tuple[Path, dict[str, Any]]
) -> None:
    for moment in WITHIN:
        assert mortals.run(place.config, NIGHTS[0], dies=moment) == -signal.SIGKILL, moment
        assert find_holder(place.state) is None
    report = place.night(1)
    assert report.exit_code is Exit.OK
    assert report.balanced
    assert facts(place.state) == undisturbed[1]
    assert snapshot_file(place.state).is_file()
    assert len(message_ids(place.mailbox)) == 1


@pytest.mark.long
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_night_is_made_good_by_the_next_run(
    place: Place, mortals: MortalNights, undisturbed: tuple[Path, dict[str, Any]], moment: str
) -> None:
    assert mortals.run(place.config, NIGHTS[0], dies=moment) == -signal.SIGKILL
    assert find_holder(place.state) is None
    report = place.night(1)
    assert report.exit_code is Exit.OK
    assert report.balanced
    assert facts(place.state) == undisturbed[1]
    assert snapshot_file(place.state).is_file()
    assert len(message_ids(place.mailbox)) == 1


def test_no_network_at_all(place: Place, undisturbed: tuple[Path, dict[str, Any]]) -> None:
    shutil.copytree(undisturbed[0], place.state)
    before = snapshot_file(place.state).stat()
    alive = place.config.joinpath("sources.yaml").read_text()
    place.config.joinpath("sources.yaml").write_text(alive.replace("127.0.0.", "127.0.9."))  # where nobody listens
    done = place.command("--as-of", NIGHTS[1].isoformat())
    assert done.exit_code == Exit.NO_NETWORK
    causes = [line for line in done.output.splitlines() if " x feed/" in line]
    assert len(causes) == 1
    assert f"{len(OUTLETS)} x feed/" in causes[0]
    after = snapshot_file(place.state).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert facts(place.state) == undisturbed[1]
    place.config.joinpath("sources.yaml").write_text(alive)
    report = place.night(2)
    assert report.exit_code is Exit.OK
    fresh = sum(1 for r in place.server.newsroom.reports if r.night == 2)
    assert sum(report.outcomes.values()) - report.outcomes["known"] == fresh  # no feed was taken for read meanwhile


def test_no_network_on_the_first_night_leaves_no_snapshot(place: Place) -> None:
    sources = place.config / "sources.yaml"
    sources.write_text(sources.read_text().replace("127.0.0.", "127.0.9."))
    report = place.night(1)
    assert report.exit_code is Exit.NO_NETWORK
    assert len(problem_lines(report.problems)) == 1
    assert not snapshot_file(place.state).exists()
    assert not place.mailbox.kept


def test_a_full_disk(place: Place, mortals: MortalNights, undisturbed: tuple[Path, dict[str, Any]]) -> None:
    for room in (60_000, 1_500_000):
        code = mortals.run(place.config, NIGHTS[0], room=room)
        assert code in (Exit.FAILED, Exit.OK)
        if code == Exit.FAILED:
            said = place.config.joinpath("error.txt").read_text()
            assert "full" in said or "space" in said or "written" in said
    report = place.night(1)
    assert report.exit_code is Exit.OK
    assert facts(place.state) == undisturbed[1]
    assert len(message_ids(place.mailbox)) == 1


def test_mail_server_down_then_up(place: Place, undisturbed: tuple[Path, dict[str, Any]]) -> None:
    place.mailbox.refusing = "421 closing for the night"
    report = place.night(1)
    assert report.exit_code is Exit.UNDELIVERED
    assert any(problem.stage == "alerts" for problem in report.problems)
    assert snapshot_file(place.state).is_file()
    assert not place.mailbox.kept
    place.mailbox.refusing = None
    assert place.night(1, later=timedelta(hours=12)).exit_code is Exit.OK
    assert len(message_ids(place.mailbox)) == 1
    assert place.night(1, later=timedelta(hours=13)).exit_code is Exit.OK
    assert len(message_ids(place.mailbox)) == 1
    assert facts(place.state)["told"] == undisturbed[1]["told"]


def test_a_clock_that_jumps_back(place: Place, undisturbed: tuple[Path, dict[str, Any]]) -> None:
    shutil.copytree(undisturbed[0], place.state)
    place.server.night = 2
    back = run_night(load_house(place.config), as_of=NIGHTS[0] - timedelta(days=40))
    assert back.exit_code is Exit.OK
    assert any("clock" in warning for warning in back.warnings)
    ahead = place.night(2)
    assert ahead.balanced
    con = open_file(warehouse_file(place.state))
    told = con.execute("SELECT recipient_id, development_id, count(*) FROM alerts GROUP BY ALL").fetchall()
    lost = con.execute("SELECT count(*) FROM entries WHERE state <> 'done'").fetchone()
    con.close()
    assert {times for _, _, times in told} == {1}
    assert lost == (0,)
    assert len(set(message_ids(place.mailbox))) == len(message_ids(place.mailbox))


def test_two_runs_at_once(place: Place, mortals: MortalNights) -> None:
    mortals.start(place.config, NIGHTS[0], dies="hang:judge articles")
    holder = wait_for(lambda: find_holder(place.state))
    second = place.command("--as-of", NIGHTS[0].isoformat())
    assert second.exit_code == Exit.LOCKED
    assert str(holder.pid) in second.output
    assert "2026-03-02" in second.output
    assert holder.since[:16] in second.output
    os.kill(holder.pid, signal.SIGKILL)
    assert mortals.wait() == -signal.SIGKILL
    assert place.night(1).exit_code is Exit.OK


def test_half_a_feed_then_the_whole(tmp_path: Path) -> None:
    with Stalls() as stalls, Mailbox(tmp_path / "mails") as mailbox:
        config = write_config(tmp_path, stalls.sources("feed"), smtp_port=mailbox.port, briefing=NO_BRIEFING)
        stalls.half = True
        first = run_night(load_house(config), as_of=NIGHTS[0])
        assert first.outcomes["new"] == 2
        assert first.balanced
        stalls.half = False
        second = run_night(load_house(config), as_of=NIGHTS[1])
        assert second.outcomes["new"] == 2
        assert second.balanced
        titles = [line.title for line in first.articles + second.articles]
        assert sorted(titles) == sorted(title for title, _ in Stalls.REPORTS)


def test_a_page_of_fifty_megabytes(tmp_path: Path) -> None:
    with Stalls() as stalls, Mailbox(tmp_path / "mails") as mailbox:
        config = write_config(tmp_path, stalls.sources("feed"), smtp_port=mailbox.port, briefing=NO_BRIEFING)
        stalls.swollen = "/3"
        begun = time.monotonic()
        report = run_night(load_house(config), as_of=NIGHTS[0])
        assert time.monotonic() - begun < 20
    assert report.exit_code is Exit.OK
    assert report.outcomes["new"] == 3
    assert [(p.code, p.url) for p in report.problems] == [("too-large", stalls.bases["feed"] + "/3")]


class Stalls(LoopbackSites):
    """One outlet with four short reports, whose feed may break off and one of whose pages may swell."""

    REPORTS = (
        ("Harbour town bars a foreign vendor from its 5G masts", "The council of Vikholm put the firm on the Covered "
         "List as a high-risk vendor on Monday. Forty masts must be rebuilt by autumn, at a cost of nine million."),
        ("Lens maker applies for its first export licence", "Under the new export controls Ravn Optikk asked for a "
         "licence to ship eleven mirrors. The ministry has ninety days; the buyer, a plant abroad, wants them in May."),
        ("Islands vote for a third subsea cable", "Voters on Skerra approved a subsea cable to the east by 61 percent. "
         "It would cost 210 million crowns, a third of it paid by fishermen through a levy on landings."),
        ("University signs for a sovereign cloud", "Port-Liscen moves 30,000 students to a sovereign cloud run by the "
         "province. The old contract ends in July, and the rector admitted that nobody had read its annex."),
    )  # fmt: skip

    def __init__(self) -> None:
        self.half = False
        self.swollen = ""
        super().__init__({"feed": (77, self.answer)})

    def sources(self, name: str) -> list[dict[str, str]]:
        return [{"id": name, "name": "The Stall", "feed_url": self.bases[name] + "/feed", "language": "en"}]

    def answer(self, path: str) -> Reply | None:
        if path == "/feed":
            items = "".join(
                f"<item><title>{title}</title><link>{self.bases['feed']}/{number}</link><guid>{number}</guid>"
                f"<pubDate>Mon, 02 Mar 2026 1{number}:00:00 GMT</pubDate></item>"
                for number, (title, _) in enumerate(self.REPORTS)
            )
            feed = f'<rss version="2.0"><channel><title>The Stall</title>{items}</channel></rss>'
            cut = feed.index("vote for a third") if self.half else len(feed)
            return Reply(body=feed[:cut].encode(), content_type="application/rss+xml")
        if path == self.swollen:
            return Reply(body=b"<html><body><p>" + b"more and more words " * 2_500_000)
        number = path.removeprefix("/")
        if not number.isdigit() or int(number) >= len(self.REPORTS):
            return None
        title, text = self.REPORTS[int(number)]
        more = f"<p>{text}</p><p>{text.split('. ')[0]}, as {title.lower()} shows once more to all who doubted it.</p>"
        return Reply(body=f"<html><body><article><h1>{title}</h1>{more}</article></body></html>".encode())


def wait_for(found: Callable[[], Any], *, within_s: float = 20) -> Any:
    """What `found` gives, as soon as it gives something."""
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        result = found()
        if result is not None:
            return result
        time.sleep(0.05)
    raise AssertionError("it did not come in time")
