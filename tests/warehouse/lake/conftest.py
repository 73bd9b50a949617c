"""Servers, started once for all tests of lakes, and a fresh lake for each."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.placing import LAKE, LAKE_SNAPSHOT, point_to_lake
from tests.warehouse.lake.servers import Servers, serving_lakes, why_not
from warehouse.connection import open_file
from warehouse.lake import Lake

_NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with serving_lakes() as running:
        yield running


@pytest.fixture
def lake(servers: Servers) -> Lake:
    """A lake of its own, empty."""
    return servers.lake(f"lake_{os.getpid()}_{next(_NUMBERS)}")


@pytest.fixture(scope="session")
def common(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The description of a lake that several tests use, each for itself."""
    folder = tmp_path_factory.mktemp("common")
    point_to_lake(folder, servers.lake(f"common_{os.getpid()}"))
    open_file(folder / LAKE).close()
    return folder / LAKE


@pytest.fixture
def writing(lake: Lake, tmp_path: Path) -> Path:
    """The description of the lake, as a writer opens it; `reading` is the readers'."""
    point_to_lake(tmp_path, lake)
    return tmp_path / LAKE


@pytest.fixture
def reading(writing: Path) -> Path:
    return writing.with_name(LAKE_SNAPSHOT)
