"""Pages that are slow, greedy or deadly are cut off; everything else goes on."""

from __future__ import annotations

import os
import signal
import time
from datetime import UTC, datetime

import pytest

from extractors.model import Article, FetchedPage, Problem, TopicMatch
from extractors.pages.pool import PageJob, PageLimits, PagePool

NOW = datetime(2026, 5, 4, 3, 0, tzinfo=UTC)


def page(name: str, text: str) -> FetchedPage:
    paragraphs = "".join(f"<p>{text} This is sentence number {n} of the report on {name}.</p>" for n in range(8))
    body = f"<article><h1>{name}</h1>{paragraphs}</article>"
    html = f"<html lang=en><head><title>{name}</title></head><body>{body}</body></html>"
    url = f"https://example.org/{name}"
    return FetchedPage(url=url, final_url=url, status=200, headers=(), body=html.encode(), fetched_at=NOW)


def troubled_gate(title: str, lead: str, text: str, language: str | None) -> tuple[TopicMatch, ...]:
    """Stands where a page would hit a bug of a library: inside the worker, in the middle of a page."""
    if title == "slow":
        while True:
            pass
    if title == "stuck":
        time.sleep(60)
    if title == "greedy":
        len(bytearray(2**30))
    if title == "deadly":
        os.kill(os.getpid(), signal.SIGKILL)
    return (TopicMatch(topic_id="chips", weight=1, terms=("chips",)),) if "chips" in f"{lead} {text}" else ()


@pytest.mark.slow
def test_every_page_has_its_reading_whatever_its_neighbours_do() -> None:
    kinds = ["slow", "greedy", "deadly", "stuck", *(f"good-{n}" for n in range(12))]
    jobs = [PageJob(page=page(k, "A report on chips." if k != "good-3" else "A report on gardens.")) for k in kinds]
    limits = PageLimits(cpu_s=0.5, wall_s=2.0, memory_mb=200)
    with PagePool(workers=2, gate=troubled_gate, limits=limits) as pool:
        readings = {job.page.url.rsplit("/", 1)[1]: reading for job, reading in pool.read_many(jobs, now=NOW)}
    assert readings.keys() == set(kinds)
    codes = {k: r.problem.code for k, r in readings.items() if r.problem}
    assert codes == {"slow": "too-slow", "stuck": "too-slow", "greedy": "too-much-memory", "deadly": "worker-died"}
    assert readings["good-3"].off_topic and readings["good-3"].title == "good-3"
    for n in (0, 1, 2, 4, 5, 11):
        reading = readings[f"good-{n}"]
        assert reading.article and reading.topics and not reading.off_topic


@pytest.mark.slow
def test_jobs_are_taken_as_they_are_needed_and_articles_come_back() -> None:
    taken = 0

    def jobs():  # type: ignore[no-untyped-def]
        nonlocal taken
        for n in range(30):
            taken += 1
            yield PageJob(page=page(f"page-{n}", "A report on chips."))

    with PagePool(workers=1) as pool:
        results = pool.extract_many(jobs(), now=NOW)
        _, first = next(results)
        assert isinstance(first, Article) and taken < 12
        assert sum(isinstance(a, Article) for _, a in results) == 29


@pytest.mark.slow
def test_a_body_that_is_no_page_is_a_problem() -> None:
    bad = FetchedPage(url="https://example.org/x", final_url="https://example.org/x", status=200, headers=(),
                      body=b"%PDF-1.7 \x00\x01", fetched_at=NOW)  # fmt: skip
    with PagePool(workers=1) as pool:
        [(_, result)] = pool.extract_many([PageJob(page=bad)], now=NOW)
    assert isinstance(result, Problem) and result.code == "not-html"
