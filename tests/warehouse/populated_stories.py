"""Stories, storylines, developments, mails and source states for the invented nights."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from extractors.urls import site_of
from tests.warehouse.invented import ARTICLES, NIGHTS, SOURCES, STORIES, id_of, url_of
from warehouse.connection import Connection
from warehouse.store import add_rows


def tell_stories(con: Connection) -> None:
    """Stories, storylines and developments."""
    for story, (storyline, run_id, names) in STORIES.items():
        as_of = NIGHTS[run_id]
        first = ARTICLES[names[0]].published_at
        shared: dict[str, Any] = {"story_id": story, "run_id": run_id}
        add_rows(
            con,
            "story_list",
            [
                {
                    **shared,
                    "storyline_id": storyline,
                    "title": ARTICLES[names[0]].title,
                    "founder_id": id_of(names[0]),
                    "first_at": first,
                    "told_at": as_of,
                    "language": "en",
                    "seed": False,
                }
            ],
        )
        members = [
            {
                **shared,
                "version_id": f"{id_of(name)}.1",
                "article_id": id_of(name),
                "similarity": 0.9,
                "novelty": 0.8,
                "role": "report" if ARTICLES[name].relation == "new" else "copy",
                "site": site_of(url_of(name)),
                "member_at": ARTICLES[name].published_at,
                "joined_at": as_of,
            }
            for name in names
        ]
        add_rows(con, "story_members", members)
        kind = "turn" if story == "money" else "first"
        development = {
            **shared,
            "development_id": f"d-{story}",
            "storyline_id": storyline,
            "storyline_title": "Saga",
            "kind": kind,
            "headline": ARTICLES[names[0]].title,
            "happened_at": first,
            "told_at": as_of,
            "weight": 0.8,
            "score": 0.9,
            "reasons": ["new-figure"],
            "topics": [ARTICLES[names[0]].topic],
            "entities": ["Dresden"],
            "languages": ["en"],
            "previous_id": "d-plant" if kind == "turn" else None,
            "updates_id": None,
        }
        add_rows(con, "development_list", [development])
        outlets = [
            {
                "development_id": f"d-{story}",
                "position": place,
                "version_id": f"{id_of(name)}.1",
                "article_id": id_of(name),
                "relation": ARTICLES[name].relation,
            }
            for place, name in enumerate(names)
        ]
        add_rows(con, "development_outlets", outlets)
        mentions = [
            {
                "story_id": story,
                "version_id": f"{id_of(name)}.1",
                "article_id": id_of(name),
                "storyline_id": storyline,
                "entity": entity,
                "mentions": 1,
                "listed": True,
                "mentioned_at": as_of,
            }
            for name in names
            for entity in (("Dresden", "Delta Fab") if storyline == "saga" else ("Bund",))
        ]
        add_rows(con, "entity_mentions", mentions)
        sentence = {
            "development_id": f"d-{story}",
            "position": 0,
            "text": ARTICLES[names[0]].text,
            "article_id": id_of(names[0]),
            "part_starts": [0],
            "part_ends": [5],
        }
        add_rows(con, "development_sentences", [sentence])
    for saga, (stories, earliest, latest) in {"saga": (2, "wire", "money"), "clouds": (1, "loi", "law")}.items():
        row = {
            "storyline_id": saga,
            "title": saga.title(),
            "founder_id": "x",
            "run_id": "n1",
            "first_at": ARTICLES[earliest].published_at,
            "last_at": ARTICLES[latest].published_at,
            "state": ARTICLES[latest].title,
            "stories": stories,
            "turns": stories,
            "entities": ["Dresden"],
        }
        add_rows(con, "storyline_list", [row])


def plan_mails(con: Connection) -> None:
    """Three digests to one analyst: two sent, the last one waiting."""
    for run_id, story in (("n1", "plant"), ("n2", "cloud"), ("n3", "money")):
        as_of = NIGHTS[run_id]
        sent = run_id != "n3"
        add_rows(
            con,
            "outbox_mails",
            [
                {
                    "mail_id": f"m-{run_id}",
                    "kind": "digest",
                    "run_id": run_id,
                    "recipient_id": "analyst",
                    "night": as_of.date(),
                    "subject": "News",
                    "message_id": f"<{run_id}@watch.example>",
                    "planned_at": as_of,
                    "state": "sent" if sent else "queued",
                    "attempts": 1,
                    "sent_at": as_of + timedelta(minutes=8) if sent else None,
                    "code": "ok" if sent else None,
                }
            ],
        )
        add_rows(
            con,
            "outbox_items",
            [
                {
                    "recipient_id": "analyst",
                    "development_id": f"d-{story}",
                    "mail_id": f"m-{run_id}",
                    "storyline_id": STORIES[story][0],
                    "role": "told",
                    "rank": 1,
                    "weight": 0.8,
                    "headline": "News",
                    "happened_at": as_of,
                }
            ],
        )
    names = ("ok", "ok", "broken", "ok", "stale")
    add_rows(
        con,
        "source_states",
        [
            {
                "source_id": source,
                "feed_url": f"https://{source}.example/feed",
                "validators_lie": False,
                "state": state,
                "evidence": "as invented",
                "interval_s": 3600.0,
                "failures": 0.0,
                "moves_ignored": False,
                "volume": "[]",
            }
            for source, state in zip(SOURCES, names, strict=True)
        ],
    )
