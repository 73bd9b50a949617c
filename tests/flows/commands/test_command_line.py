"""The command line as a whole: every command is in a panel of the help, and found in its file alone."""

from __future__ import annotations

import subprocess
import sys

import pytest
import typer.main
from typer.testing import CliRunner

from flows.commands import FILES, PANELS, choose_command, list_commands, load_commands


def test_every_command_is_in_one_panel_and_one_file() -> None:
    app = load_commands()
    named = [name for names in PANELS.values() for name in names]
    assert sorted(named) == sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    for info in app.registered_commands:
        assert info.callback is not None
        name = info.name or info.callback.__name__.replace("_", "-")
        assert info.callback.__module__.rpartition(".")[2] in FILES.get(name, (name,)), name


def test_the_help_says_of_every_command_what_its_own_help_says() -> None:
    commands = typer.main.get_command(load_commands()).commands  # type: ignore[attr-defined]
    own = {name: " ".join(command.help.split("\n\n")[0].split()) for name, command in commands.items()}
    assert own == {name: text for texts in PANELS.values() for name, text in texts.items()}


def test_help_and_a_wrong_name_are_answered_without_loading_a_command() -> None:
    code = (
        "import sys; from flows.commands import main; sys.argv = ['sovwatch', *sys.argv[1:]]\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "files = [name for name in sys.modules if name.startswith('flows.')]\n"
        "assert files == ['flows.commands'], files\n"
        "assert 'duckdb' not in sys.modules\n"
    )
    for words, said in ((["--help"], "Try it"), (["serch", "chips"], "No such command")):
        done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        assert said in done.stdout + done.stderr


def test_the_listed_help_is_that_of_all_commands() -> None:
    def lines(app: typer.Typer) -> list[str]:
        text = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "100"}).stdout
        return sorted(line for line in text.splitlines() if "│" in line)

    assert lines(list_commands()) == lines(load_commands())


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("status --json", "status"), ("--log-format json run", "run"), ("--log-format=json run", "run"),
        ("--help run", None), ("-h", None), ("", None), ("serch chips", None), ("serch status", None),
    ],
)  # fmt: skip
def test_the_first_word_that_is_no_option_is_the_command(words: str, command: str | None) -> None:
    assert choose_command(words.split()) == command


def test_a_command_is_loaded_without_the_others() -> None:
    code = (
        "import sys; from flows.commands import load_commands; load_commands('status');"
        "assert 'flows.commands.status' in sys.modules and 'flows.commands.dedupe' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
