"""Copies: which known article a report is a copy of, how, how much, and where it shows.

`judge_articles` judges a batch and writes nothing; `add_sketches` makes what was judged known; `CopyWorkers` share the
work of many batches; `fingerprint` and `add_fingerprints` let reference articles take part without their texts;
`compare` explains one pair, `difference` what changed between two versions.
"""

from warehouse.dedupe.difference import Change, difference
from warehouse.dedupe.fingerprints import Fingerprint, fingerprint
from warehouse.dedupe.index import CandidateIndex
from warehouse.dedupe.judge import add_fingerprints, add_sketches, compare, judge_articles
from warehouse.dedupe.rules import CopyRules
from warehouse.dedupe.workers import CopyWorkers

__all__ = [
    "CandidateIndex",
    "Change",
    "CopyRules",
    "CopyWorkers",
    "Fingerprint",
    "add_fingerprints",
    "add_sketches",
    "compare",
    "difference",
    "fingerprint",
    "judge_articles",
]
