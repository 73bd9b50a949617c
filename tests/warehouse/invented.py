"""What happens in the invented nights: who reports what when, what is a copy of what, what makes a story."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple, cast

from extractors.model import Access, Relation
from extractors.urls import article_id_of

SOURCES = {
    "alpha": ("Alpha Gazette", "en", "BE", "press"),
    "beta": ("Beta Blatt", "de", "DE", "press"),
    "gamma": ("Gamma Journal", "fr", "FR", "press"),
    "delta": ("Delta Wire", "en", "EU", "agency"),
    "echo": ("Echo Daily", "en", "US", "press"),
}
NIGHTS = {
    "n1": datetime(2026, 3, 3, 2, tzinfo=UTC),
    "n2": datetime(2026, 3, 6, 2, tzinfo=UTC),
    "n3": datetime(2026, 3, 11, 2, tzinfo=UTC),
}
# name, night, source, published, title, text, topic, relation, original, share, access
TABLE = """
wire   |n1|delta|03-02T06:00|Dresden gets a chip plant      |PLANT             |chips|new  |     |0   |full
gazette|n1|alpha|03-02T08:00|Chip plant for Dresden approved|PLANT More here.  |chips|near |wire |0.92|full
daily  |n1|echo |03-02T09:00|Dresden gets a chip plant      |PLANT             |chips|exact|wire |1   |full
blatt  |n1|beta |03-02T11:00|Chipfabrik für Dresden         |Die Zusage steht. |chips|new  |     |0   |full
journal|n1|gamma|03-02T16:00|Une usine à Dresde             |L’accord est là.  |chips|new  |     |0   |full
loi    |n2|gamma|03-05T07:00|La loi sur le nuage            |Le texte arrive.  |cloud|new  |     |0   |full
law    |n2|alpha|03-05T10:00|A law for the cloud            |The bill is tabled|cloud|new  |     |0   |stub
known  |n2|echo |03-05T12:00|Rare earths, again             |KNOWN             |chips|near |seed |0.97|full
money  |n3|delta|03-10T06:00|Dresden plant gets two billion |MONEY             |chips|new  |     |0   |full
money2 |n3|alpha|03-10T06:30|Two billion for Dresden        |MONEY So they say.|chips|near |money|0.9 |full
"""
TEXTS = {
    "PLANT": "The ministry approves a chip plant in Dresden. It will make wafers from 2028.",
    "KNOWN": "A report that is already in the corpus.",
    "MONEY": "The subsidy is paid in 2027.",
}


class Told(NamedTuple):
    """One line of the table."""

    night: str
    source: str
    published_at: datetime
    title: str
    text: str
    topic: str
    relation: Relation
    original: str | None
    share: float
    access: Access


def _told(night: str, source: str, at: str, title: str, text: str, *rest: str) -> Told:
    for word, meant in TEXTS.items():
        text = text.replace(word, meant)
    topic, relation, original, share, access = rest
    return Told(
        night=night,
        source=source,
        published_at=datetime.fromisoformat(f"2026-{at}Z"),
        title=title,
        text=text,
        topic=topic,
        relation=cast(Relation, relation),
        original=original or None,
        share=float(share),
        access=cast(Access, access),
    )


ARTICLES = {
    name.strip(): _told(*(cell.strip() for cell in cells))
    for name, *cells in (line.split("|") for line in TABLE.strip().splitlines())
}
STORIES = {
    "plant": ("saga", "n1", ["wire", "gazette", "daily", "blatt", "journal"]),
    "cloud": ("clouds", "n2", ["loi", "law"]),
    "money": ("saga", "n3", ["money", "money2"]),
}


def url_of(name: str) -> str:
    """The address of the invented article."""
    source = ARTICLES[name].source if name in ARTICLES else "corpus"
    return f"https://{source}.example/{name}"


def id_of(name: str) -> str:
    """Its article id."""
    return article_id_of(url_of(name))
