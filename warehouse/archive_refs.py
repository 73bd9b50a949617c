"""Where the raw responses of past nights lie, so that a better extractor can read them again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from extractors.model import ArchiveRef
from warehouse.connection import Connection
from warehouse.sql import load_sql


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedPage:
    """A page in the archive. `extractor` is the version of the code that read it last; None: it gave no article."""

    url: str
    final_url: str
    source_id: str | None
    fetched_at: datetime
    archive: ArchiveRef
    article_id: str | None
    extractor: str | None


def find_archived_pages(
    con: Connection, *, since: datetime | None = None, until: datetime | None = None, not_read_by: str | None = None
) -> Iterator[ArchivedPage]:
    """Pages fetched from `since` up to `until` (exclusive), in the order of the archive, so that it is read through.

    With `not_read_by` only those that this version of the extractor has not read yet.
    """
    params = {"since": since, "until": until, "not_read_by": not_read_by}
    for row in con.execute(load_sql("archive_pages"), params).fetchall():
        url, final_url, source_id, fetched_at, file, offset, article_id, extractor = row
        yield ArchivedPage(
            url=url,
            final_url=final_url,
            source_id=source_id,
            fetched_at=fetched_at,
            archive=ArchiveRef(file=file, offset=offset),
            article_id=article_id,
            extractor=extractor,
        )
