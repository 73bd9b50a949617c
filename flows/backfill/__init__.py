"""Reads the past into the warehouse: WARC files, news sitemaps, our own archive; judged and told in order, no mail."""

from flows.backfill.archives import OpenReaders, Progress, backfill, backfill_again
from flows.backfill.sitemaps import backfill_sitemaps

__all__ = ["OpenReaders", "Progress", "backfill", "backfill_again", "backfill_sitemaps"]
