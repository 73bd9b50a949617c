"""The configuration is read whole and checked whole; each fault is one line with file, line, key and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.load import find_folder, load_house, shipped_folder
from config.yaml_lines import YamlError, parse_yaml
from tests.config.houses import FILES, faults_of, one_fault, write_house


def test_a_valid_folder_gives_a_house(tmp_path: Path) -> None:
    house = load_house(write_house(tmp_path, preferences="mute: [s1]\nboost: {s2: 2}\n"))
    assert house.settings.state_dir == Path("state")
    assert house.settings.archive_folder == Path("state/archive")
    assert house.sources[0].country == "NO"  # text, although YAML 1.1 reads it as false
    assert [entity.surfaces for entity in house.topics[0].entities] == [("Huawei", "华为")]
    assert house.recipients[0].topics == ("*",)
    assert house.mail is not None
    assert house.mail.message_id_domain == "example.org"
    assert house.preferences.mute == {"s1"}
    assert house.preferences.boost == {"s2": 2}


def test_a_recipient_without_a_time_zone_has_the_schedules(tmp_path: Path) -> None:
    settings = FILES["settings.yaml"] + "schedule:\n  timezone: Asia/Tokyo\n"
    assert load_house(write_house(tmp_path, settings=settings)).recipients[0].timezone == "Asia/Tokyo"
    own = FILES["recipients.yaml"] + "    timezone: UTC\n"
    assert load_house(write_house(tmp_path, settings=settings, recipients=own)).recipients[0].timezone == "UTC"


def test_the_shipped_configuration_is_valid() -> None:
    house = load_house(shipped_folder())
    assert len(house.enabled_sources) > 80
    assert len(house.topics) == 13
    assert {language for topic in house.topics for language in topic.languages} == {"en", "de", "fr", "es", "zh"}
    assert all(len(topic.languages) == 5 for topic in house.topics)
    assert all(source.reason for source in house.sources if not source.enabled)
    assert not [s for s in house.enabled_sources if "rsshub" in s.feed_url or "news.google.com" in s.feed_url]


def test_nothing_in_the_registry_of_entities_is_unused() -> None:
    registered = parse_yaml((shipped_folder() / "topics.yaml").read_text(encoding="utf-8")).data["entities"]
    used = {entity.name for topic in load_house(shipped_folder()).topics for entity in topic.entities}
    assert set(registered) == used


SETTINGS = FILES["settings.yaml"]
RECIPIENT = FILES["recipients.yaml"]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"settings": SETTINGS + "max_atempts: 3\n"},
         ["settings.yaml:5: max_atempts: unknown key.", "Did you mean 'max_attempts'?"]),
        ({"settings": SETTINGS + "schedule: {cron: 61 * * * *}\n"},
         ["settings.yaml:5: schedule.cron", "no cron line", "30 2 * * *"]),
        ({"settings": SETTINGS + "schedule: {cron: '0 3 * *'}\n"}, ["schedule.cron", "it has 4 fields, needs 5"]),
        ({"settings": SETTINGS + "schedule: {timezone: Europe/Brussel}\n"}, ["schedule.timezone", "not a time zone"]),
        ({"settings": SETTINGS + "workers: '2'\n"}, ["settings.yaml:5: workers", "'2' does not fit here", "integer"]),
        ({"settings": SETTINGS + "workers: 0\n"}, ["workers", "greater than or equal to 1"]),
        ({"settings": SETTINGS + "fetch: {max_bytes: true}\n"}, ["fetch.max_bytes", "True does not fit here"]),
        ({"settings": SETTINGS + "operator: nobody\n"}, ["operator", "not an e-mail address", "name@example.org"]),
        ({"settings": SETTINGS + "memory_limit: lots\n"}, ["memory_limit", "like 1GB"]),
        ({"settings": SETTINGS + "fetch: {allow_private_networks: [localhost]}\n"},
         ["allow_private_networks[1]", "127.0.0.0/8"]),
        ({"settings": "state_dir: state\n"}, ["settings.yaml: mail", "no mail server"]),
        ({"settings": SETTINGS.replace("host", "hots")}, ["mail.hots: unknown key", "Did you mean 'host'?"]),
        ({"settings": SETTINGS + "  security: ssl\n"},
         ["mail.security", "'ssl' is not possible here", "starttls, tls"]),
        ({"settings": SETTINGS + "workers: 3\nworkers: 4\n"}, ["settings.yaml:6: workers", "twice"]),
        ({"settings": SETTINGS + "fetch:\n  - [\n"}, ["settings.yaml:", "not readable as YAML"]),
        ({"settings": SETTINGS + "a: &x 1\nb: *x\n"}, ["settings.yaml:", "alias"]),
        ({"settings": SETTINGS + "stories: {turn: 2}\n"}, ["stories.turn", "less than or equal to 1"]),
        ({"sources": None}, ["sources.yaml: this file is missing", "sovwatch config init"]),
        ({"sources": "sources: []\n"}, ["sources.yaml", "no source is on", "enabled: true"]),
        ({"sources": FILES["sources.yaml"] + "  - id: gazette\n    name: G\n    feed_url: https://other.example.org/f\n"},
         ["sources.yaml:7: sources[gazette].id", "at line 2 already"]),
        ({"sources": FILES["sources.yaml"] + "  - id: again\n    name: G\n    feed_url: http://www.Gazette.example.org:80/feed.xml/\n"},
         ["sources.yaml:9: sources[again].feed_url", "the same feed as 'gazette'"]),
        ({"sources": FILES["sources.yaml"] + "    enabled: false\n"}, ["sources[gazette]", "needs a reason"]),
        ({"sources": FILES["sources.yaml"].replace("https://", "ftp://")},
         ["feed_url", "not a web address", "https://"]),
        ({"sources": FILES["sources.yaml"].replace("//gaz", "//me:secret@gaz")}, ["feed_url", "user name or password"]),
        ({"sources": FILES["sources.yaml"].replace("country: NO", "country: Norway")},
         ["country", "in capitals, like DE"]),
        ({"recipients": RECIPIENT + "    topics: [vendor-ban, chips]\n"},
         ["recipients.yaml:5: recipients[ada].topics[1]: there is no topic 'vendor-ban'.",
          "Did you mean 'vendor-bans'?"]),
        ({"recipients": RECIPIENT + "    topics: [chips]\n"},
         ["topics.yaml:5: topics[vendor-bans]: no recipient could ever get this topic", "Add 'vendor-bans'"]),
        ({"recipients": RECIPIENT + "    languages: [de]\n"}, ["topics[vendor-bans]: no recipient could ever get"]),
        ({"recipients": RECIPIENT + "    languages: [en, fi]\n"}, ["recipients[ada].languages[2]", "words in 'fi'"]),
        ({"recipients": RECIPIENT + "    entities: [Huawai, Nvidia]\n"}, ["entities[1]", "Did you mean 'Huawei'?"]),
        ({"recipients": RECIPIENT + "    entities: [Nvidia]\n"}, ["topics[vendor-bans]: no recipient could ever get"]),
        ({"recipients": RECIPIENT.replace("ada@example.org", "ada@@example.org")},
         ["recipients[ada].email", "not an e-mail"]),
        ({"recipients": RECIPIENT.replace("ada@example.org", '"ada@example.org\\nBcc: x@example.org"')}, ["email"]),
        ({"recipients": RECIPIENT + "    quiet_hours: 22-7\n"}, ["quiet_hours", '"22:00-07:00"']),
        ({"recipients": RECIPIENT + "    digest: false\n"}, ["would never get a mail", "digest: true"]),
        ({"recipients": RECIPIENT + "    topics: ['*', chips]\n"}, ["recipients[ada]", "all"]),
        ({"recipients": RECIPIENT + "    min_weight: 1.5\n"}, ["min_weight", "less than or equal to 1"]),
        ({"recipients": RECIPIENT.replace("    email: ada@example.org\n", "")},
         ["email: this key is missing", "Add it."]),
        ({"topics": FILES["topics.yaml"].replace("entities: [Huawei]", "entities: [Huawai]")},
         ["topics.yaml:9: topics[vendor-bans].entities[1]", "Did you mean 'Huawei'? Or add it there."]),
        ({"topics": FILES["topics.yaml"].replace("phrases: {en: [CHIPS Act], de: [Chipgesetz]}", "phrases: {}")},
         ["topics[chips]", "nothing could ever match"]),
        ({"topics": FILES["topics.yaml"].replace("[CHIPS Act]", "[X]")}, ["phrases.en[1]", "too short"]),
        ({"topics": FILES["topics.yaml"].replace("id: chips", "id: Chips!")},
         ["topics[Chips!].id", "lower-case letters"]),
        ({"preferences": "mute: [a]\nboost: {a: 2.0}\n"}, ["preferences.yaml", "both muted and boosted"]),
    ],
)  # fmt: skip
def test_each_mistake_gives_one_readable_line(tmp_path: Path, changed: dict[str, str | None], words: list[str]) -> None:
    text = one_fault(write_house(tmp_path, **changed))
    for word in words:
        assert word in text


def test_all_faults_are_found_at_once(tmp_path: Path) -> None:
    folder = write_house(
        tmp_path, settings=SETTINGS + "wrokers: 1\n", sources=None,
        recipients=RECIPIENT + "    topics: [chip]\n    instant_above: 7\n",
    )  # fmt: skip
    assert [fault.file for fault in faults_of(folder)] == ["sources.yaml", "settings.yaml", "recipients.yaml"]
    broken = write_house(tmp_path / "b", recipients=RECIPIENT + "    topics: [chip, vendor]\n")
    assert [fault.key for fault in faults_of(broken)] == ["recipients[ada].topics[1]", "recipients[ada].topics[2]"]


def test_a_misnamed_file_and_a_missing_folder_are_told(tmp_path: Path) -> None:
    folder = write_house(tmp_path / "h", topics=None)
    (folder / "topic.yaml").write_text(FILES["topics.yaml"])
    assert "Rename topic.yaml to it?" in one_fault(folder)
    assert "no such folder" in one_fault(tmp_path / "nowhere")


def test_a_file_that_is_not_utf8_is_told(tmp_path: Path) -> None:
    folder = write_house(tmp_path)
    (folder / "sources.yaml").write_bytes("sources: [] # \xe9".encode("latin-1"))
    assert "not UTF-8 (byte 14)" in one_fault(folder)


def test_the_folder_is_chosen_by_option_then_environment_then_place(tmp_path: Path) -> None:
    here = tmp_path / "here"
    write_house(here / "config")
    assert find_folder(Path("x"), environ={"SOVWATCH_CONFIG": "y"}, cwd=here) == Path("x")
    assert find_folder(None, environ={"SOVWATCH_CONFIG": "y"}, cwd=here) == Path("y")
    assert find_folder(None, environ={}, cwd=here) == here / "config"
    assert find_folder(None, environ={}, cwd=tmp_path) == shipped_folder()


@given(st.text(alphabet=st.sampled_from("ab: -[]{}#'\"\n\t&*!|>%@`,?1.~\x00é\u2028"), max_size=60))
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    try:
        document = parse_yaml(text)
    except YamlError as error:
        assert 1 <= error.line <= text.count("\n") + text.count("\u2028") + 2
        assert error.wrong and error.remedy
    else:
        assert document.data is None or isinstance(document.data, dict | list | str | int | float | bool)


@pytest.mark.parametrize(
    ("text", "value"),
    [("NO", "NO"), ("yes", "yes"), ("22:00", "22:00"), ("2026-03-01", "2026-03-01"), ("010", "010"), ("1_000", 1000),
     ("1.5", 1.5), ("true", True), ("~", None), ("'1'", "1"), (".inf", ".inf"), ("0x1F", "0x1F"), ("1e3", "1e3")],
)  # fmt: skip
def test_scalars_mean_what_they_look_like(text: str, value: object) -> None:
    assert parse_yaml(f"a: {text}").data == {"a": value}
