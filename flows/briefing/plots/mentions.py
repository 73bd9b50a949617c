"""Who is named in a storyline, and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from markupsafe import escape

from flows.alerts.safe_text import clean_line
from flows.briefing.plots.canvas import NARROW, WIDE, Frame, Plot, bin_days, both_widths, day_axis, day_scale, number
from flows.briefing.words import count_of, show_date
from warehouse.briefing import Mention

ROW = 22


def draw_mentions(key: str, mentions: Sequence[Mention]) -> Plot:
    """A row a name, a dot for each bin of days, its area the articles that name it."""
    from detroit import scale_sqrt

    names = list(dict.fromkeys(one.entity for one in mentions))
    first, last = min(one.day for one in mentions), max(one.day for one in mentions)
    last = max(last, first + timedelta(days=6))
    size = bin_days(first, last, most=48)
    cells: dict[tuple[str, int], int] = {}
    for one in mentions:
        cell = (one.entity, (one.day - first).days // size)
        cells[cell] = cells.get(cell, 0) + one.articles
    most = max(cells.values())
    totals = {name: sum(count for (entity, _), count in cells.items() if entity == name) for name in names}
    names.sort(key=lambda name: -totals[name])

    def draw(wide: bool) -> tuple[Frame, Iterable[str]]:
        frame = Frame(width=WIDE if wide else NARROW, height=ROW * len(names) + 32, left=170 if wide else 112, top=6,
                      right=12)  # fmt: skip
        x = day_scale(first, last, frame)
        radius = scale_sqrt([0, most], [0, 9 if wide else 7])
        marks: list[str] = []
        dots: dict[int, list[str]] = {}
        for row, name in enumerate(names):
            middle = frame.top + ROW * row + ROW / 2
            marks.append(f'<path class="grid" d="M{frame.left},{number(middle)}H{frame.end}"/>')
            shown = clean_line(name, 26 if wide else 16) or "?"
            marks.append(f'<text class="y name" x="{frame.left - 10}" y="{number(middle + 4)}">{escape(shown)}</text>')
            for (entity, at), articles in cells.items():
                if entity == name:
                    thick = 2 * max(2, round(radius(articles)))
                    dots.setdefault(thick, []).append(
                        f"M{number(x(first.toordinal() + (at + 0.5) * size))},{middle:g}h0"
                    )
        # A line of no length with round ends is a dot; one path for all of one size.
        marks += [f'<path class="dots" stroke-width="{thick}" d="{"".join(dots[thick])}"/>' for thick in sorted(dots)]
        return frame, [*marks, *day_axis(x, first, last, frame)]

    caption = "Most named: " + ", ".join(
        f"{clean_line(name, 40)} ({count_of(totals[name], 'article')})" for name in names[:3]
    ) + "."  # fmt: skip
    rows = tuple((clean_line(name, 60), str(totals[name]), *_span(name, cells, first, size)) for name in names)
    head = ("Name", "Articles", "First named", "Last named")
    return Plot(svg=both_widths(key, "Names over time", caption, draw), caption=caption, head=head, rows=rows)


def _span(name: str, cells: dict[tuple[str, int], int], first: date, size: int) -> tuple[str, str]:
    at = sorted(place for entity, place in cells if entity == name)
    return show_date(first + timedelta(days=at[0] * size)), show_date(first + timedelta(days=at[-1] * size))
