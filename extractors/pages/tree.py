"""A page's source as a tree, parsed once."""

from __future__ import annotations

import lxml.html
from lxml import etree
from lxml.html import HtmlElement


def parse_tree(html: str) -> HtmlElement | None:
    """The page's tree, comments left out; None for a page without an element.

    The elements are plain ones, which are made faster than those of `lxml.html` and lack only its methods.
    """
    if not html.strip():
        return None
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        return etree.fromstring(html.encode("utf-8", "replace"), parser)
    except etree.XMLSyntaxError:
        return None


def as_html(tree: HtmlElement) -> HtmlElement:
    """A copy of the tree made of `lxml.html` elements, for libraries that want those."""
    return lxml.html.document_fromstring(source_of(tree))


def source_of(tree: HtmlElement) -> str:
    """The tree written out again."""
    source: str = etree.tostring(tree, encoding="unicode", method="html")
    return source
