"""Run by tests/benchmarks/backfill.py in the peers' interpreter, as `NAME FOLDER SECONDS ADDRESS...`; prints JSON.

A peer stops after so many seconds, however many pages it has come through by then.
"""

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
    name, folder, most_s, *addresses = sys.argv[1:]
    told = run_fundus(addresses, float(most_s)) if name == "fundus" else run_newsplease(Path(folder), float(most_s))
    print(json.dumps(told))


def run_fundus(addresses: list[str], most_s: float) -> dict[str, Any]:
    """Fundus' own source and scraper over all publishers; pages that reach its parsers are counted."""
    from fundus import PublisherCollection
    from fundus.scraping.filter import RequiresAll
    from fundus.scraping.html import CCNewsSource
    from fundus.scraping.scraper import CCNewsScraper

    publishers = list(PublisherCollection)
    fetch = CCNewsSource.fetch

    # First without parsing: how fast records are unpacked and unknown publishers passed over, by pages that it knows.
    passed: list[tuple[float, float]] = [(0.0, 0.0)]
    begun, cpu = time.monotonic(), time.process_time()
    for address in addresses:
        known = CCNewsSource(*publishers, warc_path=address).fetch()
        passed += [(time.monotonic() - begun, time.process_time() - cpu) for _ in known]
    whole = (time.monotonic() - begun, time.process_time() - cpu)

    seen = {"parsed": 0, "stopped": 0}
    articles = 0
    begun, cpu = time.monotonic(), time.process_time()

    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        for page in fetch(self, *args, **kwargs):
            if time.monotonic() - begun > most_s:
                seen["stopped"] = 1
                return
            seen["parsed"] += 1
            yield page

    CCNewsSource.fetch = counted
    for address in addresses:
        scraper = CCNewsScraper(CCNewsSource(*publishers, warc_path=address))
        for _ in scraper.scrape("suppress", RequiresAll()):
            articles += 1
        if seen["stopped"]:
            break
    all_s, all_cpu_s = time.monotonic() - begun, time.process_time() - cpu
    # Of those seconds the ones that unpacking and passing over took as far as it came.
    passing_s, passing_cpu_s = passed[min(seen["parsed"] + 1, len(passed) - 1)] if seen["stopped"] else whole
    return {"parsed": seen["parsed"], "parsing_s": all_s - passing_s, "articles": articles,
            "parsing_cpu_s": all_cpu_s - passing_cpu_s,
            "whole_s": round(all_s, 2), "unpacking_s": round(passing_s, 2)}  # fmt: skip


def run_newsplease(folder: Path, most_s: float) -> dict[str, Any]:
    """news-please's extractor of Common Crawl files, on local ones; every page is extracted."""
    import newsplease.crawler.commoncrawl_crawler  # noqa: F401  (two of its modules import one another; this one first)
    from newsplease.crawler.commoncrawl_extractor import CommonCrawlExtractor

    counts = {"articles": 0, "parsed": 0}
    ended: list[tuple[float, float]] = []  # when its time was up: what is only unpacked after that does not count

    class Local(CommonCrawlExtractor):  # type: ignore[misc]
        """Its way through a file, without the download."""

        def filter_record(self, warc_record: Any, article: Any = None) -> Any:
            if ended or time.monotonic() - begun > most_s:
                ended.append((time.monotonic(), time.process_time()))
                return False, article
            counts["parsed"] += 1
            return super().filter_record(warc_record, article)

    def heard(article: Any) -> None:
        counts["articles"] += 1

    begun, cpu = time.monotonic(), time.process_time()
    with tempfile.TemporaryDirectory() as scratch:
        for path in sorted(folder.glob("*.warc.gz")):
            if ended:
                break
            local = Path(scratch) / path.name
            shutil.copyfile(path, local)
            extractor = Local()
            extractor._CommonCrawlExtractor__download = lambda _, local=local: str(local)
            extractor.extract_from_commoncrawl(
                path.name, heard, callback_on_warc_completed=lambda *_: None, continue_after_error=True,
                local_download_dir_warc=scratch, log_level=logging.CRITICAL,
            )  # fmt: skip
    ended.append((time.monotonic(), time.process_time()))
    return {"parsed": counts["parsed"], "parsing_s": ended[0][0] - begun, "articles": counts["articles"],
            "parsing_cpu_s": ended[0][1] - cpu}  # fmt: skip


if __name__ == "__main__":
    main()
