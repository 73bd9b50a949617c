"""A storyline over time: reports and copies, and where its turns are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from flows.briefing.plots.canvas import (
    NARROW,
    WIDE,
    Frame,
    Place,
    Plot,
    bars,
    bin_days,
    both_widths,
    count_axis,
    count_scale,
    day_axis,
    day_scale,
    number,
)
from flows.briefing.words import count_of, show_date

LEGEND = (("own", "own reports"), ("copy", "copies"), ("turn", "turns"))


def draw_activity(key: str, own: Sequence[date], copies: Sequence[date], turns: Sequence[date]) -> Plot:
    """Own reports and copies by day (or by week or month, of a long storyline), with a mark for every turn."""
    days = [*own, *copies, *turns]
    first, last = min(days), max(days)
    last = max(last, first + timedelta(days=6))
    size = bin_days(first, last)
    stacks = {
        name: Counter((day - first).days // size for day in found)
        for name, found in (("own", own), ("copy", copies), ("turn", turns))
    }
    most = max((stacks["own"][at] + stacks["copy"][at] for at in {*stacks["own"], *stacks["copy"]}), default=1)

    def draw(wide: bool) -> tuple[Frame, Iterable[str]]:
        frame = Frame(width=WIDE if wide else NARROW, height=170 if wide else 150, top=26)
        x, (y, ticks) = day_scale(first, last, frame), count_scale(most, frame)
        return frame, _marks(frame, x, y, ticks, stacks, first, last, size)

    every = {1: "day", 7: "week", 28: "four weeks"}.get(size, f"{size} days")
    caption = (
        f"{count_of(len(own), 'own report')} and {count_of(len(copies), 'copy', 'copies')} from {show_date(first)} to "
        f"{show_date(max(days))}, by {every}; {count_of(len(turns), 'turn')}."
    )
    rows = tuple(
        (
            show_date(first + timedelta(days=at * size)),
            str(stacks["own"][at]),
            str(stacks["copy"][at]),
            str(stacks["turn"][at]),
        )
        for at in sorted({*stacks["own"], *stacks["copy"], *stacks["turn"]})
    )
    head = ("Day" if size == 1 else f"{size} days from", "Own reports", "Copies", "Turns")
    return Plot(
        svg=both_widths(key, "Reports over time", caption, draw), caption=caption, legend=LEGEND, head=head, rows=rows
    )


def _marks(
    frame: Frame,
    x: Place,
    y: Place,
    ticks: Sequence[float],
    stacks: dict[str, Counter[int]],
    first: date,
    last: date,
    size: int,
) -> Iterable[str]:
    gap = 1.0 if x(first.toordinal() + size) - x(first.toordinal()) > 4 else 0.3
    own, copy = [], []
    for at in sorted({*stacks["own"], *stacks["copy"]}):
        left = x(first.toordinal() + at * size)
        right = min(x(first.toordinal() + (at + 1) * size), frame.end)
        width = min(right - left - gap, 26)
        reports, copies = stacks["own"][at], stacks["copy"][at]
        own.append((left, y(reports), width, y(0) - y(reports)))
        copy.append((left, y(reports + copies), width, y(reports) - y(reports + copies)))
    half = min((x(first.toordinal() + size) - x(first.toordinal())) / 2, 13)
    middles = [x(first.toordinal() + at * size) + half for at in sorted(stacks["turn"])]
    heads = "".join(f"M{number(at - 4.5)},6h9l-4.5,7.5z" for at in middles)
    stems = "".join(f"M{number(at)},14V{frame.floor}" for at in middles)
    yield from count_axis(y, ticks, frame)
    yield f'<path class="stem" d="{stems}"/>'
    yield bars("own", own)
    yield bars("copy", copy)
    yield f'<path class="turn" d="{heads}"/>'
    yield from day_axis(x, first, last, frame)
