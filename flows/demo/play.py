"""The demo: four nights of the invented newsroom through the real pipeline, told on the terminal, then SQL."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import yaml
from rich.console import Console
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from config.load import load_house
from extractors.web.sanitise import terminal_safe
from flows.demo.mailbox import KeptMail, Mailbox
from flows.demo.outlets import NIGHTS, load_newsroom
from flows.demo.reference import add_newsroom_reference
from flows.demo.server import PREFERRED_PORT, NewsroomServer
from flows.demo.stage import write_config
from flows.night import snapshot_file
from flows.report import NightReport
from flows.showing import show_night
from warehouse.ask import ask
from warehouse.connection import open_snapshot
from warehouse.sql import load_sql

# Runs one night: configuration folder, clock.
RunNight = Callable[[Path, datetime], NightReport]

QUESTIONS = (
    ("demo_copies", "Which reports are copies, of what, how, and how much of each is copied?"),
    ("demo_saga", "How did the saga of the app Lumora go, and what was new in each turn?"),
    ("demo_outlets", "Who reports first, and who runs what others wrote?"),
)


@dataclass(slots=True, kw_only=True)
class Played:
    """What the demo did: the nights' reports, the mails of each night, where things lie."""

    folder: Path
    snapshot: Path
    addresses: dict[str, str]
    reports: list[NightReport] = field(default_factory=list)
    mails: list[list[KeptMail]] = field(default_factory=list)
    duration_s: float = 0.0


def play_demo(folder: Path, console: Console, run: RunNight, *, port: int = PREFERRED_PORT) -> Played:
    """Plays all nights into `folder` (fresh from `stage.claim_folder`) and tells them on the console."""
    begun = time.monotonic()
    introductions = yaml.safe_load((files("flows.demo") / "newsroom/nights.yaml").read_text(encoding="utf-8"))
    with NewsroomServer(load_newsroom(), port=port) as server, Mailbox(folder / "mails") as mailbox:
        config = write_config(folder, server, smtp_port=mailbox.port)
        house = load_house(config)
        played = Played(
            folder=folder, snapshot=snapshot_file(house.settings.state_dir), addresses=server.page_urls()
        )  # fmt: skip
        reference = add_newsroom_reference(house)
        _show_opening(console, server, reference)
        for number, (as_of, introduction) in enumerate(zip(NIGHTS, introductions, strict=True), start=1):
            server.night = number
            console.print()
            console.print(Rule(Text(f"Night {number} of {len(NIGHTS)}: {as_of:%A, %d %B %Y}"), align="left"))
            console.print(Text(introduction.strip(), style="italic"))
            console.print()
            kept_before = len(mailbox.kept)
            with _waiting(console, f"night {number}: reading, judging, telling, mailing …"):
                report = run(config, as_of)
            played.reports.append(report)
            played.mails.append(mailbox.kept[kept_before:])
            show_night(report, console)
            _show_mails(console, played.mails[-1])
    _show_questions(console, played.snapshot)
    played.duration_s = time.monotonic() - begun
    _show_closing(console, played)
    return played


@contextlib.contextmanager
def _waiting(console: Console, message: str) -> Iterator[None]:
    """A moving line while the block works, on a terminal only."""
    if not console.is_terminal:
        yield
        return
    with console.status(message):
        yield


def _show_opening(console: Console, server: NewsroomServer, reference: str) -> None:
    console.print(Text("The demo newsroom", style="bold"))
    outlets = ", ".join(outlet.name for outlet in server.newsroom.outlets)
    base = server.bases["northwire"]
    console.print(Text(f"On the air at {base} and its neighbours, all on this machine: {outlets}."))
    console.print(Text(f"All names and reports are invented. Known from before, as a fingerprint only: “{reference}”."))


def _show_mails(console: Console, mails: list[KeptMail]) -> None:
    if not mails:
        console.print(Text("The mailbox received nothing tonight."))
        return
    names = ", ".join((mail.html or mail.eml).name for mail in mails)
    console.print(Text(f"In the mailbox: {names}"))


def _show_questions(console: Console, snapshot: Path) -> None:
    console.print()
    console.print(Rule(Text("Three questions to the published snapshot"), align="left"))
    with contextlib.closing(open_snapshot(snapshot)) as con:
        for name, question in QUESTIONS:
            query = load_sql(name).strip().partition("\n")[2]  # without the comment above it
            answer = ask(con, query)
            table = Table(box=None, padding=(0, 2, 0, 0))
            for column in answer.columns:
                table.add_column(column, overflow="fold")
            for row in answer.rows:
                table.add_row(*(_cell(value) for value in row))
            console.print()
            console.print(Text(question, style="bold"))
            console.print(Padding(Text(query, style="dim"), (0, 0, 1, 2)))
            console.print(Padding(table, (0, 0, 0, 2)))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return f"{value:%d %b %H:%M}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_cell(item) for item in value)
    return terminal_safe(str(value))


def _show_closing(console: Console, played: Played) -> None:
    total = sum(len(mails) for mails in played.mails)
    console.print()
    console.print(Rule(Text("Where things lie"), align="left"))
    console.print(Text(f"  {total} mails:     {played.folder / 'mails'} (open the .html files in a browser)"))
    if (front := played.reports[-1].briefing) is not None:
        console.print(Text(f"  briefing:    {front.resolve()} (open it in a browser)"))
    console.print(Text(f"  snapshot:    {played.snapshot}"))
    console.print(Text(f"  ask it:      sovwatch --help, or: sovwatch sql --config {played.folder / 'config'} "
                       "\"SHOW ALL TABLES\""))  # fmt: skip
    console.print(Text(f"  one article: sovwatch trace --config {played.folder / 'config'} "
                       f"{played.addresses['lumora-order-harbour']}"))  # fmt: skip
    console.print(Text(f"Four nights in {played.duration_s:.0f} seconds."))
