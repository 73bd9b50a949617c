"""Templates to text: HTML with its styles inlined (dark mode and phone rules kept), and plain text in 72 columns."""

from __future__ import annotations

import textwrap
from functools import cache
from typing import Any

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined

from flows.alerts.safe_text import isolate
from flows.alerts.sentences import Part

COLUMNS = 72


@cache
def environment() -> Environment:
    """The Jinja environment: autoescape for everything but `.txt.j2`, an undefined name is an error."""
    env = Environment(
        loader=PackageLoader("flows.alerts"),
        autoescape=lambda name: not (name or "").endswith(".txt.j2"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.filters["wrap"] = wrap
    env.filters["plain"] = plain_parts
    env.filters["isolate"] = isolate
    return env


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(minify_css=True, load_remote_stylesheets=False)


def render_html(template: str, **values: Any) -> str:
    """The template `<template>.html.j2`, styles inlined."""
    html = environment().get_template(f"{template}.html.j2").render(**values)
    return _inliner().inline(html)


def render_text(template: str, **values: Any) -> str:
    """The template `<template>.txt.j2`, at most one blank line in a row."""
    lines: list[str] = []
    for line in environment().get_template(f"{template}.txt.j2").render(**values).splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).rstrip("\n") + "\n"


def wrap(text: str, indent: int = 0, hang: int | None = None) -> str:
    """The text in lines of 72 columns, indented; `hang` indents the lines after the first."""
    later = " " * (indent if hang is None else hang)
    return textwrap.fill(
        text,
        width=COLUMNS,
        initial_indent=" " * indent,
        subsequent_indent=later,
        break_long_words=False,
        break_on_hyphens=False,
    )


def plain_parts(parts: tuple[Part, ...]) -> str:
    """The sentence with *asterisks* around what is new."""
    return isolate("".join(_starred(part.text) if part.new else part.text for part in parts))


def _starred(text: str) -> str:
    core = text.strip()
    if not core:
        return text
    start = text.index(core)
    return f"{text[:start]}*{core}*{text[start + len(core) :]}"
