"""The pages on the sources' health, on what the figures mean, and the search page."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

from flows.alerts.safe_text import clean_line, safe_link
from flows.briefing.addresses import FIGURES, SEARCH, SOURCES
from flows.briefing.desk import Desk
from flows.briefing.plots import draw_spark
from flows.briefing.render import read_asset
from flows.briefing.words import count_of, day_in, language_name, show_date
from warehouse.briefing import SourceHealth, find_source_changes, find_sources

WELL = ("ok", "not-modified", "moved")
SILENT_AFTER = timedelta(days=7)
CHANGES_DAYS = 30
STATES = {
    "well": "Well", "silent": "Silent", "stale": "Stale", "empty": "Empty", "blocked": "Blocked", "gone": "Gone",
    "broken": "Broken", "never asked": "Never asked", "off": "Off",
}  # fmt: skip
_ORDER = ("broken", "blocked", "gone", "empty", "stale", "silent", "never asked", "well", "off")


def put_others(desk: Desk) -> None:
    """Writes these pages, the style sheet and the search page's script."""
    put_sources(desk)
    desk.put(FIGURES, "figures", closed_use=desk.manner.closed_use)
    desk.put(SEARCH, "search", topics=[clean_line(title, 120) for title in desk.manner.topics.values()])
    desk.site.write("assets/briefing.css", shrink(read_asset("briefing.css")))
    desk.site.write("assets/search.js", read_asset("search.js"))


def shrink(css: str) -> str:
    """The style sheet without comments and line breaks."""
    return " ".join(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).split()) + "\n"


def put_sources(desk: Desk) -> None:
    """Writes the page on the sources: those in trouble first."""
    now = desk.nights[0].as_of if desk.nights else None
    groups: dict[str, list[dict[str, object]]] = {name: [] for name in _ORDER}
    for source in find_sources(desk.con):
        silent = now and source.state in WELL and source.last_entry_at and now - source.last_entry_at > SILENT_AFTER
        state = "silent" if silent else "well" if source.state in WELL else source.state
        groups.setdefault(state, []).append(_row(desk, source))
    changes = [
        {"on": show_date(day_in(one.changed_at, desk.manner.zone)), "name": clean_line(one.name, 60), "kind": one.kind,
         "before": clean_line(one.before or "", 60), "after": clean_line(one.after or "", 60),
         "evidence": clean_line(one.evidence, 200)}
        for one in (find_source_changes(desk.con, since=now - timedelta(days=CHANGES_DAYS)) if now else [])
    ]  # fmt: skip
    problems: Counter[str] = Counter(dict(desk.nights[0].counts.get("problems") or {}) if desk.nights else {})
    found = [(STATES.get(name, name.capitalize()), name, rows) for name, rows in groups.items() if rows]
    desk.put(
        SOURCES, "sources", groups=found, changes=changes, problems=problems.most_common(12),
        said=", ".join(f"{len(rows)} {title.lower()}" for title, _, rows in found),
    )  # fmt: skip


def _row(desk: Desk, source: SourceHealth) -> dict[str, object]:
    zone = desk.manner.zone
    by_day = dict(source.volume)
    days = [desk.today - timedelta(days=back) for back in range(34, -1, -1)] if desk.today else []
    counts = [by_day.get(day, 0) for day in days]
    language = language_name(source.language) if source.language else ""
    about = (language, clean_line(source.country or "", 20), clean_line(source.kind or "", 40))
    said = clean_line((source.evidence if source.enabled else source.reason) or "", 240)
    return {
        "name": clean_line(source.name, 80),
        "url": safe_link(source.homepage),
        "about": ", ".join(filter(None, about)),
        "evidence": f"{said}." if said and said[-1] not in ".!?…" else said,
        "since": show_date(day_in(source.since_at, zone)) if source.since_at and source.enabled else "",
        "newest": show_date(day_in(source.last_entry_at, zone)) if source.last_entry_at else "",
        "month": count_of(sum(counts), "entry", "entries"),
        "spark": draw_spark(counts),
        "articles": count_of(source.articles, "article"),
        "copies": count_of(source.copies, "copy", "copies"),
    }
