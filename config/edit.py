"""Changes to the files that a command makes for a person: everything else in them stays as it was written."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from config.load import OPTIONAL, REQUIRED, load_house, shipped_folder
from config.sources import Source
from config.yaml_lines import parse_yaml


def render_source(source: Source) -> str:
    """A source as an item of sources.yaml; keys with their default value are left out."""
    values = source.model_dump(exclude_defaults=True)
    lines = [f"{name}: {_scalar(value)}" for name, value in values.items()]
    return "  - " + "\n    ".join(lines) + "\n"


def append_sources(folder: Path, sources: Iterable[Source]) -> None:
    """Adds sources at the end of the folder's sources.yaml.

    The whole configuration is checked with them first; `config.faults.ConfigError` says what is wrong, and the file
    is as it was. It is replaced in one step.
    """
    path = folder / "sources.yaml"
    text = path.read_text(encoding="utf-8").rstrip()
    if text.endswith("[]"):
        text = text.removesuffix("[]").rstrip()
    changed = text + "\n\n" + "\n".join(render_source(source) for source in sources)
    with tempfile.TemporaryDirectory() as trial:
        for name in (*REQUIRED, *OPTIONAL):
            if (folder / name).is_file():
                shutil.copy(folder / name, Path(trial) / name)
        (Path(trial) / "sources.yaml").write_text(changed, encoding="utf-8")
        load_house(Path(trial))
    _replace(path, changed)


def copy_shipped(folder: Path) -> list[Path]:
    """Copies the shipped files into the folder, created as needed, but over no existing file; returns the copies."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name in REQUIRED:
        target = folder / name
        if not target.exists():
            shutil.copyfile(shipped_folder() / name, target)
            made.append(target)
    return made


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    try:
        plain = parse_yaml(f"a: {text}").data == {"a": text} and text.isprintable()
    except ValueError:
        plain = False
    if plain and "#" not in text:
        return text
    return '"' + "".join(map(_escaped, text)) + '"'


def _escaped(char: str) -> str:
    if char in '"\\':
        return "\\" + char
    return char if char.isprintable() else f"\\U{ord(char):08x}"


def _replace(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, temporary)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
