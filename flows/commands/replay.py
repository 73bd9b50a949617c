"""`sovwatch replay`: past nights told again with the present rules, beside what was told then."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.text import Text

from flows.commands import app
from flows.commands.answers import json_text, safe
from flows.commands.options import ConfigOption, JsonOption, fail, open_house, out, parse_moment
from flows.commands.reading import StateOption, stop
from flows.exits import Exit
from flows.night import snapshot_file
from flows.steps.telling import story_rules, watchlist
from warehouse.connection import WarehouseError, open_snapshot
from warehouse.stories.replay import ReplayedNight, replay_nights

SinceOption = Annotated[str, typer.Option("--from", help="First night, ISO 8601 (2026-03-02).")]
UntilOption = Annotated[str, typer.Option("--to", help="Last night, ISO 8601; a bare date counts to its end.")]


@app.command()
def replay(
    since: SinceOption, until: UntilOption,
    turn: Annotated[float | None, typer.Option("--turn", min=0, max=1, help="Try this turn score instead.")] = None,
    link: Annotated[float | None, typer.Option("--link", min=0, max=1, help="Try this story link instead.")] = None,
    new_matters: Annotated[
        bool | None, typer.Option("--new-matters/--no-new-matters", help="Tell new matters at once, or not.")
    ] = None,
    as_json: JsonOption = False, state: StateOption = None, config: ConfigOption = None,
) -> None:  # fmt: skip
    """Tell past nights again with the present rules: what would have been alerted, against what was.

    Works on the published snapshot, in memory; nothing is changed and nothing is sent. Lines: `=` told then and now,
    `+` only now, `-` only then. Exit codes: 0; 1 nothing was collected yet; 2 configuration or dates wrong.
    """
    first, last = parse_moment(since, "--from"), _end_of(until)
    if first is None or last is None or first > last:
        fail("--from lies after --to", Exit.CONFIG)
    house = open_house(config)
    rules = story_rules(house)
    tried = {"turn": turn, "link": link, "new_matters": new_matters}
    changed: dict[str, Any] = {name: value for name, value in tried.items() if value is not None}
    folder = state if state is not None else house.settings.state_dir
    file = folder if folder.is_file() else snapshot_file(folder)
    try:
        open_snapshot(file).close()
    except WarehouseError as error:
        stop(error)
    nights = [
        compare_night(night)
        for night in replay_nights(
            file, since=first, until=last, rules=replace(rules, **changed), watchlist=watchlist(house)
        )
    ]
    if as_json:
        typer.echo(json_text(nights))
        return
    for night in nights:
        _show(night)
    counts = {mark: sum(len(night[mark]) for night in nights) for mark in ("both", "only_now", "only_then")}
    out.print(Text(
        f"{len(nights)} nights: {counts['both']} alerts then and now, {counts['only_now']} only now, "
        f"{counts['only_then']} only then."
    ))  # fmt: skip


def compare_night(night: ReplayedNight) -> dict[str, Any]:
    """A night's alerts (firsts and turns) by when they are told: `both`, `only_now`, `only_then`; headlines each.

    Two are the same where they share a report.
    """
    now = [d for d in night.now if d.kind != "update"]
    then = [d for d in night.then if d.kind != "update"]
    seen = {article for told in then for article in told.article_ids}
    again = {outlet.article_id for development in now for outlet in development.outlets}
    return {
        "as_of": night.as_of.isoformat(),
        "both": [d.headline for d in now if any(o.article_id in seen for o in d.outlets)],
        "only_now": [d.headline for d in now if not any(o.article_id in seen for o in d.outlets)],
        "only_then": [d.headline for d in then if not d.article_ids & again],
        "updates_now": sum(d.kind == "update" for d in night.now),
        "updates_then": sum(d.kind == "update" for d in night.then),
    }


def _show(night: dict[str, Any]) -> None:
    out.print(Text(f"{night['as_of'][:16]}", style="bold"))
    for key, mark, style in (("both", "=", ""), ("only_now", "+", "green"), ("only_then", "-", "red")):
        for headline in night[key]:
            out.print(Text(f"  {mark} {safe(headline)}", style=style))


def _end_of(text: str) -> datetime | None:
    moment = parse_moment(text, "--to")
    bare = moment is not None and len(text) == 10
    return moment + timedelta(days=1, microseconds=-1) if bare and moment is not None else moment
