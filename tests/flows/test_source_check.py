"""Asking sources now: the state that a night would find, with nothing stored."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from flows.source_check import check_sources
from tests.flows.houses import make_house
from tests.flows.loopback import serving

NOW = datetime(2026, 3, 2, 22, tzinfo=UTC)


def test_each_source_tells_its_state_and_nothing_is_stored(tmp_path: Path) -> None:
    link = b'<link rel="alternate" type="application/rss+xml" href="/well.xml">'
    announcing = b"<html><head>" + link + b"</head><p>News</p></html>"
    with serving({"/page": announcing}) as site:
        site.pages["/well.xml"] = site.feed(("A title", "/a", "Mon, 02 Mar 2026 09:00:00 GMT"))
        site.pages["/empty.xml"] = site.feed()
        names = {"well": "/well.xml", "empty": "/empty.xml", "page": "/page", "lost": "/lost.xml"}
        house = make_house(
            tmp_path, sources=[{"id": i, "name": i, "feed_url": site.base + path} for i, path in names.items()]
        )
        found = {one.source_id: one for one in check_sources(house, house.sources, now=NOW)}
    assert {name: one.state for name, one in found.items()} == {
        "well": "ok", "empty": "empty", "page": "broken", "lost": "broken",
    }  # fmt: skip
    assert found["well"].entries == 1
    assert found["page"].announces == f"{site.base}/well.xml"
    assert "404" in found["lost"].evidence
    assert not (tmp_path / "state").exists()
