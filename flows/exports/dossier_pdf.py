"""A dossier as a PDF, set by Typst: tagged for screen readers (PDF/UA-1), with bookmarks and links."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

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
    compiler = typst.Compiler(source, font_paths=typst.Fonts(font_paths=folders), sys_inputs={"dossier": _json(view)})
    stamp = made_at.astimezone(UTC).replace(microsecond=0)
    try:
        return Pdf(data=_bytes(compiler, stamp, "ua-1"), unshown=None)
    except typst.TypstError as error:
        unshown = _unshown(error)
        if unshown is None:
            raise
    return Pdf(data=_bytes(compiler, stamp, None), unshown=unshown)


def _json(view: View) -> str:
    return json.dumps(view, ensure_ascii=False).encode("utf-8", "replace").decode()


def _bytes(compiler: typst.Compiler, stamp: datetime, standard: str | None) -> bytes:
    done = compiler.compile(format="pdf", timestamp=stamp, pdf_standards=[standard] if standard else [])  # type: ignore[list-item]
    assert isinstance(done, bytes)
    return done


def _unshown(error: typst.TypstError) -> str | None:
    """What the standard objects to, where it is letters without a font; None where it is anything else."""
    said = f"{error.message}\n{error.diagnostic}"
    if not re.search(r"could not be displayed|notdef|no suitable font|glyph", said):
        return None
    found = re.search(r"text [“\"`']?(.{1,60}?)[”\"`']? could not", said)
    return found[1] if found else error.message
