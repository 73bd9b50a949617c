"""Where each page lies in the site, and how one page links to another."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from datetime import date

from extractors.model import digest64

# A storyline's developments, oldest first, fill pages of BLOCK, closed for good once the newest page, which carries
# the storyline's own name, has at least LEAST left: so links to closed pages stay right.
BLOCK = 15
LEAST = 8
DAY_CARDS = 12
DAY_LINES = 100
LIST_LINES = 100
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z")

INDEX, TOPICS, STORYLINES, SOURCES, FIGURES, SEARCH, DAYS = (
    "index.html", "topics.html", "storylines.html", "sources.html", "figures.html", "search.html", "days.html",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Block:
    """One page of a storyline: its path, and the developments on it by their number (from 1), `first` to `last`."""

    path: str
    first: int
    last: int


def slug(key: str) -> str:
    """The id where it can stand in a file name, else a digest of it."""
    return key if _PLAIN.match(key) else digest64(key)


def storyline_blocks(storyline_id: str, developments: int) -> list[Block]:
    """The storyline's pages, the oldest first; the last one is the page that carries its name."""
    closed = max(0, (developments - LEAST) // BLOCK)
    name = f"storylines/{slug(storyline_id)}"
    blocks = [Block(f"{name}-{at + 1}.html", at * BLOCK + 1, (at + 1) * BLOCK) for at in range(closed)]
    return [*blocks, Block(f"{name}.html", closed * BLOCK + 1, developments)]


def storyline_path(storyline_id: str) -> str:
    """The page that carries its name: its newest developments."""
    return f"storylines/{slug(storyline_id)}.html"


def development_address(storyline_id: str, development_id: str, number: int, developments: int) -> str:
    """Page and anchor of a development."""
    closed = max(0, (developments - LEAST) // BLOCK)
    block = (number - 1) // BLOCK
    page = storyline_path(storyline_id)
    if block < closed:
        page = f"storylines/{slug(storyline_id)}-{block + 1}.html"
    return f"{page}#{anchor(development_id)}"


def page_of(storyline_id: str, development_id: str) -> str:
    """Page and anchor of a development that was told just now: it is among the newest of its storyline."""
    return f"{storyline_path(storyline_id)}#{anchor(development_id)}"


def anchor(development_id: str) -> str:
    """The development's anchor on its page."""
    return f"d-{slug(development_id)}"


def topic_path(topic_id: str) -> str:
    """The topic's page."""
    return f"topics/{slug(topic_id)}.html"


def day_path(day: date, page: int = 1) -> str:
    """The day's page; a day with very much has several, from 1."""
    return f"days/{day.isoformat()}{'' if page == 1 else f'-{page}'}.html"


def list_path(page: int = 1) -> str:
    """A page of the list of storylines."""
    return STORYLINES if page == 1 else f"storylines-{page}.html"


def relative(target: str, source: str) -> str:
    """The link from the page `source` to `target` (both as paths within the site; `target` may have an anchor)."""
    path, mark, fragment = target.partition("#")
    if path == source and mark:
        return f"#{fragment}"
    return posixpath.relpath(path, posixpath.dirname(source) or ".") + mark + fragment
