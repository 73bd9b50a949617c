"""The fork server that workers come from: it has imported everything, and starts one in milliseconds.

Forking this process, which may have threads and open DuckDB files, would not be safe.
"""

from __future__ import annotations

from multiprocessing import forkserver, get_context
from multiprocessing.context import ForkServerContext


def fork_context() -> ForkServerContext:
    """What workers are started by."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["extractors.pages.warm"])
    return context


def warm_workers() -> None:
    """Starts the server, so that it loads what workers need while its caller does something else."""
    fork_context()
    forkserver.ensure_running()
