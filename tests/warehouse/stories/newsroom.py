"""Puts articles into a warehouse as the nightly run does, and tells a night."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import duckdb

from extractors.model import digest64
from warehouse.stories import StoryRules, Telling, store_telling, tell_stories


def add_article(
    con: duckdb.DuckDBPyConnection, article_id: str, title: str, text: str, *, at: datetime | None, site: str,
    seen_at: datetime | None = None, language: str = "en", relation: str = "new", original: str | None = None,
    adds_facts: bool | None = None, version: int = 1, topic: str | None = "cloud", origin: str = "night",
) -> None:  # fmt: skip
    """One judged version; `at` None: undated."""
    version_id = f"{article_id}.{version}"
    seen = seen_at or at
    con.execute(
        "INSERT INTO article_versions BY NAME SELECT $v AS version_id, $a AS article_id, $n AS version, $o AS origin, "
        "'run' AS run_id, 'https://' || $s || '/' || $a AS url, $s AS site, $t AS title, $at AS published_at, "
        "$c AS published_certainty, $seen AS first_seen_at, $seen AS fetched_at, $l AS language, $x AS text, "
        "100 AS words, 'full' AS access, $h AS content_hash, 'test' AS extractor",
        {"v": version_id, "a": article_id, "n": version, "o": origin, "s": site, "t": title, "at": at,
         "c": "exact" if at else "none", "seen": seen, "l": language, "x": text, "h": digest64(text)},
    )  # fmt: skip
    con.execute(
        "INSERT INTO verdicts BY NAME SELECT $v AS version_id, $a AS article_id, 'run' AS run_id, $r AS relation, "
        "$o AS original_id, $f AS adds_facts, $seen AS judged_at",
        {"v": version_id, "a": article_id, "r": relation, "o": original, "f": adds_facts, "seen": seen},
    )
    if topic:
        con.execute(
            "INSERT INTO topic_hits BY NAME SELECT $v AS version_id, $a AS article_id, $t AS topic_id, 3.0 AS weight",
            {"v": version_id, "a": article_id, "t": topic},
        )


def night(
    con: duckdb.DuckDBPyConnection, as_of: datetime, *, rules: StoryRules | None = None,
    watchlist: Mapping[str, tuple[str, ...]] | None = None,
) -> Telling:  # fmt: skip
    """Tells and stores one night."""
    telling = tell_stories(con, as_of=as_of, rules=rules, watchlist=watchlist)
    con.execute("BEGIN")
    store_telling(con, telling, run_id=f"night-{as_of:%Y-%m-%d}")
    con.execute("COMMIT")
    return telling
