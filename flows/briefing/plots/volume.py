"""A topic's volume against its own history, with its bursts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from flows.briefing.plots.canvas import (
    NARROW,
    WIDE,
    Frame,
    Place,
    Plot,
    bars,
    both_widths,
    count_axis,
    count_scale,
    day_axis,
    day_scale,
    number,
)
from flows.briefing.words import count_of, show_date
from warehouse.briefing import Burst, usual_range

WEEKS_ON_A_PHONE = 13
LEGEND = (("own", "articles"), ("copy", "copies"), ("band", "usual range"), ("burst", "burst"))


def draw_volume(
    key: str, first: date, own: Sequence[int], copies: Sequence[int], bursts: Sequence[Burst], shown: int
) -> Plot:
    """Bars a day over the last `shown` days of the counts, which begin at `first`; a phone shows the last 13 weeks.

    The band is the tenth to the ninetieth percentile of the eight weeks before. Bursts are numbered in their order.
    """
    usual = usual_range(own)
    last = first + timedelta(days=len(own) - 1)

    def draw(wide: bool) -> tuple[Frame, Iterable[str]]:
        frame = Frame(width=WIDE if wide else NARROW, height=220 if wide else 180, top=24)
        start = max(0, len(own) - (shown if wide else 7 * WEEKS_ON_A_PHONE))
        begin = first + timedelta(days=start)
        x = day_scale(begin, last, frame)
        most = max((own[at] + copies[at] for at in range(start, len(own))), default=1)
        y, ticks = count_scale(most, frame)
        return frame, [
            *_burst_marks(frame, x, first, start, bursts),
            *count_axis(y, ticks, frame),
            _band(x, y, first, start, usual),
            *_columns(x, y, first, start, own, copies),
            *day_axis(x, begin, last, frame),
        ]

    weeks = range(max(0, len(own) - shown), len(own), 7)
    rows = tuple(
        (show_date(first + timedelta(days=at)), str(sum(own[at : at + 7])), str(sum(copies[at : at + 7])))
        for at in weeks
    )
    month = own[-28:]
    caption = (
        f"{count_of(sum(own[-7:]), 'article')} in the last seven days, {sum(month) / 4:.0f} a week over the last four "
        f"weeks; {count_of(len(bursts), 'burst')} in {count_of(-(-shown // 7), 'week')}."
    )
    head = ("Week from", "Articles", "Copies")
    return Plot(
        svg=both_widths(key, "Articles a day", caption, draw), caption=caption, legend=LEGEND, head=head, rows=rows
    )


def _columns(x: Place, y: Place, first: date, start: int, own: Sequence[int], copies: Sequence[int]) -> Iterable[str]:
    wide = x(first.toordinal() + 1) - x(first.toordinal())
    width = max(0.8, wide - (1 if wide > 3 else 0.4))
    boxes, above = [], []
    for at in range(start, len(own)):
        left = x(first.toordinal() + at)
        boxes.append((left, y(own[at]), width, y(0) - y(own[at])))
        above.append((left, y(own[at] + copies[at]), width, y(own[at]) - y(own[at] + copies[at])))
    return bars("own", boxes), bars("copy", above)


def _band(x: Place, y: Place, first: date, start: int, usual: Sequence[tuple[float, float]]) -> str:
    from detroit import area

    points = [(first.toordinal() + at, *usual[at]) for at in range(start, len(usual)) if at >= 14]
    if len(points) < 2:
        return ""
    shape = area(lambda p: round(x(p[0]), 1), lambda p: round(y(p[1]), 1), lambda p: round(y(p[2]), 1))
    return f'<path class="band" d="{shape(points)}"/>'


def _burst_marks(frame: Frame, x: Place, first: date, start: int, bursts: Sequence[Burst]) -> Iterable[str]:
    for index, burst in enumerate(bursts, 1):
        if burst.last < start:
            continue
        left = x(first.toordinal() + max(burst.first, start))
        right = x(first.toordinal() + burst.last + 1)
        middle = min(max((left + right) / 2, frame.left + 8), frame.end - 8)
        yield bars("burst", [(left, 20, max(right - left, 2), frame.floor - 20)])
        yield f'<text class="tag" x="{number(middle)}" y="14">{index}</text>'
