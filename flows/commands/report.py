"""`sovwatch report`: what the collection says about the program itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any

import typer
from rich.text import Text

from flows.commands import app
from flows.commands.answers import json_text, print_table, safe
from flows.commands.options import ConfigOption, JsonOption, err, fail, open_house, out, parse_moment
from flows.commands.reading import StateOption, reading
from flows.exits import Exit
from flows.night import snapshot_file
from flows.steps.telling import story_rules, watchlist
from warehouse.quality import Precision, Told, find_told, judge_precision
from warehouse.stories.replay import replay_nights

report = typer.Typer(no_args_is_help=True, help="How good the alerts were.")
app.add_typer(report, name="report")


@report.callback()
def _group() -> None:
    """How good the alerts were."""


@report.command()
def quality(
    since: Annotated[str | None, typer.Option("--from", help="Told from this day on, ISO 8601.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Told up to this day, which counts to its end.")] = None,
    replayed: Annotated[
        bool, typer.Option("--replay", help="Also tell those nights again with the present rules and count anew.")
    ] = False,
    as_json: JsonOption = False,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Count the false alarms among the developments told, from the marks that people made (sovwatch note).

    Updates do not count: they alert nobody. What nobody marked counts as right, so the first precision is an upper
    bound; the second counts only what somebody has noted anything about. Both with a 95 % interval. Exit codes: 0;
    1 there is no snapshot; 2 dates wrong.
    """
    first, last = parse_moment(since, "--from"), _end(parse_moment(until, "--to"), until)
    if first and last and first > last:
        fail("--from lies after --to", Exit.CONFIG)
    with reading(state, config) as con:
        told = find_told(con, since=first, until=last)
    said = judge_quality(told)
    if replayed and told:
        said["replayed"] = _replay(told, first, last, state, config)
    if as_json:
        typer.echo(json_text(said))
    else:
        _show(said)


def judge_quality(told: Sequence[Told]) -> dict[str, Any]:
    """Figures of what was told: all of it, what was looked at, and how false alarms spread over topics and reasons."""
    wrong = [one for one in told if one.false_alarm]
    noted = [one for one in told if one.noted]
    return {
        "told": len(told),
        "false_alarms": len(wrong),
        "noted": len(noted),
        "precision_at_most": asdict(judge_precision(len(told), len(wrong))),
        "precision_of_noted": asdict(judge_precision(len(noted), len(wrong))),
        "by_topic": _shares((topic, one) for one in told for topic in one.topics or ("(none)",)),
        "by_reason": _shares((reason, one) for one in told for reason in one.reasons),
        "marked": [
            {"development_id": d.development_id, "told_at": d.told_at, "weight": d.weight, "headline": d.headline}
            for d in wrong
        ],
    }


def _shares(pairs: Iterable[tuple[str, Told]]) -> list[dict[str, Any]]:
    """Name, how many told, how many of them false alarms; those with false alarms only, the most first."""
    counts: dict[str, Counter[bool]] = defaultdict(Counter)
    for name, one in pairs:
        counts[name][one.false_alarm] += 1
    rows = [{"name": name, "told": n.total(), "false_alarms": n[True]} for name, n in counts.items() if n[True]]
    return sorted(rows, key=lambda row: (-int(row["false_alarms"]), str(row["name"])))


def _replay(
    told: Sequence[Told], first: datetime | None, last: datetime | None, state: Any, config: Any
) -> dict[str, Any]:
    """What the present rules would tell of the same nights: how many, and which marked ones they would tell again."""
    house = open_house(config)
    folder = state if state is not None else house.settings.state_dir
    nights = replay_nights(
        folder if folder.is_file() else snapshot_file(folder), since=first or told[0].told_at,
        until=last or told[-1].told_at, rules=story_rules(house), watchlist=watchlist(house),
    )  # fmt: skip
    alerts = [one for night in nights for one in night.now if one.kind != "update"]
    reports = {outlet.article_id for one in alerts for outlet in one.outlets}
    again = [one.headline for one in told if one.false_alarm and one.article_ids & reports]
    return {"told": len(alerts), "false_alarms_again": len(again), "again": again}


def _show(said: dict[str, Any]) -> None:
    out.print(Text(f"{said['told']} developments told, {said['false_alarms']} of them marked as false alarms."))
    if not said["told"]:
        return
    out.print(Text(f"Precision at most {_percent(said['precision_at_most'])} if all that is not marked was right."))
    if said["noted"]:
        precision = _percent(said["precision_of_noted"])
        out.print(Text(f"Precision {precision} among the {said['noted']} that somebody noted anything about."))
    else:
        err.print("Nobody has noted anything yet: sovwatch note ADDRESS --false-alarm marks what should not be told.")
    for name, title in (("by_topic", "topic"), ("by_reason", "reason")):
        rows = said[name][:8]
        if rows:
            print_table(out, (title, "told", "false alarms"), ("VARCHAR", "BIGINT", "BIGINT"),
                        [(row["name"], row["told"], row["false_alarms"]) for row in rows])  # fmt: skip
    for one in said["marked"][:20]:
        out.print(Text(f"  {one['told_at']:%Y-%m-%d}  {safe(one['headline'])}"))
    if "replayed" in said:
        again = said["replayed"]
        out.print(Text(
            f"The present rules would tell {again['told']} over these nights, {again['false_alarms_again']} of the "
            "marked ones again."
        ))  # fmt: skip


def _percent(said: dict[str, Any]) -> str:
    found = Precision(**said)
    if found.value is None:
        return "unknown"
    return f"{found.value:.1%} ({found.low:.1%} to {found.high:.1%})"


def _end(moment: datetime | None, text: str | None) -> datetime | None:
    return moment + timedelta(days=1, microseconds=-1) if moment and text and len(text) == 10 else moment
