"""`sovwatch corpus`: the reference articles that everything new is compared with."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track
from rich.table import Table
from rich.text import Text

from config.house import House
from config.load import load_house, shipped_folder
from extractors.documents import SUFFIXES
from extractors.model import Article, Problem
from extractors.web.archive import Archive
from flows.commands import app
from flows.commands.answers import json_text, safe
from flows.commands.options import ConfigOption, JsonOption, err, fail, open_house, out
from flows.commands.reading import StateOption, stop
from flows.document_files import document_files, read_file
from flows.exits import Exit
from flows.journal import note_corpus
from flows.night import snapshot_file, warehouse_file
from warehouse.connection import WarehouseError, open_file
from warehouse.lake import hold_lake
from warehouse.lock import LockHeld, hold_lock
from warehouse.publish import publish_snapshot
from warehouse.reference import AddedReferences, ReferenceRow, add_references, add_shipped, find_references
from warehouse.store import transaction

corpus = typer.Typer(name="corpus", help="Reference articles that everything new is compared with.",
                     no_args_is_help=True)  # fmt: skip
app.add_typer(corpus)

NO_TITLE = "(no title stated)"
BATCH = 200  # documents a transaction
STATES = {"added": "added", "upgraded": "completed", "revised": "read better", "known": "known already"}


@corpus.command()
def add(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders: text, HTML, JSON lines.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be read; store nothing.")] = False,
    state: StateOption = None,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add reference articles from text, HTML and JSON lines files.

    Each document is cleaned; title, publisher, date and authors are taken only where the file states them. Articles
    that shipped as fingerprints are completed in place; adding one twice changes nothing. Exit codes: 0 all read;
    1 nothing could be read, or the warehouse not be used; 2 a path or the configuration is wrong; 4 locked.
    """
    missing = [path for path in paths if not path.exists()]
    if missing:
        fail(f"{missing[0]} does not exist; nothing was added.", Exit.CONFIG)
    files = [file for path in paths for file in document_files(path)]
    if not files:
        fail(f"No document found; files end in {', '.join(sorted(SUFFIXES))}.", Exit.CONFIG)
    folder = None if dry_run else state or open_house(config).settings.state_dir
    now = datetime.now(UTC)
    articles: list[tuple[Path, Article]] = []
    problems: list[Problem] = []
    for file in track(files, "Reading", console=err, transient=True, disable=not err.is_terminal):
        found = read_file(file, now=now)
        articles += [(file, article) for article in found.articles]
        problems += found.problems
    done: dict[str, str] = {}
    if folder is not None and articles:
        try:
            done = store([article for _, article in articles], folder, now=now)
            _write_down([article for _, article in articles], done, _house_of(state, config), now=now)
        except LockHeld as held:
            fail(str(held), Exit.LOCKED)
        except WarehouseError as error:
            stop(error)
    if as_json:
        _print_json(articles, done, problems)
    else:
        _print_table(articles, done, problems)
    if not articles:
        raise typer.Exit(int(Exit.FAILED))


@corpus.command("list")
def list_references(state: StateOption = None, config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the reference articles, and whether their texts are here or their fingerprints only.

    Exit codes: 0; 2 configuration wrong; 4 a run holds the warehouse.
    """
    folder = state if state is not None else open_house(config).settings.state_dir
    try:
        rows = _stored(folder)
    except LockHeld as held:
        fail(str(held), Exit.LOCKED)
    except WarehouseError as error:
        stop(error)
    if as_json:
        typer.echo(json_text([dataclasses.asdict(row) for row in rows]))
        return
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    _add_columns(table, "title", "publisher", "published", "language", "words", "known by")
    for row in rows:
        known_by = "text" if row.has_text else "fingerprint"
        _add_row(table, row.title or NO_TITLE, row.publisher, _day(row.published_at), row.language, row.words, known_by)
    out.print(table)


def store(articles: Sequence[Article], state_dir: Path, *, now: datetime) -> dict[str, str]:
    """Stores the articles and publishes; gives for each article id what became of it, a key of `STATES`."""
    run_id = corpus_run(now)
    became: dict[str, str] = {}
    with (
        hold_lock(state_dir, purpose="corpus add", since=now),
        open_file(warehouse_file(state_dir)) as con,
        hold_lake(con, purpose="corpus add", since=now),
    ):
        with transaction(con):
            add_shipped(con, run_id=run_id, as_of=now)
        starts = range(0, len(articles), BATCH)
        for start in track(starts, "Storing", console=err, transient=True, disable=not err.is_terminal):
            with transaction(con):
                done = add_references(con, articles[start : start + BATCH], run_id=run_id, as_of=now)
            for field in dataclasses.fields(AddedReferences):
                for article_id in getattr(done, field.name):
                    became.setdefault(article_id, field.name)
        publish_snapshot(con, snapshot=snapshot_file(state_dir), published_at=now)
    return became


def _write_down(articles: Sequence[Article], done: dict[str, str], house: House, *, now: datetime) -> None:
    """Into the archive's journal, in full, what became known: a rebuilt warehouse must know it too."""
    fresh = [article for article in articles if done.get(article.article_id, "known") != "known"]
    with Archive(house.settings.archive_folder) as archive:
        note_corpus(archive, house, run_id=corpus_run(now), as_of=now, articles=fresh)


def _house_of(state: Path | None, config: Path | None) -> House:
    """The house whose archive goes with the state folder: with --state, no configuration is asked for."""
    if state is None:
        return open_house(config)
    house = load_house(shipped_folder())
    own = house.settings.model_copy(update={"state_dir": state, "archive_dir": None})
    return dataclasses.replace(house, settings=own)


def corpus_run(now: datetime) -> str:
    """The id of a run that adds references."""
    return f"corpus.{now:%Y%m%dT%H%M%SZ}"


def _stored(state_dir: Path) -> list[ReferenceRow]:
    """The stored ones; in a state folder without a warehouse, those that a first run would know."""
    if warehouse_file(state_dir).is_file():
        with (
            hold_lock(state_dir, purpose="corpus list", since=datetime.now(UTC)),
            open_file(warehouse_file(state_dir)) as con,
        ):
            return find_references(con)
    return []


def _print_table(articles: Sequence[tuple[Path, Article]], done: dict[str, str], problems: Sequence[Problem]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    _add_columns(table, "title", "publisher", "published", "language", "words", "")
    for file, article in articles:
        became = STATES.get(done.get(article.article_id, ""), "read")
        title = article.title or f"{NO_TITLE} {file.name}"
        words = len(article.text.split())
        _add_row(table, title, article.publisher, _day(article.published_at), article.language, words, became)
    if articles:
        out.print(table)
    for problem in problems:
        err.print(Text(safe(f"{problem.url}: {problem.detail}"), style="yellow"))
    if problems:
        err.print(Text(f"{len(problems)} could not be read.", style="yellow"))


def _add_columns(table: Table, *names: str) -> None:
    for name in names:  # the title gives way where the terminal is narrow
        least = {"title": None, "publisher": 12, "published": 10}.get(name, len(name))
        table.add_column(name, no_wrap=True, min_width=least, overflow="ellipsis")


def _add_row(table: Table, *cells: str | int | None) -> None:
    table.add_row(*(Text(safe("" if cell is None else str(cell))) for cell in cells))


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""


def _print_json(articles: Sequence[tuple[Path, Article]], done: dict[str, str], problems: Sequence[Problem]) -> None:
    read = [
        {
            "file": str(file), "article_id": article.article_id, "title": article.title or None,
            "publisher": article.publisher, "authors": article.authors, "published_at": article.published_at,
            "published_certainty": article.published_certainty, "language": article.language, "access": article.access,
            "words": len(article.text.split()), "state": done.get(article.article_id, "read"),
        }
        for file, article in articles
    ]  # fmt: skip
    failed = [{"file": problem.url, "code": problem.code, "detail": problem.detail} for problem in problems]
    typer.echo(json.dumps({"articles": read, "problems": failed}, default=str))
