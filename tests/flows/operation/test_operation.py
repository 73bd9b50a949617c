"""What keeps a house running: metrics that Prometheus reads, a switch that tells of silence once, backups, logs."""

from __future__ import annotations

import json
import logging
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner

from config.house import House
from config.load import load_house
from config.recipients import MailSettings
from flows.commands import load_commands
from flows.exits import Exit
from flows.monitor import run_night
from flows.night import snapshot_file, warehouse_file
from flows.operation.backup import BackupError, copy_whole, find_backups, make_backup, restore_backup
from flows.operation.logs import JsonLines
from flows.operation.metrics import Metric, render_metrics
from flows.operation.watchdog import judge_silence, parse_age, send_warning, tell_once
from tests.flows.alerts.servers import Mailbox, mail_server
from tests.flows.houses import make_house, page
from tests.flows.loopback import serving
from tests.flows.test_monitor import ORDER
from warehouse.connection import open_snapshot
from warehouse.model import Run

TOP = Path(__file__).parents[3]
NIGHT = datetime(2026, 3, 2, 22, tzinfo=UTC)
DAY = timedelta(hours=26)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house after a night."""
    with serving({"/order": page("Forced sale of Lumora ordered", ORDER)}) as site:
        site.pages["/feed.xml"] = site.feed(("Forced sale", "/order", "Mon, 02 Mar 2026 09:00:00 GMT"))
        sources = [{"id": "outlet", "name": "Outlet", "feed_url": f"{site.base}/feed.xml"}]
        house = make_house(tmp_path_factory.mktemp("house"), sources=sources, workers=1)
        run_night(house, as_of=NIGHT)
        yield house


def sovwatch(house: House, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(load_commands(), [*words, "--config", str(house.folder)])
    return done.exit_code, done.output


def test_prometheus_reads_the_metrics(house: House, tmp_path: Path) -> None:
    file = tmp_path / "sovwatch.prom"
    assert sovwatch(house, "metrics", "--out", str(file)) == (0, "")
    found = {sample.name: sample for family in text_string_to_metric_families(file.read_text())
             for sample in family.samples}  # fmt: skip
    assert found["sovwatch_last_run_exit_code"].value == 0
    assert found["sovwatch_last_run_ok"].value == 1
    held = {tuple(sample.labels.values()): sample.value
            for family in text_string_to_metric_families(file.read_text()) for sample in family.samples
            if sample.name == "sovwatch_held"}  # fmt: skip
    assert held[("articles",)] == 1
    age = datetime.now(UTC).timestamp() - found["sovwatch_last_good_night_timestamp_seconds"].value
    assert 0 <= age < 600
    assert [path.name for path in tmp_path.iterdir()] == ["sovwatch.prom"]


def test_label_values_are_escaped() -> None:
    hostile = 'a"b\\c\nd'
    text = render_metrics([Metric(name="held", help="What.", labels=("what",), samples={(hostile,): 1.5})])
    (family,) = text_string_to_metric_families(text)
    assert family.samples[0].labels == {"what": hostile}
    assert family.samples[0].value == 1.5


def a_run(ended: datetime | None, *, run_id: str = "r1", state: str = "done", code: int | None = 0) -> Run:
    return Run(run_id=run_id, kind="night", as_of=NIGHT, started_at=NIGHT, finished_at=ended, state=state,  # type: ignore[arg-type]
               exit_code=code, counts={}, version="1")  # fmt: skip


def test_silence_is_judged_by_the_end_of_the_last_good_night() -> None:
    good = a_run(NIGHT)
    assert judge_silence(good, good, now=NIGHT + DAY, max_age=DAY) is None
    late = judge_silence(good, good, now=NIGHT + DAY + timedelta(hours=1), max_age=DAY)
    assert late is not None and "27 hours ago" in late.said
    failed = a_run(None, run_id="r2", state="interrupted", code=None)
    later = judge_silence(good, failed, now=NIGHT + 2 * DAY, max_age=DAY)
    assert later is not None and "r2" in later.said and "interrupted" in later.said
    assert later.key == late.key, "the same silence"
    never = judge_silence(None, None, now=NIGHT, max_age=DAY)
    assert never is not None and "none has ever done so" in never.said


def test_the_operator_is_told_once_of_each_silence(house: House) -> None:
    said: list[str] = []
    good = a_run(NIGHT)
    silence = judge_silence(good, good, now=NIGHT + 2 * DAY, max_age=DAY)

    def send(_: House, text: str, at: datetime) -> None:
        said.append(text)

    for _ in range(3):
        assert tell_once(house, silence, now=NIGHT + 2 * DAY, send=send) is None
    assert len(said) == 1
    tell_once(house, None, now=NIGHT + 3 * DAY, send=send)
    tell_once(house, silence, now=NIGHT + 3 * DAY, send=send)
    assert len(said) == 2
    tell_once(house, None, now=NIGHT, send=send)


def test_the_warning_goes_out_by_mail(house: House) -> None:
    problem = send_warning(house, "No night.", NIGHT)
    assert problem is not None and problem.code == "no-operator"
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        mail_settings = MailSettings(sender="sovwatch@example.org", host="127.0.0.1", port=port, security="none",
                                     username_env=None, password_env=None)  # fmt: skip
        own = replace(house, mail=mail_settings,
                      settings=house.settings.model_copy(update={"operator": "operator@example.org"}))  # fmt: skip
        assert send_warning(own, "No night has ended well within 26 hours.", NIGHT) is None
    ((address, mail),) = mailbox.mails
    assert address == "operator@example.org"
    assert "the night failed" in str(mail["Subject"])
    assert "within 26 hours" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]


def test_the_switch_says_by_its_exit_code_whether_all_is_well(house: House, tmp_path: Path) -> None:
    assert sovwatch(house, "watchdog")[0] == Exit.OK
    assert sovwatch(house, "watchdog", "--max-age", "soon")[0] == Exit.CONFIG
    code, said = sovwatch(house, "watchdog", "--max-age", "0m")
    assert code == Exit.FAILED and "No night has ended well" in said
    empty = make_house(tmp_path)
    assert sovwatch(empty, "watchdog")[0] == Exit.FAILED


@pytest.mark.parametrize(("text", "hours"), [("26h", 26.0), ("90m", 1.5), ("2d", 48.0), ("1.5h", 1.5)])
def test_spans_of_time(text: str, hours: float) -> None:
    assert parse_age(text) == timedelta(hours=hours)


def test_a_house_comes_back_from_its_backup(house: House, tmp_path: Path) -> None:
    code, said = sovwatch(house, "backup", str(tmp_path / "backups"))
    assert code == 0, said
    again, _ = sovwatch(house, "backup", str(tmp_path / "backups"))
    assert again == 0
    first, *_ = find_backups(tmp_path / "backups")
    state = tmp_path / "state"
    restore_backup(first, state, archive=state / "archive", config=tmp_path / "config", now=NIGHT)
    before = house.settings.state_dir
    names = {path.name for path in (before / "archive").iterdir()}
    assert {path.name for path in (state / "archive").iterdir()} == names
    assert load_house(tmp_path / "config").sources == house.sources
    with open_snapshot(snapshot_file(state)) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchall() == [(1,)]
    moved = replace(house, settings=house.settings.model_copy(update={"state_dir": state}))
    assert run_night(moved, as_of=NIGHT + timedelta(hours=1)).outcomes.get("new", 0) == 0
    with pytest.raises(BackupError, match="replaces nothing"):
        restore_backup(first, state, archive=state / "archive", config=None, now=NIGHT)


def test_a_backup_that_was_killed_does_not_count_and_is_cleared_away(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [0]

    def dies(source: Path, target: Path) -> str:
        calls[0] += 1
        if calls[0] == 3:
            target.with_name(target.name + ".part").write_bytes(b"half")
            raise KeyboardInterrupt
        return copy_whole(source, target)

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("flows.operation.backup.copy_whole", dies)
        make_backup(house, tmp_path, now=NIGHT)
    assert find_backups(tmp_path) == []
    made = make_backup(house, tmp_path, now=NIGHT)
    assert find_backups(tmp_path) == [made]
    assert not list(tmp_path.glob(".partial*"))


def test_a_damaged_backup_is_not_put_in_place(house: House, tmp_path: Path) -> None:
    made = make_backup(house, tmp_path / "backups", now=NIGHT)
    with (made.path / "warehouse.duckdb").open("r+b") as file:
        file.seek(5_000)
        file.write(b"\x00\x01\x02")
    state = tmp_path / "state"
    with pytest.raises(BackupError, match="differs"):
        restore_backup(made, state, archive=state / "archive", config=None, now=NIGHT)
    assert not warehouse_file(state).exists()
    shutil.copy(warehouse_file(house.settings.state_dir), made.path / "warehouse.duckdb")
    (tmp_path / "backups" / "archive" / next(iter(made.archive))).unlink()
    shutil.rmtree(state)
    with pytest.raises(BackupError, match="gone"):
        restore_backup(made, state, archive=state / "archive", config=None, now=NIGHT)
    assert not warehouse_file(state).exists()


def test_logs_are_one_object_a_line() -> None:
    record = logging.LogRecord("sovwatch", logging.INFO, "x", 1, "step\n%s", ("two",), None)
    record.facts = {"step": "read feeds", "at": NIGHT}
    line = JsonLines().format(record)
    assert "\n" not in line
    told = json.loads(line)
    assert (told["message"], told["step"], told["level"]) == ("step\ntwo", "read feeds", "info")


def test_a_run_logs_its_steps_and_its_end_as_json(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    monkeypatch.setenv("SOVWATCH_LOG_FORMAT", "text")
    words = ["--log-format", "json", "run", "--plain", "--json", "--as-of", (NIGHT + timedelta(hours=2)).isoformat()]
    done = CliRunner().invoke(load_commands(), [*words, "--config", str(house.folder)])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert "read feeds" in [line.get("step") for line in lines]
    assert lines[-1]["message"] == "run ended" and lines[-1]["exit_code"] == 0


@pytest.mark.parametrize("unit", sorted(path.name for path in (TOP / "config/operation").glob("*.service")))
def test_units_name_commands_that_exist(unit: str) -> None:
    text = (TOP / "config/operation" / unit).read_text(encoding="utf-8")
    known = {command.name or getattr(command.callback, "__name__", "") for command in
             load_commands().registered_commands}  # fmt: skip
    named = re.findall(r"^Exec\w+=-?/opt/sovwatch/bin/sovwatch (\w+)", text, re.MULTILINE)
    assert named and set(named) <= known


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_understands_the_units() -> None:
    folder = TOP / "config/operation"
    units = [str(path) for path in sorted((*folder.glob("*.service"), *folder.glob("*.timer")))]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    wrong = [line for line in done.stderr.splitlines() if "is not executable" not in line and "sovwatch" in line]
    assert wrong == []


def test_the_container_file_copies_what_is_there_and_all_that_is_installed() -> None:
    text = (TOP / "config/operation/Containerfile").read_text(encoding="utf-8")
    copied = [word for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE) for word in line.split()[:-1]]
    assert [word for word in copied if not (TOP / word).exists()] == []
    described = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))
    included = described["tool"]["setuptools"]["packages"]["find"]["include"]
    rooms = {name.rstrip("*") for name in included}
    assert rooms <= set(copied)
    known = {command.name or getattr(command.callback, "__name__", "") for command in
             load_commands().registered_commands}  # fmt: skip
    assert {"serve", "watchdog"} <= known and '"sovwatch", "watchdog"' in text and 'CMD ["serve"]' in text
