"""A dossier as Markdown and PDF: all of it is there, no stranger writes markup, every script is shown or named."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pypdfium2
import pytest
from markdown_it import MarkdownIt
from typer.testing import CliRunner, Result

from flows.commands import app, load_commands
from flows.exports.dossier_markdown import render_dossier_markdown
from flows.exports.dossier_pdf import Pdf, render_dossier_pdf
from flows.exports.dossier_view import is_rtl, show_dossier
from flows.feeds_out.items import Manner
from flows.night import snapshot_file
from tests.flows.desk_state import state_after_three_nights
from tests.flows.feeds_out.tellings import HOSTILE, NOW
from tests.flows.feeds_out.test_ics import COMING
from tests.warehouse.invented import NIGHTS
from warehouse.connection import open_snapshot
from warehouse.dossier import Dossier, DossierNote, find_dossier
from warehouse.stories.model import NewSentence

MANNER = Manner(zone=ZoneInfo("Europe/Brussels"), topics={"chips": "Chips"})
load_commands()


@pytest.fixture
def state() -> Path:
    return state_after_three_nights()


@pytest.fixture(scope="module")
def saga() -> Dossier:
    with open_snapshot(snapshot_file(state_after_three_nights())) as con:
        found = find_dossier(con, "saga")
    assert found is not None
    note = DossierNote(noted_at=NOW, kind="note", text="Ask the | registry", target_kind="article", title="Report")
    return replace(found, dates=(COMING, replace(COMING, first_day=date(2025, 1, 1), last_day=date(2025, 1, 1))),
                   notes=(note,), published_at=NIGHTS["n3"])  # fmt: skip


def run(state: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["dossier", *words, "--state", str(state)], catch_exceptions=False)


def pdf_text(pdf: Pdf) -> str:
    document = pypdfium2.PdfDocument(pdf.data)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def made(dossier: Dossier) -> Pdf:
    return render_dossier_pdf(show_dossier(dossier, MANNER), made_at=datetime(2026, 3, 11, tzinfo=UTC))


def test_markdown_tells_the_storyline(saga: Dossier) -> None:
    said = render_dossier_markdown(show_dossier(saga, MANNER))
    assert said.startswith("# Saga\n")
    assert "2 turns, 4 reports, 3 copies, 5 outlets, 3 languages (de, en, fr)" in said
    assert said.index("## Dates ahead") < said.index("### Tue 10 Mar 2026: Dresden plant gets two billion")
    assert said.index("two billion") < said.index("### Mon 2 Mar 2026: Dresden gets a chip plant")
    assert "- **Tue 21 Apr 2026**, hearing (inferred): “The court set a hearing" in said
    assert "[Dresden gets a chip plant](<https://delta.example/wire>)" in said
    assert "| Delta Wire | 2 | 0 | 2 Mar 2026 | en |" in said
    assert "note: Ask the \\| registry (on “Report”)" in said
    assert "## Dates that have passed" in said


@pytest.mark.parametrize("text", HOSTILE[:5], ids=range(5))
def test_hostile_text_stays_text_in_both(saga: Dossier, text: str) -> None:
    turn = replace(saga.turns[0], headline=f"Head {text}", sentences=(
        NewSentence(text=f"Said {text} <b>x</b> #panic(\"x\") $a$ @b [c](javascript:1)", article_id="a"),))  # fmt: skip
    view = show_dossier(replace(saga, title=f"T {text}", turns=(turn,), state=f"S {text}"), MANNER)
    shown = MarkdownIt("commonmark", {"html": True}).enable("table").render(render_dossier_markdown(view))
    assert not re.search(r"<(?:script|b)\b|javascript:[^<]*\"", shown)
    assert view["turns"][0]["headline"] in unescape(re.sub(r"<[^>]+>", "", shown))
    pdf = render_dossier_pdf(view, made_at=datetime(2026, 3, 11, tzinfo=UTC))
    assert '#panic("x")$a$@b[c](javascript:1)' in re.sub(r"[\s\u200b]", "", pdf_text(pdf))


def test_the_pdf_tells_the_storyline_and_links_out(saga: Dossier) -> None:
    pdf = made(saga)
    assert pdf.unshown is None
    text = pdf_text(pdf)
    assert "Dresden plant gets two billion" in text and "Dates ahead" in text
    assert b"/StructTreeRoot" in pdf.data, "tagged for screen readers"
    assert b"pdfuaid" in pdf.data or b"/Lang" in pdf.data
    assert pdf.data == made(saga).data, "the same dossier gives the same bytes"


def test_a_script_without_a_font_is_named_not_hidden(saga: Dossier) -> None:
    # Linear A: no machine has a font for it.
    pdf = made(replace(saga, title="Saga \U00010600\U00010601"))
    assert pdf.unshown is not None and "\U00010600" in pdf.unshown
    assert pdf.data.startswith(b"%PDF")


def test_four_hundred_turns_and_words_without_end(saga: Dossier) -> None:
    turns = tuple(replace(saga.turns[0], development_id=str(n), headline=f"Turn {n} {'x' * 300}") for n in range(400))
    pdf = made(replace(saga, turns=turns))
    document = pypdfium2.PdfDocument(pdf.data)
    assert 40 < len(document) < 200
    width = document[1].get_width()
    page = document[1].get_textpage()
    assert all(page.get_rect(n)[2] <= width - 40 for n in range(page.count_rects())), "nothing runs off the page"


def test_the_command_writes_both_forms(state: Path, tmp_path: Path) -> None:
    assert run(state, "saga").stdout.startswith("# Saga")
    assert run(state, "saga", "--out", str(tmp_path / "saga.pdf")).exit_code == 0
    assert (tmp_path / "saga.pdf").read_bytes().startswith(b"%PDF")
    assert run(state, "saga", "-f", "md", "-o", str(tmp_path / "saga.txt")).exit_code == 0
    assert (tmp_path / "saga.txt").read_text(encoding="utf-8").startswith("# Saga")


@pytest.mark.parametrize("words", ["saga", "SAGA", "d-money", "https://alpha.example/gazette", "plant"])
def test_a_storyline_goes_by_many_names(state: Path, words: str) -> None:
    result = run(state, words)
    assert (result.exit_code, result.stdout[:6]) == (0, "# Saga")


def test_what_is_not_there_or_not_possible_is_said(state: Path, tmp_path: Path) -> None:
    assert run(state, "no such thing").exit_code == 1
    assert "needs a file" in run(state, "saga", "-f", "pdf").stderr
    assert run(state, "saga", "-f", "docx").exit_code == 2
    assert run(state, "saga", "-o", str(tmp_path / "no" / "x.md")).exit_code == 1


def test_directions_are_told_by_the_first_strong_letter() -> None:
    assert is_rtl("123 (\u0627\u0644) abc")
    assert not is_rtl("abc \u0627") and not is_rtl("") and not is_rtl("中文")
