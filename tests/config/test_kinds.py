"""Values that a person writes, each checked where it stands; thresholds have the names of the rules they override."""

from __future__ import annotations

import dataclasses
import pickle
from datetime import time

import pytest
from pydantic import ValidationError

from config.kinds import check_address, check_clock_range, check_cron, read_clock_range
from config.recipients import MailSettings, Recipient
from config.settings import CopyThresholds, Settings, StoryThresholds
from config.sources import feed_key
from warehouse.dedupe.rules import CopyRules
from warehouse.stories.rules import StoryRules


@pytest.mark.parametrize("text", ["30 2 * * *", "*/15 0-6 * * mon-fri", "0 3 29 2 *", "0 0 1 jan *"])
def test_cron_lines_that_come_round(text: str) -> None:
    assert check_cron(text) == text


@pytest.mark.parametrize("text", ["", "* * * * * *", "60 * * * *", "0 0 30 2 *", "a b c d e", "@daily", "0 25 * * *"])
def test_cron_lines_that_never_do(text: str) -> None:
    with pytest.raises(ValueError, match="no cron line"):
        check_cron(text)


@pytest.mark.parametrize("text", ["a@b", "a.b+c@mail.example.org", "x_y@a-b.example"])
def test_addresses(text: str) -> None:
    assert check_address(text) == text


@pytest.mark.parametrize(
    "text", ["", "a", "@b", "a@", "a b@c", "a@b\nx", "A <a@b>", "a@b,c@d", "a..b@c", "a@-b", "a" * 260 + "@b.c"]
)
def test_texts_that_are_no_address(text: str) -> None:
    with pytest.raises(ValueError, match="not an e-mail address"):
        check_address(text)


def test_ranges_of_hours() -> None:
    assert read_clock_range(check_clock_range("22:00-07:30")) == (time(22), time(7, 30))
    for text in ("22:00", "24:00-01:00", "07:00-07:00", "7:00-9:00"):
        with pytest.raises(ValueError, match="range of hours"):
            check_clock_range(text)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/f", "http://www.a.example:80/f/", True),
        ("https://A.example/f#x", "https://a.example./f", True),
        ("https://a.example/f?x=1&y=2", "https://a.example/f?y=2&x=1", True),
        ("https://a.example/f?x=1", "https://a.example/f?x=2", False),
        ("https://a.example/f", "https://a.example/F", False),
        ("https://a.example:8443/f", "https://a.example/f", False),
    ],
)
def test_two_spellings_of_one_feed(one: str, other: str, same: bool) -> None:
    assert (feed_key(one) == feed_key(other)) is same


def test_settings_are_frozen_and_go_to_other_processes() -> None:
    settings = Settings()
    with pytest.raises(ValidationError):
        settings.workers = 9  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_thresholds_are_those_of_the_rules() -> None:
    assert set(CopyThresholds.model_fields) <= {field.name for field in dataclasses.fields(CopyRules)}
    assert set(StoryThresholds.model_fields) <= {field.name for field in dataclasses.fields(StoryRules)}
    assert dataclasses.replace(StoryRules(), **StoryThresholds(turn=0.7).changed()).turn == 0.7
    assert CopyThresholds().changed() == {}


def test_a_recipient_wants_all_topics_or_hers() -> None:
    ada = Recipient(id="ada", name="Ada", email="ada@example.org", topics=("chips",))
    assert ada.wants_topic("chips")
    assert not ada.wants_topic("cables")
    assert ada.model_copy(update={"topics": ("*",)}).wants_topic("cables")


def test_message_ids_take_the_senders_domain_unless_told_otherwise() -> None:
    assert MailSettings(sender="w@news.example", host="h").message_id_domain == "news.example"
    told = MailSettings(sender="w@news.example", host="h", message_id_domain="x.example")
    assert told.message_id_domain == "x.example"
