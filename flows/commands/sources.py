"""`sovwatch sources`: the feeds that are watched, and other readers' lists of feeds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from config.edit import append_sources
from config.faults import ConfigError
from config.opml import SAME_FEED, OpmlError, parse_opml, render_opml
from config.sources import Source
from flows.commands import app
from flows.commands.answers import json_text, print_table, safe
from flows.commands.options import ConfigOption, JsonOption, config_folder, err, fail, open_house, out
from flows.exits import Exit

sources = typer.Typer(name="sources", help="The feeds that are watched: list, export, import.", no_args_is_help=True)
app.add_typer(sources)


@sources.command("list")
def list_sources(
    everything: Annotated[bool, typer.Option("--all", help="Those that are off too, with the reason.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the sources that are on. Exit codes: 0; 2 configuration wrong."""
    house = open_house(config)
    shown = house.sources if everything or as_json else house.enabled_sources
    if as_json:
        typer.echo(json_text([source.model_dump(mode="json") for source in shown]))
        return
    names = ("id", "name", "country", "language", "kind", *(("off because",) if everything else ()))
    rows = [
        (s.id, s.name, s.country, s.language, s.kind, *((s.reason if not s.enabled else "",) if everything else ()))
        for s in shown
    ]
    print_table(out, names, ["VARCHAR"] * len(names), rows)
    off = len(house.sources) - len(house.enabled_sources)
    out.print(Text(f"{len(house.enabled_sources)} on, {off} off", style="dim"))


@sources.command("export")
def export_sources(
    file: Annotated[Path | None, typer.Argument(help="Where to write; default: standard output.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Those that are off too.")] = False,
    config: ConfigOption = None,
) -> None:
    """Write the sources as OPML, for another feed reader. Exit codes: 0; 1 cannot be written; 2 configuration wrong."""
    house = open_house(config)
    text = render_opml(house.sources if everything else house.enabled_sources)
    if file is None:
        typer.echo(text, nl=False)
        return
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        fail(f"{file} cannot be written: {error.strerror}", Exit.FAILED)


@sources.command("import")
def import_sources(
    file: Annotated[Path, typer.Argument(help="An OPML file.", show_default=False)],
    off: Annotated[bool, typer.Option("--off", help="Add them switched off, to look at first.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be added; change nothing.")] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add the feeds of an OPML file to sources.yaml; feeds that are there already are left out.

    Exit codes: 0; 1 sources.yaml cannot be written; 2 the file or the configuration is wrong, nothing was added.
    """
    house = open_house(config)
    try:
        found = parse_opml(file.read_bytes(), known=house.sources)
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}", Exit.CONFIG)
    except OpmlError as error:
        fail(f"{file}: {error}; nothing was added.", Exit.CONFIG)
    new = [_switched_off(source, file) if off else source for source in found.sources]
    if new and not dry_run:
        try:
            append_sources(config_folder(config), new)
        except ConfigError as error:
            fail(f"nothing was added:\n{error}", Exit.CONFIG)
        except OSError as error:
            fail(f"sources.yaml cannot be written: {error.strerror}. Copy the configuration to a folder of your own "
                 "first: sovwatch config init DIR", Exit.FAILED)  # fmt: skip
    if as_json:
        skipped = [{"name": name, "reason": reason} for name, reason in found.skipped]
        typer.echo(json_text({"added": [source.model_dump(mode="json") for source in new], "skipped": skipped}))
        return
    for source in new:
        out.print(Text(safe(f"+ {source.id}: {source.name} ({source.feed_url})")))
    for name, reason in found.skipped:
        if reason.startswith(SAME_FEED):
            continue
        err.print(Text(safe(f"- {name}: {reason}"), style="yellow"))
    verb = "would be added" if dry_run else "added"
    known = sum(reason.startswith(SAME_FEED) for _, reason in found.skipped)
    unusable = len(found.skipped) - known
    out.print(Text(f"{len(new)} {verb}, {known} there already, {unusable} not usable", style="dim"))


def _switched_off(source: Source, file: Path) -> Source:
    return source.model_copy(update={"enabled": False, "reason": source.reason or f"imported from {file.name}"})
