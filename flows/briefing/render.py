"""Templates to HTML: everything put in is escaped, links are relative to the page, no page needs a script."""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context

from flows.briefing.addresses import relative

_RUNS = re.compile("[\u3040-\u30ff\u3400-\u9fff]+")


@cache
def environment() -> Environment:
    """The Jinja environment: autoescape everywhere, an undefined name is an error, `to` makes a link from the page."""
    env = Environment(
        loader=PackageLoader("flows.briefing"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, auto_reload=False,
    )  # fmt: skip
    env.filters["to"] = _to
    env.filters["n"] = lambda count: f"{count:,}"
    env.filters["cjk"] = pair_up
    return env


@cache
def _template(name: str) -> Template:
    return environment().get_template(f"{name}.html.j2")


def render_page(template: str, path: str, **values: Any) -> str:
    """The page at `path` within the site from the template `<template>.html.j2`."""
    return _template(template).render(path=path, **values)


def read_asset(name: str) -> str:
    """A file of the templates folder as it is: the style sheet, the search page's script."""
    return (files("flows.briefing") / "templates" / name).read_text(encoding="utf-8")


@cache
def code_stamp() -> str:
    """Changes whenever the code or a template of this room does: then every page is made again."""
    digest = hashlib.sha256()
    for folder in ("", "plots", "templates"):
        here = files("flows.briefing") / folder if folder else files("flows.briefing")
        for file in sorted(here.iterdir(), key=lambda one: one.name):
            if file.is_file() and file.name.endswith((".py", ".j2", ".css", ".js")):
                digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def pair_up(text: str) -> str:
    """Chinese and Japanese runs of the text as pairs of neighbouring characters, for the search index; else nothing."""
    runs = _RUNS.findall(text) if not text.isascii() else ()
    return " ".join(run[at : at + 2] for run in runs for at in range(max(1, len(run) - 1)))


@pass_context
def _to(context: Context, target: str) -> str:
    return relative(target, str(context["path"]))
