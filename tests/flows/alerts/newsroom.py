"""Invented developments, readers and settings for the tests of the alerts room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from config.recipients import MailSettings, Recipient
from warehouse.stories.model import Development, NewSentence, Outlet

NIGHT = datetime(2026, 5, 12, 3, 0, tzinfo=UTC)
TITLES = {"cloud": "Cloud sovereignty", "chips": "Chips", "app-bans": "App bans", "payments": "Payments"}


def recipient(**changes: Any) -> Recipient:
    """A reader of everything, in UTC."""
    values: dict[str, Any] = {"id": "ana", "name": "Ana Reader", "email": "ana@example.org"}
    return Recipient(**{**values, **changes})


def settings(**changes: Any) -> MailSettings:
    """Settings for a server on loopback, without encryption or login."""
    values: dict[str, Any] = {
        "sender": "watch@example.org",
        "reply_to": "desk@example.org",
        "host": "127.0.0.1",
        "port": 2525,
        "security": "none",
        "username_env": None,
        "password_env": None,
    }
    return MailSettings(**{**values, **changes})


def marked(text: str, article_id: str = "a1") -> NewSentence:
    """A sentence whose new parts stand in [[double brackets]]."""
    parts: list[tuple[int, int]] = []
    plain = ""
    for index, piece in enumerate(text.replace("]]", "[[").split("[[")):
        if index % 2:
            parts.append((len(plain), len(plain) + len(piece)))
        plain += piece
    return NewSentence(text=plain, article_id=article_id, new_parts=tuple(parts))


def outlet(number: int = 1, **changes: Any) -> Outlet:
    """A report of its own, an hour after the one before."""
    values: dict[str, Any] = {
        "article_id": f"a{number}",
        "name": f"The Outlet {number}",
        "site": f"outlet{number}.example",
        "url": f"https://outlet{number}.example/news/story-{number}",
        "title": f"Report {number}",
        "language": "en",
        "published_at": NIGHT - timedelta(hours=14 - number),
        "relation": "new",
    }
    return Outlet(**{**values, **changes})


def development(number: int = 1, **changes: Any) -> Development:
    """A turn about the cloud."""
    values: dict[str, Any] = {
        "development_id": f"dev{number}",
        "story_id": f"story{number}",
        "storyline_id": f"line{number}",
        "storyline_title": f"Saga {number}",
        "kind": "turn",
        "headline": f"Ministry moves step {number} of its registers",
        "happened_at": NIGHT - timedelta(hours=12),
        "weight": 0.5,
        "reasons": ("new-act",),
        "sentences": (marked("The ministry said it [[moved the register on Monday]]."),),
        "outlets": (outlet(1), outlet(2)),
        "topics": ("cloud",),
        "entities": ("Ministry of Records",),
        "languages": ("en",),
    }
    return Development(**{**values, **changes})
