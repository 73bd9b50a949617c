"""The briefing as part of a night, of the command line and of the mail."""

from __future__ import annotations

import email
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.policy import default as mail_policy
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.house import House
from config.recipients import StorylinePreferences
from config.settings import Briefing
from flows.alerts import prepare_mails
from flows.commands import load_commands
from flows.exits import Exit
from flows.monitor import run_night
from tests.flows.alerts.newsroom import NIGHT, TITLES, development, recipient, settings
from tests.flows.briefing.sites import dead_links, parsed
from tests.flows.houses import house_of, make_house, serving_one_report
from tests.flows.loopback import Site
from warehouse.outbox import Told

AT = datetime(2026, 3, 2, 22, tzinfo=UTC)
ORDER = [
    "The government of Aldermark on Monday ordered the owner of the video app Lumora to sell it within ninety days.",
    "The forced sale follows a review of two years that found no other remedy, the trade minister told parliament.",
    "Lumora has eleven million users in the country; its owner said that it would go to court against the order.",
]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving_one_report("Forced sale of Lumora ordered", ORDER) as site:
        yield site


@pytest.fixture
def house(site: Site, tmp_path: Path) -> House:
    return house_of(site, tmp_path)


def test_a_night_leaves_a_briefing_and_the_command_writes_it_again(house: House) -> None:
    report = run_night(house, as_of=AT)
    assert report.briefing is not None
    folder = report.briefing.parent
    front = parsed(folder)["index.html"]
    assert front.xpath("string(//article//h2)").strip() == "Forced sale of Lumora ordered"
    assert list(dead_links(folder)) == []
    runner, command = CliRunner(), ["briefing", "--config", str(house.folder)]
    app = load_commands()
    said = json.loads(runner.invoke(app, [*command, "--json"]).stdout)
    assert (said["written"], said["problem"]) == (0, None)
    assert runner.invoke(app, [*command, "--open-path"]).stdout.strip() == str(report.briefing.resolve())
    everything = json.loads(runner.invoke(app, [*command, "--all", "--json"]).stdout)
    assert everything["written"] == everything["pages"] >= 8


def test_a_house_may_want_none_and_a_failing_one_is_a_problem_of_a_night_that_stands(
    site: Site, tmp_path: Path
) -> None:
    sources = [{"id": "outlet", "name": "Outlet", "feed_url": f"{site.base}/feed.xml"}]
    report = run_night(make_house(tmp_path, sources=sources, briefing={"enabled": False}), as_of=AT)
    assert report.briefing is None
    assert not (tmp_path / "state/briefing/index.html").exists()
    (tmp_path / "in-the-way").write_text("a file stands where the folder must go", encoding="utf-8")
    blocked = make_house(tmp_path, sources=sources, briefing={"folder": str(tmp_path / "in-the-way")})
    report = run_night(blocked, as_of=AT + timedelta(days=1))
    assert report.exit_code is Exit.OK
    assert report.snapshot is not None
    assert report.briefing is None
    assert "briefing-failed" in [problem.code for problem in report.problems]


def test_the_command_says_that_there_is_no_snapshot_yet(house: House) -> None:
    ran = CliRunner().invoke(load_commands(), ["briefing", "--config", str(house.folder)])
    assert ran.exit_code == 1
    assert "no snapshot" in ran.stderr


def test_mail_links_to_the_page_where_the_house_says_where_it_is() -> None:
    for base, expected in (("https://desk.example.org/briefing", True), (None, False)):
        [mail] = prepare_mails(
            [development(1)],
            recipients=[recipient()],
            preferences=StorylinePreferences(),
            mail_settings=settings(),
            topics_titles=TITLES,
            as_of=NIGHT + timedelta(hours=1),
            run_id="r",
            already_told=Told(),
            pages_url=Briefing(base_url=base).base_url,
        )
        message = email.message_from_bytes(mail.message, policy=mail_policy)
        for kind in ("plain", "html"):
            body = message.get_body((kind,))
            assert body is not None
            link = "https://desk.example.org/briefing/storylines/line1.html#d-dev1"
            assert (link in body.get_content()) == expected


@pytest.mark.parametrize("base", ["desk.example.org", "ftp://desk.example.org/", "https://ada:key@desk.example.org/"])
def test_an_address_that_is_none_is_refused(base: str) -> None:
    with pytest.raises(ValueError, match=r"base_url|no address"):
        Briefing(base_url=base)
