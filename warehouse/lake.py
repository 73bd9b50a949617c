"""A warehouse on DuckLake: tables as Parquet files in a folder or an S3-compatible store, their catalog in PostgreSQL.

A lake is described by a small file in the state folder (`warehouse.lake`), which holds addresses and the names of
environment variables, never a secret. DuckDB's extensions come from Python packages (`pip install sovwatch[lake]`):
nothing is downloaded when a lake is opened.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import socket
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from extractors.model import Problem
from warehouse.lock import Holder, LockHeld

SUFFIX = ".lake"
HOUSE = "house"  # what the lake is called in every connection
GATE = "house_gate"  # the catalog's own database, for its lock
EXTENSIONS = ("httpfs", "postgres_scanner", "ducklake")
# Two keys of PostgreSQL's advisory locks: ours, and the lake's schema (hashed there).
LOCK_CLASS = 0x534F56


class LakeFault(Exception):
    """The lake cannot be used; `code` and the text say why. Opening a warehouse turns it into a WarehouseError."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        super().__init__(detail)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lake:
    """Where a lake lies.

    `catalog` is a libpq connection string without a password (`host=db.example.org dbname=sovwatch user=sovwatch`),
    `catalog_schema` the PostgreSQL schema that holds this lake's catalog: several lakes fit one database. `data` is
    `s3://bucket/folder/` or a folder that all machines see. `endpoint` (`host:port`), `region`, `path_style` and
    `tls` describe an S3-compatible store; without an endpoint it is Amazon's. The last three name the environment
    variables that hold the secrets; a variable that is not set counts as "none needed".
    """

    catalog: str
    data: str
    catalog_schema: str = "sovwatch"
    endpoint: str | None = None
    region: str = "us-east-1"
    path_style: bool = True
    tls: bool = True
    catalog_password_env: str = "SOVWATCH_CATALOG_PASSWORD"
    key_id_env: str = "SOVWATCH_STORE_KEY_ID"
    secret_key_env: str = "SOVWATCH_STORE_SECRET_KEY"

    def __str__(self) -> str:
        return f"{self.data} (catalog: {self.catalog}, schema {self.catalog_schema})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointer:
    """What a `.lake` file says: which lake, and whether to read it as last published or as it stands."""

    lake: Lake
    published: bool


def is_pointer(path: Path) -> bool:
    """Whether the path names a lake, not a DuckDB file."""
    return path.suffix == SUFFIX


def read_pointer(path: Path) -> Pointer:
    """The pointer in the file. Raises LakeFault where there is none, or where it does not say what it should."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Pointer(lake=Lake(**said["lake"]), published=bool(said["published"]))
    except FileNotFoundError:
        raise LakeFault("no-snapshot", f"there is no {path.name} in {path.parent}: no night was run here yet") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        detail = f"{path} does not describe a lake ({error}); remove it, it is written anew from settings.yaml"
        raise LakeFault("cannot-open", detail) from error


def write_pointer(path: Path, pointer: Pointer) -> None:
    """Writes the pointer in one step; does nothing where it says so already."""
    text = json.dumps({"lake": asdict(pointer.lake), "published": pointer.published}, indent=2) + "\n"
    with contextlib.suppress(OSError):
        if path.read_text(encoding="utf-8") == text:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def lake_of(settings: Mapping[str, Any]) -> Lake:
    """The lake that settings by these names describe; others are left aside."""
    known = {field.name for field in fields(Lake)}
    return Lake(**{name: value for name, value in settings.items() if name in known and value is not None})


def attach_lake(
    con: duckdb.DuckDBPyConnection,
    lake: Lake,
    *,
    name: str = HOUSE,
    read_only: bool = False,
    environ: Mapping[str, str] | None = None,
) -> None:
    """Makes the lake's tables known to the connection as `name`; a lake that is not there yet is made.

    Raises LakeFault where packages are missing, and duckdb.Error where the catalog or the store does not answer.
    """
    load_extensions(con)
    _tell_secrets(con, lake, name, os.environ if environ is None else environ)
    # Small deletes kept in the catalog (inlining) are lost when files are merged beside them: tests/warehouse/lake.
    options = ["DATA_INLINING_ROW_LIMIT 0", f"DATA_PATH {_text(lake.data)}",
               f"METADATA_SCHEMA {_text(lake.catalog_schema)}", f"META_SECRET {_text(f'{name}_catalog')}"]  # fmt: skip
    if read_only:
        options.append("READ_ONLY")
    con.execute(f"ATTACH 'ducklake:postgres:' AS {name} ({', '.join(options)})")


def load_extensions(con: duckdb.DuckDBPyConnection) -> None:
    """Loads DuckDB's extensions for lakes from their Python packages; nothing is downloaded."""
    # Loading again would check 95 MB of signatures again.
    loaded = con.execute("SELECT count(*) FROM duckdb_extensions() WHERE loaded AND extension_name = 'ducklake'")
    if loaded.fetchall()[0][0]:
        return
    for extension in EXTENSIONS:
        con.execute(f"LOAD {_text(str(_extension_file(extension)))}")


def _extension_file(extension: str) -> Path:
    # The package's own import_extension() installs into the user's home folder first; loading the file needs neither.
    package = importlib.util.find_spec(f"duckdb_extension_{extension}")
    version = f"v{duckdb.__version__}"
    if package is not None and package.origin is not None:
        file = Path(package.origin).parent / "extensions" / version / f"{extension}.duckdb_extension"
        if file.is_file():
            return file
    wanted = f"duckdb-extension-{extension.replace('_', '-')}=={duckdb.__version__}"
    raise LakeFault("lake-extensions", f"a lake needs the package {wanted}: pip install 'sovwatch[lake]'")


def _tell_secrets(con: duckdb.DuckDBPyConnection, lake: Lake, name: str, environ: Mapping[str, str]) -> None:
    catalog = parse_catalog(lake.catalog)
    password = environ.get(lake.catalog_password_env)
    if password:
        catalog["password"] = password
    names = {"host": "HOST", "port": "PORT", "dbname": "DATABASE", "user": "USER", "password": "PASSWORD"}
    words = ", ".join(f"{names[key]} {_text(value)}" for key, value in catalog.items())
    con.execute(f"CREATE OR REPLACE TEMPORARY SECRET {name}_catalog (TYPE postgres, {words})")
    if not lake.data.startswith("s3://"):
        return
    store = {"REGION": _text(lake.region), "USE_SSL": str(lake.tls).lower(), "SCOPE": _text(lake.data)}
    if lake.endpoint:
        store["ENDPOINT"] = _text(lake.endpoint)
        store["URL_STYLE"] = _text("path" if lake.path_style else "vhost")
    if environ.get(lake.key_id_env):
        store["KEY_ID"] = _text(environ[lake.key_id_env])
        store["SECRET"] = _text(environ.get(lake.secret_key_env, ""))
    words = ", ".join(f"{key} {value}" for key, value in store.items())
    con.execute(f"CREATE OR REPLACE TEMPORARY SECRET {name}_store (TYPE s3, {words})")


def parse_catalog(catalog: str) -> dict[str, str]:
    """Host, port, database and user of a libpq connection string. ValueError for any other word: no passwords here."""
    known = ("host", "port", "dbname", "user")
    pairs = [word.partition("=") for word in catalog.split()]
    wrong = [key for key, equals, value in pairs if key not in known or not equals or not value]
    if wrong:
        raise ValueError(f"{wrong[0]!r} has no place in a catalog's address; it is made of {', '.join(known)}")
    return {key: value for key, _, value in pairs}


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def is_lake(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the connection's warehouse is a lake."""
    row = con.execute("SELECT type FROM duckdb_databases() WHERE database_name = current_database()").fetchone()
    return row is not None and row[0] == "ducklake"


def current_version(con: duckdb.DuckDBPyConnection, name: str = HOUSE) -> int:
    """The number of the lake's latest snapshot: every commit makes one."""
    row = con.execute(f"SELECT id FROM {name}.current_snapshot()").fetchone()
    assert row is not None
    return int(row[0])


def data_bytes(con: duckdb.DuckDBPyConnection, name: str = HOUSE) -> int:
    """Bytes of the files that the lake's latest version needs."""
    row = con.execute(f"SELECT sum(file_size_bytes + delete_file_size_bytes) FROM {name}.table_info()").fetchone()
    return int(row[0] or 0) if row else 0


def is_conflict(error: duckdb.Error) -> bool:
    """Whether the commit failed because another one was faster: nothing was written, and it can be tried again."""
    return isinstance(error, duckdb.TransactionException) and "conflict" in str(error).lower()


@contextlib.contextmanager
def hold_lake(con: duckdb.DuckDBPyConnection, *, purpose: str, since: datetime) -> Iterator[None]:
    """Holds the lake's own lock inside the block, so that nights on two machines do not work on one lake at a time.

    It is PostgreSQL's (advisory, of a transaction): it dies with the connection, however that ends. Does nothing for
    a warehouse that is no lake. Raises LockHeld where another night has it.
    """
    if not is_lake(con):
        yield
        return
    _open_gate(con)
    me = f"{os.getpid()}|{socket.gethostname()[:20]}|{since:%Y-%m-%dT%H:%MZ}|{purpose}"[:63]
    with con.cursor() as cursor:
        cursor.execute("BEGIN TRANSACTION")
        key = _lock_key(con)
        if not _ask_gate(cursor, f"SELECT pg_try_advisory_xact_lock({LOCK_CLASS}, {key})"):
            who = str(_ask_gate(cursor, _HOLDER.format(key=key)) or "").split("|", 3)
            known = len(who) == 4 and who[0].isdigit()
            holder = Holder(pid=int(who[0]), host=who[1], since=who[2], purpose=who[3]) if known else None
            raise LockHeld(Path(f"{HOUSE}.lock"), holder)
        _ask_gate(cursor, f"SELECT set_config('application_name', {_text(me)}, true)")
        yield


def night_under_way(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether a night holds the lake now."""
    _open_gate(con)
    return bool(_ask_gate(con, f"SELECT count(*) FROM pg_locks WHERE {_HELD.format(key=_lock_key(con))}"))


_HELD = f"locktype = 'advisory' AND classid = {LOCK_CLASS} AND objid = {{key}}::bigint & 4294967295 AND granted"
_HOLDER = f"SELECT max(application_name) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE {_HELD}"


def _open_gate(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(f"ATTACH IF NOT EXISTS '' AS {GATE} (TYPE postgres, SECRET {HOUSE}_catalog)")


def _lock_key(con: duckdb.DuckDBPyConnection) -> int:
    row = con.execute(f"SELECT value FROM {HOUSE}.options() WHERE option_name = 'data_path'").fetchone()
    return int(_ask_gate(con, f"SELECT hashtext({_text(str(row[0]) if row else HOUSE)})"))


def _ask_gate(con: duckdb.DuckDBPyConnection, sql: str) -> Any:
    row = con.execute("SELECT * FROM postgres_query($gate, $sql)", {"gate": GATE, "sql": sql}).fetchone()
    return row[0] if row else None


def fault_problem(fault: LakeFault, path: Path | None) -> Problem:
    """The fault as a problem of the warehouse."""
    url = path.as_uri() if path and path.is_absolute() else None
    return Problem(stage="load", url=url, code=fault.code, detail=str(fault))
