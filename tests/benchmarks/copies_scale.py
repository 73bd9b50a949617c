"""Copy detection at size: lookup, bytes an article, cold start, verdicts a second.

    python -m tests.benchmarks.copies_scale [--known 100000] [--marks 1000000] [--night 2000] [--workers 2]

`--known` articles of about 450 generated words (Zipf-distributed, with names and figures) stand in a warehouse file
with their texts; a night of `--night` articles is judged against them in batches of 500, as nights do, each time in a
process of its own that knows no word yet: alone, then with `--workers`. A quarter are reprints, trims, rewordings and
edits of known ones, the rest new. The first batch pays for the start of workers and for most new words; figures are
given with it and without. The load of the machine is printed: above 2 on two cores they say little.

For `--marks` the index is filled up with copies of the known sketches whose passages are changed and whose terms stay:
posting lists grow as they would, texts are not needed for a lookup.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import random
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
from duckdb import DuckDBPyConnection

from extractors.model import Article, Verdict, digest64
from flows.steps.judging import BATCH
from tests.benchmarks.copy_sets import reword
from tests.benchmarks.copy_templates import CITIES, COMPANIES, PEOPLE, TEMPLATES
from tests.benchmarks.copy_vocabulary import EXCHANGES, Vocabulary
from warehouse.connection import bounded_memory, open_file
from warehouse.dedupe import CandidateIndex, CopyRules, CopyWorkers, judge_articles
from warehouse.dedupe.reading import read_article
from warehouse.dedupe.sketch import sketch
from warehouse.dedupe.sorted_marks import SortedMarks

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PEERS = [*COMPANIES, *PEOPLE, *CITIES]


class Writer:
    """Writes articles of generated words: frequent ones are real English, the rest made of syllables."""

    def __init__(self, words: int = 80_000) -> None:
        rng = random.Random(1)
        source = " ".join(body for _, body in TEMPLATES.values()) + " " + EXCHANGES.replace("|", " ")
        real = sorted({w for w in source.lower().split() if w.isalpha()}, key=lambda w: (len(w), w))
        syllables = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "il", "on")]
        made = {"".join(rng.choices(syllables, k=rng.choice((2, 3, 3, 4)))) for _ in range(words)}
        self._words = np.array(real + sorted(made), dtype=object)
        weights = 1.0 / (np.arange(len(self._words)) + 5.0)
        self._edges = np.cumsum(weights / weights.sum())

    def text(self, seed: int) -> tuple[str, str]:
        """Title and text number `seed`."""
        rng = np.random.default_rng(seed)
        sentences = []
        peers = rng.choice(PEERS, size=5)
        extra = [w.title() for w in self._words[rng.integers(2_000, len(self._words), size=8)]]
        for _ in range(int(rng.integers(15, 35))):
            words = self._words[np.searchsorted(self._edges, rng.random(int(rng.integers(9, 26))))].tolist()
            words[0] = words[0].capitalize()
            if rng.random() < 0.6:
                words.insert(int(rng.integers(1, len(words))), str(rng.choice([*peers, *extra])))
            if rng.random() < 0.3:
                words.insert(int(rng.integers(1, len(words))), f"{rng.integers(11, 99_999):,}")
            sentences.append(" ".join(words) + ".")
        size = 3
        body = "\n\n".join(" ".join(sentences[i : i + size]) for i in range(0, len(sentences), size))
        return sentences[0][:70].rstrip("."), body


_WRITER: list[Writer] = []


def known_article(seed: int) -> Article:
    """Known article number `seed`."""
    if not _WRITER:
        _WRITER.append(Writer())
    title, text = _WRITER[0].text(seed)
    url = f"https://site{seed % 300}.example/{seed}"
    return Article(article_id=digest64(url), url=url, site=f"site{seed % 300}.example", title=title, language="en",
                   paragraphs=tuple(text.split("\n\n")), fetched_at=NOW, published_at=NOW,
                   extractor="scale")  # fmt: skip


def known_sketch(seed: int) -> tuple[np.ndarray, str]:
    """Marks and text of known article number `seed`."""
    one = known_article(seed)
    return sketch(read_article(one)), one.text


def fill(con: DuckDBPyConnection, known: int, workers: int) -> list[np.ndarray]:
    """Writes the known articles with their texts and marks; returns the marks."""
    with ProcessPoolExecutor(workers) as pool:
        made = list(pool.map(known_sketch, range(known), chunksize=200))
    ids = [digest64(f"https://site{i % 300}.example/{i}") for i in range(known)]
    sites = [f"site{i % 300}.example" for i in range(known)]
    titles = [text[:70] for _, text in made]
    texts = pa.table({"id": ids, "site": sites, "title": titles, "text": [text for _, text in made]})
    con.register("made_texts", texts)
    con.execute(
        """
        INSERT INTO article_versions (version_id, article_id, version, origin, run_id, url, site, title,
            published_at, published_certainty, first_seen_at, fetched_at, language, text, words, access,
            content_hash, extractor)
        SELECT id || '.1', id, 1, 'night', 'r', 'https://' || site || '/' || id, site, title, $now, 'exact', $now, $now,
            'en', text, 450, 'full', id, 'scale' FROM made_texts
        """,
        {"now": NOW},
    )
    con.unregister("made_texts")
    add(con, ids, sites, [marks for marks, _ in made], first=0)
    return [marks for marks, _ in made]


def add(con: DuckDBPyConnection, ids: list[str], sites: list[str], marks: list[np.ndarray], *, first: int) -> None:
    """Adds documents to the candidate index in one go."""
    docs = np.arange(first, first + len(marks), dtype=np.uint32)
    con.register("made_docs", pa.table({"doc": docs, "id": ids, "site": sites}))
    con.execute("INSERT INTO copy_documents SELECT doc, id, id, site, 'en' FROM made_docs")
    owners = np.repeat(docs, [len(m) for m in marks])
    con.register("made_marks", pa.table({"hash": np.concatenate(marks), "doc": owners}))
    con.execute("INSERT INTO copy_marks SELECT hash, doc FROM made_marks")
    con.unregister("made_docs")
    con.unregister("made_marks")


def night(known: int, count: int) -> list[Article]:
    """A night's articles: a quarter copies of known ones in one of five ways, the rest new."""
    rng = random.Random(3)
    vocabulary = Vocabulary([known_article(i).text for i in range(300)])
    batch = []
    for i in range(count):
        base = known_article(rng.randrange(known) if i % 4 == 0 else known + i)
        body = list(base.paragraphs)
        if i % 4 == 0:
            way = rng.randrange(5)
            if way == 1:
                body = body[: max(2, len(body) // 2)]
            elif way == 2:
                body = [reword(p, 0.3, vocabulary, rng) for p in body]
            elif way == 3:
                body = [*body, "The report was changed on Monday to add the figure of 512."]
            elif way == 4:
                body = ["From our own desk, with agencies.", *body]
        url = f"https://night{i % 50}.example/{i}"
        batch.append(
            Article(article_id=digest64(url), url=url, site=f"night{i % 50}.example", title=base.title, language="en",
                    paragraphs=tuple(body), fetched_at=NOW, published_at=NOW, extractor="scale")
        )  # fmt: skip
    return batch


class Watched:
    """What the block costs in this process and its descendants, looked at in /proc ten times a second."""

    wall_s = 0.0
    peak_mb = 0.0

    def __enter__(self) -> Watched:
        self._ended = threading.Event()
        self._begun, self._own = time.perf_counter(), time.process_time()
        self._before, self._cpu = self._look(), dict[int, float]()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall_s, self._own = time.perf_counter() - self._begun, time.process_time() - self._own
        self._ended.set()
        self._thread.join()

    def spent_s(self) -> float:
        """Processor seconds up to now, while the block runs."""
        self._cpu.update(self._look())
        others = sum(cpu - self._before.get(pid, 0.0) for pid, cpu in self._cpu.items())
        return time.process_time() - self._own + others

    @property
    def cpu_s(self) -> float:
        """Processor seconds of this process and of the others, each as last seen."""
        return self._own + sum(cpu - self._before.get(pid, 0.0) for pid, cpu in self._cpu.items())

    def _watch(self) -> None:
        while not self._ended.wait(0.1):
            self._cpu.update(self._look())

    def _look(self) -> dict[int, float]:
        """The processor seconds of the descendants; remembers how much memory all have together."""
        parents: dict[int, tuple[int, float, float]] = {}
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError):
                    cells = (folder / "stat").read_text().rpartition(")")[2].split()
                    ticks, pages = int(cells[11]) + int(cells[12]), int(cells[21])
                    parents[int(folder.name)] = (int(cells[1]), ticks / os.sysconf("SC_CLK_TCK"), pages / 256)
        tree = {os.getpid()}
        while more := {pid for pid, (parent, _, _) in parents.items() if parent in tree} - tree:
            tree |= more
        self.peak_mb = max(self.peak_mb, sum(parents[pid][2] for pid in tree))
        return {pid: parents[pid][1] for pid in tree - {os.getpid()}}


def measure_lookup(index: CandidateIndex, batch: list[Article]) -> tuple[float, float]:
    """Median and 99th percentile of one candidate lookup, in milliseconds."""
    rules, times = CopyRules(), []
    marks = [sketch(read_article(a)) for a in batch]
    for m in marks:
        start = time.perf_counter()
        index.candidates(m, rules)
        times.append((time.perf_counter() - start) * 1e3)
    return float(np.quantile(times, 0.5)), float(np.quantile(times, 0.99))


def judge_night(path: Path, batch: list[Article], workers: int) -> list[Verdict]:
    """Judges a night as nights do, and prints what it cost. The verdicts."""
    con = open_file(path)
    con.execute("SELECT $used", {"used": "before"})  # the first parameter loads pandas: a night has long bound some
    verdicts: list[Verdict] = []
    first_s = first_cpu_s = 0.0
    with Watched() as watched, CopyWorkers(workers) as crew:
        begun = time.perf_counter()
        for start in range(0, len(batch), BATCH):
            with bounded_memory(con):
                verdicts += judge_articles(con, batch[start : start + BATCH], as_of=NOW, crew=crew)
            if not start:
                first_s, first_cpu_s = time.perf_counter() - begun, watched.spent_s()
    con.close()
    wrong = sum(v.is_new == (i % 4 == 0) for i, v in enumerate(verdicts))
    rest = len(batch) - BATCH
    after = (watched.cpu_s - first_cpu_s) / max(1, rest) * 1e3
    later = f"{rest / (watched.wall_s - first_s):.0f}" if rest > 0 else "-"
    print(f"{len(batch) / watched.wall_s:.0f} verdicts/s with {workers} workers, {later} after the first {BATCH}; "
          f"{watched.cpu_s / len(batch) * 1e3:.2f} CPU-ms a verdict, {after:.2f} after the first {BATCH}, and at most "
          f"{watched.peak_mb:.0f} MB in all processes; {wrong} of {len(batch)} wrong; "
          f"load {os.getloadavg()[0]:.1f}", flush=True)  # fmt: skip
    return verdicts


def main() -> None:
    """Builds the warehouse, judges a night, grows the index, prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--known", type=int, default=100_000)
    parser.add_argument("--marks", type=int, default=1_000_000)
    parser.add_argument("--night", type=int, default=2_000)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        con = open_file(Path(folder) / "known.duckdb")
        start = time.perf_counter()
        marks = fill(con, args.known, args.workers)
        print(f"{args.known} known articles made in {time.perf_counter() - start:.0f} s", flush=True)
        batch = night(args.known, args.night)
        con.execute("CHECKPOINT")
        con.close()
        context = multiprocessing.get_context("spawn")
        told = []
        for workers in (1, args.workers):
            with ProcessPoolExecutor(1, mp_context=context) as pool:
                told.append(pool.submit(judge_night, Path(folder) / "known.duckdb", batch, workers).result())
        print(f"{args.known} known; the same verdicts: {told[0] == told[1]}", flush=True)
        con = open_file(Path(folder) / "index.duckdb", memory_limit="4GB")
        grow(con, marks, args.marks)
        con.execute("CHECKPOINT")
        size = (Path(folder) / "index.duckdb").stat().st_size
        con.close()
        start = time.perf_counter()
        con = open_file(Path(folder) / "index.duckdb", memory_limit="4GB")
        index = CandidateIndex.load(con)
        cold = time.perf_counter() - start
        p50, p99 = measure_lookup(index, batch)
        in_memory = (index.hashes.nbytes + index.docs.nbytes) / args.marks
        every = np.concatenate([sketch(read_article(a)) for a in batch])
        start = time.perf_counter()
        CandidateIndex.join(con, every)
        joined = (time.perf_counter() - start) * 1e3 / len(batch)
        known = SortedMarks(Path(folder) / "marks")
        start = time.perf_counter()
        known.bring_up_to_date(con)
        sorted_s = time.perf_counter() - start
        start = time.perf_counter()
        CandidateIndex.join(con, every, known=known)
        found = (time.perf_counter() - start) * 1e3 / len(batch)
        print(f"{args.marks} articles in the index: lookup p50 {p50:.2f} ms, p99 {p99:.2f} ms; joined set-wise "
              f"{joined:.2f} ms an article, in sorted files {found:.2f} (written in {sorted_s:.1f} s); "
              f"{in_memory:.0f} bytes an article in memory, "
              f"{size / args.marks:.0f} on disk; cold start {cold:.1f} s")  # fmt: skip


def grow(con: DuckDBPyConnection, marks: list[np.ndarray], wanted: int) -> None:
    """Fills an index up to the wanted size with sketches whose passages are changed and whose terms stay."""
    rng = np.random.default_rng(5)
    first = 0
    while first < wanted:
        part = marks[: wanted - first]
        change = np.uint32(rng.integers(0, 2**31) * 2 if first else 0)
        changed = [np.where(m & 1, m, m ^ change).astype(np.uint32) for m in part]
        ids = [f"{first + i:016x}" for i in range(len(part))]
        add(con, ids, [f"site{i % 300}.example" for i in range(len(part))], changed, first=first)
        first += len(part)


if __name__ == "__main__":
    main()
