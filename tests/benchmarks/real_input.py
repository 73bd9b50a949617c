"""A night over real pages and real feeds, all of them served from loopback.

    python -m tests.benchmarks.real_input [--data ../shared/data] [--every 1] [--max-age-days 3650]

Needs a folder laid out like `../shared/data`: `pages/html/ID.html.gz` with `pages/gold.json` (only `url` and `domain`
are read) and `feeds/` with its `index.json`. Each publisher's pages stand on a loopback host of their own, listed by a
feed that is made for it. The real feed files are served byte for byte but for one thing: links to other hosts lead to
a loopback host, which answers them with one of the real pages, or with 404, 410 or 503 for some. Hosts that are named
in spite of that do not resolve: nothing leaves the machine.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import socket
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape
from zlib import crc32

from config.house import House
from config.load import load_house, shipped_folder
from config.sources import Source
from extractors.urls import canonical_url
from flows.demo.server import LoopbackSites, Reply, Site
from flows.monitor import run_night
from flows.report import NightReport, problem_lines

NIGHT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
FEED_HOSTS = 24
DATA = Path(__file__).parents[3] / "shared" / "data"

_ABSOLUTE = re.compile(rb"https?://([A-Za-z0-9][A-Za-z0-9.-]*)(?::\d+)?")
# What looks like a link and is a name: namespaces, document types, the version of a JSON Feed.
_NAME_BEFORE = re.compile(rb"""(xmlns(:[\w.-]+)?\s*=\s*["']|<!DOCTYPE[^>]*|"version"\s*:\s*"|rdf:about=["'])$""")
_TYPES = {"json": "application/json", "html": "text/html", "atom": "application/atom+xml", "rdf": "application/rdf+xml",
          "png": "image/png", "ico": "image/x-icon", "gz": "application/gzip"}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class RealPages:
    """Pages by publisher: domain -> [(id, path with query)], no path twice on a domain."""

    folder: Path
    by_domain: dict[str, list[tuple[str, str]]] = field(default_factory=dict)

    @property
    def ids(self) -> list[str]:
        """All page ids."""
        return [page_id for pages in self.by_domain.values() for page_id, _ in pages]

    def body(self, page_id: str) -> bytes:
        """The page as it was saved."""
        return gzip.decompress((self.folder / "html" / f"{page_id}.html.gz").read_bytes())


def find_pages(data: Path, *, every: int = 1) -> RealPages:
    """Every n-th page of the folder."""
    gold: dict[str, Any] = json.loads((data / "pages" / "gold.json").read_text(encoding="utf-8"))
    grouped: dict[str, list[tuple[str, str]]] = defaultdict(list)
    taken: set[tuple[str, str]] = set()
    for page_id in sorted(gold)[::every]:
        parts = urlsplit(gold[page_id]["url"])
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        domain = gold[page_id].get("domain") or parts.hostname or "unknown"
        if (domain, path) in taken:
            path += ("&" if "?" in path else "?") + f"edition={page_id}"
        taken.add((domain, path))
        grouped[domain].append((page_id, path))
    return RealPages(folder=data / "pages", by_domain=dict(grouped))


def find_feeds(data: Path, *, every: int = 1) -> dict[str, bytes]:
    """Name to bytes of every n-th real feed file, and of every n-th of the hostile ones."""
    index = json.loads((data / "feeds" / "index.json").read_text(encoding="utf-8"))["files"]
    real = [data / "feeds" / row["file"] for row in index if row["class"] == "real"]
    hostile = sorted(path for path in (data / "feeds" / "synthetic").iterdir() if path.name != "index.json")
    return {path.name: path.read_bytes() for path in real[::every] + hostile[::every]}


class RealSites(LoopbackSites):
    """Pages and feeds on the air. `sources` is what a configuration needs to watch them."""

    def __init__(self, pages: RealPages, feeds: dict[str, bytes]) -> None:
        self.pages = pages
        self.listed: dict[str, str] = {}  # page id -> the address that its feed gives
        self._feeds = feeds
        names = sorted(feeds)
        hosts = {f"feeds-{number}": names[number::FEED_HOSTS] for number in range(min(FEED_HOSTS, len(names)))}
        sites: dict[str, Site] = {domain: self._publisher(domain) for domain in pages.by_domain}
        sites |= {host: self._feed_host(held) for host, held in hosts.items()}
        sites["elsewhere"] = self._elsewhere()
        numbered = enumerate(sites.items())
        super().__init__({name: (256 * 4 + 5 + n + 5 * (n // 240), site) for n, (name, site) in numbered})
        for domain, listed in pages.by_domain.items():
            self.listed |= {page_id: self.bases[domain] + path for page_id, path in listed}
        made = [(f"p-{n}", domain, self.bases[domain] + "/made-feed.xml") for n, domain in enumerate(pages.by_domain)]
        real = [
            (f"f-{host[6:]}-{n}", name, f"{self.bases[host]}/{n}")
            for host, held in hosts.items()
            for n, name in enumerate(held)
        ]
        self.sources = tuple(Source(id=i, name=name[:100], feed_url=url) for i, name, url in made + real)

    def _publisher(self, domain: str) -> Site:
        listed = self.pages.by_domain[domain]

        @cache
        def by_address() -> dict[str | None, str]:
            return {canonical_url(self.bases[domain] + path): page_id for page_id, path in listed}

        def answer(path: str) -> Reply | None:
            if path == "/made-feed.xml":
                return Reply(body=_feed_of(domain, self.bases[domain], listed), content_type="application/rss+xml")
            page_id = by_address().get(canonical_url(self.bases[domain] + path))
            return Reply(body=self.pages.body(page_id), content_type="text/html") if page_id else None

        return answer

    def _feed_host(self, held: Sequence[str]) -> Site:
        def answer(path: str) -> Reply | None:
            number = path.removeprefix("/").partition("?")[0]
            if not number.isdigit() or int(number) >= len(held):
                return None
            name = held[int(number)]
            kind = _TYPES.get(name.rpartition(".")[2], "application/xml")
            headers = {"Content-Encoding": "gzip"} if name.endswith(".gz") else {}
            body = self._feeds[name] if headers else lead_to(self._feeds[name], self.bases["elsewhere"])
            return Reply(body=body, content_type=kind, headers=headers)

        return answer

    def _elsewhere(self) -> Site:
        ids = self.pages.ids

        def answer(path: str) -> Reply | None:
            lot = crc32(path.encode())
            if path.endswith("/robots.txt") or lot % 12 == 0:
                return None
            if lot % 12 in (1, 2):
                return Reply(status=410 if lot % 12 == 1 else 503, body=b"no")
            return Reply(body=self.pages.body(ids[lot % len(ids)]), content_type="text/html")

        return answer


def lead_to(feed: bytes, base: str) -> bytes:
    """The feed with its absolute links leading to `base`, their host as first part of the path."""
    for bom, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if feed.startswith(bom):
            return lead_to(feed.decode(encoding, "replace").encode(), base).decode().encode(encoding)

    def lead(match: re.Match[bytes]) -> bytes:
        if _NAME_BEFORE.search(feed[max(0, match.start() - 200) : match.start()]):
            return match[0]
        return base.encode() + b"/" + match[1]

    return _ABSOLUTE.sub(lead, feed)


def _feed_of(domain: str, base: str, listed: Sequence[tuple[str, str]]) -> bytes:
    items = "".join(
        f"<item><title>{escape(page_id)} of {escape(domain)}</title><link>{escape(base + path)}</link>"
        f"<guid>{escape(page_id)}</guid>"
        f"<pubDate>{format_datetime(NIGHT - timedelta(hours=2, minutes=n), usegmt=True)}</pubDate></item>"
        for n, (page_id, path) in enumerate(listed)
    )
    return f'<rss version="2.0"><channel><title>{escape(domain)}</title>{items}</channel></rss>'.encode()


@contextmanager
def only_loopback() -> Iterator[None]:
    """Inside the block no name resolves, in no thread: only addresses are left."""
    plain = socket.getaddrinfo

    def numeric(host: Any, *args: Any, **kwargs: Any) -> Any:
        text = host.decode() if isinstance(host, bytes) else host
        if text is not None and text != "localhost" and not re.fullmatch(r"[0-9.]+|[0-9a-f:]+", text):
            raise socket.gaierror(socket.EAI_NONAME, "names do not resolve here")
        return plain(host, *args, **kwargs)

    socket.getaddrinfo = numeric
    try:
        yield
    finally:
        socket.getaddrinfo = plain


def house_for(sites: RealSites, state: Path, *, max_age_days: int = 30) -> House:
    """The shipped configuration with these sources, nobody to mail to, and its state in `state`."""
    shipped = load_house(shipped_folder())
    fetch = shipped.settings.fetch.model_copy(
        update={"per_host_gap_s": 0.0, "per_host_connections": 8, "allow_private_networks": ("127.0.0.0/8",)}
    )
    settings = shipped.settings.model_copy(
        update={"state_dir": state, "fetch": fetch, "max_age_days": max_age_days}
    )  # fmt: skip
    return replace(shipped, settings=settings, sources=sites.sources)


def run_real(data: Path, state: Path, *, every: int = 1, max_age_days: int = 30) -> tuple[NightReport, RealSites]:
    """One night over every n-th page and feed; the sites are closed again."""
    sites = RealSites(find_pages(data, every=every), find_feeds(data, every=every))
    with sites, only_loopback():
        return run_night(house_for(sites, state, max_age_days=max_age_days), as_of=NIGHT), sites


def main() -> int:
    """Runs the night over everything and prints its report; 0 if all entries add up and no page took too long."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--max-age-days", type=int, default=3_650)
    chosen = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as state:
        report, sites = run_real(chosen.data, Path(state), every=chosen.every, max_age_days=chosen.max_age_days)
    for line in problem_lines(report.problems, most=40):
        print(line)
    late = [p for p in report.problems if p.code in ("too-slow", "too-much-memory", "worker-died", "extractor-bug")]
    print("steps: " + ", ".join(f"{name} {value:.1f} s" for name, value in report.seconds.items()))
    print(f"{len(sites.sources)} sources, {len(sites.pages.ids)} pages, {report.seen} entries seen")
    print(", ".join(f"{number} {name}" for name, number in report.outcomes.items() if number))
    print(f"entries add up: {'yes' if report.balanced else 'NO'}; pages over their limit: {len(late)}")
    print(f"exit code {int(report.exit_code)}; {time.monotonic() - begun:.1f} s")
    return 0 if report.balanced and not late else 1


if __name__ == "__main__":
    sys.exit(main())
