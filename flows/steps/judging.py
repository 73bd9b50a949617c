"""Judges what was read: each article against the reference corpus, the warehouse and the earlier ones of the night."""

from __future__ import annotations

from flows.night import Night
from warehouse.connection import bounded_memory
from warehouse.dedupe import CopyRules, add_sketches, judge_articles
from warehouse.store import add_verdicts, find_unjudged_ids, find_versions, transaction

MARKS = "marks"  # folder of the state folder: the copy index once more, sorted
BATCH = 500


def judge_next(night: Night, rules: CopyRules) -> int:
    """How many articles got their verdict (0: none was waiting), the oldest first, in one transaction.

    The night's workers are started by a batch that is large enough, stay for the next ones, and end when none waits.
    """
    with night.timed("duckdb"):
        # All that wait are looked for at once, since that is a look at every version and verdict there is.
        night.unjudged = night.unjudged or find_unjudged_ids(night.con)
        chosen = night.unjudged[:BATCH]
        waiting = find_versions(night.con, chosen)
    if not waiting:
        night.copies.rest()
        return 0
    articles = [article for _, article in waiting]
    with night.timed("judging"), bounded_memory(night.con):
        night.copies.sort_marks(night.con, night.house.settings.state_dir / MARKS)
        verdicts = judge_articles(night.con, articles, rules=rules, as_of=night.as_of, crew=night.copies)
    judged = [(version_id, article, verdict) for (version_id, article), verdict in zip(waiting, verdicts, strict=True)]
    with night.timed("duckdb"), transaction(night.con):
        add_verdicts(night.con, run_id=night.run_id, as_of=night.as_of, judged=judged)
        add_sketches(night.con, articles, verdicts, crew=night.copies)
    night.unjudged = night.unjudged[len(chosen) :]
    return len(judged)
