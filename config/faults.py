"""What is wrong in the configuration, in words: file, line, key, fault, remedy."""

from __future__ import annotations

import difflib
import re
import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from config.yaml_lines import Document, Key

CLOSE = 0.6  # of difflib's ratio: a misspelling of a key

# What a pattern of `config.kinds` and its neighbours means to a person.
PATTERNS: Mapping[str, str] = {
    r"^[a-z0-9][a-z0-9-]{0,63}$": "lower-case letters, digits and hyphens, like app-bans",
    r"^[a-z]{2,3}$": "a language code in lower case, like en",
    r"^[A-Z]{2}$": "a country code in capitals, like DE",
    r"^[^\r\n]+$": "text on one line",
    r"^[A-Za-z_][A-Za-z0-9_]*$": "the name of an environment variable, like SOVWATCH_SMTP_PASSWORD",
    r"^[a-z_][a-z0-9_]{0,62}$": "lower-case letters, digits and underscores, like sovwatch",
    r"^[A-Za-z0-9.\-]+(:[0-9]{1,5})?$": "a host and a port without https://, like store.example.org:9000",
    r"^[1-9][0-9]*(\.[0-9]+)? ?(MB|GB|MiB|GiB)$": "an amount of memory, like 1GB",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One error in one line: where it stands, what is wrong and what to do about it."""

    file: str
    line: int | None
    key: str
    wrong: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        place = f"{place}: {self.key}" if self.key else place
        return " ".join(f"{place}: {self.wrong}. {self.remedy}".split())


class ConfigError(Exception):
    """The configuration cannot be used; `faults` holds every error found, file by file. Nothing was run."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


def nearest(word: str, valid: Iterable[str], *, wanted: str) -> str:
    """A remedy for an unknown word: the closest valid one, else what is possible."""
    choices = sorted(set(valid))
    close = difflib.get_close_matches(word, choices, n=1, cutoff=CLOSE)
    if close:
        return f"Did you mean {close[0]!r}?"
    shown = ", ".join(choices[:12]) + (", ..." if len(choices) > 12 else "")
    return f"Take {wanted}: {shown}." if choices else "Take it out."


def readable_key(key: Key, data: Any) -> str:
    """`topics[app-bans].phrases.en`; an item of a list is named by its id, or by its number counted from 1."""
    out = ""
    for part in key:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            data = None
        if isinstance(part, int):
            name = data.get("id") if isinstance(data, dict) else None
            out += f"[{name}]" if isinstance(name, str) and name else f"[{part + 1}]"
        else:
            out += f".{part}" if out else part
    return out


def explain_all(errors: Sequence[ErrorDetails], file: str, document: Document, model: type[BaseModel]) -> list[Fault]:
    """The faults, one for each mistake: a misspelt key is not also reported as missing."""
    unknown = [error["loc"] for error in errors if error["type"] == "extra_forbidden"]
    meant = {
        (*key[:-1], close[0])
        for key in unknown
        if (close := difflib.get_close_matches(str(key[-1]), known_keys(model, key[:-1]), n=1, cutoff=CLOSE))
    }
    left = [error for error in errors if error["type"] != "missing" or error["loc"] not in meant]
    return [explain(error, file, document, model) for error in left]


def explain(error: ErrorDetails, file: str, document: Document, model: type[BaseModel]) -> Fault:
    """A validation error of pydantic as a fault that a person understands."""
    key = tuple(part for part in error["loc"] if part != "[key]")
    wrong, remedy = _words(error, key, model)
    return Fault(file, document.line_of(key), readable_key(key, document.data), wrong, remedy)


def _words(error: ErrorDetails, key: Key, model: type[BaseModel]) -> tuple[str, str]:
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    shown = repr(given) if isinstance(given, str | int | float | bool) else f"a {_kind_of(given)}"
    shown = shown if len(shown) <= 90 else shown[:87] + "..."
    if kind == "extra_forbidden":
        return "unknown key", nearest(str(key[-1]), known_keys(model, key[:-1]), wanted="one of")
    if kind == "missing":
        return "this key is missing", "Add it."
    if kind == "value_error":
        wrong, _, remedy = str(context["error"]).partition("; ")
        return wrong, f"{remedy[:1].upper()}{remedy[1:]}." if remedy else "Correct it."
    if kind == "string_pattern_mismatch":
        return f"{shown} does not fit here", f"Write {PATTERNS.get(context['pattern'], context['pattern'])}."
    if kind == "literal_error":
        possible = str(context["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
        return f"{shown} is not possible here", nearest(str(given), possible, wanted="one of")
    expected = re.sub(r"^(Input|String|Value|List|Tuple|Set) should (be )?", "", error["msg"])
    return f"{shown} does not fit here", f"It should {'be' if ' should be' in error['msg'] else ''} {expected}."


def _kind_of(value: object) -> str:
    names = {dict: "group of keys", list: "list", type(None): "key without a value"}
    return names.get(type(value), type(value).__name__)


def known_keys(model: type[BaseModel], key: Key) -> list[str]:
    """The keys that may stand at a place of a file checked by the model; empty where any may."""
    found: Any = model
    for part in key:
        if isinstance(part, int):
            continue
        inner = _model_in(found)
        if inner is None:
            return []
        named = {info.alias or name: info.annotation for name, info in inner.model_fields.items()}
        found = named.get(part)
    inner = _model_in(found)
    return [info.alias or name for name, info in inner.model_fields.items()] if inner else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    plain = isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias)
    if plain and issubclass(annotation, BaseModel):
        return annotation  # type: ignore[no-any-return]
    return next((inner for arg in typing.get_args(annotation) if (inner := _model_in(arg)) is not None), None)
