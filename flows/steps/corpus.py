"""Makes the reference corpus known: what ships with the program, and what is new in the folder of the settings."""

from __future__ import annotations

from flows.document_files import document_files, read_file
from flows.journal import note_references
from flows.night import Night
from warehouse.reference import add_references, add_shipped
from warehouse.store import transaction


def load_reference(night: Night) -> int:
    """How many reference articles became known tonight; none on most nights. Unreadable files become problems."""
    with night.timed("duckdb"), transaction(night.con):
        shipped = add_shipped(night.con, run_id=night.run_id, as_of=night.as_of)
    folder = night.house.settings.corpus_dir
    if night.past is not None:
        with night.timed("duckdb"), transaction(night.con):
            done = add_references(night.con, night.past.references(), run_id=night.run_id, as_of=night.as_of)
        return shipped + len(done.added) + len(done.upgraded)
    if folder is None:
        return shipped
    with night.timed("extraction"):
        read = [read_file(file, now=night.as_of) for file in document_files(folder)]
    night.problems.extend(problem for one in read for problem in one.problems)
    articles = [article for one in read for article in one.articles]
    with night.timed("duckdb"), transaction(night.con):
        done = add_references(night.con, articles, run_id=night.run_id, as_of=night.as_of)
    fresh = {*done.added, *done.upgraded, *done.revised}
    note_references(night.archive, [a for a in articles if a.article_id in fresh], at=night.as_of)
    return shipped + len(done.added) + len(done.upgraded)
