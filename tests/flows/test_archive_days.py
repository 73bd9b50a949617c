"""Raw responses go after the days that the settings allow them, and never without that."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config.load import load_house
from extractors.model import FetchedPage
from flows.night import open_night
from flows.steps.publishing import publish_night
from tests.config.houses import write_house

FIRST = datetime(2026, 5, 4, 3, tzinfo=UTC)


@pytest.mark.parametrize(("words", "left"), [("retention: {archive_days: 10}\n", 1), ("", 2)])
def test_old_responses_go(tmp_path: Path, words: str, left: int) -> None:
    settings = f"state_dir: {tmp_path / 'state'}\nmail: {{sender: a@b.org, host: h}}\n{words}"
    house = load_house(write_house(tmp_path / "house", settings=settings))
    for as_of in (FIRST, FIRST + timedelta(days=30)):
        with open_night(house, as_of=as_of, kind="night") as night:
            night.archive.append(
                FetchedPage(url="https://a.example/x", final_url="https://a.example/x", status=200, headers=(),
                            body=b"text", fetched_at=as_of)
            )
            publish_night(night)
    assert len(list(house.settings.archive_folder.glob("*.warc.gz"))) == left
