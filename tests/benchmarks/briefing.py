"""What the briefing of a night costs when a year lies behind it: a hundred thousand articles, two thousand storylines.

    python -m tests.benchmarks.briefing [--articles N] [--storylines N] [--turns N] [--no-search] [--out FILE]

Rows are generated (tests/flows/briefing/invented.py), published as a snapshot, and briefed three times: for the first
time, after a night that told `--turns` more developments, and after nothing. Times are wall clock, with the processor
seconds of this process and of the search indexer beside them, because a busy machine stretches the first. Where Altair
and vl-convert are installed, one plot of theirs is timed beside ours. The figures are the last lines.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flows.briefing.cards import Manner
from flows.briefing.plots import draw_volume
from flows.briefing.write import Briefed, write_briefing
from tests.flows.briefing.invented import TODAY, TOPICS, Newsroom, large
from warehouse.connection import Connection, open_file, open_snapshot
from warehouse.publish import publish_snapshot

MANNER = Manner(zone=ZoneInfo("Europe/Brussels"), topics=TOPICS)


def main() -> None:
    """Runs the benchmark and prints its figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--storylines", type=int, default=2_000)
    parser.add_argument("--turns", type=int, default=60, help="developments that the measured night tells")
    parser.add_argument("--no-search", action="store_true")
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args()
    figures: dict[str, Any] = {"load": round(os.getloadavg()[0], 1)}
    with tempfile.TemporaryDirectory(prefix="sovwatch-briefing-") as folder:
        _measure(Path(folder), chosen, figures)
    figures["plot_s"] = _plots()
    figures["load_after"] = round(os.getloadavg()[0], 1)
    if chosen.out:
        chosen.out.write_text(json.dumps(figures, indent=2), encoding="utf-8")
    for name, value in figures.items():
        print(f"{name}: {value}")


def _measure(folder: Path, chosen: argparse.Namespace, figures: dict[str, Any]) -> None:
    site, snapshot = folder / "site", folder / "sovwatch.duckdb"
    with contextlib.closing(open_file(folder / "warehouse.duckdb")) as con:
        large(con, articles=chosen.articles, storylines=chosen.storylines)
        publish_snapshot(con, snapshot=snapshot, published_at=TODAY)
        figures["first"] = _brief(snapshot, site, search=not chosen.no_search)
        _add_night(con, chosen.turns)
        publish_snapshot(con, snapshot=snapshot, published_at=TODAY + timedelta(days=1))
    figures["night"] = _brief(snapshot, site, search=not chosen.no_search)
    figures["again"] = _brief(snapshot, site, search=not chosen.no_search)
    sheet = (site / "assets/briefing.css").stat().st_size
    weights = sorted((path.stat().st_size + sheet for path in site.rglob("*.html")), reverse=True)
    figures["page_kb"] = {"heaviest": round(weights[0] / 1e3), "median": round(weights[len(weights) // 2] / 1e3),
                          "over_60": sum(weight > 60_000 for weight in weights)}  # fmt: skip
    figures["front_page_kb"] = round(((site / "index.html").stat().st_size + sheet) / 1e3)
    figures["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3)


def _brief(snapshot: Path, site: Path, *, search: bool) -> dict[str, Any]:
    def used() -> float:
        return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))

    begun, processor = time.monotonic(), used()
    with contextlib.closing(open_snapshot(snapshot)) as con:
        briefed: Briefed = write_briefing(con, site, MANNER, search=search)
    assert briefed.problem is None, briefed.problem
    return {"s": round(time.monotonic() - begun, 2), "cpu_s": round(used() - processor, 2), "pages": briefed.pages,
            "written": briefed.written, "parts": briefed.seconds}  # fmt: skip


def _add_night(con: Connection, turns: int) -> None:
    """The night after: so many turns, each on a storyline of its own."""
    room = Newsroom(seed=99)
    tonight = TODAY + timedelta(days=1)
    room.night(tonight, developments=turns)
    question = "SELECT storyline_id, any_value(storyline_title), any_value(topics[1]) FROM development_list GROUP BY 1"
    for number, (line, title, topic) in enumerate(con.execute(f"{question} ORDER BY 1 LIMIT {turns}").fetchall()):
        room.lines[line] = {"title": title, "stories": 0, "turns": 0, "last_at": tonight, "state": ""}
        room.turn(line, f"tonight {number}", room.headline(), TODAY + timedelta(hours=6), told_at=tonight, reports=3,
                  topic=topic, copies=2)  # fmt: skip
    room.lines.clear()
    room.write(con)


def _plots() -> dict[str, float]:
    """Seconds of one plot of half a year: ours (both widths), and Altair's with vl-convert (one width)."""
    own = [(at * 7) % 23 for at in range(182)]

    def ours() -> None:
        draw_volume("v", date(2026, 1, 1), own, own, [], 182)

    found = {"ours": _mean(ours)}
    with contextlib.suppress(ImportError):
        altair, convert = importlib.import_module("altair"), importlib.import_module("vl_convert")
        rows = [{"day": str(date(2026, 1, 1) + timedelta(days=at)), "n": count} for at, count in enumerate(own)]

        def theirs() -> None:
            chart = altair.Chart(altair.Data(values=rows), width=640, height=160).mark_bar().encode(x="day:T", y="n:Q")
            convert.vegalite_to_svg(chart.to_dict())

        found["altair"] = _mean(theirs)
    return found


def _mean(draw: Callable[[], None], rounds: int = 20) -> float:
    draw()
    begun = time.monotonic()
    for _ in range(rounds):
        draw()
    return round((time.monotonic() - begun) / rounds, 5)


if __name__ == "__main__":
    main()
