"""The article's text out of a page's tree: paragraphs, captions, tables and links, each block judged in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import trafilatura
from lxml.html import HtmlElement

from extractors.pages.blocks import Block, PageBlocks
from extractors.pages.boilerplate import paragraph_hash
from extractors.pages.classify import choose_blocks
from extractors.pages.features import BlockContext, describe_blocks
from extractors.pages.forest import Forest
from extractors.pages.hints import NAMES
from extractors.pages.looks import count_words, squeeze
from extractors.pages.tree import as_html
from extractors.urls import canonical_url

_CAPTION = 1 << NAMES.index("caption")
_FEW_WORDS = 30  # an article of fewer words is worth a second opinion
_MUCH_MORE = 2.5  # how many times the words the second opinion must find to be believed
_MANY_BLOCKS = 1500  # of a page this large a second opinion takes too long
_UNSURE = 0.15  # the probability that is enough where no block has more
_MAX_LINKS = 40
_MAX_BETWEEN = 12
_LAST_PART = 0.6  # of the text: an appeal with more of it still to come did not cut it off


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """What stands in the article. `evidence` is `blocks`, `trafilatura` or `json-ld`; `after` are lines of
    the page that are not the article, between its last paragraphs and behind them, for telling whether it was cut off;
    `within` are the elements that hold the article's paragraphs and so no wall behind them, as places in
    `blocks.nodes`."""

    paragraphs: tuple[str, ...]
    captions: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    after: tuple[Block, ...] = ()
    within: frozenset[int] = frozenset()
    blocks: PageBlocks | None = None
    evidence: str = "blocks"


def read_text(tree: HtmlElement, page: PageBlocks, *, title: str, lead: str, json_body: str, base: str,
              heading: int = -1, site_boilerplate: frozenset[str] = frozenset(),
              forests: tuple[Forest, Forest] | None = None) -> PageText:  # fmt: skip
    """The article's text. Empty paragraphs only where nobody finds any. `forests` are the packaged ones by default.

    The block classifier decides. Where it finds next to nothing, trafilatura is asked, and the article body of the
    page's JSON-LD; the longer text is taken if it is much longer.
    """
    described = describe_blocks(page, BlockContext(title, lead, json_body, heading))
    chosen = choose_blocks(page, described, forests)
    text = _assemble(page, chosen, title=title, base=base, site_boilerplate=site_boilerplate)
    words = sum(map(count_words, (*text.paragraphs, *text.tables)))
    if words >= _FEW_WORDS or len(page.blocks) > _MANY_BLOCKS:
        return text
    prose = sum(count_words(b.text) for b in page.blocks if b.link_chars * 2 < len(b.text))
    if prose < _MUCH_MORE * words and count_words(json_body) < _MUCH_MORE * words:
        return text  # the page does not hold as much
    other = _second_opinion(tree, json_body, title, site_boilerplate)
    if sum(map(count_words, other.paragraphs)) > max(_MUCH_MORE * words, 20.0):
        return other
    if not text.paragraphs:  # nobody is sure of anything: what is likeliest
        return _assemble(page, choose_blocks(page, described, forests, kept=_UNSURE), title=title, base=base,
                         site_boilerplate=site_boilerplate)  # fmt: skip
    return text


def _assemble(page: PageBlocks, chosen: list[int], *, title: str, base: str,
              site_boilerplate: frozenset[str]) -> PageText:  # fmt: skip
    paragraphs: list[str] = []
    rows: dict[int, list[str]] = {}
    captions: list[str] = []
    links: dict[str, None] = {}
    taken = set(chosen)
    heading = squeeze(title)
    tables = _data_tables(page, chosen)
    first, last = (chosen[0], chosen[-1]) if chosen else (0, -1)
    between: list[Block] = []
    to_come = sum(len(page.blocks[i].text) for i in chosen)
    last_part = to_come * _LAST_PART
    for i in range(first, last + 1):
        block = page.blocks[i]
        if i not in taken:
            if to_come <= last_part and len(between) < _MAX_BETWEEN and block.text.count(" ") > 2:
                between.append(block)
            if _is_caption(page, block):
                captions.append(block.text)
            continue
        to_come -= len(block.text)
        if _is_known(block.text, heading, site_boilerplate):
            continue
        for href in block.hrefs:
            if len(links) < _MAX_LINKS and not href.startswith(("#", "javascript:", "mailto:")):
                url = canonical_url(href, base)
                if url:
                    links[url] = None
        row = tables.get(block.node)
        if row is not None:
            rows.setdefault(row, []).append(block.text)
        else:
            paragraphs.append(f"- {block.text}" if page.nodes[block.node].tag == "li" else block.text)
    return PageText(
        paragraphs=tuple(paragraphs), captions=tuple(dict.fromkeys(captions)), links=tuple(links),
        tables=tuple(" | ".join(cells) for cells in rows.values()),
        after=(*between, *page.blocks[last + 1 : last + 13]), within=_nodes_above(page, chosen), blocks=page,
    )  # fmt: skip


def _nodes_above(page: PageBlocks, chosen: list[int]) -> frozenset[int]:
    """The nodes of the blocks, and all that hold them."""
    seen: set[int] = set()
    for i in chosen:
        at = page.blocks[i].node
        while at >= 0 and at not in seen:
            seen.add(at)
            at = page.nodes[at].parent
    return frozenset(seen)


def _is_caption(page: PageBlocks, block: Block) -> bool:
    node = page.nodes[block.node]
    above = page.nodes[max(node.parent, 0)]
    figure = "figcaption" in (node.tag, above.tag) or ((node.hints | above.hints) & _CAPTION and block.link_chars == 0)
    return bool(figure) and 4 <= count_words(block.text) <= 80


def _data_tables(page: PageBlocks, chosen: list[int]) -> dict[int, int]:
    """Cell -> row, for the cells of tables that hold data; tables that only lay out a page are none."""
    cells: dict[int, list[tuple[int, int, int]]] = {}
    for i in chosen:
        node = page.blocks[i].node
        row = table = -1
        at = node
        for _ in range(8):
            tag = page.nodes[at].tag
            if tag == "tr" and row < 0:
                row = at
            if tag == "table":
                table = at
                break
            at = page.nodes[at].parent
            if at < 0:
                break
        if row >= 0 and table >= 0:
            cells.setdefault(table, []).append((node, row, len(page.blocks[i].text)))
    out: dict[int, int] = {}
    for found in cells.values():
        mean = sum(size for _, _, size in found) / len(found)
        if len(found) >= 4 and mean < 60 and len({row for _, row, _ in found}) > 1:
            out.update({node: row for node, row, _ in found})
    return out


def _second_opinion(tree: HtmlElement, json_body: str, title: str, site_boilerplate: frozenset[str]) -> PageText:
    found = trafilatura.extract(as_html(tree), include_comments=False, include_tables=True, favor_precision=True,
                                fast=True) or ""  # fmt: skip
    stated = json_body if count_words(json_body) > count_words(found) and "<" not in json_body else ""
    heading = squeeze(title)
    paragraphs = tuple(_lines(stated or found, heading, site_boilerplate))
    return PageText(paragraphs=paragraphs, evidence="json-ld" if stated else "trafilatura")


def _lines(text: str, heading: str, site_boilerplate: frozenset[str]) -> Iterator[str]:
    for line in text.split("\n"):
        paragraph = " ".join(line.split())
        if paragraph and not _is_known(paragraph, heading, site_boilerplate):
            yield paragraph


def _is_known(text: str, heading: str, site_boilerplate: frozenset[str]) -> bool:
    """Whether the text repeats the headline, or what its site repeats."""
    if len(text) < 3 * len(heading) + 40 and squeeze(text) == heading:
        return True
    return bool(site_boilerplate) and paragraph_hash(text) in site_boilerplate
