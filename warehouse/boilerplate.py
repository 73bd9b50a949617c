"""What a site repeats on its pages is learnt night by night, so that later pages can be read without it.

    with transaction:                                     # the caller's
        store(articles)
        add_site_paragraphs(con, articles, as_of=now)
    ...
    known = find_site_boilerplate(con, sites)             # next night, before pages are read
    PageJob(page=page, site_boilerplate=known.get(site, frozenset()))

No phrase list is involved, so an appeal that nobody has seen before disappears once its site has used it often enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import duckdb

from extractors.model import Article
from extractors.pages.boilerplate import paragraph_hash
from warehouse.recent_pages import ALL, RECENT, add_paragraphs, recall_pages
from warehouse.sql import load_sql


@dataclass(frozen=True, slots=True, kw_only=True)
class BoilerplateRules:
    """From when on a paragraph counts as its site's, not as an article's.

    It must stand on `least_pages` pages that share little else (`least_own`, 0 to 1: their words found on at most two
    pages), on `least_share` of such pages among the latest `most_pages`, seen on `least_nights` days, and be no longer
    than `most_words`: background that a saga repeats is rarer, an article is longer.
    """

    least_pages: int = 5
    least_nights: int = 2
    least_share: float = 0.2
    least_own: float = 0.5
    most_words: int = 120
    most_pages: int = 400


def add_site_paragraphs(con: duckdb.DuckDBPyConnection, articles: Iterable[Article], *, as_of: datetime | None = None,
                        rules: BoilerplateRules | None = None) -> int:  # fmt: skip
    """How many paragraphs were newly learnt to be boilerplate, after adding those of the articles.

    To be called inside the caller's transaction, with articles as extracted (paragraphs that were left out as known
    boilerplate are known already). Articles added before are skipped, so a replay changes nothing. `as_of` is noted as
    the time of learning, the latest `fetched_at` by default.
    """
    rules = rules or BoilerplateRules()
    rows = [
        (article.site, paragraph_hash(text), article.article_id, max(1, len(text.split())), article.fetched_at)
        for article in articles
        for text in article.paragraphs
        if text.strip()
    ]
    if not rows:
        return 0
    sites, paragraphs, ids, words, seen = zip(*rows, strict=True)
    recall_pages(con, most_pages=rules.most_pages)
    add_paragraphs(con, {
        "sites": list(sites), "paragraphs": list(paragraphs), "article_ids": list(ids), "words": list(words),
        "seen_at": list(seen),
    })  # fmt: skip
    learnt = con.execute(load_sql("boilerplate_learn").replace(ALL, RECENT), {
        "sites": sorted(set(sites)), "most_pages": rules.most_pages, "least_own": rules.least_own,
        "least_pages": rules.least_pages, "least_nights": rules.least_nights, "most_words": rules.most_words,
        "least_share": rules.least_share, "learnt_at": as_of or max(seen),
    }).fetchone()  # fmt: skip
    return int(learnt[0]) if learnt else 0


def find_site_boilerplate(con: duckdb.DuckDBPyConnection, sites: Iterable[str]) -> dict[str, frozenset[str]]:
    """For each site with known boilerplate the hashes of its paragraphs; sites without any are absent."""
    found: dict[str, set[str]] = {}
    for site, paragraph in con.execute(load_sql("boilerplate_find"), {"sites": sorted(set(sites))}).fetchall():
        found.setdefault(site, set()).add(paragraph)
    return {site: frozenset(paragraphs) for site, paragraphs in found.items()}
