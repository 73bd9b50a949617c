"""Dates: what is stated is read, what is not stated is not invented."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.dates import parse_date

NOW = datetime(2026, 9, 10, 12, tzinfo=UTC)
SHARED = Path(__file__).parents[3] / "shared"
TEN = "2026-09-01T10:00:00+00:00"


def at(raw: str) -> str | None:
    found = parse_date(raw, now=NOW)
    return found.at.isoformat() if found else None


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        ("Tue, 01 Sep 2026 10:00:00 GMT", TEN),
        ("Tue,01 Sep 2026 10:00:00 GMT", TEN),
        ("Tuesday, 1 September 2026 12:00:00 +0200", TEN),
        ("Tue, 1 Sep 2026 05:00:00 EST", TEN),
        ("Tue Sep  1 10:00:00 2026", TEN),
        ("Tue Sep 01 06:00:00 EDT 2026", TEN),
        ("Tue Sep 01 2026 12:00:00 GMT+0200 (Mitteleuropäische Sommerzeit)", TEN),
        ("2026-09-01T12:00:00.000+0200", TEN),
        ("2026-09-01t10:00:00z", TEN),
        ("20260901T100000Z", TEN),
        ("2026-244T10:00:00Z", TEN),
        ("1788256800", TEN),
        ("1788256800000", TEN),
        ("01/Sep/2026:10:00:00 +0000", TEN),
        ("1. September 2026, 10:00 Uhr", TEN),
        ("Di., 1. Sept. 2026 12:00 MESZ", TEN),
        ("1er septembre 2026 à 10h00", TEN),
        ("mardi 1 septembre 2026 - 10:00", TEN),
        ("martes, 1 de septiembre de 2026 10:00", TEN),
        ("Sep 1, 2026, 10:00:00 AM", TEN),
        ("2026年9月1日 星期二 上午10:00", TEN),
        ("2026年9月1日 10时00分", TEN),
        ("２０２６年９月１日　１０：００", TEN),
        ("2026. 9. 1. 10:00", TEN),
        ("01.09.2026 10:00", TEN),
        ("2026/09/13 3:05 pm", "2026-09-13T15:05:00+00:00"),
        ("Wed, 31 Dec 2025 23:59:60 GMT", "2026-01-01T00:00:00+00:00"),
        ("Tue, 01 Sep 2026 24:00:00 GMT", "2026-09-02T00:00:00+00:00"),
        ("12:00 AM", None),
        ("Tue, 31 Jun 2026 10:00:00 GMT", None),
        ("Tue, 01 Sep 2026 10:60:00 GMT", None),
        ("Tue, 01 Sep 2026 25:00:00 GMT", None),
        ("03/04/2026", None),
        ("0000-00-00T00:00:00Z", None),
        ("2026", None),
        ("2026-09", None),
        ("yesterday", None),
        ("2 hours ago", None),
        ("", None),
        ("1" * 200, None),
        ("20261301", None),
    ],
)
def test_spellings(raw: str, wanted: str | None) -> None:
    assert at(raw) == wanted


@pytest.mark.parametrize(
    ("raw", "certainty"),
    [
        ("2026-09-01", "day"),
        ("1 Sep 2026", "day"),
        ("Tue, 01 Sep 2026 10:00:00 Nowhere", "day"),
        ("2026年9月1日", "day"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "suspect"),
        ("1989-12-31", "suspect"),
        ("2026-09-12T12:00:00Z", "exact"),
        ("2026-09-12T12:00:01Z", "suspect"),
    ],
)
def test_certainty(raw: str, certainty: str) -> None:
    found = parse_date(raw, now=NOW)
    assert found is not None and found.certainty == certainty


def test_unstated_zone_is_the_callers() -> None:
    found = parse_date("2026年9月1日 18:00", now=NOW, zone=ZoneInfo("Asia/Shanghai"))
    assert found is not None and found.at.isoformat() == TEN


@pytest.mark.skipif(not SHARED.exists(), reason="needs ../shared")
def test_date_zoo() -> None:
    index = json.loads((SHARED / "data/feeds/synthetic/index.json").read_text(encoding="utf-8"))
    zoo = index["files"]["date_zoo.xml"]["expect"]
    for raw, wanted in zip(zoo["raw_dates"], zoo["dates"], strict=True):
        accepted = [datetime.fromisoformat(w) for w in wanted.split("|")] if wanted else [None]
        found = parse_date(raw, now=NOW)
        assert (found.at if found else None) in accepted, raw


_times = st.datetimes(datetime(1991, 1, 1), datetime(2026, 9, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001
    lambda t: t.replace(microsecond=0)
)
_offsets = st.integers(-14 * 4, 14 * 4).map(lambda q: timedelta(minutes=15 * q))


@settings(max_examples=200, deadline=None)
@given(_times, _offsets)
def test_round_trip(time: datetime, offset: timedelta) -> None:
    local = time + offset
    minutes = int(offset.total_seconds() // 60)
    zone = f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
    assert at(local.strftime("%Y-%m-%dT%H:%M:%S") + zone) == time.isoformat()
    assert at(local.strftime("%a, %d %b %Y %H:%M:%S ") + zone.replace(":", "")) == time.isoformat()
    assert at(format_datetime(time)) == time.isoformat()
    assert at(str(int(time.timestamp())) if time.timestamp() >= 1e9 else time.ctime()) == time.isoformat()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"[0-9a-zäé年月日:,./+ -]{1,40}", fullmatch=True))
def test_never_raises_and_never_says_now(raw: str) -> None:
    found = parse_date(raw, now=NOW)
    assert found is None or (found.at.tzinfo is not None and found.at != NOW)
