"""Reads the shipped number files: word commonness and the trained judges."""

from __future__ import annotations

import hashlib
import io
from importlib.resources.abc import Traversable

import numpy as np


class DamagedWeights(Exception):
    """A shipped number file is not the one that was trained: reinstall the package."""


def load_arrays(file: Traversable) -> dict[str, np.ndarray]:
    """The arrays in an `.npz` file, after comparing its SHA-256 with the `.sha256` file beside it.

    Raises DamagedWeights where they differ. Nothing in the file is executed (no pickles).
    """
    data = file.read_bytes()
    beside = _sibling(file).read_text(encoding="ascii").split()[0]
    if hashlib.sha256(data).hexdigest() != beside:
        raise DamagedWeights(f"{file.name} does not match its checksum; reinstall sovwatch")
    with np.load(io.BytesIO(data), allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}


def _sibling(file: Traversable) -> Traversable:
    from importlib.resources import files

    return files("warehouse.dedupe") / f"{file.name}.sha256"
