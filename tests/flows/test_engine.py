"""The Prefect server of a night: what it does without, and what the user's own settings keep."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from flows import engine
from flows.engine import SPARED_SERVICES, running_engine


class Started:
    """Stands for the server's process; knows what it was started with."""

    def __init__(self, command: list[str], env: dict[str, str], **_more: Any) -> None:
        self.command = command
        self.env = env

    def poll(self) -> int:
        return 0


@pytest.fixture(autouse=True)
def without_prefect(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(engine.os, "environ", dict(os.environ))
    monkeypatch.setattr(subprocess, "Popen", Started)


def server_of(state: Path, *, scheduling: bool) -> tuple[Started, dict[str, str]]:
    with running_engine(state, scheduling=scheduling) as running:
        assert isinstance(running.process, Started)
        return running.process, dict(os.environ)


def test_a_nights_server_schedules_nothing_and_still_records_the_steps(tmp_path: Path) -> None:
    server, ours = server_of(tmp_path, scheduling=False)
    assert "--no-ui" in server.command
    assert {server.env[f"PREFECT_SERVER_SERVICES_{name}_ENABLED"] for name in SPARED_SERVICES} == {"false"}
    assert "TASK_RUN_RECORDER" not in SPARED_SERVICES
    assert ours["PREFECT_CLIENT_CSRF_SUPPORT_ENABLED"] == "false"
    assert "PREFECT_API_URL" in ours
    assert "PREFECT_API_URL" not in os.environ, "what was set for the run goes with it"
    assert "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED" not in os.environ


def test_the_server_of_serve_has_all_services_and_the_ui(tmp_path: Path) -> None:
    server, _ = server_of(tmp_path, scheduling=True)
    assert "--ui" in server.command
    assert not [name for name in server.env if name.startswith("PREFECT_SERVER_SERVICES_")]


def test_tokens_against_forgery_are_asked_for_where_the_server_wants_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(engine.os.environ, "PREFECT_SERVER_CSRF_PROTECTION_ENABLED", "true")
    _, ours = server_of(tmp_path, scheduling=False)
    assert "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED" not in ours


def test_the_names_of_the_spared_services_are_prefects_own() -> None:
    from prefect.settings.models.server.services import ServerServicesSettings

    known = {name.upper() for name in ServerServicesSettings.model_fields}
    assert set(SPARED_SERVICES) <= known, "a name that Prefect does not know spares nothing"
