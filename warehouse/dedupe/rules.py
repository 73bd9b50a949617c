"""The thresholds of copy detection, as one value that callers hand down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRules:
    """What counts as a copy. The defaults were measured (see tests/benchmarks/dedupe.py).

    `threshold`: the least probability that a pair shares its origin. `cross_language_threshold`: the same for pairs in
    two languages. `candidates`: at most so many known articles, and so many of the same batch, are compared with one.
    `shared_passages`, `shared_terms`: so many marks two articles must share to be compared; `term_worth`: what a shared
    term counts beside a shared passage. `most_documents`: of a mark that more documents carry, only the latest so many
    are looked at. `boilerplate_articles`: a sentence in so many
    unlike articles of one site is furniture of the site. `merged_cover`: an article so much of which stands in several
    others together is a merge of them. `contained_share`: an article that has less of itself in an earlier one that it
    swallows whole is new.
    """

    threshold: float = 0.5
    cross_language_threshold: float = 0.5
    candidates: int = 10
    shared_passages: int = 2
    shared_terms: int = 5
    term_worth: float = 0.7
    most_documents: int = 400
    boilerplate_articles: int = 3
    merged_cover: float = 0.85
    contained_share: float = 0.8
