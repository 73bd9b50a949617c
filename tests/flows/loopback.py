"""A small web server on loopback for tests of whole nights: paths to bodies, and what was asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urljoin


@dataclass(slots=True)
class Site:
    """What is served, by path, and the requests that came, in order."""

    base: str
    pages: dict[str, bytes]
    asked: list[str] = field(default_factory=list)

    def feed(self, *items: tuple[str, str, str]) -> bytes:
        """An RSS feed of (title, path or address, date) items."""
        rows = "".join(
            f"<item><title>{title}</title><link>{url}</link><guid>{url}</guid><pubDate>{date}</pubDate></item>"
            for title, url, date in ((title, urljoin(self.base, path), date) for title, path, date in items)
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Outlet</title>{rows}</channel></rss>'.encode()


@contextmanager
def serving(pages: Mapping[str, bytes]) -> Iterator[Site]:
    """The site, up for the block. Paths that end in .xml are feeds, others HTML; what is not there is a 404."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            body = site.pages.get(self.path)
            self.send_response(200 if body is not None else 404)
            kind = "application/rss+xml" if self.path.endswith(".xml") else "text/html; charset=utf-8"
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(base=f"http://127.0.0.1:{server.server_port}", pages=dict(pages))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
