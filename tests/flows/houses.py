"""Small configurations for tests: one topic, sources as given, everything in a temporary folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from config.house import House
from config.load import load_house
from tests.flows.loopback import Site, serving

TOPIC = {
    "id": "app-bans", "title": "App bans", "phrases": {"en": ["app ban", "forced sale"]},
    "terms": {"en": ["Lumora", "divest"]}, "entities": ["Lumora"],
}  # fmt: skip


def make_house(folder: Path, *, sources: Sequence[Mapping[str, Any]] = (), **settings: Any) -> House:
    """A house whose state lies in `folder/state`, reading `sources`, fetching from loopback too, mailing nobody.

    It makes no briefing, which is a third of a small night's work, unless `briefing` says otherwise.
    """
    config = folder / "config"
    config.mkdir(exist_ok=True)
    fetch = {"per_host_gap_s": 0, "allow_private_networks": ["127.0.0.0/8"], "connect_timeout_s": 2,
             "total_timeout_s": 4, "user_agent": "sovwatch-test/0.1 (+http://127.0.0.1/)"}  # fmt: skip
    settings.setdefault("briefing", {"enabled": False})
    contents: dict[str, Any] = {
        "settings": {"state_dir": str(folder / "state"), "fetch": {**fetch, **settings.pop("fetch", {})}, **settings},
        "sources": {"sources": list(sources) or [{"id": "none", "name": "None", "feed_url": "http://127.0.0.1:9/f"}]},
        "topics": {"entities": {"Lumora": ["Lumora Video"]}, "topics": [TOPIC]},
        "recipients": {"recipients": []},
    }
    for name, content in contents.items():
        (config / f"{name}.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return load_house(config)


def page(title: str, paragraphs: Sequence[str], *, published: str = "2026-03-01T09:00:00Z") -> bytes:
    """An article page as outlets make them, with furniture around the text."""
    text = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} | The Outlet</title>'
        f'<meta property="article:published_time" content="{published}"><meta property="og:title" content="{title}">'
        f"</head><body><nav><a href='/'>Home</a> <a href='/world'>World</a></nav><main><article><h1>{title}</h1>{text}"
        f"</article></main><footer>Imprint</footer></body></html>"
    ).encode()


@contextmanager
def serving_one_report(title: str, paragraphs: Sequence[str]) -> Iterator[Site]:
    """An outlet on loopback with one report in its feed."""
    with serving({"/order": page(title, paragraphs)}) as site:
        site.pages["/feed.xml"] = site.feed((title, "/order", "Mon, 02 Mar 2026 09:00:00 GMT"))
        yield site


def house_of(site: Site, folder: Path) -> House:
    """A house that reads that outlet and makes a briefing."""
    source = {"id": "outlet", "name": "Outlet", "feed_url": f"{site.base}/feed.xml"}
    return make_house(folder, sources=[source], briefing={"enabled": True})
