"""The command line as a whole: every command is in a panel of the help, and found in its file alone."""

from __future__ import annotations

import subprocess
import sys

import typer.main

from flows.commands import FILES, PANELS, load_commands


def test_every_command_is_in_one_panel_and_one_file() -> None:
    app = load_commands()
    named = [name for names in PANELS.values() for name in names]
    assert sorted(named) == sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    for info in app.registered_commands:
        assert info.callback is not None
        name = info.name or info.callback.__name__.replace("_", "-")
        assert info.callback.__module__.rpartition(".")[2] in FILES.get(name, (name,)), name


def test_a_command_is_loaded_without_the_others() -> None:
    code = (
        "import sys; from flows.commands import load_commands; load_commands('status');"
        "assert 'flows.commands.status' in sys.modules and 'flows.commands.dedupe' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
