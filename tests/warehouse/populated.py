"""A small warehouse after three invented nights: copies, a stub, a revision, two storylines, mails, a silent source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from extractors.model import Article, FeedEntry, Kinship, Problem, Span, TopicMatch, Verdict
from extractors.urls import site_of
from tests.warehouse.invented import ARTICLES, NIGHTS, SOURCES, TEXTS, Told, id_of, url_of
from tests.warehouse.populated_stories import plan_mails, tell_stories
from warehouse.connection import Connection, open_memory
from warehouse.readings import version_row
from warehouse.search import index_articles
from warehouse.store import (
    FetchRecord,
    Reading,
    SourceRow,
    add_feed_results,
    add_readings,
    add_rows,
    add_verdicts,
    find_unjudged,
    finish_run,
    start_run,
    store_sources,
    transaction,
)


def populated() -> Connection:
    """The warehouse, after all three nights."""
    con = open_memory()
    fill(con)
    return con


def fill(con: Connection) -> None:
    """Lives the three nights in the given warehouse."""
    rows = [
        SourceRow(
            source_id=key,
            name=name,
            feed_url=f"https://{key}.example/feed",
            language=language,
            country=country,
            kind=kind,
        )
        for key, (name, language, country, kind) in SOURCES.items()
    ]
    off = SourceRow(
        source_id="foxtrot", name="Foxtrot", feed_url="https://fox.example/feed", enabled=False, reason="dead"
    )
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    seed = article("seed", unheard("corpus", long_ago, "Rare earths", TEXTS["KNOWN"]))
    with transaction(con):
        store_sources(con, [*rows, off])
        add_rows(
            con, "article_versions", [version_row(seed, 1, run_id="corpus", origin="seed", first_seen_at=NIGHTS["n1"])]
        )
    for run_id, as_of in NIGHTS.items():
        live_night(con, run_id, as_of)
    with transaction(con):
        tell_stories(con)
        plan_mails(con)
    index_articles(con)


def live_night(con: Connection, run_id: str, as_of: datetime) -> None:
    """Feeds, pages, verdicts of one night."""
    told = {name: facts for name, facts in ARTICLES.items() if facts.night == run_id}
    entries = {name: entry(name, facts) for name, facts in told.items()}
    blocked = entry("blocked", unheard("beta", as_of, "Blocked"))
    off_topic = entry("sports", unheard("alpha", as_of, "Sports"))
    refused = Problem(stage="page", url=blocked.url, code="http-403", detail="The server refused the page.")
    with transaction(con):
        start_run(con, run_id=run_id, kind="night", as_of=as_of, started_at=as_of, version="0.1.0")
        fetches = [feed(run_id, source, as_of, told) for source in SOURCES if not (source == "echo" and run_id == "n3")]
        seen = [*entries.values(), *([blocked, off_topic] if run_id == "n1" else [])]
        add_feed_results(con, run_id=run_id, as_of=as_of, fetches=fetches, entries=seen)
    readings = [
        Reading(
            entry=entries[name],
            fetch=FetchRecord(
                kind="page",
                source_id=facts.source,
                url=url_of(name),
                code="ok",
                status=200,
                bytes=9_000,
                elapsed_s=0.2,
                fetched_at=as_of,
            ),
            article=article(name, facts),
            topics=(TopicMatch(topic_id=facts.topic, weight=3.5, terms=("plant",), entities=("Dresden",)),),
        )
        for name, facts in told.items()
    ]
    if run_id == "n1":
        readings += [
            Reading(entry=blocked, problem=refused),
            Reading(entry=off_topic, outcome="off-topic", code="no-topic"),
        ]
    with transaction(con):
        add_readings(con, run_id=run_id, as_of=as_of, readings=readings)
        names = {id_of(name): name for name in told}
        judged = [(key, found, verdict(names[found.article_id], found)) for key, found in find_unjudged(con)]
        add_verdicts(con, run_id=run_id, as_of=as_of, judged=judged)
        finish_run(con, run_id=run_id, finished_at=as_of + timedelta(minutes=9), state="done", exit_code=0, counts={})


def unheard(source: str, published_at: datetime, title: str, text: str = "") -> Told:
    """An article that is not in the table."""
    return Told("", source, published_at, title, text, "", "new", None, 0.0, "full")


def feed(run_id: str, source: str, as_of: datetime, told: dict[str, Told]) -> FetchRecord:
    """One feed's answer."""
    extra = {"n1": {"alpha": 1, "beta": 1}}.get(run_id, {}).get(source, 0)
    seen = sum(1 for facts in told.values() if facts.source == source) + extra
    return FetchRecord(
        kind="feed",
        source_id=source,
        url=f"https://{source}.example/feed",
        code="ok",
        status=200,
        fetched_at=as_of,
        entries_seen=seen,
        entries_known=0,
    )


def entry(name: str, facts: Told) -> FeedEntry:
    """What the feed claims of the article."""
    return FeedEntry(
        source_id=facts.source,
        feed_url=f"https://{facts.source}.example/feed",
        key=name,
        url=f"https://{facts.source}.example/{name}",
        link=f"https://{facts.source}.example/{name}?utm_source=feed",
        title=facts.title,
        published_at=facts.published_at,
        published_certainty="exact",
    )


def article(name: str, facts: Told) -> Article:
    """What was read."""
    language = SOURCES.get(facts.source, ("", "en"))[1]
    return Article(
        article_id=id_of(name),
        url=url_of(name),
        site=site_of(url_of(name)),
        title=facts.title,
        paragraphs=(facts.text,),
        fetched_at=facts.published_at,
        extractor="1",
        source_id=facts.source if facts.source in SOURCES else None,
        published_at=facts.published_at,
        published_certainty="exact",
        language=language,
        access=facts.access,
        access_reason="paywall" if facts.access == "stub" else None,
    )


def verdict(name: str, found: Article) -> Verdict:
    """The verdict that the table says."""
    facts = ARTICLES[name]
    relation, original, share = facts.relation, facts.original, facts.share
    if original is None:
        return Verdict(article_id=found.article_id, relation=relation, original_id=None)
    spans = (Span(start=0, end=46, other_start=0, other_end=46),)
    kin = Kinship(
        other_id=id_of(original), relation=relation, share=share, other_share=share, confidence=0.98, spans=spans
    )
    return Verdict(
        article_id=found.article_id, relation=relation, original_id=id_of(original), kin=(kin,), reasons=("text",)
    )
