"""One large site for all tests that only look at it: ordinary nights, a saga, a huge day, texts that mean harm."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.flows.briefing.invented import extreme
from tests.flows.briefing.sites import brief
from warehouse.connection import open_memory


@pytest.fixture(scope="session")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder, with the search index."""
    folder = tmp_path_factory.mktemp("strange")
    with open_memory() as con:
        extreme(con)
        assert brief(con, folder, search=True).problem is None
    return folder
