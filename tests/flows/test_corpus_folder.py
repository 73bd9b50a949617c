"""The folder of reference documents: each night adds what is new there, and says what it could not read."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from config.load import load_house
from flows.night import open_night
from flows.steps.corpus import load_reference
from tests.config.houses import write_house
from warehouse.reference import find_references

NIGHTS = [datetime(2026, 5, day, 3, tzinfo=UTC) for day in (4, 5, 6)]


def test_documents_become_known_in_the_night_after_they_were_put_there(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    settings = f"state_dir: {tmp_path / 'state'}\ncorpus_dir: {corpus}\nmail: {{sender: a@b.org, host: h}}\n"
    house = load_house(write_house(tmp_path / "house", settings=settings))
    counts, problems = [], []
    for number, as_of in enumerate(NIGHTS):
        if number == 1:
            (corpus / "port.txt").write_text("The harbour authority of Norhaven has ended its contract for scanners.")
            (corpus / "bad.jsonl").write_text("{")
        with open_night(house, as_of=as_of, kind="night") as night:
            counts.append(load_reference(night))
            problems.append([problem.code for problem in night.problems])
            known = len(find_references(night.con))
    assert counts == [5, 1, 0]
    assert problems == [[], ["bad-json"], ["bad-json"]]
    assert known == 6
