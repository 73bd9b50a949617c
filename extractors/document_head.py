"""Title, standfirst, byline, date and publisher of a plain text, where its lines state them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.dates import ParsedDate
from extractors.pages.bylines import split_names
from extractors.paragraph_words import BYLINE, RIGHTS
from extractors.paragraphs import NAMES_LINE, Line, Reason, date_of_line, find_reasons, read_line, text_begins

TITLE_WORDS = (3, 30)
STANDFIRST_WORDS = (6, 60)
FIELDS = {
    "title": "title", "headline": "title", "titel": "title", "titre": "title", "título": "title", "标题": "title",
    "author": "authors", "authors": "authors", "by": "authors", "autor": "authors", "autoren": "authors",
    "auteur": "authors", "作者": "authors",
    "date": "published", "published": "published", "datum": "published", "veröffentlicht": "published",
    "publié": "published", "fecha": "published", "publicado": "published", "发布时间": "published", "日期": "published",
    "publisher": "publisher", "source": "publisher", "quelle": "publisher", "outlet": "publisher",
    "éditeur": "publisher", "fuente": "publisher", "来源": "publisher",
}  # fmt: skip
FIELD = re.compile(r"^([^\W\d_]{2,14}) ?[:：] ?(\S.{0,300})$")

# A company's name in a copyright line, without its legal form; a newspaper's name after what it sends out.
RIGHTS_OF = re.compile(
    r"(?:copyright|\(c\)|©|版权所有)[\s©:]*(?:\(c\)\s*)?(?:(?:19|20)\d\d(?:\s*[-–]\s*(?:19|20)\d\d)?)?[\s,:©]*(?:by )?"
    r"(?P<name>[^.|·,©\d]{2,60})", re.I)  # fmt: skip
LEGAL_FORM = re.compile(
    r"[\s,]+(?:limited|ltd|inc|llc|plc|corp(?:oration)?|company|co|gmbh(?: & co\.? kg)?|ag|se|kg|s\.?a\.?s?|s\.?l\.?"
    r"|b\.?v|nv|group|holdings?)\.?$", re.I)  # fmt: skip
NOT_A_NAME = re.compile(r"\b(?:all rights|reserved|rechte|droits|derechos|author|photo|the author|this)\b", re.I)
_CAPITAL = r"[A-ZÀ-Ý][\w’'&-]*"
_ARTICLE = r"(?:[Tt]he|[Ll]e|[Ll]a|[Ee]l|[Dd]ie|[Dd]er|[Dd]as) "
_TITLE = rf"(?P<name>(?:{_ARTICLE})?{_CAPITAL}(?:(?: (?:of|de|du|di))? {_CAPITAL}){{0,4}})"
SENT_BY = re.compile(
    r"\b(?i:notifications?|newsletters?|alerts|updates|e-?mails|news|subscribe|subscription|sign up|push-nachrichten"
    r"|benachrichtigungen|bolet[ií]n(?:es)?|alertas|alertes)\s+(?:from|to|by|of|von|der|de|du|des)\s+" + _TITLE
)
FIRST_IN = re.compile(
    r"\b(?i:(?:first|originally) (?:published|appeared) (?:in|on|by|at)|erschien(?:en)? (?:ist )?(?:zuerst )?"
    r"(?:in|bei|im)|publié (?:initialement )?(?:par|dans|sur)|publicado originalmente (?:en|por))\s+" + _TITLE
)
AGENCIES = frozenset({"getty images", "afp", "ap", "reuters", "epa", "dpa", "shutterstock", "pa", "pa wire"})


@dataclass(frozen=True, slots=True)
class Head:
    """What the lines state; None and () where they do not. `rest` is the text without stated fields and title."""

    title: str | None
    standfirst: str | None
    authors: tuple[str, ...]
    published: ParsedDate | None
    publisher: str | None
    rest: tuple[str, ...]


def read_head(paragraphs: Sequence[str], *, now: datetime, title: str | None = None) -> Head:
    """The facts that a text's own lines state about it. `title` is the known one, which is not searched for then.

    A title is a short line before the text begins that is no sentence and no label, the first that recurs or else the
    first of all; a text that begins with sentences has none. Authors come from a byline or stand beside the date.
    """
    stated, paragraphs = _stated_fields(paragraphs)
    lines = [read_line(" ".join(paragraph.split())) for paragraph in paragraphs if paragraph.strip()]
    reasons = find_reasons(lines)
    begin = text_begins(lines, reasons)
    known = title or stated.get("title")
    title_at = None if known else _find_title(lines, reasons, begin)
    found = known or (lines[title_at].text if title_at is not None else None)
    standfirst = _find_standfirst(lines, reasons, title_at, begin, found)
    signed = split_names(stated["authors"]) if "authors" in stated else _find_authors(lines, reasons)
    at_date = [stated["published"]] if "published" in stated else [
        line.text for line, reason in zip(lines, reasons, strict=True) if reason == "timestamp"
    ]  # fmt: skip
    dates = [date for text in at_date if (date := date_of_line(text, now=now)) is not None]
    rest = tuple(line.text for at, line in enumerate(lines) if at != title_at and line.text != standfirst)
    return Head(found, standfirst, tuple(signed), dates[0] if dates else None,
                stated.get("publisher") or _find_publisher(lines, reasons), rest)  # fmt: skip


def _stated_fields(paragraphs: Sequence[str]) -> tuple[dict[str, str], Sequence[str]]:
    """Lines like "Source: Some Paper" at the top (also between lines of hyphens), and the paragraphs after them."""
    stated: dict[str, str] = {}
    rest = list(paragraphs)
    while rest:
        found = FIELD.match(rest[0])
        if found and found.group(1).casefold() in FIELDS:
            stated.setdefault(FIELDS[found.group(1).casefold()], found.group(2).strip(" \"'"))
        elif rest[0].strip() != "---":
            break
        del rest[0]
    return stated, rest if stated else paragraphs


def _find_title(lines: Sequence[Line], reasons: Sequence[Reason | None], begin: int) -> int | None:
    fitting = [
        at for at, line in enumerate(lines[:begin])
        if reasons[at] in (None, "repeated") and TITLE_WORDS[0] <= _length(line) <= TITLE_WORDS[1] and _is_heading(line)
    ]  # fmt: skip
    recurring = [at for at in fitting if sum(lines[at].words == other.words for other in lines) > 1]
    return next(iter(recurring or fitting), None) if begin < len(lines) else None


def _is_heading(line: Line) -> bool:
    """One statement or question that does not end like running text."""
    ends_open = not line.is_sentence or line.text.endswith(("?", "!", "”", "’", '"', "？", "！"))
    inner = re.sub(r"\b(?:[A-Z]|U\.S|U\.K|E\.U|Mr|Ms|Mrs|Dr|St|vs|No|Nr)\.", "", line.text[:-1])
    return ends_open and not re.search(r"[.!?…]\s|[。！？].", inner) and not line.text.endswith((":", ",", ";"))


def _find_standfirst(
    lines: Sequence[Line], reasons: Sequence[Reason | None], title_at: int | None, begin: int, title: str | None
) -> str | None:
    """The line under the title that is neither label nor the first paragraph of the text; None where there is none.

    A full sentence counts where a byline, a date or another sign of the page's head stands between it and the text.
    """
    if title is None:
        return None
    title_words = read_line(title).words
    start = 0 if title_at is None else title_at + 1
    for at in range(start, min(len(lines), begin + 1)):
        line = lines[at]
        if line.words == title_words or not STANDFIRST_WORDS[0] <= _length(line) <= STANDFIRST_WORDS[1]:
            continue
        head_follows = any(reason in ("byline", "timestamp", "caption") for reason in reasons[at + 1 : at + 4])
        in_place = at < begin and not line.is_sentence
        if reasons[at] is None and (in_place or (head_follows and at <= start + 2)):
            return line.text
        if line.is_body:
            break
    return None


def _find_authors(lines: Sequence[Line], reasons: Sequence[Reason | None]) -> list[str]:
    for line, reason in zip(lines, reasons, strict=True):
        if reason == "byline":
            signed = BYLINE.match(line.text)
            names = re.sub(r" (?:in|à|en|aus) [^\W\d_][\w .,-]*?(?=,| and | und | et | y |$)", "",
                           signed["names"] if signed and NAMES_LINE.match(signed["names"]) else line.text)  # fmt: skip
            return split_names(names)
    return []


def _find_publisher(lines: Sequence[Line], reasons: Sequence[Reason | None]) -> str | None:
    """Whose rights are reserved, who sends the newsletter, or where it says that it first appeared."""
    for line, reason in zip(lines, reasons, strict=True):
        if reason == "copyright" and RIGHTS.search(line.text) and (name := _company(line.text)):
            return name
    for line, reason in zip(lines, reasons, strict=True):
        pattern = SENT_BY if reason == "appeal" else FIRST_IN if reason in ("editors-note", "copyright") else None
        found = pattern.search(line.text) if pattern else None
        if found:
            return found["name"].strip()
    return None


def _company(text: str) -> str | None:
    found = RIGHTS_OF.search(text)
    name = " ".join(found["name"].split()) if found else ""
    bare = LEGAL_FORM.sub("", name)
    if bare != name:
        bare = re.sub(r"^The ", "", bare)
    bare = NOT_A_NAME.split(bare)[0].strip(" -–")
    return bare if bare[:1].isupper() and bare.casefold() not in AGENCIES else None


def _length(line: Line) -> int:
    """Words; Chinese characters count half."""
    latin = sum(word.isascii() or len(word) > 1 for word in line.words)
    return latin + (len(line.words) - latin + 1) // 2
