"""Run by tests/benchmarks/backfill.py in the peers' interpreter, as `NAME FOLDER ADDRESS...`; prints JSON."""

from __future__ import annotations

import json
import logging
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any


def main() -> None:
    """One peer over the files."""
    logging.disable(logging.CRITICAL)
    name, folder, *addresses = sys.argv[1:]
    told = run_fundus(addresses) if name == "fundus" else run_newsplease(Path(folder))
    print(json.dumps(told))


def run_fundus(addresses: list[str]) -> dict[str, Any]:
    """Fundus' own source and scraper over all publishers; pages that reach its parsers are counted."""
    from fundus import PublisherCollection
    from fundus.scraping.filter import RequiresAll
    from fundus.scraping.html import CCNewsSource
    from fundus.scraping.scraper import CCNewsScraper

    publishers = list(PublisherCollection)
    seen = {"parsed": 0}
    fetch = CCNewsSource.fetch

    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        for page in fetch(self, *args, **kwargs):
            seen["parsed"] += 1
            yield page

    # First without parsing: how fast records are unpacked and unknown publishers passed over.
    begun, cpu = time.monotonic(), time.process_time()
    for address in addresses:
        for _ in CCNewsSource(*publishers, warc_path=address).fetch():
            pass
    passing_s, passing_cpu_s = time.monotonic() - begun, time.process_time() - cpu
    CCNewsSource.fetch = counted
    articles = 0
    begun, cpu = time.monotonic(), time.process_time()
    for address in addresses:
        scraper = CCNewsScraper(CCNewsSource(*publishers, warc_path=address))
        for _ in scraper.scrape("suppress", RequiresAll()):
            articles += 1
    whole_s = time.monotonic() - begun
    parsing_cpu_s = time.process_time() - cpu - passing_cpu_s
    return {"parsed": seen["parsed"], "parsing_s": whole_s - passing_s, "articles": articles,
            "parsing_cpu_s": parsing_cpu_s,
            "whole_s": round(whole_s, 2), "unpacking_s": round(passing_s, 2)}  # fmt: skip


def run_newsplease(folder: Path) -> dict[str, Any]:
    """news-please's extractor of Common Crawl files, on local ones; every page is extracted."""
    import newsplease.crawler.commoncrawl_crawler  # noqa: F401  (two of its modules import one another; this one first)
    from newsplease.crawler.commoncrawl_extractor import CommonCrawlExtractor

    counts = {"articles": 0, "parsed": 0}

    class Local(CommonCrawlExtractor):  # type: ignore[misc]
        """Its way through a file, without the download."""

        def filter_record(self, warc_record: Any, article: Any = None) -> Any:
            counts["parsed"] += 1
            return super().filter_record(warc_record, article)

    def heard(article: Any) -> None:
        counts["articles"] += 1

    begun, cpu = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory() as scratch:
        for path in sorted(folder.glob("*.warc.gz")):
            local = Path(scratch) / path.name
            shutil.copyfile(path, local)
            extractor = Local()
            extractor._CommonCrawlExtractor__download = lambda _, local=local: str(local)
            extractor.extract_from_commoncrawl(
                path.name, heard, callback_on_warc_completed=lambda *_: None, continue_after_error=True,
                local_download_dir_warc=scratch, log_level=logging.CRITICAL,
            )  # fmt: skip
    return {"parsed": counts["parsed"], "parsing_s": time.monotonic() - begun, "articles": counts["articles"],
            "parsing_cpu_s": time.process_time() - cpu}  # fmt: skip


if __name__ == "__main__":
    main()
