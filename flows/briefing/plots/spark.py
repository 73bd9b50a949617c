"""New entries of a source by day, small enough to stand in a table."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from flows.briefing.plots.canvas import number

WIDTH, HEIGHT = 105, 20


def draw_spark(counts: Sequence[int]) -> Markup:
    """A bar a day. It has no text alternative: the figures stand beside it."""
    most = max(counts, default=0)
    if not most:
        return Markup("")
    step = WIDTH / len(counts)
    drawn = "".join(
        f"M{number(index * step)},{HEIGHT}v{number(-max(1.0, HEIGHT * count / most))}h{number(step - 0.7)}V{HEIGHT}z"
        for index, count in enumerate(counts)
        if count
    )
    return Markup(
        f'<svg class="spark" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" '
        f'aria-hidden="true"><path class="own" d="{drawn}"/></svg>'
    )
