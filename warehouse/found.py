"""What a search found, as a question that any export can ask."""

from __future__ import annotations

from warehouse.connection import Connection
from warehouse.search import search_articles
from warehouse.sql import load_sql


def found_question(con: Connection, words: str, *, limit: int) -> str:
    """SQL for the articles that the words find, in the order of the search."""
    found = search_articles(con, words, top=limit)
    ids = ", ".join(f"'{one.article_id}'" for one in found)  # ids are hex digits of our own making
    return load_sql("export_found").replace("$ids", f"[{ids}]::VARCHAR[]").rstrip()
