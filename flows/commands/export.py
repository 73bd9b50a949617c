"""`sovwatch export`: an answer as a file for a spreadsheet, a reference manager or a program."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from flows.commands import app
from flows.commands.options import ConfigOption, err, fail
from flows.commands.reading import StateOption, reading
from flows.exits import Exit
from flows.exports.citations import NothingToCite
from flows.exports.sheet import TooWide
from flows.exports.write import BINARY, ENDINGS, FORMATS, NAMED, Format, export_question, print_answer, question_of
from warehouse.export import ask_for_export, close_to_outside
from warehouse.found import found_question


@app.command()
def export(
    query: Annotated[
        str, typer.Argument(help=f"SQL, - for standard input, a view's name, or one of: {', '.join(NAMED)}.")
    ],
    form: Annotated[str | None, typer.Option("--format", "-f", help=f"One of {', '.join(FORMATS)}.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="File to write; its ending may tell the format.")
    ] = None,
    search: Annotated[bool, typer.Option("--search", help="The query is words to search for.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many articles of a search.")] = 500,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Write an answer of the published snapshot to a file, or to standard output.

    The snapshot is only read, and no other file either. CSV and Excel cells that look like formulas are kept as text.
    Exit codes: 0; 1 there is no snapshot, or the file cannot be written; 2 the question or the words are wrong.
    """
    chosen = _format(form, out)
    if out is None and chosen in BINARY:
        fail(f"{chosen} needs a file: --out NAME.{chosen}", Exit.CONFIG)
    words = sys.stdin.read() if query == "-" else query
    with reading(state, config) as con:
        question = found_question(con, words, limit=limit) if search else question_of(words)
        close_to_outside(con)
        try:
            if out is None:
                print_answer(ask_for_export(con, question), chosen, sys.stdout)
                return
            done = export_question(con, question, chosen, out)
        except (NothingToCite, TooWide) as error:
            fail(str(error), Exit.CONFIG)
        except BrokenPipeError:
            raise  # whoever reads has enough
        except OSError as error:
            reason = error.strerror or str(error)
            if out is not None and not out.parent.is_dir():
                reason = f"there is no folder {out.parent}; make it first"
            fail(f"{out} could not be written: {reason}", Exit.FAILED)
    err.print(Text(f"{done.rows} {'row' if done.rows == 1 else 'rows'} in {out}"))
    if done.cut:
        err.print("A sheet holds no more rows; csv or parquet hold all.", style="yellow")


def _format(form: str | None, out: Path | None) -> Format:
    if form is None:
        return ENDINGS.get(out.suffix.lower(), "csv") if out else "csv"
    for known in FORMATS:
        if form.lower() in (known, {"markdown": "md", "bibtex": "bib"}.get(known)):
            return known
    fail(f"--format {form!r} is none of {', '.join(FORMATS)}", Exit.CONFIG)
