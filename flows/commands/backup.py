"""`sovwatch backup`, `sovwatch restore`: a house put away, and brought back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.commands import app
from flows.commands.options import ConfigOption, err, fail, open_house, out
from flows.commands.reading import stop
from flows.exits import Exit
from flows.operation.backup import BackupError, find_backups, make_backup, restore_backup
from flows.placing import find_lake
from warehouse.connection import WarehouseError
from warehouse.lock import LockHeld

FolderArgument = Annotated[Path, typer.Argument(help="The backup folder; not on the same disk.", show_default=False)]


@app.command()
def backup(folder: FolderArgument, config: ConfigOption = None) -> None:
    """Put warehouse, archive and configuration into a backup folder; files of the archive are copied once.

    Whole or not at all: one that was killed does not count. Exit codes: 0 done; 1 failed; 2 configuration wrong; 4 a
    run is under way.
    """
    house = open_house(config)
    try:
        with err.status("backing up …") as line:
            made = make_backup(house, folder, now=datetime.now(UTC), progress=lambda what: line.update(f"{what} …"))
    except LockHeld as held:
        fail(str(held), Exit.LOCKED)
    except WarehouseError as error:
        stop(error)
    except (BackupError, OSError) as error:
        fail(f"No backup was made: {error}", Exit.FAILED)
    out.print(f"{made.path}: {len(made.files)} files, and {len(made.archive)} of the archive.")


@app.command()
def restore(
    folder: FolderArgument,
    chosen: Annotated[str | None, typer.Option("--backup", help="Which one, by its name; default: the newest.")] = None,
    config_to: Annotated[Path | None, typer.Option("--config-to", help="Put the configuration there too.")] = None,
    config: ConfigOption = None,
) -> None:
    """Bring a house back from a backup, into a state folder without a warehouse (or an empty lake); all is checked.

    Exit codes: 0 done; 1 a file is damaged or gone, nothing was put in place; 2 configuration or words wrong; 4 a run
    is under way.
    """
    house = open_house(config)
    found = {one.path.name: one for one in find_backups(folder)}
    if not found:
        fail(f"There is no finished backup in {folder}.", Exit.CONFIG)
    name = chosen or max(found)
    if name not in found:
        fail(f"There is no backup {name}; there are: {', '.join(found)}", Exit.CONFIG)
    settings = house.settings.warehouse
    try:
        lake = find_lake(settings) if settings.kind == "lake" else None
        with err.status("restoring …") as line:
            restore_backup(
                found[name], house.settings.state_dir, archive=house.settings.archive_folder, config=config_to,
                now=datetime.now(UTC), progress=lambda what: line.update(f"{what} …"), lake=lake,
            )  # fmt: skip
    except LockHeld as held:
        fail(str(held), Exit.LOCKED)
    except WarehouseError as error:
        stop(error)
    except (BackupError, OSError) as error:
        fail(f"Nothing was put in place: {error}", Exit.FAILED)
    out.print(f"Restored {name} into {house.settings.state_dir}.")
