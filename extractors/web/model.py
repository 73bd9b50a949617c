"""What is asked of the fetcher, and what it may answer beside a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from extractors.model import FetchedPage, Problem

FetchKind = Literal["feed", "page", "rules"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchRequest:
    """One address to ask for. `etag` and `last_modified` are the validators exactly as the server sent them.

    `rules` is for robots.txt and its like: asked for without asking robots.txt first.
    """

    url: str
    etag: str | None = None
    last_modified: str | None = None
    kind: FetchKind = "page"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotModified:
    """The server says that nothing changed since the validators that we sent (304)."""

    url: str
    final_url: str
    headers: tuple[tuple[str, str], ...]
    fetched_at: datetime
    elapsed_s: float = 0.0
    permanent_url: str | None = None

    def header(self, name: str) -> str | None:
        """The first header of that name (any case), or None."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


FetchResult = FetchedPage | NotModified | Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """How much a fetch may take, and how gently hosts are treated.

    `total_s` is for all hops together, waiting for a turn not counted. `max_bytes` holds before and after
    decompression. `host_gap_s` lies between two starts at the same host; a longer crawl-delay from robots.txt wins,
    up to `max_crawl_delay_s`: a host that asks for more gets one request a run. `host_failures` connection failures
    in a row, and the host is left alone for the rest of the run.
    """

    total_s: float = 20.0
    connect_s: float = 10.0
    max_bytes: int = 15_000_000
    max_redirects: int = 5
    connections: int = 50
    host_connections: int = 2
    host_gap_s: float = 3.0
    max_crawl_delay_s: float = 60.0
    host_failures: int = 3
