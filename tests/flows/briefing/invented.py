"""Invented collections for the briefing: storylines of any length, days of any size, and texts that mean harm.

Rows go straight into the tables, so that a hundred thousand articles take seconds. The same arguments give the same
rows.
"""

from __future__ import annotations

import json
import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from extractors.model import digest64
from warehouse.connection import Connection
from warehouse.store import add_rows, transaction

TODAY = datetime(2026, 5, 12, 2, 30, tzinfo=UTC)
HUGE_DAY = TODAY - timedelta(days=2)
SAGA = "The Lumora divestiture"
TOPICS = {
    "app-bans": "App bans",
    "export-controls": "Export controls",
    "cloud-sovereignty": "Cloud sovereignty",
    "semiconductors": "Semiconductors",
    "investment-screening": "Investment screening",
    "vendor-bans": "Vendor bans (base stations, cameras, drones, routers and what is in them)",
}
OUTLETS = [
    ("northwire", "North Wire", "en"),
    ("gazette", "The Sundhaven Gazette", "en"),
    ("ledger", "Morning Ledger", "en"),
    ("blatt", "Hallerter Tageblatt", "de"),
    ("kurier", "Westkurier", "de"),
    ("bote", "Der Seebote", "de"),
    ("courrier", "Le Courrier de Maren", "fr"),
    ("tribune", "Tribune du Lac", "fr"),
    ("diario", "Diario del Puerto", "es"),
    ("chenbao", "海港晨报", "zh"),
    ("techpost", "Tech Post", "en"),
    ("register", "Public Register", "en"),
]
_ACTORS = (
    "Aldermark",
    "Veldhaus",
    "Nimbus Cloud",
    "Quanlink",
    "Lumora",
    "Hallert Optics",
    "Zippa",
    "Corvane",
    "the trade ministry",
    "the Maren regulator",
    "Ostwind Chips",
    "Parliament",
)
_ACTS = (
    "orders",
    "delays",
    "approves",
    "blocks",
    "reviews",
    "appeals",
    "limits",
    "funds",
    "drops",
    "signs",
    "fines",
    "clears",
)
_THINGS = (
    "the sale of its video app",
    "a licence for lithography tools",
    "a sovereign cloud tender",
    "the export rule for memory chips",
    "a stake in the cable operator",
    "the ban on foreign base stations",
    "the subsidy for a wafer plant",
    "the merger of two data centres",
    "a court ruling on data transfers",
    "the deadline for divestiture",
    "the inquiry into camera makers",
    "a pact on payment systems",
)
HOSTILE = (
    "</title><script>document.title='owned'</script><img src=x onerror=alert(1)> \u202eevil\u202c \"'><svg/onload=1>"
)
RIGHT_TO_LEFT = "الحكومة تأمر ببيع تطبيق Lumora خلال تسعين يوما"


class Newsroom:
    """Collects rows and writes them at once. All ids are digests of what they stand for."""

    def __init__(self, seed: int = 1) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.dice = random.Random(seed)
        self.places: dict[str, int] = defaultdict(int)
        self.lines: dict[str, dict[str, Any]] = {}

    def sources(self, outlets: Sequence[tuple[str, str, str]] = tuple(OUTLETS)) -> None:
        """The outlets as sources; one is broken, one is stale, one is off."""
        states = {
            1: ("broken", "No answer: the name could not be found, for 6 days."),
            4: ("stale", "Nothing new for 41 days."),
        }
        for index, (key, name, language) in enumerate(outlets):
            on = index != len(outlets) - 1 or len(outlets) < 3
            self.rows["source_list"].append(
                {
                    "source_id": key,
                    "name": name,
                    "feed_url": f"https://{key}.example/feed",
                    "homepage": f"https://{key}.example/",
                    "country": language.upper(),
                    "language": language,
                    "kind": "press",
                    "enabled": on,
                    "reason": None if on else "Its feed needs a subscription.",
                }
            )
            state, evidence = states.get(index, ("ok", "It answered with entries."))
            volume = [[f"{TODAY - timedelta(days=34 - day):%Y-%m-%d}", self.dice.randint(0, 30)] for day in range(35)]
            self.rows["source_states"].append(
                {
                    "source_id": key,
                    "feed_url": "",
                    "validators_lie": False,
                    "state": state,
                    "evidence": evidence,
                    "since_at": TODAY - timedelta(days=index),
                    "interval_s": 3600.0,
                    "failures": 0.0,
                    "moves_ignored": False,
                    "volume": json.dumps(volume),
                }
            )
        self.rows["source_changes"].append(
            {
                "source_id": outlets[0][0],
                "changed_at": TODAY,
                "kind": "state",
                "before": "ok",
                "after": "broken",
                "evidence": "No answer: the name could not be found.",
            }
        )

    def night(self, at: datetime, **counts: Any) -> str:
        """A run that ended well; gives its id."""
        run_id = f"{at:%Y%m%dT%H%M%SZ}.1"
        said = {
            "entries_seen": 480,
            "outcomes": {"new": 12, "copy": 9, "off-topic": 420},
            "problems": {"page/http-403": 2},
            "developments": 0,
            "sources": {"ok": 10, "broken": 1},
            "waiting": 3,
            **counts,
        }
        self.rows["runs"].append(
            {
                "run_id": run_id,
                "kind": "night",
                "as_of": at,
                "started_at": at,
                "finished_at": at + timedelta(minutes=4),
                "state": "done",
                "exit_code": 0,
                "counts": json.dumps(said),
                "version": "0.1.0",
            }
        )
        return run_id

    def headline(self) -> str:
        """A headline, like any other."""
        dice = self.dice
        actor = dice.choice(_ACTORS)
        return f"{actor[:1].upper()}{actor[1:]} {dice.choice(_ACTS)} {dice.choice(_THINGS)}"

    def article(
        self,
        key: str,
        title: str,
        at: datetime,
        *,
        outlet: int = 0,
        topic: str = "app-bans",
        relation: str = "new",
        original: str | None = None,
        url: str | None = None,
    ) -> str:
        """An article that was read and judged; gives its id."""
        source, _, language = OUTLETS[outlet % len(OUTLETS)]
        article_id = digest64(key)
        version_id = f"{article_id}.1"
        self.rows["article_versions"].append(
            {
                "version_id": version_id,
                "article_id": article_id,
                "version": 1,
                "origin": "night",
                "run_id": "n",
                "url": url or f"https://{source}.example/{article_id}",
                "site": f"{source}.example",
                "source_id": source,
                "title": title,
                "published_at": at,
                "published_certainty": "exact",
                "first_seen_at": at,
                "fetched_at": at,
                "language": language,
                "text": "A text of its own.",
                "words": 5,
                "access": "full",
                "content_hash": article_id,
                "extractor": "1",
            }
        )
        self.rows["verdicts"].append(
            {
                "version_id": version_id,
                "article_id": article_id,
                "run_id": "n",
                "relation": relation,
                "original_id": original,
                "judged_at": at,
            }
        )
        self.rows["topic_hits"].append(
            {
                "version_id": version_id,
                "article_id": article_id,
                "topic_id": topic,
                "weight": 3.0,
                "terms": ["ban"],
                "entities": [],
            }
        )
        return article_id

    def storyline(
        self, key: str, title: str, at: datetime, *, entities: Sequence[str] = ("Lumora", "Aldermark")
    ) -> str:
        """A storyline without stories yet; gives its id."""
        storyline_id = digest64(f"line {key}")
        self.lines[storyline_id] = {
            "storyline_id": storyline_id,
            "title": title,
            "founder_id": "x",
            "run_id": "n",
            "first_at": at,
            "last_at": at,
            "state": title,
            "stories": 0,
            "turns": 0,
            "entities": list(entities),
        }
        self.rows["storyline_list"].append(self.lines[storyline_id])
        return storyline_id

    def turn(
        self,
        storyline_id: str,
        key: str,
        headline: str,
        at: datetime,
        *,
        told_at: datetime,
        kind: str = "turn",
        topic: str = "app-bans",
        reports: int = 2,
        copies: int = 1,
        weight: float = 0.6,
        sentence: str | None = None,
        url: str | None = None,
        names: Sequence[str] = ("Lumora", "Aldermark"),
    ) -> str:
        """A story of the storyline and the development that tells it; gives the development's id."""
        line = self.lines[storyline_id]
        story_id, development_id = digest64(f"story {key}"), digest64(f"development {key}")
        line["stories"] += 1
        line["turns"] += kind != "update"
        line["last_at"], line["state"] = max(line["last_at"], at), headline
        self.rows["story_list"].append(
            {
                "story_id": story_id,
                "storyline_id": storyline_id,
                "title": headline,
                "founder_id": "x",
                "run_id": "n",
                "first_at": at,
                "told_at": told_at,
                "language": "en",
                "seed": False,
            }
        )
        first = self.places["outlet"] = self.places["outlet"] + 1
        articles: list[str] = []
        for place in range(reports + copies):
            own = place < reports
            when = at + timedelta(hours=1.5 * place, minutes=7 * place)
            article_id = self.article(
                f"{key} {place}",
                headline if not place else f"{headline} ({place + 1})",
                when,
                outlet=first + place,
                topic=topic,
                relation="new" if own else "near",
                original=None if own else articles[0],
                url=url,
            )
            articles.append(article_id)
            shared = {"version_id": f"{article_id}.1", "article_id": article_id}
            self.rows["story_members"].append(
                {
                    **shared,
                    "story_id": story_id,
                    "run_id": "n",
                    "role": "report" if own else "copy",
                    "similarity": 0.9,
                    "novelty": 0.5,
                    "site": f"{OUTLETS[(first + place) % len(OUTLETS)][0]}.example",
                    "member_at": when,
                    "joined_at": told_at,
                }
            )
            self.rows["development_outlets"].append(
                {
                    **shared,
                    "development_id": development_id,
                    "position": place,
                    "relation": "new" if own else "near",
                }
            )
            for name in names:
                self.rows["entity_mentions"].append(
                    {
                        **shared,
                        "story_id": story_id,
                        "storyline_id": storyline_id,
                        "entity": name,
                        "mentions": 2,
                        "listed": name[0].isupper(),
                        "mentioned_at": when,
                    }
                )
        languages = sorted({OUTLETS[(first + place) % len(OUTLETS)][2] for place in range(reports)})
        said = (
            sentence
            if sentence is not None
            else (
                f"{headline}, an official said on Monday; the step takes effect in {self.dice.randint(10, 90)} days "
                f"and concerns {self.dice.randint(2, 40)} companies."
            )
        )
        cut = max(0, len(said) - 60)
        self.rows["development_sentences"].append(
            {
                "development_id": development_id,
                "position": 0,
                "text": said,
                "article_id": articles[0],
                "part_starts": [cut],
                "part_ends": [len(said)],
            }
        )
        self.rows["development_list"].append(
            {
                "development_id": development_id,
                "story_id": story_id,
                "storyline_id": storyline_id,
                "storyline_title": line["title"],
                "run_id": "n",
                "kind": kind,
                "headline": headline,
                "happened_at": at,
                "told_at": told_at,
                "weight": weight,
                "score": weight,
                "reasons": ["turn", "new-figures", "outlets:2"],
                "topics": [topic],
                "entities": list(names),
                "languages": languages,
                "previous_id": line.get("last"),
                "updates_id": line.get("last") if kind == "update" else None,
            }
        )
        if kind != "update":
            line["last"] = development_id
        return development_id

    def write(self, con: Connection) -> None:
        """Writes everything."""
        for line in self.lines.values():
            line.pop("last", None)
        with transaction(con):
            for table, rows in self.rows.items():
                add_rows(con, table, rows)
        self.rows.clear()


def ordinary(con: Connection, *, nights: int = 60, storylines: int = 24) -> None:
    """Two months of ordinary nights with a burst on export controls in the last week."""
    room = Newsroom(seed=7)
    room.sources()
    _add_nights(room, nights)
    _add_ordinary(room, nights, storylines)
    room.write(con)


def extreme(con: Connection, *, turns: int = 400, same_day: int = 3_000) -> None:
    """Ordinary nights, and what must stay readable: a saga of hundreds of turns, a huge day, texts that mean harm."""
    room = Newsroom(seed=7)
    room.sources()
    _add_nights(room, 60)
    _add_ordinary(room, 60, 12)
    _add_saga(room, turns)
    _add_huge_day(room, same_day)
    _add_harm(room)
    room.write(con)


def _add_ordinary(room: Newsroom, nights: int, storylines: int) -> None:
    lines = _add_storylines(room, storylines, nights)
    for back in range(6):
        at = TODAY - timedelta(days=back, hours=10)
        for number in range(9):
            room.turn(
                lines[1],
                f"burst {back} {number}",
                room.headline(),
                at + timedelta(minutes=number),
                reports=3,
                told_at=TODAY - timedelta(days=back),
                topic="export-controls",
                weight=0.4,
                kind="turn" if number == 0 else "update",
            )


def _add_saga(room: Newsroom, turns: int) -> None:
    start = TODAY - timedelta(days=turns // 4 + 10)
    saga = room.storyline("endless", SAGA, start)
    for number in range(turns):
        at = start + timedelta(hours=6 * number)
        room.turn(
            saga,
            f"endless {number}",
            room.headline(),
            at,
            told_at=start + timedelta(days=number // 4 + 1),
            reports=2 + number % 4,
            copies=number % 3,
            kind="first" if number == 0 else "turn" if number % 3 else "update",
            names=("Lumora", "Aldermark", room.dice.choice(_ACTORS)),
        )


def _add_huge_day(room: Newsroom, developments: int) -> None:
    lines = [room.storyline(f"flood {number}", f"Matter {number}: {room.headline()}", HUGE_DAY) for number in range(60)]
    for number in range(developments):
        room.turn(
            lines[number % len(lines)],
            f"flood {number}",
            f"{room.headline()} ({number})",
            HUGE_DAY - timedelta(hours=number % 20),
            told_at=HUGE_DAY,
            kind="first" if number < len(lines) else "turn",
            reports=1,
            copies=0,
            weight=(number % 97) / 100,
            topic=list(TOPICS)[number % 6],
        )


def _add_harm(room: Newsroom) -> None:
    told_at = TODAY - timedelta(days=1)
    for key, text, limit in (("hostile", HOSTILE, 3), ("long", "W" * 10_000, 1), ("arabic", RIGHT_TO_LEFT, 1)):
        line = room.storyline(key, text[:4_000], TODAY, entities=(text[:300], "Lumora"))
        room.turn(
            line,
            key,
            text,
            TODAY - timedelta(hours=30),
            told_at=told_at,
            kind="first",
            weight=0.95,
            sentence=f"{text} " * limit,
            url="javascript:alert(1)" if key == "hostile" else None,
            names=(text[:300], "Lumora"),
        )


def large(con: Connection, *, articles: int = 100_000, storylines: int = 2_000, nights: int = 365) -> None:
    """A year of nights: so many articles, a third of them in storylines that were told, the last night among them."""
    room = Newsroom(seed=13)
    room.sources()
    _add_nights(room, nights)
    _add_storylines(room, storylines, nights, turns=6, reports=2, copies=1)
    held = len(room.rows["article_versions"])
    topics = list(TOPICS)
    for number in range(max(0, articles - held)):
        at = TODAY - timedelta(minutes=room.dice.randrange(nights * 1_440))
        room.article(f"other {number}", room.headline(), at, outlet=number, topic=topics[number % len(topics)])
    room.write(con)


def _add_nights(room: Newsroom, nights: int) -> None:
    for back in range(nights):
        room.night(TODAY - timedelta(days=back), developments=0 if back == 0 and nights == 12 else 3)


def _add_storylines(
    room: Newsroom, storylines: int, nights: int, *, turns: int = 5, reports: int = 3, copies: int = 2
) -> list[str]:
    """Storylines that begin at different times and have about so many turns each; a few of them had one tonight."""
    dice, topics, lines = room.dice, list(TOPICS), []
    for number in range(storylines):
        topic = topics[number % len(topics)]
        last = 0 if number % max(1, storylines // 40) == 0 else dice.randrange(1, nights)
        first = min(nights - 1, last + dice.randrange(3, 70))
        actors = dice.sample(_ACTORS, 4)
        begins = TODAY - timedelta(days=first)
        line = room.storyline(f"{storylines} {number}", room.headline(), begins, entities=actors)
        lines.append(line)
        count = max(1, dice.randrange(turns * 2))
        for turn in range(count):
            back = first - (first - last) * turn // max(1, count - 1) if count > 1 else last
            told = TODAY - timedelta(days=back)
            kind = "first" if turn == 0 else "update" if dice.random() < 0.25 else "turn"
            room.turn(
                line,
                f"{storylines} {number} {turn}",
                room.headline(),
                told - timedelta(hours=dice.randrange(3, 20)),
                told_at=told,
                kind=kind,
                topic=topic,
                weight=round(dice.uniform(0.3, 0.95), 2),
                reports=dice.randrange(1, reports * 2),
                copies=dice.randrange(copies * 2),
                names=dice.sample(actors, 3),
            )
    return lines
