"""The last nights at a glance: how many developments each told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from markupsafe import Markup, escape

from flows.briefing.plots.canvas import number
from flows.briefing.words import count_of, show_date

WIDTH, HEIGHT = 300, 56
STEP = 24  # few nights do not spread over the whole width


def draw_nights(key: str, nights: Sequence[tuple[date, int]]) -> Markup:
    """A bar a night, the newest at the right and marked; the text alternative names the busiest."""
    from detroit import scale_band, scale_linear

    most = max((count for _, count in nights), default=0)
    x = scale_band([str(index) for index in range(len(nights))], [0, min(WIDTH, STEP * len(nights))]).set_padding_inner(
        0.25
    )
    y = scale_linear([0, max(most, 1)], [0, HEIGHT - 6])
    width = x.get_bandwidth()
    marks = []
    for index, (_, count) in enumerate(nights):
        height = max(y(count), 1)
        box = f"M{number(x(str(index)))},{number(HEIGHT - height)}h{number(width)}v{number(height)}h{number(-width)}z"
        marks.append(f'<path class="{"turn" if index == len(nights) - 1 else "own"}" d="{box}"/>')
    busiest = max(nights, key=lambda night: night[1])
    said = f"{len(nights)} nights; most on {show_date(busiest[0])}: {count_of(busiest[1], 'development')}."
    return Markup(
        f'<svg class="plot strip" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="{key}t">'
        f'<title id="{key}t">Developments a night: {escape(said)}</title>{"".join(marks)}</svg>'
    )
