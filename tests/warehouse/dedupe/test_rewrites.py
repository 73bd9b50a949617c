"""Reports and explanations rewritten whole, as programs and people do it; written for this test, never trained on.

`rewrites.jsonl`: four invented reports, each with a rewrite, a version as if translated there and back, light reuse
between own material, heavy reuse (retold in an essay), a summary, another report of the day, and a later development
that quotes it. `answers.jsonl`: three explanations without names or figures, each with an answer that touches it up,
two that retell it, and one that owes it nothing. Heavy reuse is beyond words in common; what of it is found is reported
in docs/figures.md and not asserted.
"""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Final

import pytest

from warehouse.dedupe.features import worth_a_look
from warehouse.dedupe.index import CandidateIndex
from warehouse.dedupe.pairs import judge_pair
from warehouse.dedupe.reading import Reading, read_text
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.sketch import sketch

FOUND: Final = ("rewrite", "retranslated", "light", "summary")
ROWS: Final = [
    json.loads(line)
    for name in ("rewrites", "answers")
    for line in (Path(__file__).parent / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
]


@pytest.fixture(scope="module")
def readings() -> list[Reading]:
    return [read_text(row["text"], title=row["title"]) for row in ROWS]


def test_what_was_rewritten_is_found_and_looked_up(readings: list[Reading]) -> None:
    marks = [sketch(r) for r in readings]
    index = CandidateIndex.of_batch(marks)
    for i, row in enumerate(ROWS):
        if row["kind"] in FOUND:
            original = next(j for j, o in enumerate(ROWS) if (o["of"], o["kind"]) == (row["of"], "original"))
            assert original in index.candidates(marks[i], CopyRules()), row["title"]
            assert judge_pair(readings[i], readings[original]).probability >= 0.5, row["title"]


def test_what_was_written_afresh_is_no_copy(readings: list[Reading]) -> None:
    fresh = {frozenset(("original", kind)) for kind in ("independent", "development")}
    for (x, a), (y, b) in combinations(zip(ROWS, readings, strict=True), 2):
        if (x["of"] != y["of"] or {x["kind"], y["kind"]} in fresh) and worth_a_look(a, b):
            assert judge_pair(a, b).probability < 0.5, (x["title"], y["title"])
