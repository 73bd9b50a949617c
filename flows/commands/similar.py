"""`sovwatch similar`: more like this."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer
from rich.text import Text

from extractors.urls import canonical_url
from flows.commands import app
from flows.commands.answers import print_json, safe
from flows.commands.options import ConfigOption, JsonOption, err, fail, out
from flows.commands.reading import StateOption, reading
from flows.exits import Exit
from warehouse.search import find_article_ids, find_similar


@app.command()
def similar(
    article: Annotated[str, typer.Argument(help="The address of an article that was read, or its article_id.")],
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 10,
    as_json: JsonOption = False,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Find articles like this one: its copies, other reports of its story, then what is about the same things.

    The percentage says how much of what this article is about the other one has. Exit codes: 0, also where there are
    none; 1 there is no snapshot yet, or no such article in it.
    """
    with reading(state, config) as con:
        ids = find_article_ids(con, article) or find_article_ids(con, canonical_url(article) or article)
        if not ids:
            fail(f"no article of that address or id was read: {safe(article)}", Exit.FAILED)
        found = find_similar(con, ids[0], limit=limit)
    if as_json:
        print_json(dataclasses.asdict(one) for one in found)
        return
    if not found:
        err.print("Nothing like it was found.")
    for one in found:
        share = f"{one.likeness:4.0%}  " if one.likeness is not None else "      "
        line = Text(f"{one.dated_at:%Y-%m-%d}  ", style="cyan").append(share)
        line.append(Text(safe(one.title), style="bold")).append(Text(f"  {safe(one.outlet)}", style="dim"))
        out.print(line.append("" if one.relation == "alike" else f"  {one.relation}", style="green"))
        out.print(Text(f"            {safe(one.url)}", style="dim"))
