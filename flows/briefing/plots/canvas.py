"""What all plots share: the frame with its text alternative, the axes, bars as one path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from markupsafe import Markup, escape

WIDE, NARROW = 720, 340
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

Place = Callable[[float], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A plot for a page: SVG in both widths, what it says in one sentence, and its figures as a table.

    `legend` names the marks by the class that colours them.
    """

    svg: Markup
    caption: str
    legend: tuple[tuple[str, str], ...] = ()
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the marks go: the plot's size and the margins around its marks, in pixels."""

    width: int
    height: int
    left: int = 30
    right: int = 10
    top: int = 10
    bottom: int = 22

    @property
    def is_wide(self) -> bool:
        """Whether it is the one for large screens."""
        return self.width == WIDE

    @property
    def end(self) -> int:
        """Right edge of the marks."""
        return self.width - self.right

    @property
    def floor(self) -> int:
        """Lower edge of the marks."""
        return self.height - self.bottom


def both_widths(key: str, title: str, desc: str, draw: Callable[[bool], tuple[Frame, Iterable[str]]]) -> Markup:
    """The plot drawn wide and narrow. `key` is unique on the page; `title` and `desc` are its text alternative."""
    found = []
    for wide in (True, False):
        frame, marks = draw(wide)
        name = f"{key}-{'w' if wide else 'n'}"
        found.append(
            f'<svg class="plot {"wide" if wide else "narrow"}" viewBox="0 0 {frame.width} {frame.height}" role="img" '
            f'aria-labelledby="{name}t {name}d"><title id="{name}t">{escape(title)}</title>'
            f'<desc id="{name}d">{escape(desc)}</desc>{"".join(marks)}</svg>'
        )
    return Markup("".join(found))


def day_scale(first: date, last: date, frame: Frame) -> Place:
    """Days, by their ordinal, to pixels; the last day has room for its own bar."""
    from detroit import scale_linear

    scale: Place = scale_linear([first.toordinal(), last.toordinal() + 1], [frame.left, frame.end])
    return scale


def count_scale(most: float, frame: Frame) -> tuple[Place, list[float]]:
    """Counts to pixels from the floor up, and whole numbers to mark on the axis."""
    from detroit import scale_linear

    scale = scale_linear([0, max(most, 1)], [frame.floor, frame.top]).nice(4)
    ticks = [tick for tick in scale.ticks(4) if tick == int(tick)]
    return scale, ticks


def day_axis(place: Place, first: date, last: date, frame: Frame) -> list[str]:
    """The floor line with dates below it; the year stands at the first date and at every January."""
    from detroit import scale_time

    wanted = 8 if frame.is_wide else 4
    scale = scale_time([datetime.combine(first, time()), datetime.combine(last, time())], [0, 1])
    days = [tick.date() for tick in scale.ticks(wanted) if tick.time() == time()] or [first]
    marks = [f'<path class="axis" d="M{frame.left},{frame.floor + 0.5}H{frame.end}"/>']
    previous = None
    for day in days:
        at = place(day.toordinal())
        if previous is not None and at - previous < (34 if all(one.day == 1 for one in days) else 50):
            continue
        previous = at
        anchor = ' text-anchor="start"' if at < frame.left + 14 else ' text-anchor="end"' if at > frame.end - 14 else ""
        marks.append(f'<text x="{number(at)}" y="{frame.floor + 15}"{anchor}>{_label(day, days)}</text>')
    return marks


def _label(day: date, days: Sequence[date]) -> str:
    months_only = all(one.day == 1 for one in days)
    if months_only and day.month == 1:
        return str(day.year)
    return _MONTHS[day.month - 1] if months_only else f"{day.day} {_MONTHS[day.month - 1]}"


def count_axis(place: Place, ticks: Iterable[float], frame: Frame) -> list[str]:
    """Fine lines across with their counts at the left."""
    marks = []
    for tick in ticks:
        at = place(tick)
        if tick:
            marks.append(f'<path class="grid" d="M{frame.left},{number(at)}H{frame.end}"/>')
        marks.append(f'<text class="y" x="{frame.left - 5}" y="{number(at + 3.5)}">{int(tick)}</text>')
    return marks


def bars(kind: str, boxes: Iterable[tuple[float, float, float, float]]) -> str:
    """Boxes (left, top, width, height) as one path of the class `kind`; empty ones are left out."""
    drawn = "".join(
        f"M{number(x)},{number(y)}h{number(width)}v{number(height)}h{number(-width)}z"
        for x, y, width, height in boxes
        if width > 0 and height > 0
    )
    return f'<path class="{kind}" d="{drawn}"/>' if drawn else ""


def number(value: float) -> str:
    """The number with one decimal at most."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def bin_days(first: date, last: date, *, most: int = 60) -> int:
    """How many days go into a bar so that there are at most `most` of them: 1, 7, 28 or more weeks."""
    days = (last - first).days + 1
    for size in (1, 7, 28, 84):
        if days <= size * most:
            return size
    return 7 * (days // (7 * most) + 1)
