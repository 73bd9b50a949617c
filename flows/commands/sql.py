"""`sovwatch sql`: any question about what was collected, asked of the published snapshot."""

from __future__ import annotations

import itertools
import sys
from typing import Annotated

import typer

from flows.commands import app
from flows.commands.answers import named, print_csv, print_json, print_table
from flows.commands.options import ConfigOption, JsonOption, err, fail, out
from flows.commands.reading import StateOption, reading
from flows.exits import Exit
from warehouse.ask import ask
from warehouse.sql import load_sql


@app.command()
def sql(
    query: Annotated[
        str | None,
        typer.Argument(help="A query in DuckDB's SQL; - reads it from standard input; none lists what there is."),
    ] = None,
    as_json: JsonOption = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV, for spreadsheets.")] = False,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Rows of a table; JSON and CSV have all.")] = 200,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Ask the published snapshot a question in SQL. docs/sql.md explains the views and has a dozen examples.

    Exit codes: 0 answered; 1 there is no snapshot yet; 2 the question is wrong.
    """
    if as_json and as_csv:
        fail("--json and --csv exclude each other", Exit.CONFIG)
    question = load_sql("sql_overview") if query is None else sys.stdin.read() if query == "-" else query
    with reading(state, config) as con:
        answer = ask(con, question)
        if as_json:
            print_json(named(answer.columns, answer.rows))
        elif as_csv:
            print_csv(answer.columns, answer.rows)
        elif answer.columns:
            print_table(out, answer.columns, answer.types, itertools.islice(answer.rows, limit))
            if next(answer.rows, None) is not None:
                err.print(f"Only the first {limit} rows are shown; --limit shows more, --csv all.", style="yellow")
