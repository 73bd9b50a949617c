"""`sovwatch search`: articles by the words in them."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from flows.commands import app
from flows.commands.answers import print_json, safe
from flows.commands.options import ConfigOption, JsonOption, err, out
from flows.commands.reading import StateOption, reading
from warehouse.search import find_faults, search_articles

MARKS = ("\x02", "\x03")  # no text holds them, so that what was found can be told from a text's own signs
DAYS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]


class Order(StrEnum):
    """How what was found is sorted."""

    best = "best"
    recent = "recent"
    newest = "newest"


@app.command()
def search(
    words: Annotated[
        list[str],
        typer.Argument(help="""What to look for, e.g. '"golden share" -chips semicond*' (-- before a first -)."""),
    ],
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many articles.")] = 10,
    topic: Annotated[str | None, typer.Option("--topic", help="Only of this topic (id; several: a,b).")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Only from this source (id or site).")] = None,
    language: Annotated[str | None, typer.Option("--language", help="Only in this language (several: de,fr).")] = None,
    since: Annotated[datetime | None, typer.Option("--since", formats=DAYS, help="From this day on (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option("--until", formats=DAYS, help="Before this day (UTC).")] = None,
    sort: Annotated[
        Order, typer.Option("--sort", help="best; recent: the same with old ones lower; newest: by date.")
    ] = Order.best,
    as_json: JsonOption = False,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Find distinct articles by the words in title and text, best first.

    All words are looked for, in any of their forms; "words in quotes" stand together, -word must not occur, chip*
    begins a word, OR stands between alternatives. Where no article has all, those with most are shown. docs/search.md
    has more. Exit codes: 0, also where nothing was found; 1 there is no snapshot yet.
    """
    query = " ".join(words)
    for fault in find_faults(query):
        err.print(safe(fault), style="yellow", markup=False)
    with reading(state, config) as con:
        found = search_articles(
            con, query, topic=topic, source=source, language=language, since=since, until=until, sort=sort.value,
            top=limit, marks=("", "") if as_json else MARKS,
        )  # fmt: skip
    if as_json:
        print_json(dataclasses.asdict(one) for one in found)
        return
    if not found:
        err.print("Nothing found.")
        return
    for one in found:
        line = Text(f"{one.dated_at:%Y-%m-%d}  ", style="cyan").append(Text(safe(one.title), style="bold"))
        copies = f", {one.copies} {'copy' if one.copies == 1 else 'copies'}" if one.copies else ""
        out.print(line.append(Text(f"  {safe(one.outlet)}{copies}", style="dim")))
        out.print(Text("            ").append(show_marks(one.passage)))
        out.print(Text(f"            {safe(one.url)}", style="dim"))


def show_marks(passage: str) -> Text:
    """The passage with what was found in it in bold."""
    text = Text()
    for at, part in enumerate(passage.split(MARKS[0])):
        found, mark, rest = part.partition(MARKS[1])
        if at and mark:
            text.append(safe(found), style="bold")
            text.append(safe(rest))
        else:
            text.append(safe(part))
    return text
