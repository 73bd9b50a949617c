"""`sovwatch search`: articles by the words in them."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer
from rich.text import Text

from flows.commands import app
from flows.commands.answers import print_json, safe
from flows.commands.options import ConfigOption, JsonOption, err, out
from flows.commands.reading import StateOption, reading
from warehouse.search import find_words, query_words


@app.command()
def search(
    words: Annotated[
        list[str], typer.Argument(help="Words, or phrases in quotes: sovwatch search chips '\"Chips Act\"'")
    ],
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many articles.")] = 20,
    topic: Annotated[str | None, typer.Option("--topic", help="Only articles of this topic (its id).")] = None,
    as_json: JsonOption = False,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Find distinct articles that hold the words, in title or text, best first.

    Case and accents do not matter; a word also finds those that begin with it. Exit codes: 0, also where nothing was
    found; 1 there is no snapshot yet.
    """
    query = " ".join(words)
    with reading(state, config) as con:
        found = find_words(con, query, limit=limit, topic=topic)
    if as_json:
        print_json(dataclasses.asdict(one) for one in found)
        return
    if not found:
        err.print("Nothing found.")
        return
    asked = len(query_words(query))
    if found[0].words_found < asked:
        err.print(f"No article has all {asked}; these have {found[0].words_found} of them.", style="yellow")
    for one in found:
        line = Text(f"{one.dated_at:%Y-%m-%d}  ", style="cyan").append(Text(safe(one.title), style="bold"))
        copies = f", {one.copies} {'copy' if one.copies == 1 else 'copies'}" if one.copies else ""
        out.print(line.append(Text(f"  {safe(one.outlet)}{copies}", style="dim")))
        out.print(Text(f"            {safe(one.excerpt)}"))
        out.print(Text(f"            {safe(one.url)}", style="dim"))
