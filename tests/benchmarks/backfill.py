"""Pages a second from WARC files to the warehouse, against the archive crawlers of Fundus and news-please.

    python -m tests.benchmarks.backfill --data DIR [--pages 24000] [--workers 2] [--peers PYTHON] [--out FILE]

DIR is laid out like the extraction set: `html/ID.html.gz` and `gold.json`, of which only `url` is read. The WARC files
hold those pages, under their own addresses the first time and under further ones after that, and among them just so
many generated pages on topic that --on-topic of all are. Our own side is the whole way: reading, verdicts, stories,
snapshot, in fresh processes, with one worker and with --workers; figures are of the latter. Memory is the largest of
any process, sampled ten times a second.

Two speed-ups are told. `workers_speedup_stage` is that of the CPU-bound stage: workers that unpack, look at, gate and
extract, and hand over what they read; nothing is stored. `workers_speedup_whole_way` is that of the same with one more
process that takes it all up and stores it. On two cores that one has a core for itself beside one worker, and none
beside two: the whole way gains less than the stage, by as much as storing costs. Both are steady rates, from the first
part handed over to the last.

Peers run in one process of the interpreter --peers (with `fundus` and `news-please` installed; absent ones are said to
be), over the first --peer-pages pages of the same files, and are credited with as many processes as we had workers.
news-please extracts every page. Fundus passes over pages of publishers that it does not know: what counts is how many
pages a second it parses; how long unpacking and passing over takes it is told beside that, as is what it makes of all.
`times_*` compares wall time, `times_*_cpu` processor time of all processes, which a busy machine distorts less.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import http.server
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from config.load import load_house, shipped_folder
from extractors.model import FetchedPage
from extractors.pages.gate import PageGate
from extractors.pages.part_reading import PartJob
from extractors.pages.reading import read_page
from extractors.topics import TopicMatcher
from extractors.web.archive import Archive
from extractors.web.warc import find_warc_files
from extractors.web.warc_parts import cut_parts
from tests.benchmarks.generated_news import Outlet, _outlet, _report, load_newsroom, render_page
from tests.benchmarks.process_tree import Watch

FIRST_DAY = datetime(2026, 3, 2, 6, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
FILE_BYTES = 60_000_000
PEERS = Path(__file__).with_name("backfill_peers.py")


def main() -> int:
    """Makes the files, runs everybody over them, prints the figures as the last lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--pages", type=int, default=24_000)
    parser.add_argument("--on-topic", type=float, default=0.02)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--peer-pages", type=int, default=3_000)
    parser.add_argument("--peer-seconds", type=float, default=60.0, help="after so long a peer has shown its rate")
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--one", nargs=3, metavar=("CONFIG", "FOLDER", "WORKERS"), help=argparse.SUPPRESS)
    parser.add_argument("--stage", nargs=3, metavar=("CONFIG", "FOLDER", "WORKERS"), help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.stage:
        print(json.dumps(run_stage(Path(chosen.stage[0]), Path(chosen.stage[1]), int(chosen.stage[2]))))
        return 0
    if chosen.one:
        print(json.dumps(run_one(Path(chosen.one[0]), Path(chosen.one[1]), int(chosen.one[2]))))
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        made = make_files(chosen.data, folder, pages=chosen.pages, share=chosen.on_topic, peer_pages=chosen.peer_pages)
        print(f"{made['pages']} pages, {made['megabytes']:.0f} MB of WARC, {made['generated_on_topic']} generated on "
              f"topic; load of the machine {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
        figures = measure(chosen, folder)
    if chosen.out:
        chosen.out.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    for name, value in figures.items():
        print(f"{name}: {value}")
    return 0


def measure(chosen: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Every figure, by name."""
    runs = {workers: run_ours(folder, workers) for workers in sorted({1, chosen.workers})}
    stages = {workers: run_ours(folder, workers, "--stage") for workers in sorted({1, chosen.workers})}
    best = runs[chosen.workers]
    pages = best["pages"]
    steady = max(1e-9, best["steady_pages"] / best["steady_s"])
    figures: dict[str, Any] = {
        "pages": pages,
        "outcomes": best["outcomes"],
        "pages_per_s": round(pages / best["wall_s"], 1),
        "pages_per_s_reading": round(pages / best["reading_s"], 1),
        "cpu_ms_a_page_reading": round(1000 * best["readers_cpu_s"] / pages, 2),
        "cpu_ms_a_page": round(1000 * best["cpu_s"] / pages, 2),
        "cpu_ms_a_page_storing_and_telling": round(1000 * (best["cpu_s"] - best["readers_cpu_s"]) / pages, 2),
        # Processes start once, however many pages follow: a million is reckoned from what came after the first part.
        "pages_per_s_reading_steady": round(steady, 1),
        "million_pages_minutes": round(1e6 * (1 / steady + (best["wall_s"] - best["reading_s"]) / pages) / 60, 1),
        "pages_per_s_stage": {workers: round(stage["pages"] / stage["s"], 1) for workers, stage in stages.items()},
        "workers_speedup_stage": round(speedup(stages, chosen.workers, "pages", "s"), 2),
        "workers_speedup_whole_way": round(speedup(runs, chosen.workers, "steady_pages", "steady_s"), 2),
        "start_s": round(best["first_s"], 1),
        "seconds": best["seconds"],
        "peak_mb_of_any_process": best["peak_mb"],
        "same_rows_with_one_worker": runs[1]["digest"] == best["digest"],
    }
    if not chosen.no_peers:
        with served(folder / "peers") as base:
            for name in ("fundus", "newsplease"):
                figures.update(run_peer(name, chosen, folder, base, ours=figures))
    return figures


def speedup(runs: dict[int, dict[str, Any]], workers: int, pages: str, seconds: str) -> float:
    """How many times the rate of one worker."""
    rates = {number: run[pages] / max(1e-9, run[seconds]) for number, run in runs.items()}
    return float(rates[workers] / max(1e-9, rates[1]))


def run_ours(folder: Path, workers: int, what: str = "--one") -> dict[str, Any]:
    """A backfill (or its reading alone) in a fresh process and a fresh house."""
    config = write_config(folder / f"house-{workers}", workers)
    command = [sys.executable, "-m", "tests.benchmarks.backfill", "--data", ".", what, str(config),
               str(folder / "warc"), str(workers)]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process, Watch(process.pid) as watch:
        said, _ = process.communicate()
    assert process.returncode == 0, "the backfill failed"
    told: dict[str, Any] = json.loads(said.splitlines()[-1])
    return told | {"peak_mb": round(watch.largest_mb), "readers_cpu_s": watch.children_cpu_s,
                   "cpu_s": watch.own_cpu_s + watch.children_cpu_s}  # fmt: skip


def run_one(config: Path, folder: Path, workers: int) -> dict[str, Any]:
    """One backfill, in this process: wall time of all and of reading, seconds by kind, a digest of its verdicts."""
    from flows.backfill import Progress, backfill
    from flows.night import snapshot_file
    from warehouse.connection import open_snapshot

    house = load_house(config)
    begun = time.monotonic()
    read = [begun]
    first: list[tuple[float, int]] = []

    def heard(at: Progress) -> None:
        read[0] = time.monotonic()
        if not first:
            first.append((read[0], at.pages))

    report = backfill(house, [folder], now=NOW, workers=workers, progress=heard)
    wall = time.monotonic() - begun
    con = open_snapshot(snapshot_file(house.settings.state_dir))
    rows = con.execute("SELECT md5(string_agg(version_id || relation || coalesce(original_id, ''), ',' ORDER BY "
                       "version_id)) FROM verdicts").fetchone()  # fmt: skip
    return {
        "pages": report.seen, "wall_s": wall, "reading_s": read[0] - begun, "digest": rows[0] if rows else None,
        "steady_pages": report.seen - first[0][1], "steady_s": max(1e-9, read[0] - first[0][0]),
        "first_s": first[0][0] - begun,
        "outcomes": {name: number for name, number in report.outcomes.items() if number},
        "seconds": {name: round(value, 1) for name, value in report.seconds.items()},
    }  # fmt: skip


def run_stage(config: Path, folder: Path, workers: int) -> dict[str, Any]:
    """All parts read and nothing done with them: pages and seconds from the first part handed over to the last."""
    from flows.backfill.readers import LocalReaders

    matcher = TopicMatcher(load_house(config).topics)
    parts = [part for file in find_warc_files(folder) for part in cut_parts(file)]
    pages, begun = 0, time.monotonic()
    with LocalReaders(workers, PageGate(matcher)) as readers:
        for number, reading in enumerate(readers.read_all(PartJob(part=part, source_id="bench") for part in parts)):
            if number == 0:
                begun = time.monotonic()
            else:
                pages += len(reading.pages)
        return {"pages": pages, "s": time.monotonic() - begun}


def run_peer(name: str, chosen: argparse.Namespace, folder: Path, base: str, *, ours: dict[str, Any]) -> dict[str, Any]:
    """A peer's figures; says so where it is not installed."""
    files = [f"{base}/{path.name}" for path in sorted((folder / "peers").glob("*.warc.gz"))]
    command = [chosen.peers, str(PEERS), name, str(folder / "peers"), str(chosen.peer_seconds), *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode != 0:
        return {f"{name}": f"absent or broken in {chosen.peers}: {done.stderr.strip().splitlines()[-1:]}"}
    told = json.loads(done.stdout.splitlines()[-1])
    rate = told["parsed"] / told["parsing_s"] * chosen.workers
    return {
        f"{name}_pages_per_s": round(rate, 1),
        f"{name}_told": told,
        f"times_{name}": round(ours["pages_per_s"] / rate, 1),
        f"times_{name}_cpu": round(1000 * told["parsing_cpu_s"] / told["parsed"] / ours["cpu_ms_a_page"], 1),
    }


# ---- the files ----


def make_files(data: Path, folder: Path, *, pages: int, share: float, peer_pages: int) -> dict[str, Any]:
    """Writes `warc/*.warc.gz`, and the first pages again for the peers; what is in them."""
    matcher = TopicMatcher(load_house(write_config(folder / "house-0", 1)).topics)
    count = generated_on_topic = 0
    with Archive(folder / "warc", rotate_bytes=FILE_BYTES) as archive, Archive(folder / "peers") as few:
        for number, (url, body, made_on_topic) in enumerate(mixed_pages(data, pages, share, matcher)):
            at = FIRST_DAY + timedelta(seconds=40 * number)
            headers = (("Content-Type", "text/html; charset=utf-8"),)
            page = FetchedPage(url=url, final_url=url, status=200, headers=headers, body=body, fetched_at=at)
            archive.append(page)
            if number < peer_pages:
                few.append(page)
            count += 1
            generated_on_topic += made_on_topic
    size = sum(path.stat().st_size for path in (folder / "warc").iterdir())
    return {"pages": count, "megabytes": size / 1e6, "generated_on_topic": generated_on_topic}


def mixed_pages(data: Path, pages: int, share: float, matcher: TopicMatcher) -> Iterator[tuple[str, bytes, bool]]:
    """Address, body and whether it was generated: real pages in turn, and generated ones where these are too few."""
    rng = random.Random(7)
    real = list(real_pages(data))
    found = sum(is_on_topic(url, body, matcher) for url, body in real) / len(real)
    lacking = max(0.0, share - found) / (1 - found)
    outlets = [_outlet(rng, number) for number in range(40)]
    taken = 0
    for number in range(pages):
        if rng.random() < lacking:
            outlet, body = generated_page(rng, number, outlets, matcher)
            yield f"https://{outlet.id}.example/{number}", body, True
        else:
            url, body = real[taken % len(real)]
            again = taken // len(real)
            taken += 1
            yield (f"{url.rstrip('/')}/again-{again}" if again else url), body, False


def is_on_topic(url: str, body: bytes, matcher: TopicMatcher) -> bool:
    """Whether the page gives an article on topic."""
    page = FetchedPage(url=url, final_url=url, status=200, headers=(), body=body, fetched_at=FIRST_DAY)
    return read_page(page, None, now=FIRST_DAY, gate=matcher.match).article is not None


def real_pages(data: Path) -> Iterator[tuple[str, bytes]]:
    """Address and body of every page of the set."""
    gold = json.loads((data / "gold.json").read_text(encoding="utf-8"))
    for path in sorted((data / "html").glob("*.html.gz")):
        found = gold.get(path.name.removesuffix(".html.gz"))
        if found and found.get("url", "").startswith("http"):
            yield found["url"], gzip.decompress(path.read_bytes())


def generated_page(
    rng: random.Random, number: int, outlets: list[Outlet], matcher: TopicMatcher
) -> tuple[Outlet, bytes]:
    """A generated page that matches a topic, and its outlet."""
    outlet = outlets[number % len(outlets)]
    while True:
        report = _report(rng, number, outlet, FIRST_DAY + timedelta(seconds=40 * number), 0, [])
        if matcher.match(report.title, report.summary, "\n".join(report.paragraphs), "en"):
            base, words = f"https://{outlet.id}.example", load_newsroom().words["en"]
            return outlet, render_page(outlet, report, base=base, words=words).encode()


def write_config(folder: Path, workers: int) -> Path:
    """A house with the shipped topics and sources, its state in `folder`."""
    config = folder / "config"
    config.mkdir(parents=True, exist_ok=True)
    settings = {"state_dir": str(folder / "state"), "workers": workers}
    (config / "settings.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    (config / "recipients.yaml").write_text("recipients: []\n", encoding="utf-8")
    for name in ("sources.yaml", "topics.yaml"):
        (config / name).write_bytes((shipped_folder() / name).read_bytes())
    return config


class served:
    """The folder over HTTP on loopback: Fundus asks for its files by address."""

    def __init__(self, folder: Path) -> None:
        handler = functools.partial(_Quiet, directory=str(folder))
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


if __name__ == "__main__":
    raise SystemExit(main())
