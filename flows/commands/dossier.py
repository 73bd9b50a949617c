"""`sovwatch dossier`: a storyline with its turns, sources, dates and notes, as Markdown or PDF."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from flows.commands import app
from flows.commands.answers import safe
from flows.commands.options import ConfigOption, err, fail, open_house
from flows.commands.reading import StateOption, reading
from flows.exits import Exit
from flows.exports.dossier_markdown import render_dossier_markdown
from flows.exports.dossier_view import View, show_dossier
from flows.steps.feeds_out import feed_manner
from warehouse.annotations import find_target
from warehouse.connection import Connection
from warehouse.dossier import Dossier, find_dossier, find_storylines_named, storyline_of_article


@app.command()
def dossier(
    storyline: Annotated[
        str,
        typer.Argument(help="Id of a storyline, story or development, address of an article, or words of the title."),
    ],
    form: Annotated[
        str | None, typer.Option("--format", "-f", help="md or pdf; default: by the ending of --out, else md.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; Markdown goes to standard output.")
    ] = None,
    fonts: Annotated[
        Path | None, typer.Option("--fonts", help="Folder with fonts for scripts that this machine has no font for.")
    ] = None,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Write a storyline's dossier: what was new at each turn, who reported, dates ahead, who is named, notes.

    Quotations are short unless settings.yaml says closed_use. Exit codes: 0; 1 no such storyline, no snapshot, or the
    file cannot be written; 2 the words fit several storylines, or the options are wrong.
    """
    chosen = (form or (out.suffix.lstrip(".") if out else "md")).lower().replace("markdown", "md")
    if chosen not in ("md", "pdf"):
        fail(f"a dossier is md or pdf, not {chosen!r}", Exit.CONFIG)
    if chosen == "pdf" and out is None:
        fail("a PDF needs a file: --out NAME.pdf", Exit.CONFIG)
    house = open_house(config)
    with reading(state, config) as con:
        found = _find(con, storyline)
    view = show_dossier(found, feed_manner(house))
    if chosen == "md" and out is None:
        typer.echo(render_dossier_markdown(view), nl=False)
        return
    assert out is not None
    data = _pdf(view, found, fonts) if chosen == "pdf" else render_dossier_markdown(view).encode("utf-8", "replace")
    fresh = out.with_name(f".{out.name}.new")
    try:
        fresh.write_bytes(data)
        fresh.replace(out)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        fail(f"{out} could not be written: {error.strerror or error}", Exit.FAILED)
    err.print(Text(f"“{safe(found.title)}”: {len(found.turns)} turns and updates in {out}"))


def _pdf(view: View, found: Dossier, fonts: Path | None) -> bytes:
    from flows.exports.dossier_pdf import render_dossier_pdf  # looks all fonts up: only who wants a PDF waits for it

    made = render_dossier_pdf(view, made_at=found.published_at or datetime.now(UTC), fonts=fonts)
    if made.unshown:
        err.print(
            Text(f"No font here shows “{safe(made.unshown)}”: install one (Debian: fonts-noto-cjk, fonts-noto-core) or "
                 "give --fonts FOLDER. What has no font is shown as boxes."), style="yellow",
        )  # fmt: skip
    return made.data


def _find(con: Connection, words: str) -> Dossier:
    named = {storyline_of_article(con, one.id) if one.kind == "article" else one.id for one in find_target(con, words)}
    ids = [one for one in named if one] or [key for key, _ in find_storylines_named(con, words)]
    if len(ids) > 1:
        for key, title in find_storylines_named(con, words, ids=ids)[:10]:
            err.print(Text(f"  {key}  {safe(title)}"))
        fail(f"{safe(words)} fits several storylines; give the id of one", Exit.CONFIG)
    found = find_dossier(con, ids[0]) if ids else None
    if found is None:
        fail(f'no storyline is called {safe(words)}: sovwatch sql "FROM storylines" lists them', Exit.FAILED)
    return found
