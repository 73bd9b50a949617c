"""A moment of fuzzing in every run; `SOVWATCH_FUZZ_SECONDS=60` or `python -m tests.fuzz` for more."""

from __future__ import annotations

import os

import pytest

from tests.fuzz.__main__ import fuzz
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_breaks(target: str) -> None:
    tried, _ = fuzz(target, seconds=float(os.environ.get("SOVWATCH_FUZZ_SECONDS", "0.7")), seed=1)
    assert tried > 20
