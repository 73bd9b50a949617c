"""The pass before the topic gate: enough text to tell whether a page may matter, at a small part of the cost."""

from __future__ import annotations

import re
from dataclasses import dataclass

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from extractors.model import FetchedPage
from extractors.pages.decode import decode_page

_SPACE = re.compile(r"\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheapText:
    """Title, description and rough main text of a page; `language_hint` is what the page declares (`en`), or None.

    The text may hold menus and teasers and may miss a passage: good for a gate, not for readers.
    """

    title: str
    lead: str
    text: str
    language_hint: str | None


def cheap_text(page: FetchedPage) -> CheapText:
    """Title, lead and rough text, in a few milliseconds. Every page gives one; an empty page gives empty strings."""
    return cheap_text_of(decode_page(page))


def cheap_text_of(html: str) -> CheapText:
    """`cheap_text` of a page that is already decoded."""
    tree = HTMLTree.parse(html)
    head = tree.head
    metas: dict[str, str] = {}
    if head is not None:
        for meta in head.get_elements_by_tag_name("meta"):
            key = meta.getattr("property") or meta.getattr("name")
            if key:
                metas.setdefault(key.lower(), meta.getattr("content") or "")
    root = tree.document.query_selector("html") if tree.document else None
    lang = (root.getattr("lang") if root else None) or metas.get("og:locale") or ""
    title = metas.get("og:title") or tree.title or ""
    lead = metas.get("og:description") or metas.get("description") or ""
    text = extract_plain_text(tree, main_content=True, alt_texts=False, preserve_formatting=True)
    if len(text) < 200:
        text = extract_plain_text(tree, main_content=False, alt_texts=False, preserve_formatting=True)
    return CheapText(
        title=_SPACE.sub(" ", title).strip(),
        lead=_SPACE.sub(" ", lead).strip(),
        text=text,
        language_hint=lang[:2].lower() if lang[:2].isalpha() else None,
    )
