"""What every page of a briefing is made with: the snapshot, the folder, how things are said, where the night stands."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from flows.briefing.cards import Card, Manner, show_turn
from flows.briefing.render import code_stamp, render_page
from flows.briefing.site_folder import SiteFolder
from flows.briefing.words import day_in
from warehouse.briefing import Member, NightLine, StorylineLine, Turn
from warehouse.connection import Connection

CARDS_HELD = 5_000


@dataclass(kw_only=True)
class Desk:
    """Gathers, renders and puts pages into the folder. `nights` are the newest first, `lines` the latest told first."""

    con: Connection
    site: SiteFolder
    manner: Manner
    nights: Sequence[NightLine]
    lines: Sequence[StorylineLine]
    _cards: dict[str, Card] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        """Name of the time zone whose days count."""
        return self.manner.zone.key

    @cached_property
    def today(self) -> date | None:
        """The day of the newest night; of the newest development where no night is known; None: nothing happened."""
        if self.nights:
            return day_in(self.nights[0].as_of, self.manner.zone)
        return day_in(self.lines[0].told_at, self.manner.zone) if self.lines else None

    @cached_property
    def house_stamp(self) -> str:
        """Changes with code, templates and settings: with what every page depends on."""
        said = (code_stamp(), self.zone, sorted(self.manner.topics.items()), self.manner.closed_use)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    def stamp(self, *facts: object) -> str:
        """The stamp of a page that shows what these facts stand for."""
        return hashlib.sha256(repr((self.house_stamp, *facts)).encode()).hexdigest()[:32]

    def feeds(self, name: str) -> list[tuple[str, str, str]]:
        """The feeds of that name that lie in the folder: media type, what people call it, path."""
        kinds = (
            ("application/atom+xml", "Atom", f"{name}.atom.xml"),
            ("application/feed+json", "JSON Feed", f"{name}.json"),
        )
        return [(kind, said, f"feeds/{file}") for kind, said, file in kinds if self._has(f"feeds/{file}")]

    def lists(self) -> list[tuple[str, str]]:
        """The calendar and the list of sources, where they lie in the folder: what people call it, path."""
        files = (("Dates ahead (iCalendar)", "feeds/ahead.ics"), ("Sources (OPML)", "feeds/sources.opml"))
        return [(said, path) for said, path in files if self._has(path)]

    def _has(self, path: str) -> bool:
        return (self.site.folder / path).is_file()

    def card(self, turn: Turn, later: Sequence[Member] = ()) -> Card:
        """The development as pages show it, made once for all of them where nothing came `later`."""
        if later:
            return show_turn(turn, self.manner, later=later)
        if turn.development_id not in self._cards:
            if len(self._cards) >= CARDS_HELD:
                self._cards.clear()
            self._cards[turn.development_id] = show_turn(turn, self.manner)
        return self._cards[turn.development_id]

    def put(self, path: str, template: str, *, stamp: str = "", **values: Any) -> None:
        """Renders the page and writes it, if it differs."""
        self.site.write(
            path, render_page(template, path, **{"zone": self.zone, "feeds": self.feeds("all"), **values}), stamp=stamp
        )
