"""A dossier as a PDF, set by Typst: tagged for screen readers (PDF/UA-1), with bookmarks and links."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst

from flows.exports.dossier_view import View

TEMPLATE = "dossier.typ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdf:
    """The document, and what no font of this machine has (None: everything is shown)."""

    data: bytes
    unshown: str | None


def render_dossier_pdf(view: View, *, made_at: datetime, fonts: Path | None = None) -> Pdf:
    """The dossier as a PDF; the same view and time give the same bytes on a machine with the same fonts.

    Latin, Greek and Cyrillic come with Typst. Chinese, Japanese, Korean, Arabic, Hebrew and others need a font of the
    machine, or one in the folder `fonts`; letters that none has are boxes, and `unshown` says so.
    """
    source = files("flows.exports.templates").joinpath(TEMPLATE).read_bytes()
    folders = [str(fonts)] if fonts else []
    compiler = typst.Compiler(font_paths=typst.Fonts(font_paths=folders), sys_inputs={"dossier": _json(view)})
    stamp = made_at.astimezone(UTC).replace(microsecond=0)
    try:
        return Pdf(data=_bytes(compiler, source, stamp, ["ua-1"]), unshown=None)
    except typst.TypstError as error:
        unshown = _unshown(error)
        if unshown is None:
            raise
    return Pdf(data=_bytes(compiler, source, stamp, []), unshown=unshown)


_LONG_WORD = re.compile(r"(\S{36})(?=\S)")


def _breakable(value: Any) -> Any:
    """The view with places to break in words that are wider than a line; addresses stay as they are."""
    if isinstance(value, dict):
        return {key: item if key == "url" else _breakable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_breakable(item) for item in value]
    return _LONG_WORD.sub("\\1\u200b", value) if isinstance(value, str) else value


def _json(view: View) -> str:
    return json.dumps(_breakable(view), ensure_ascii=False).encode("utf-8", "replace").decode()


def _bytes(compiler: typst.Compiler, source: bytes, stamp: datetime, standards: list[typst.PDFStandard]) -> bytes:
    done = compiler.compile(source, format="pdf", timestamp=stamp, pdf_standards=standards)
    assert isinstance(done, bytes)
    return done


def _unshown(error: typst.TypstError) -> str | None:
    """What the standard objects to, where it is letters without a font; None where it is anything else."""
    said = f"{error.message}\n{error.diagnostic}"
    if not re.search(r"could not be displayed|notdef|no suitable font|glyph", said):
        return None
    found = re.search(r"text [“\"`']?(.{1,60}?)[”\"`']? could not", said)
    return found[1] if found else error.message
