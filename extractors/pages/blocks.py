"""A page's visible text as blocks in reading order, each with its place in the tree.

A block is a run of text between the borders of block-level elements (paragraph, list item, table cell, heading ...).
Double line breaks inside an element divide it too, since some publishers write all their paragraphs that way.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

from lxml.html import HtmlElement

from extractors.pages.hints import HIDDEN, hint_mask

_SKIPPED: Final = frozenset({
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "head", "select", "option",
    "textarea", "input", "canvas", "audio", "video", "picture", "img", "map", "link", "meta", "datalist", "progress",
    "source", "track", "frame", "frameset", "applet", "title", "base", "param", "rt", "rp",
})  # fmt: skip
_INLINE: Final = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
    "kbd", "label", "mark", "nobr", "q", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
    "tt", "u", "var", "wbr", "o:p", "st1:place", "rb", "x-placeholder",
})  # fmt: skip
_MENUS: Final = frozenset({"nav", "menu"})  # with a paragraph inside they are something else, or were never closed
_BOLD: Final = frozenset({"b", "strong"})
_ITALIC: Final = frozenset({"i", "em", "cite"})
_NO_DISPLAY = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_MAX_DEPTH = 200
_MAX_BLOCKS = 5000
_LINK_CHARS = 60
_BLOCK, _SKIP, _IN_LINE, _MENU, _BREAK = range(5)
_KINDS: Final = {**dict.fromkeys(_SKIPPED, _SKIP), **dict.fromkeys(_INLINE, _IN_LINE),
                 **dict.fromkeys(_MENUS, _MENU), "br": _BREAK}  # fmt: skip


@dataclass(slots=True)
class Block:
    """One run of text. `node` is the index of its block-level element in `Page.nodes`; the character counts tell how
    much of it stands in links, bold and italics; `hints` are those of inline elements that it begins with; `hrefs` are
    the targets of its links, as written."""

    text: str
    node: int
    link_chars: int
    links: int
    bold_chars: int
    italic_chars: int
    hints: int
    hrefs: tuple[str, ...] = ()


@dataclass(slots=True)
class Node:
    """A block-level element that holds text: tag, index of its block-level parent (-1 at the root), depth, tag with
    class, number of block-level children that hold text. `hints` are those of class, id and role, read only where the
    element holds a block."""

    tag: str
    parent: int
    depth: int
    signature: str
    children: int = 0
    hints: int = 0


@dataclass(slots=True)
class PageBlocks:
    """All blocks of a page in reading order, and the elements that they stand in. `times` are its time elements, each
    with the place of the block that it stands in (or, if it shows nothing, before)."""

    blocks: list[Block] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    times: list[tuple[int, HtmlElement]] = field(default_factory=list)


class _Place:
    """A block-level element under way; it becomes a `Node` when the first block closes in it, which half never see."""

    __slots__ = ("above", "depth", "element", "index", "tag")

    def __init__(self, element: HtmlElement, tag: str, above: _Place | None, depth: int) -> None:
        self.element = element
        self.tag = tag
        self.above = above
        self.depth = depth
        self.index = -1


class _Collector:
    """Walks the tree once. Pieces of the block under way gather in `parts` until a border closes it."""

    __slots__ = ("blocks", "bold", "breaks", "elements", "hints", "hrefs", "italic", "link", "links", "nodes", "parts",
                 "times")  # fmt: skip

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self.nodes: list[Node] = []
        self.elements: list[HtmlElement] = []  # those of `nodes`
        self.times: list[tuple[int, HtmlElement]] = []
        self.parts: list[str] = []
        self.hrefs: list[str] = []
        self.link = self.links = self.bold = self.italic = self.hints = self.breaks = 0

    def index_of(self, place: _Place) -> int:
        """The place's node, made if need be."""
        index = place.index
        if index < 0:
            parent = -1
            if place.above is not None:
                parent = self.index_of(place.above)
                self.nodes[parent].children += 1
            index = place.index = len(self.nodes)
            tag = place.tag
            self.nodes.append(Node(tag, parent, place.depth, f"{tag}.{place.element.get('class') or ''}"))
            self.elements.append(place.element)
        return index

    def close(self, place: _Place) -> None:
        """Ends the block under way, if it has any text."""
        if self.parts:
            text = " ".join("".join(self.parts).split())
            if text and len(self.blocks) < _MAX_BLOCKS:
                self.blocks.append(Block(text, self.index_of(place), self.link, self.links, self.bold, self.italic,
                                         self.hints, tuple(self.hrefs) if self.hrefs else ()))  # fmt: skip
            self.parts = []
            if self.hrefs:
                self.hrefs = []
            self.link = self.links = self.bold = self.italic = self.hints = 0
        self.breaks = 0

    def add(self, text: str, linked: bool, bold: bool, italic: bool) -> None:
        """Adds a piece of text to the block under way."""
        if text.isspace():
            if self.parts:
                self.parts.append(" ")
            return
        self.parts.append(text)
        self.breaks = 0
        if linked:
            self.link += len(text)
        if bold:
            self.bold += len(text)
        if italic:
            self.italic += len(text)

    def walk(self, element: HtmlElement, place: _Place, depth: int, linked: bool, bold: bool, italic: bool) -> None:
        """Everything inside `element`, which belongs to the block-level element at `place`."""
        if text := element.text:
            self.add(text, linked, bold, italic)
        for child in element:
            tag = child.tag
            kind = _KINDS.get(tag, _BLOCK)
            if kind == _BLOCK:
                if not isinstance(tag, str):
                    pass
                elif depth > _MAX_DEPTH:
                    self.add("".join(child.itertext()), linked, bold, italic)
                elif not len(child):
                    if text := child.text:
                        if "-" in tag:  # an element of the site's own making is shown in line
                            self.add(text, linked, bold, italic)
                        else:
                            self.close(place)
                            if not text.isspace():
                                inner = _Place(child, tag, place, place.depth + 1)
                                self.add(text, linked, bold, italic)
                                self.close(inner)
                    elif "-" not in tag:
                        self.close(place)
                else:
                    self.close(place)
                    inner = _Place(child, tag, place, place.depth + 1)
                    self.walk(child, inner, depth + 1, linked, bold, italic)
                    self.close(inner)
            elif kind == _IN_LINE:
                if not self.parts:
                    self.hints |= _hints_of(child)
                if tag == "a":
                    self.links += 1
                    href = child.get("href")
                    if href and len(href) < 2048:
                        self.hrefs.append(href)
                elif tag == "time":
                    self.times.append((len(self.blocks), child))
                if not len(child):
                    if text := child.text:
                        self.add(text, linked or tag == "a", bold or tag in _BOLD, italic or tag in _ITALIC)
                elif depth > _MAX_DEPTH:
                    self.add("".join(child.itertext()), linked, bold, italic)
                else:
                    self.walk(child, place, depth + 1, linked or tag == "a", bold or tag in _BOLD,
                              italic or tag in _ITALIC)  # fmt: skip
            elif kind == _BREAK:
                self.breaks += 1
                if self.breaks > 1:
                    self.close(place)
                else:
                    self.parts.append("\n")
            elif kind == _MENU and depth <= _MAX_DEPTH and child.find(".//p") is not None:
                self.close(place)
                inner = _Place(child, tag, place, place.depth + 1)
                self.walk(child, inner, depth + 1, linked, bold, italic)
                self.close(inner)
            if text := child.tail:
                self.add(text, linked, bold, italic)


def collect_blocks(tree: HtmlElement) -> PageBlocks:
    """The blocks of the page's body (of the whole tree, where it has no body)."""
    body = tree.find("body")
    root = tree if body is None else body
    collector = _Collector()
    top = _Place(root, "body", None, 0)
    collector.index_of(top)
    collector.walk(root, top, 0, False, False, False)
    collector.close(top)
    kept = _without_menus(collector.blocks)
    blocks = [collector.blocks[i] for i in kept]
    _read_hints(blocks, collector.nodes, collector.elements)
    times = [(bisect_left(kept, place), element) for place, element in collector.times]
    return PageBlocks(blocks, collector.nodes, times)


def _read_hints(blocks: list[Block], nodes: list[Node], elements: list[HtmlElement]) -> None:
    """Fills in the hints of the elements that the blocks stand in: half of a page's elements hold none."""
    done = {0}
    for block in blocks:
        at = block.node
        while at not in done:
            done.add(at)
            nodes[at].hints = _hints_of(elements[at])
            at = nodes[at].parent


def _without_menus(blocks: list[Block]) -> list[int]:
    """The places of the blocks but the inner ones of a run of short links, which no article is written in; half of a
    page."""
    short = [len(b.text) <= _LINK_CHARS and b.link_chars >= 0.8 * len(b.text) for b in blocks]
    last = len(blocks) - 1
    return [i for i in range(len(blocks))
            if not (short[i] and (i == 0 or short[i - 1]) and (i == last or short[i + 1]))]  # fmt: skip


def _hints_of(element: HtmlElement) -> int:
    mask = 0
    for name, value in element.items():
        if name in _HINTING:
            mask |= hint_mask(value)
        elif name == "hidden" or (name == "aria-hidden" and value == "true") or (
            name == "style" and _NO_DISPLAY.search(value)
        ):  # fmt: skip
            mask |= HIDDEN
    return mask


_HINTING = frozenset({
    "class", "id", "role", "itemprop", "itemtype", "data-component", "data-testid", "data-test", "data-type",
    "data-module", "data-block", "data-qa", "property", "aria-label", "data-name", "data-component-name", "data-role",
    "data-node-type", "data-zone", "data-print-layout", "name",
})  # fmt: skip
