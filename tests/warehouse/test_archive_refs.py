"""The archive's index: what was fetched, where it lies, and which version of the extractor read it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from extractors.model import ArchiveRef
from tests.warehouse.examples import NIGHT, article, begin, entry
from warehouse.archive_refs import find_archived_pages
from warehouse.connection import open_memory
from warehouse.store import FetchRecord, Reading, add_feed_results, add_readings


def test_pages_are_found_in_the_order_of_the_archive() -> None:
    con = open_memory()
    begin(con, "r1")
    entries = [entry(number) for number in range(4)]
    add_feed_results(con, run_id="r1", as_of=NIGHT, fetches=[], entries=entries)
    places = [ArchiveRef(file="b.warc.gz", offset=0), ArchiveRef(file="a.warc.gz", offset=900),
              ArchiveRef(file="a.warc.gz", offset=80), None]  # fmt: skip
    page = FetchRecord(kind="page", source_id="alpha", url="", code="ok", status=200, fetched_at=NIGHT)
    fetches = [
        replace(page, url=one.url or "", archive=place, fetched_at=NIGHT + timedelta(hours=number))
        for number, (one, place) in enumerate(zip(entries, places, strict=True))
    ]
    readings = [
        Reading(entry=entries[0], fetch=fetches[0], article=article(0, archive=places[0], extractor="1")),
        Reading(entry=entries[1], fetch=fetches[1], article=article(1, archive=places[1], extractor="2")),
        Reading(entry=entries[2], fetch=fetches[2], outcome="off-topic"),
        Reading(entry=entries[3], fetch=fetches[3], article=article(3)),
    ]
    add_readings(con, run_id="r1", as_of=NIGHT, readings=readings)

    pages = list(find_archived_pages(con))
    assert [one.archive for one in pages] == [places[2], places[1], places[0]]
    assert [one.extractor for one in pages] == [None, "2", "1"]
    assert [one.article_id for one in pages] == [None, article(1).article_id, article(0).article_id]
    assert [one.url for one in find_archived_pages(con, not_read_by="2")] == [entries[2].url, entries[0].url]
    later = NIGHT + timedelta(hours=1)
    assert [one.url for one in find_archived_pages(con, since=later, until=later + timedelta(hours=1))] == [
        entries[1].url
    ]
