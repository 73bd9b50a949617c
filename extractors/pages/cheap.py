"""The pass before the topic gate: enough text to tell whether a page may matter, at a small part of the cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from extractors.model import FetchedPage
from extractors.pages.decode import decode_page, decode_roughly, is_wide, repair_twice_encoded
from extractors.topic_scan import JOINT

# Characters of text: what says nothing; what may be a menu's entry; what must stand beside the links of a box.
_SHORT, _LINKED, _BESIDE = 3, 25, 12
_SPACE = re.compile(r"\s+")
_META = re.compile(r"""<meta\s(?:[^<>"']++|"[^"]{0,8000}"|'[^']{0,8000}'){0,60}+>""", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))""")
_TITLE = re.compile(r"<title[^>]*>([^<]{0,1000})", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html[^>]{0,500}?\blang\s*=\s*[\"']?([A-Za-z]{2})", re.IGNORECASE)
_PASSAGE = re.compile(
    r"<(p|h[1-6]|li|blockquote|td|dd|figcaption|div|section|article)(?:\s[^>]*)?>"
    r"([^<]*(?:<(?!/?(?:p|h[1-6]|li|ul|ol|div|td|tr|dd|blockquote|section|article)\b)[^>]*>[^<]*)*)", re.IGNORECASE,
)  # fmt: skip
_PARAGRAPH = re.compile(rf"<p(?:\s[^<>]*)?>([^<]{{{_LINKED + 1},}})")
_RUN = re.compile(r"<(?!a\s)[^<>]*>([^<]{25,})")  # links alone are teasers
_TAG = re.compile(r"<[^>]*>")
_TAGS = re.compile(r"<[^>]*+>(?:<[^>]*+>)*+")
_LINK = re.compile(r"<a\s[^<]*(?:<(?!/?a\b)[^<]*)*", re.IGNORECASE)
# The first letter alone rules most tags out.
_UNSEEN = re.compile(
    rb"<([snt](?:(?<=s)(?:cript|tyle|vg)|(?<=n)oscript|(?<=t)emplate))\b", re.IGNORECASE
)
_ENDS = {tag: re.compile(b"</" + tag, re.IGNORECASE) for tag in (b"script", b"style", b"svg", b"noscript", b"template")}
_TOP = 60_000  # characters in which the page's first element begins
_ENOUGH = 600  # characters: with fewer the page is not written in paragraphs, and is parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class CheapText:
    """Title, description and rough main text of a page; `language_hint` is what the page declares (`en`), or None.

    The text may hold menus and teasers and may miss a passage: good for a gate, not for readers.
    """

    title: str
    lead: str
    text: str
    language_hint: str | None


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A page without what it does not show (scripts, styles, drawings), with its title and description as they stand;
    `whole` gives it all."""

    html: str
    title: str
    lead: str
    locale: str
    whole: Callable[[], str]


def cheap_text(page: FetchedPage) -> CheapText:
    """Title, lead and rough text, in a few milliseconds. Every page gives one; an empty page gives empty strings."""
    return look(shown_part(page))


def cheap_text_of(html: str) -> CheapText:
    """`cheap_text` of a page that is already decoded."""
    return look(_shown_part_of(html))


def shown_part(page: FetchedPage) -> ShownPart:
    """The page, decoded roughly. Every page gives one."""
    body = page.body
    if not is_wide(body):
        try:  # half of a page is scripts: they need not be decoded
            return _with_head(_without_scripts(body).decode("utf-8-sig"), lambda: decode_roughly(page))
        except UnicodeDecodeError:
            pass
    return _shown_part_of(decode_page(page))


def _shown_part_of(html: str) -> ShownPart:
    return _with_head(_without_scripts(html.encode("utf-8", "replace")).decode("utf-8"), lambda: html)


def _with_head(html: str, whole: Callable[[], str]) -> ShownPart:
    # Where no tag can end any more, none begins: patterns need not look for it again and again.
    begun = html.find("<", html.rfind(">") + 1)
    html = html if begun < 0 else html[:begun]
    metas = _read_metas(html)
    title = metas.get("og:title")
    if not title:
        titled = _TITLE.search(html)
        title = unescape(titled.group(1)) if titled else ""
    lead = metas.get("og:description") or metas.get("description") or ""
    return ShownPart(html=html, title=title, lead=lead, locale=metas.get("og:locale") or "", whole=whole)


def look(shown: ShownPart) -> CheapText:
    """The cheap text. Paragraphs, headings, list items, cells and whatever else is long are cut out of the source as
    they stand; only a page without enough of them is parsed."""
    body = shown.html
    lang = _LANGUAGE.search(body[:_TOP])
    passages: list[str] = []
    between: list[str] = []  # what is written in other elements, as some sites write everything
    end = 0
    for start, after, text in _cut_passages(body):
        between.append(body[end:start])
        end = after
        if text is not None:
            passages.append(text)
    between.append(body[end:])
    text = unescape("\n".join((*passages, *_RUN.findall("".join(between)))))
    if len(text) < _ENOUGH:
        text = _parsed_text(shown.whole())
    title, lead, text = (repair_twice_encoded(part) for part in (shown.title, shown.lead, text))
    return CheapText(
        title=_SPACE.sub(" ", title).strip(),
        lead=_SPACE.sub(" ", lead).strip(),
        text=text,
        language_hint=lang.group(1).lower() if lang else shown.locale[:2].lower() or None,
    )


def text_between_tags(shown: ShownPart) -> str | None:
    """All that `look` could make the text of, and more, entities and all, at a fifth of its cost: tags are replaced by
    a `JOINT`. None where only a look can tell, since it would parse the page."""
    return _TAGS.sub(JOINT, shown.html) if _has_enough(shown.html) else None


def _cut_passages(body: str) -> Iterator[tuple[int, int, str | None]]:
    """Where each passage begins and ends, and its text; None for a menu and what says nothing."""
    for found in _PASSAGE.finditer(body):
        kind, passage = found.groups()
        text = _TAG.sub("", passage) if "<" in passage else passage
        linked = "<a " in passage
        says = len(text) > (_LINKED if linked else _SHORT) and not (
            linked and kind[:1] in "dDsSaA" and _is_menu(passage)
        )
        yield found.start(), found.end(), text if says else None


def _has_enough(html: str) -> bool:
    """Whether `look` finds enough text in passages, so that it never parses the page; not far is read to tell."""
    length = 0
    for found in _PARAGRAPH.finditer(html):  # plain beginnings of paragraphs are enough on most pages
        # What stands within a tag begins nothing; what follows one does: no passage before it goes that far.
        begin = found.start()
        if html.rfind("<", 0, begin) <= html.rfind(">", 0, begin):
            run = found.group(1)
            if "&" in run:  # the last entity may be cut off, and be shorter together with what follows
                run = unescape(run[: run.rindex("&")])
            length += len(run)
            if length >= _ENOUGH:
                return True
    length = 0
    for _, _, text in _cut_passages(html):
        if text is not None:
            length += len(unescape(text))
            if length >= _ENOUGH:
                return True
    return False


def _is_menu(passage: str) -> bool:
    """Whether hardly anything in it is not link."""
    return len(_TAG.sub("", _LINK.sub("", passage)).strip()) < _BESIDE


def _without_scripts(html: bytes) -> bytes:
    """The page without what it does not show: scripts, styles, drawings."""
    pieces: list[bytes] = []
    start = 0
    unclosed: set[bytes] = set()
    while found := _UNSEEN.search(html, start):
        pieces.append(html[start : found.start()])
        start = found.end()
        tag = found.group(1).lower()
        if tag not in unclosed:
            end = _ENDS[tag].search(html, start)
            if end:
                start = end.start()
            else:
                unclosed.add(tag)
    pieces.append(html[start:])
    return b"".join(pieces)


def _read_metas(html: str) -> dict[str, str]:
    """The content of the elements that `look` asks for, by name, and of some others."""
    metas: dict[str, str] = {}
    for tag in _META.findall(html):
        lowered = tag.lower()
        if "title" not in lowered and "desc" not in lowered and "locale" not in lowered:
            continue
        values = {m[0].lower(): m[1] or m[2] or m[3] for m in _ATTRIBUTE.findall(tag)}
        key = values.get("property") or values.get("name")
        if key and values.get("content"):
            metas.setdefault(key.lower(), unescape(values["content"]))
    return metas


def _parsed_text(html: str) -> str:
    tree = HTMLTree.parse(html)
    text: str = extract_plain_text(tree, main_content=True, alt_texts=False, preserve_formatting=True)
    if len(text) < _ENOUGH:
        text = extract_plain_text(tree, main_content=False, alt_texts=False, preserve_formatting=True)
    return text
