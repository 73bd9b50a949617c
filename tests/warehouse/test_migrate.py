"""Migrations: forward from anywhere, whole or not at all, and hands off a file from the future."""

from __future__ import annotations

import gzip
from pathlib import Path

import duckdb
import pytest

import warehouse.migrate
from tests.warehouse.keep_release import KEPT, keep
from warehouse.connection import WarehouseError, open_file, open_memory
from warehouse.migrate import migrate, migrations

NUMBERS = [number for number, _, _ in migrations()]
EVERYTHING = "SELECT table_name, column_name, data_type, comment FROM duckdb_columns() WHERE NOT internal ORDER BY ALL"
RUN = "INSERT INTO runs VALUES ('r1', 'night', now(), now(), NULL, 'running', NULL, NULL, '0')"


def test_numbers_are_in_order_and_used_once() -> None:
    assert sorted(set(NUMBERS)) == NUMBERS
    assert all(name.startswith(f"{number:04d}_") for number, name, _ in migrations())


@pytest.mark.parametrize("until", NUMBERS)
def test_forward_from_every_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, until: int) -> None:
    path = tmp_path / "warehouse.duckdb"
    every = migrations()
    with monkeypatch.context() as patched:
        patched.setattr(warehouse.migrate, "migrations", lambda: [one for one in every if one[0] <= until])
        with open_file(path) as old:
            old.execute(RUN)
    with open_file(path) as new:
        assert new.execute("SELECT run_id FROM runs").fetchall() == [("r1",)]
        assert new.execute(EVERYTHING).fetchall() == open_memory(commented=True).execute(EVERYTHING).fetchall()
        assert migrate(new) == 0


def test_forward_from_every_release(tmp_path: Path) -> None:
    """Files that releases left behind (`keep_release`), and one kept now, to see that keeping works."""
    kept = [*sorted(KEPT.glob("*.duckdb.gz")), keep(tmp_path, "now")]
    for file in kept:
        path = tmp_path / "warehouse.duckdb"
        path.write_bytes(gzip.decompress(file.read_bytes()))
        with open_file(path) as con:
            assert con.execute("SELECT count(*) FROM articles").fetchone() == (6,), file
            fresh = open_memory(commented=True)
            assert con.execute(EVERYTHING).fetchall() == fresh.execute(EVERYTHING).fetchall(), file
        path.unlink()


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    with open_file(path) as con:
        con.execute("INSERT INTO schema_migrations VALUES (9999, '9999_future.sql')")
    before = path.read_bytes()
    with pytest.raises(WarehouseError, match=r"newer version.*9999_future\.sql") as caught:
        open_file(path)
    assert caught.value.problem.code == "newer-schema"
    assert path.read_bytes() == before
    with duckdb.connect(str(path)) as con:  # and it is not left open
        assert con.execute("SELECT max(number) FROM schema_migrations").fetchone() == (9999,)


def test_a_migration_that_fails_leaves_nothing_of_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "warehouse.duckdb"
    broken = (9998, "9998_broken.sql", "CREATE TABLE half (i INTEGER); SELECT * FROM nowhere;")
    every = migrations()
    with monkeypatch.context() as patched:
        patched.setattr(warehouse.migrate, "migrations", lambda: [*every, broken])
        with pytest.raises(WarehouseError, match="nowhere"):
            open_file(path)
    with open_file(path) as con:
        assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'").fetchone() == (0,)
        assert con.execute("SELECT max(number) FROM schema_migrations").fetchone() == (max(NUMBERS),)
