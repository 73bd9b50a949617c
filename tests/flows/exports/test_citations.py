"""RIS and BibTeX, read back by pybtex and rispy: every part where a reference manager looks for it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
import rispy
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import parse_string

from flows.alerts.safe_text import clean_line
from flows.exports.citations import NothingToCite, make_references, render_bibtex, render_ris

COLUMNS = ["article_id", "title", "authors", "outlet", "url", "published_at", "fetched_at", "language", "topics"]
AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
TITLE = "Chips: 100 % & more {sic} $x_1$ #2 ~ ^ \\ end"
ROW = ("0123456789abcdef", TITLE, ["Jane Doe", "Reuters, staff", "Rose and Co"], "Delta Wire",
       "https://a.example/x_%20y?a=1&b={2}#c", AT, AT, "en",
       ["chips", "cloud & more"])  # fmt: skip
NASTY = ["TI  - forged\r\nER  - ", "@book{x,", "}", "{", "}{", "\\input{/etc/passwd}", "a\nb", "%comment", "名前"]


def ris(*rows: tuple[object, ...]) -> list[dict[str, object]]:
    return rispy.loads("".join(render_ris(make_references(COLUMNS, rows))), skip_unknown_tags=True)


def bib(*rows: tuple[object, ...]) -> list[tuple[str, dict[str, str], list[str]]]:
    data = parse_string("".join(render_bibtex(make_references(COLUMNS, rows))), "bibtex")
    return [
        (key, dict(entry.fields), [str(person) for person in entry.persons.get("author", [])])
        for key, entry in data.entries.items()
    ]


NAMED = {"backslash": "\\", "asciitilde": "~", "asciicircum": "^", "braceleft": "{", "braceright": "}"}
TOKEN = re.compile(r"\\text([a-z]+)\{\}|\\([{}%$&#_])|([^\\{}%$&#_~^])|(.)", re.DOTALL)


def shown(latex: str) -> str:
    """What TeX shows; a character that would be a command to it fails."""
    latex = latex.removeprefix("{").removesuffix("}")
    pieces = []
    for name, escaped, plain, command in TOKEN.findall(latex):
        assert not command, f"{command!r} is a command in {latex!r}"
        pieces.append(NAMED[name] if name else escaped or plain)
    return "".join(pieces)


def test_ris_has_every_part_in_its_place() -> None:
    (one,) = ris(ROW)
    assert one["title"] == ROW[1]
    assert one["authors"] == ROW[2]
    assert (one["type_of_reference"], one["year"], one["date"]) == ("NEWS", "2026", "2026/03/02")
    assert (one["keywords"], one["language"], one["id"]) == (ROW[8], "en", ROW[0])
    assert one["secondary_title"] == "Delta Wire"
    assert one["urls"] == [ROW[4]]


def test_bibtex_has_every_part_in_its_place() -> None:
    ((key, fields, authors),) = bib(ROW)
    assert key == "deltawire2026-01234567"
    assert shown(fields["title"]) == ROW[1]
    assert authors == ["Doe, Jane", "{Reuters, staff}", "{Rose and Co}"]
    assert (fields["date"], fields["year"], fields["urldate"]) == ("2026-03-02", "2026", "2026-03-02")
    assert fields["url"] == "https://a.example/x_%20y?a=1&b=%7B2%7D#c"
    assert shown(fields["keywords"]) == "chips, cloud & more"


@pytest.mark.parametrize("text", NASTY)
def test_no_text_ends_a_record_or_begins_another(text: str) -> None:
    row = ("1" * 16, text, [text], text, f"https://a.example/{text}", AT, AT, text, [text])
    assert len(ris(row, ROW)) == 2
    found = bib(row, ROW)
    assert len(found) == 2
    assert shown(found[0][1]["title"]) == clean_line(text, 2_000)


@settings(max_examples=40, deadline=None)
@given(text=st.text("ab {}\\%$&#_~^", max_size=12))
def test_tex_reads_back_as_written(text: str) -> None:
    row = ("1" * 16, f"t{text}", *[None] * 7)
    ((_, fields, _),) = bib(row)
    assert shown(fields["title"]) == clean_line(f"t{text}", 2_000)


def test_keys_are_unique() -> None:
    keys = [key for key, _, _ in bib(ROW, ROW, ROW)]
    assert len(set(keys)) == 3


def test_what_is_missing_is_left_out() -> None:
    row = ("1" * 16, "Only a title", None, None, None, None, None, None, None)
    (one,) = ris(row)
    assert set(one) == {"type_of_reference", "title", "id"}
    ((_, fields, authors),) = bib(row)
    assert (set(fields), authors) == ({"title"}, [])


def test_without_a_title_there_is_nothing_to_cite() -> None:
    with pytest.raises(NothingToCite, match="title"):
        make_references(["n"], [(1,)])
