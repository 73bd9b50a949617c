"""Where the warehouse lies: what the settings want, and what the state folder says.

A state folder whose warehouse is a lake holds two small files in place of two databases: `warehouse.lake` and
`sovwatch.lake` (see `warehouse/lake.py`). Everything that opens a warehouse or a snapshot by its path then opens the
lake. The files are also what keeps a house from being torn in two: a setting that was changed without carrying the
collection across is refused.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from config.settings import Settings, Warehouse
from warehouse.connection import WarehouseError, load_problem
from warehouse.lake import Lake, Pointer, lake_of, write_pointer

FILE, FILE_SNAPSHOT = "warehouse.duckdb", "sovwatch.duckdb"
LAKE, LAKE_SNAPSHOT = "warehouse.lake", "sovwatch.lake"
# Key in a Prefect block to the setting that names its environment variable.
BLOCK_KEYS = {"catalog_password": "catalog_password_env", "key_id": "key_id_env", "secret_key": "secret_key_env"}


def warehouse_file(state_dir: Path) -> Path:
    """The private warehouse, which only the night writes: a file, or the description of a lake."""
    lake = state_dir / LAKE
    return lake if lake.exists() else state_dir / FILE


def snapshot_file(state_dir: Path) -> Path:
    """What readers open: the published copy, or the description of a lake, which is read as last published."""
    return state_dir / (LAKE_SNAPSHOT if (state_dir / LAKE).exists() else FILE_SNAPSHOT)


def settle_warehouse(settings: Settings) -> None:
    """Makes the state folder say what the settings want; a fresh house gets its lake here.

    Raises WarehouseError (code `moved`), with nothing changed, where the collection lies in the other place still.
    """
    state = settings.state_dir
    if settings.warehouse.kind == "file":
        if (state / LAKE).exists():
            raise _moved(f"the warehouse of {state} lies in a lake, but settings.yaml says kind: file. Bring it back "
                         "first (sovwatch warehouse copy --from lake), or say kind: lake again.")  # fmt: skip
        return
    if (state / FILE).exists() and not (state / LAKE).exists():
        raise _moved(f"the warehouse of {state} lies in a file, but settings.yaml says kind: lake. Carry it across "
                     "first (sovwatch warehouse copy --to lake), or say kind: file again.")  # fmt: skip
    point_to_lake(state, find_lake(settings.warehouse))


def find_lake(settings: Warehouse) -> Lake:
    """The lake that the settings describe, its secrets made known to this process where a Prefect block holds them."""
    if settings.prefect_block:
        _take_block(settings)
    described = settings.model_dump()
    data = str(settings.data)
    if "://" not in data:
        data = str(Path(data).expanduser().resolve())
    return lake_of({**described, "data": data.rstrip("/") + "/"})


def point_to_lake(state_dir: Path, lake: Lake) -> None:
    """Makes the state folder's warehouse the lake."""
    write_pointer(state_dir / LAKE_SNAPSHOT, Pointer(lake=lake, published=True))
    write_pointer(state_dir / LAKE, Pointer(lake=lake, published=False))


def point_to_file(state_dir: Path) -> None:
    """Makes the state folder's warehouse the file again; the lake itself is left as it is."""
    (state_dir / LAKE).unlink(missing_ok=True)
    (state_dir / LAKE_SNAPSHOT).unlink(missing_ok=True)


def _take_block(settings: Warehouse) -> None:
    # Imported here: Prefect takes seconds, and most settings name no block.
    from prefect.blocks.system import Secret

    name = str(settings.prefect_block).removeprefix("secret/")
    try:
        secret = Secret.load(name).get()  # type: ignore[union-attr]
    except ValueError:
        detail = f"there is no Prefect Secret block named {name!r}; create it, or take prefect_block out"
        raise WarehouseError(load_problem("lake-unreachable", detail, None)) from None
    values = json.loads(secret) if isinstance(secret, str) and secret.lstrip().startswith("{") else secret
    if not isinstance(values, Mapping):
        values = {"catalog_password": str(values)}
    for key, setting in BLOCK_KEYS.items():
        if values.get(key):
            os.environ[getattr(settings, setting)] = str(values[key])


def _moved(detail: str) -> WarehouseError:
    return WarehouseError(load_problem("moved", detail, None))
