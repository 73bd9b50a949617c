"""Brings the search index up to date with what the night stored."""

from __future__ import annotations

from extractors.model import Problem
from flows.night import Night
from warehouse.connection import WarehouseError
from warehouse.search import Indexed, index_articles


def index_night(night: Night) -> Indexed:
    """What was added to the index and removed from it; after a kill or a failure the next night goes on.

    A bug here is one of the night's problems, and no reason not to publish. Raises WarehouseError where the disk is
    full.
    """
    try:
        with night.timed("indexing"):
            return index_articles(night.con)
    except WarehouseError:
        raise
    except Exception as error:
        detail = f"the search index was not brought up to date ({type(error).__name__}: {error})"
        night.problems.append(Problem(stage="publish", url=None, code="index-failed", detail=detail[:400]))
        return Indexed()
