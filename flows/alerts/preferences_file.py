"""preferences.yaml, changed by a command as a person would: one line in or out, comments kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from config.recipients import StorylinePreferences
from flows.alerts.safe_text import clean_line

FILE = "preferences.yaml"
HEADER = """\
# Storylines that are never mailed, and factors on the weight of others (2 doubles it, 0.5 halves it).
# Written by hand or by: sovwatch alerts mute STORYLINE, sovwatch alerts boost STORYLINE FACTOR
"""
_SECTION = re.compile(r"^(?P<name>mute|boost)\s*:\s*(?P<rest>.*)$")


def change_preferences(
    text: str, storyline_id: str, *, mute: bool = False, factor: float | None = None, title: str = ""
) -> str:
    """The file's text with the storyline muted, boosted by `factor`, or (neither) neither any more.

    A line comes in or goes; everything else stays as it is. Where the file is written in a way that does not allow
    that (lists in brackets, say), it is written anew with the same content. Raises ValueError if the result would be
    no valid preferences file, or if the text is none to begin with.
    """
    wanted = _apply(read_preferences(text), storyline_id, mute, factor)
    note = f"  # {clean_line(title, 80)}" if clean_line(title, 80) else ""
    changed = _edit(text, storyline_id, mute, factor, note)
    try:
        if read_preferences(changed) == wanted:
            return changed
    except (ValueError, yaml.YAMLError):
        pass
    return _write(wanted, storyline_id, note)


def read_preferences(text: str) -> StorylinePreferences:
    """The text's preferences. Raises ValueError (pydantic's among them) or yaml.YAMLError."""
    data = yaml.safe_load(text) or {}
    if not isinstance(data, dict):
        raise ValueError(f"{FILE} must hold the keys mute and boost")
    return StorylinePreferences.model_validate({key: value for key, value in data.items() if value is not None})


def save_preferences(path: Path, text: str) -> None:
    """Replaces the file in one step: a reader sees the old text or the new one."""
    fresh = path.with_suffix(".yaml.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def _apply(
    preferences: StorylinePreferences, storyline_id: str, mute: bool, factor: float | None
) -> StorylinePreferences:
    boost = {key: value for key, value in preferences.boost.items() if key != storyline_id}
    if factor is not None:
        boost[storyline_id] = factor
    return StorylinePreferences(
        mute=(preferences.mute - {storyline_id}) | ({storyline_id} if mute else set()), boost=boost
    )


def _edit(text: str, storyline_id: str, mute: bool, factor: float | None, note: str) -> str:
    additions = {
        "mute": f"  - {_quote(storyline_id)}{note}" if mute else None,
        "boost": f"  {_quote(storyline_id)}: {factor:g}{note}" if factor is not None else None,
    }
    lines = list(_lines_without((text or HEADER).splitlines(), storyline_id))
    result: list[str] = []
    for line in lines:
        found = _SECTION.match(line)
        addition = additions.pop(found["name"], None) if found else None
        if found and addition:
            rest = found["rest"].split("#")[0].strip()
            result += [f"{found['name']}:" if rest in ("", "[]", "{}", "null", "~") else line, addition]
        else:
            result.append(line)
    for name, addition in additions.items():
        if addition:
            result += ["", f"{name}:", addition]
    return "\n".join(_without_empty_sections(result)).rstrip("\n") + "\n"


def _lines_without(lines: list[str], storyline_id: str) -> Iterator[str]:
    name = rf"""["']?{re.escape(storyline_id)}["']?"""
    gone = re.compile(rf"^\s*(-\s*{name}|{name}\s*:\s*[-+.\deE_]+)\s*(#.*)?$")
    return (line for line in lines if not gone.match(line))


def _without_empty_sections(lines: list[str]) -> Iterator[str]:
    for index, line in enumerate(lines):
        found = _SECTION.match(line)
        after = next(
            (later for later in lines[index + 1 :] if later.strip() and not later.lstrip().startswith("#")), ""
        )
        held = after.startswith((" ", "\t", "-"))
        if found and not found["rest"].split("#")[0].strip() and not held:
            yield f"{found['name']}: {'[]' if found['name'] == 'mute' else '{}'}"
        else:
            yield line


def _write(preferences: StorylinePreferences, storyline_id: str, note: str) -> str:
    lines = [HEADER.rstrip("\n"), "", "mute:" if preferences.mute else "mute: []"]
    lines += [f"  - {_quote(one)}{note if one == storyline_id else ''}" for one in sorted(preferences.mute)]
    lines += ["", "boost:" if preferences.boost else "boost: {}"]
    for one, factor in sorted(preferences.boost.items()):
        lines.append(f"  {_quote(one)}: {factor:g}{note if one == storyline_id else ''}")
    return "\n".join(lines) + "\n"


def _quote(storyline_id: str) -> str:
    # An id of digits only (or like 1e5) would be read as a number.
    return f'"{storyline_id}"'
