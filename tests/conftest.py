"""For all tests: none reaches the network, wherever the code under test takes it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

_FOLDER = Path(__file__).parent / "offline"
_ATTEMPTS = Path(tempfile.mkdtemp(prefix="sovwatch-tests-")) / "attempts"
_ATTEMPTS.touch()

# Set for this process and for those that it starts; then install the block here (see tests/offline/sitecustomize.py).
os.environ["SOVWATCH_TEST_ATTEMPTS"] = str(_ATTEMPTS)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [str(_FOLDER), os.environ.get("PYTHONPATH")]))
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.pop("COLUMNS", None)  # what commands print must not depend on who runs the tests (xdist sets it)

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("suite", deadline=None, max_examples=50)
hypothesis.settings.load_profile("suite")

from tests.offline import sitecustomize as _block  # noqa: E402,F401
from tests.warehouse.lake import everywhere as _everywhere  # noqa: E402

if _everywhere.WANTED:
    _everywhere.open_on_lakes()


@pytest.fixture(autouse=True)
def offline() -> Iterator[Path]:
    """Fails the test that tried to leave the machine, itself or by a process that it started; gives the list file."""
    before = _ATTEMPTS.stat().st_size
    yield _ATTEMPTS
    attempts = _ATTEMPTS.read_bytes()[before:].decode("utf-8", "replace")
    if attempts:
        pytest.fail(f"reached for the network:\n{attempts}", pytrace=False)


def pytest_unconfigure() -> None:
    """Removes the list file with its folder."""
    shutil.rmtree(_ATTEMPTS.parent, ignore_errors=True)
