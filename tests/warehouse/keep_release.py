"""Keeps a warehouse as the program makes it today, so that later versions are tested on it. Run before each release:

python -m tests.warehouse.keep_release
"""

from __future__ import annotations

import gzip
import tempfile
from importlib.metadata import version
from pathlib import Path

from tests.warehouse.populated import fill
from warehouse.connection import open_file

KEPT = Path(__file__).parent / "released"


def keep(folder: Path, name: str) -> Path:
    """Writes the invented nights to `folder/name.duckdb.gz`."""
    folder.mkdir(exist_ok=True)
    kept = folder / f"{name}.duckdb.gz"
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "warehouse.duckdb"
        with open_file(path) as con:
            fill(con)
        kept.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    return kept


if __name__ == "__main__":
    print(keep(KEPT, version("sovwatch")))
