"""Who reports first: hours after the first report, as a median with its quartiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import escape

from flows.alerts.safe_text import clean_line
from flows.briefing.plots.canvas import NARROW, WIDE, Frame, Plot, both_widths, number
from flows.briefing.words import language_name, show_hours
from warehouse.briefing import Lead

ROW = 24
LEGEND = (("own", "median"), ("range", "middle half"))
_TICKS = (0, 1, 3, 6, 12, 24, 48, 96, 168, 336, 672)


def draw_leads(key: str, leads: Sequence[Lead], *, title: str) -> Plot:
    """A row a language or outlet, the fastest at the top."""
    from detroit import scale_sqrt

    most = max(max(one.high for one in leads), 1.0)

    def draw(wide: bool) -> tuple[Frame, Iterable[str]]:
        frame = Frame(
            width=WIDE if wide else NARROW, height=ROW * len(leads) + 34, left=190 if wide else 118, top=6, right=28
        )
        x = scale_sqrt([0, most], [frame.left, frame.end])
        marks: list[str] = []
        previous = -100.0
        for tick in (tick for tick in _TICKS if tick <= most):
            at = x(tick)
            if at - previous < 30:
                continue
            previous = at
            marks.append(f'<path class="grid" d="M{number(at)},{frame.top}V{frame.floor - 6}"/>')
            marks.append(f'<text x="{number(at)}" y="{frame.floor + 12}">{show_hours(tick)}</text>')
        for row, one in enumerate(leads):
            middle = frame.top + ROW * row + ROW / 2
            name = clean_line(_name(one), 28 if wide else 17) or "?"
            marks.append(f'<text class="y name" x="{frame.left - 12}" y="{number(middle + 4)}">{escape(name)}</text>')
            marks.append(f'<path class="range" d="M{number(x(one.low))},{number(middle)}H{number(x(one.high))}"/>')
            marks.append(f'<circle class="own" cx="{number(x(one.median))}" cy="{number(middle)}" r="4.5"/>')
        return frame, marks

    fastest, slowest = leads[0], leads[-1]
    after = f"in the median {show_hours(fastest.median)} after the first report"
    caption = f"{clean_line(_name(fastest), 60)} is fastest: {after}"
    slower = slowest.median - fastest.median >= 0.1
    caption += f"; {clean_line(_name(slowest), 60)} is slowest, with {show_hours(slowest.median)}." if slower else "."
    rows = tuple(
        (
            clean_line(_name(one), 60),
            show_hours(one.median),
            f"{show_hours(one.low)} to {show_hours(one.high)}",
            str(one.led),
            str(one.stories),
        )
        for one in leads
    )
    head = ("Language" if leads[0].kind == "language" else "Outlet", "Median", "Middle half", "First", "Stories")
    return Plot(svg=both_widths(key, title, caption, draw), caption=caption, legend=LEGEND, head=head, rows=rows)


def _name(one: Lead) -> str:
    return language_name(one.name) if one.kind == "language" else one.name
