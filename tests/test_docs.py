"""What people read is complete: every command is documented, and every relative link leads somewhere."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
import typer.main

from flows.commands import load_commands

TOP = Path(__file__).parents[1]
PAGES = [TOP / "README.md", TOP / "CHANGELOG.md", *sorted((TOP / "docs").glob("*.md"))]


def commands(group: typer.Typer, prefix: str = "sovwatch") -> Iterator[str]:
    """Every command with the groups it stands in, as typed."""
    for command in group.registered_commands:
        assert command.callback is not None
        yield f"{prefix} {command.name or command.callback.__name__.replace('_', '-')}"
    for inner in group.registered_groups:
        assert inner.typer_instance is not None
        name = inner.name or inner.typer_instance.info.name
        yield from commands(inner.typer_instance, f"{prefix} {name}")


@pytest.mark.parametrize("command", sorted(commands(load_commands())))
def test_every_command_is_documented(command: str) -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert re.search(rf"\b{re.escape(command)}\b", text), f"no page in docs/ or README.md tells of: {command}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


def invocations(text: str) -> Iterator[tuple[str, list[str]]]:
    """Every command that a page shows, in a line of its own or within a sentence, and its words after `sovwatch`."""
    text = re.sub(r"\\\n\s*", " ", text)
    for shown in re.findall(r"`([^`\n]*\bsovwatch [^`\n]*)`|^    (.*\bsovwatch .*)$", text, re.MULTILINE):
        line = "".join(shown)
        said = re.search(r"(?:^|[\s/])sovwatch\s+(.*)$", re.split(r"\s#\s", line)[0])
        plain = re.split(r"\s\|\s|\s>\s|&&|;", said[1])[0] if said else ""
        try:
            yield line, shlex.split(plain)
        except ValueError:  # a quotation that goes on in words of the page
            yield line, plain.split()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_that_are_shown_exist(page: Path) -> None:
    root = typer.main.get_command(load_commands())
    for line, words in invocations(page.read_text(encoding="utf-8")):
        command = root
        while words and not words[0].startswith("-") and isinstance(command, typer.core.TyperGroup):
            assert words[0] in command.commands, f"{page.name} shows what is no command: {line}"
            command = command.commands[words.pop(0)]
        options = {"-h", "--help"}.union(*(param.opts + param.secondary_opts for param in command.params))
        wrong = [word for word in words if word.startswith("--") and word.split("=")[0] not in options]
        assert not wrong, f"{page.name} shows an option that is none: {line}"


def test_files_and_folders_that_the_architecture_names_exist() -> None:
    text = (TOP / "docs/architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\b(?:config|extractors|warehouse|flows|tests)/[\w/]+(?:\.py)?", text))
    missing = [path for path in sorted(named) if not any((TOP / f"{path}{end}").exists() for end in ("", ".py"))]
    assert len(named) > 20
    assert missing == []
