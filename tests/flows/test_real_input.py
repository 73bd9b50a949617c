"""A night over real pages and feeds from loopback hosts, with the shipped topics.

Part of them by default; all with SOVWATCH_REAL_INPUT=all, which takes some minutes. The reading half of
`python -m tests.benchmarks.real_input`, which prints the night's report.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from extractors.urls import canonical_url
from flows.exits import Exit
from flows.night import snapshot_file, warehouse_file
from flows.report import NightReport
from tests.benchmarks.real_input import DATA, RealSites, lead_to, run_real
from warehouse.ask import ask
from warehouse.connection import open_file, open_snapshot

EVERY = 1 if os.environ.get("SOVWATCH_REAL_INPUT") == "all" else 16
DOCS = Path(__file__).parents[2] / "docs" / "sql.md"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real pages and feeds (../shared/data) are not on this machine"),
]

Night = tuple[NightReport, RealSites, Path]


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Night]:
    """One night over the real input, and where its state lies."""
    state = tmp_path_factory.mktemp("real")
    report, sites = run_real(DATA, state, every=EVERY)
    yield report, sites, state


def test_the_night_ends_well_and_every_entry_is_accounted_for(night: Night) -> None:
    report, sites, _ = night
    assert report.exit_code is Exit.OK
    assert report.balanced
    assert report.seen == sum(report.outcomes.values())
    assert report.seen >= len(sites.pages.ids)


def test_every_page_has_exactly_one_outcome(night: Night) -> None:
    _, sites, state = night
    con = open_file(warehouse_file(state))
    try:
        rows = con.execute(
            "SELECT e.url, count(o.outcome) FROM entries AS e LEFT JOIN entry_outcomes AS o USING (entry_id)"
            " WHERE e.source_id LIKE 'p-%' GROUP BY e.entry_id, e.url"
        ).fetchall()
    finally:
        con.close()
    assert {count for _, count in rows} == {1}
    assert {url for url, _ in rows} == {canonical_url(url) for url in sites.listed.values()}


def test_no_page_takes_longer_than_its_limit_or_kills_its_reader(night: Night) -> None:
    report, _, _ = night
    assert not [p for p in report.problems if p.code in ("too-slow", "too-much-memory", "worker-died", "extractor-bug")]


def test_most_pages_are_read(night: Night) -> None:
    report, sites, _ = night
    unread = [p for p in report.problems if p.stage == "extract"]
    assert len(unread) <= 0.05 * len(sites.pages.ids)


def test_the_snapshot_answers_the_questions_of_the_documentation(night: Night) -> None:
    _, _, state = night
    questions = re.findall(r"```sql\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(questions) >= 12
    con = open_snapshot(snapshot_file(state))
    try:
        for question in questions:
            list(ask(con, question).rows)
    finally:
        con.close()


def test_links_of_a_feed_lead_elsewhere_and_names_stay() -> None:
    feed = (
        b'<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><item>'
        b"<link>https://example.org:8443/a?b=1</link></item></channel></rss>"
    )
    led = lead_to(feed, "http://127.0.0.9:1")
    assert b"<link>http://127.0.0.9:1/example.org/a?b=1</link>" in led
    assert b'xmlns:dc="http://purl.org/dc/elements/1.1/"' in led
    wide = lead_to("\ufeff<link>http://example.org/ä</link>".encode("utf-16-le"), "http://127.0.0.9:1")
    assert "http://127.0.0.9:1/example.org/ä" in wide.decode("utf-16")
