"""YAML read plainly, remembering the line of every key.

Plainer than YAML 1.1 where that surprises people: only `true`, `false`, `null`, integers and decimals are anything but
text (so the country code NO stays text, and 22:00 is not 1320); keys are always text; a key that stands twice is an
error; anchors, tags and several documents are refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

Key = tuple[str | int, ...]

INTEGER = re.compile(r"[-+]?[0-9][0-9_]*")
DECIMAL = re.compile(r"[-+]?[0-9][0-9_]*\.[0-9]+(?:[eE][-+]?[0-9]+)?")
WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None, "~": None, "": None}


class YamlError(ValueError):
    """What is wrong in a file, at which line (from 1) and key, and what to do."""

    def __init__(self, line: int, key: Key, wrong: str, remedy: str) -> None:
        super().__init__(wrong)
        self.line, self.key, self.wrong, self.remedy = line, key, wrong, remedy


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, None), and the line of every key in it."""

    data: Any
    lines: Mapping[Key, int] = field(default_factory=dict)

    def line_of(self, key: Key) -> int | None:
        """The line of the key, or of the nearest one above it; None in an empty file."""
        while key not in self.lines and key:
            key = key[:-1]
        return self.lines.get(key)


def parse_yaml(text: str) -> Document:
    """The file's content; raises `YamlError`, which knows the line."""
    try:
        nodes = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise YamlError(line, (), f"a character that YAML does not allow ({error.reason})", "Delete it.") from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        wrong = " ".join(part for part in (error.context, error.problem) if part)
        raise YamlError(
            mark.line + 1 if mark else 1, (), f"not readable as YAML: {wrong}",
            "Look at this line and the one above: indentation, a missing quote, or a colon in unquoted text.",
        ) from None  # fmt: skip
    except RecursionError:
        raise YamlError(1, (), "nested too deeply", "Write it flat.") from None
    if len(nodes) > 1:
        line = nodes[1].start_mark.line + 1
        raise YamlError(line, (), "a second document begins", "Take out the line with the three hyphens.")
    if not nodes or nodes[0] is None:
        return Document(None)
    lines: dict[Key, int] = {}
    return Document(_plain(nodes[0], (), lines, set()), lines)


def _plain(node: yaml.Node, key: Key, lines: dict[Key, int], seen: set[int]) -> Any:
    line = node.start_mark.line + 1
    lines.setdefault(key, line)
    if id(node) in seen:
        raise YamlError(line, key, "an alias (*name)", "Write the value out.")
    seen.add(id(node))
    if not node.tag.startswith("tag:yaml.org,2002:"):
        raise YamlError(line, key, f"a tag ({node.tag})", "Write the value without it.")
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise YamlError(line, key, "a key that is not text", "Write a word before the colon.")
            name, at = str(key_node.value), key_node.start_mark.line + 1
            if name in found:
                raise YamlError(at, (*key, name), "this key stands here twice", "Merge the two or take one out.")
            lines[(*key, name)] = at
            found[name] = _plain(value, (*key, name), lines, seen)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*key, index), lines, seen) for index, item in enumerate(node.value)]
    text = str(node.value)
    if isinstance(node, yaml.ScalarNode) and node.style is not None:
        return text
    if text in WORDS:
        return WORDS[text]
    if INTEGER.fullmatch(text) and not re.match(r"[-+]?0[0-9]", text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text
