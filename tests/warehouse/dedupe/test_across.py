"""Translations: invented reports in up to four languages, and other events on the same topics.

Twelve events and their near misses, written for this test; `tune` reports were looked at while the weights were set,
`test` reports were not. They are short, well translated and few: a first sign, not a benchmark.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from extractors.model import Article
from tests.warehouse.dedupe.invented import NOW, article
from warehouse.connection import open_memory
from warehouse.dedupe import compare, judge_articles

ROWS = [json.loads(line) for line in (Path(__file__).parent / "translations.jsonl").read_text("utf-8").splitlines()]


def reports(split: str) -> list[tuple[str, Article]]:
    made = []
    for row in ROWS:
        if row["split"] == split:
            at = datetime.fromisoformat(row["day"]).replace(tzinfo=UTC)
            one = article(row["text"].split("\n\n"), site=f"{row['lang']}.example", title=row["title"],
                          language=row["lang"], hours=(at - NOW).total_seconds() / 3600)  # fmt: skip
            made.append((row["event"], one))
    return sorted(made, key=lambda pair: (pair[1].published_at, pair[1].article_id))


def test_translations_are_told_from_other_events() -> None:
    found = missed = false = 0
    for (event_a, a), (event_b, b) in combinations(reports("test"), 2):
        if a.language == b.language:
            continue
        kinship = compare(a, b)
        if event_a == event_b:
            found += kinship.relation == "paraphrase"
            missed += kinship.relation == "new"
        else:
            false += kinship.relation != "new"
    assert false == 0
    assert missed <= 1
    assert found >= 12


def test_a_night_finds_translations_by_itself() -> None:
    batch = reports("test")
    first: dict[str, str] = {}
    with open_memory() as con:
        verdicts = judge_articles(con, [a for _, a in batch], as_of=NOW)
    right = 0
    for (event, one), verdict in zip(batch, verdicts, strict=True):
        if event in first:
            right += verdict.original_id == first[event] and "cross-language" in verdict.reasons
        else:
            assert verdict.is_new, event
            first[event] = one.article_id
    assert right >= len(batch) - len(first) - 1
