"""What a block looks like, in numbers: itself, its place, its neighbours, what else on the page says the same.

`describe_blocks` gives one row a block, in the order of `FEATURES`. What the second model sees besides, the first one's
opinion of the blocks around, is in `neighbour_scores.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from extractors.pages.blocks import Block, Node, PageBlocks
from extractors.pages.hints import NAMES
from extractors.pages.looks import OWN_LOOKS, own_row, squeeze, words_in

Floats = npt.NDArray[np.float32]

_TAGS: Final = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "div", "td", "th", "figcaption", "pre",
                "dd", "dt", "section", "button", "header", "footer", "article", "aside", "address",
                "label")  # fmt: skip
_TAG_CODE: Final = {tag: code for code, tag in enumerate(_TAGS)}
_BOXES: Final = sum(1 << NAMES.index(name) for name in ("box", "related", "newsletter", "comments", "aside", "author"))
_ABOVE: Final = ("article", "main", "aside", "nav", "header", "footer", "form", "figure", "table", "ul", "ol",
                 "blockquote", "section", "dl")  # fmt: skip
_ABOVE_BIT: Final = {tag: 1 << i for i, tag in enumerate(_ABOVE)}
_ENDS_COLUMN: Final = OWN_LOOKS.index("ends_sentence")
# Lines that nobody asks about, but as neighbours: links of a few words or outside the main text, and short lines away
# from it.
MENU_WORDS: Final = 6
_LINKED: Final = 0.7
_APART_WORDS, _APART_BEFORE, _APART_BEHIND = 12, 6, 4
_PLACE: Final = ("tag", "depth", "after_headline", "index", "from_end", "word_position", "after_h1", "siblings",
                 "node_words", "node_blocks", "parent_words_share", "grand_words_share", "great_words_share",
                 "signature_share", "signature_count", "parent_signature_share", "in_main", "main_depth_gap",
                 "from_main_start", "to_main_end", "words_before_long", "words_after_long", "parent_link_share",
                 "grand_link_share", "parent_tag", "grand_tag", "article_share", "articles", "item_share", "box_share",
                 "parent_twins", "grand_twins", "fork_share", "fork_gap", "fork_twins")  # fmt: skip
_SAME: Final = ("repeats", "in_title", "in_lead", "in_other", "in_json", "has_json", "title_overlap", "first_of_twins")
_PAGE: Final = ("page_blocks", "page_words", "page_long_share", "main_words_share", "json_to_main")
_NEAR: Final = ("words", "link_share", "ends_sentence", "tag", "in_main", "same_parent", "same_grand")
OFFSETS: Final = (-3, -2, -1, 1, 2, 3)
_REPEATABLE: Final = 15  # letters: what is shorter stands in other blocks by chance
_HINT_LEVELS: Final = ("own", "parent", "near", "far")

FEATURES: Final[tuple[str, ...]] = (
    *OWN_LOOKS,
    *_PLACE,
    *(f"{tag}_above" for tag in _ABOVE),
    *(f"{name}_level" for name in NAMES),
    *_SAME,
    *_PAGE,
    *(f"{name}@{offset}" for offset in OFFSETS for name in _NEAR),
)


@dataclass(frozen=True, slots=True)
class BlockContext:
    """What the page says elsewhere: headline, description, the article body of its JSON-LD; and the place of the block
    that holds the headline (`find_heading`)."""

    title: str = ""
    lead: str = ""
    json_body: str = ""
    heading: int = -1


def find_heading(page: PageBlocks, title: str) -> int:
    """The place of the block that holds the headline; the first h1 where no block says the title, -1 without one."""
    key = squeeze(title)
    first = -1
    for i, block in enumerate(page.blocks):
        tag = page.nodes[block.node].tag
        if tag == "h1" and first < 0 and len(block.text) > 3:
            first = i
        if len(key) > 8 and len(block.text) < 2 * len(title) + 20 and block.link_chars * 2 < len(block.text):
            own = squeeze(block.text)
            if own == key or (len(own) > 12 and (key.startswith(own) or own.endswith(key))):
                return i
    return first


@dataclass(frozen=True, slots=True)
class Description:
    """What the blocks of a page look like: a row of `FEATURES` for each, and which ones are worth asking about.

    Of the others most columns are 0.
    """

    rows: Floats
    asked: npt.NDArray[np.int64]


def describe_blocks(page: PageBlocks, context: BlockContext, *, in_full: bool = False) -> Description:
    """One row a block, one column a feature of `FEATURES`; see `Description` for the blocks that are left out.

    With `in_full` those are described too: what a page's furthest corners say teaches a model, though it is not asked.
    """
    blocks, nodes = page.blocks, page.nodes
    n = len(blocks)
    words = np.array([words_in(b.text) for b in blocks], dtype=np.float32)
    chars = np.array([len(b.text) for b in blocks], dtype=np.float32)
    link_share: Floats = np.minimum(1.0, np.array([b.link_chars for b in blocks], np.float32) / np.maximum(chars, 1.0))
    frame = _measure(blocks, nodes, words, link_share)
    menu = (link_share > _LINKED) & ((words < MENU_WORDS) | (frame.in_main == 0))
    place = np.arange(n)
    apart = (words < _APART_WORDS) & (frame.in_main == 0) & (
        (place < frame.first - _APART_BEFORE) | (place > frame.last + _APART_BEHIND))  # fmt: skip
    where = np.flatnonzero(~(menu | apart))
    seen = np.arange(n) if in_full else where
    asked = seen.tolist()
    rows = np.zeros((n, len(FEATURES)), np.float32)
    rows[:, 0], rows[:, 1], rows[:, 2] = words, chars, link_share
    if asked:
        rows[seen, : len(OWN_LOOKS)] = [own_row(blocks[i], w) for i, w in zip(asked, words[seen].tolist(), strict=True)]
        tags = np.array([_TAG_CODE.get(nodes[b.node].tag, -1) for b in blocks], dtype=np.float32)
        same, json_to_main = _same_rows(blocks, context, frame.in_main, asked)
        long_words, total = float(words[words >= 15].sum()), float(words.sum()) or 1.0
        facts = (n, total, long_words / total, float(words[frame.in_main > 0].sum()) / total, json_to_main)
        ends = np.zeros(n, np.float32)
        ends[where] = rows[where, _ENDS_COLUMN]
        near = _near_rows(words, link_share, ends, tags, frame)
        rows[seen, len(OWN_LOOKS) :] = np.hstack([
            _place_rows(blocks, nodes, frame, words, context.heading, asked), _above_rows(blocks, nodes, asked),
            _hint_rows(blocks, nodes, frame.main, asked), same,
            np.tile(np.array(facts, dtype=np.float32), (len(asked), 1)), near[seen],
        ])  # fmt: skip
    return Description(rows, where)


@dataclass(slots=True)
class _Frame:
    """Where the page's prose stands: sums under each node, the main node, its first and last long block."""

    own: list[int]
    parents: list[int]
    grands: list[int]
    weight: list[float]
    prose: list[float]
    below: list[float]
    prose_below: list[float]
    link_below: list[float]
    count_below: list[int]
    main: int
    inside: list[bool]
    in_main: Floats
    first: int
    last: int


def _measure(blocks: list[Block], nodes: list[Node], words: Floats, link_share: Floats) -> _Frame:
    own = [b.node for b in blocks]
    weight = [float(w) for w in words]
    prose = [w if w >= 12 and s < 0.4 else 0.0 for w, s in zip(weight, link_share.tolist(), strict=True)]
    below, prose_below, link_below, count_below = _sums_below(own, nodes, weight, prose, link_share.tolist())
    main = _main_node(nodes, prose_below)
    inside = _inside(nodes, main)
    parents = [max(nodes[i].parent, 0) for i in own]
    main_long = [i for i, size in enumerate(prose) if size and inside[own[i]]]
    first, last = (main_long[0], main_long[-1]) if main_long else (0, len(blocks))
    return _Frame(
        own=own, parents=parents, grands=[max(nodes[i].parent, 0) for i in parents], weight=weight, prose=prose,
        below=below, prose_below=prose_below, link_below=link_below, count_below=count_below, main=main, inside=inside,
        in_main=np.array([inside[i] for i in own], dtype=np.float32), first=first, last=last,
    )  # fmt: skip


def _place_rows(blocks: list[Block], nodes: list[Node], frame: _Frame, words: Floats, headline: int,
                asked: list[int]) -> list[tuple[float, ...]]:  # fmt: skip
    n = len(blocks)
    own, parents, grands, prose, inside = frame.own, frame.parents, frame.grands, frame.prose, frame.inside
    below, prose_below, link_below, main = frame.below, frame.prose_below, frame.link_below, frame.main
    all_prose = prose_below[0] or 1.0
    by_signature: dict[str, float] = {}
    by_signature_count: dict[str, int] = {}
    by_parent_signature: dict[str, float] = {}
    for i, node in enumerate(own):
        signature = nodes[node].signature
        by_signature[signature] = by_signature.get(signature, 0.0) + prose[i]
        by_signature_count[signature] = by_signature_count.get(signature, 0) + 1
        above = nodes[parents[i]].signature
        by_parent_signature[above] = by_parent_signature.get(above, 0.0) + prose[i]
    heading = next((i for i, node in enumerate(own) if nodes[node].tag == "h1"), -1)
    cumulative = np.cumsum(words)
    total = float(cumulative[-1])
    position = (cumulative / total).tolist()
    before, after = _words_to_long(frame.weight, prose)
    around = _container_rows(nodes, prose_below, main, {own[i] for i in asked})
    main_depth = nodes[main].depth
    rows = []
    for i in asked:
        node, parent, grand = own[i], parents[i], grands[i]
        great = max(nodes[grand].parent, 0)
        this, above_this = nodes[node], nodes[parent]
        rows.append((
            _TAG_CODE.get(this.tag, -1), this.depth, i - headline if headline >= 0 else -999, i, n - i, position[i],
            i - heading if heading >= 0 else -999, above_this.children, below[node], frame.count_below[node],
            prose_below[parent] / all_prose, prose_below[grand] / all_prose, prose_below[great] / all_prose,
            by_signature[this.signature] / all_prose, by_signature_count[this.signature],
            by_parent_signature[above_this.signature] / all_prose, inside[node],
            this.depth - main_depth, i - frame.first, frame.last - i, before[i], after[i],
            link_below[parent] / (below[parent] or 1.0), link_below[grand] / (below[grand] or 1.0),
            _TAG_CODE.get(above_this.tag, -1), _TAG_CODE.get(nodes[grand].tag, -1), *around[node],
        ))  # fmt: skip
    return rows


def _container_rows(nodes: list[Node], prose_below: list[float], main: int,
                    wanted: set[int]) -> dict[int, tuple[float, ...]]:  # fmt: skip
    """For each wanted node: the share of the page's prose in its nearest article, list item and box; how often its
    parent's and grandparent's shape repeats beside them; the same for the branch in which it
    leaves the way to the main node."""
    all_prose = prose_below[0] or 1.0
    shapes: dict[tuple[int, str], int] = {}
    for node in nodes:
        shape = (node.parent, node.signature)
        shapes[shape] = shapes.get(shape, 0) + 1
    articles = sum(node.tag == "article" for node in nodes)
    on_way = {main}
    above = main
    while above >= 0:
        on_way.add(above)
        above = nodes[above].parent
    rows: dict[int, tuple[float, ...]] = {}
    nearest: list[tuple[int, int, int, int]] = []
    for i, node in enumerate(nodes):
        article, item, box, fork = nearest[node.parent] if node.parent >= 0 else (-1, -1, -1, 0)
        if node.tag == "article":
            article = i
        elif node.tag in ("li", "td", "dd"):
            item = i
        elif node.tag in ("aside", "section", "blockquote", "figure", "ul", "ol", "table") or node.hints & _BOXES:
            box = i
        if i not in on_way and fork == 0:
            fork = i
        nearest.append((article, item, box, fork))
        if i not in wanted:
            continue
        parent = max(node.parent, 0)
        grand = max(nodes[parent].parent, 0)
        above_grand = (nodes[grand].parent, nodes[grand].signature)
        rows[i] = (
            prose_below[article] / all_prose if article >= 0 else -1.0, articles,
            prose_below[item] / all_prose if item >= 0 else -1.0, prose_below[box] / all_prose if box >= 0 else -1.0,
            shapes[(nodes[parent].parent, nodes[parent].signature)], shapes[above_grand],
            prose_below[fork] / all_prose if fork else 1.0, node.depth - nodes[fork].depth if fork else -1,
            shapes[(nodes[fork].parent, nodes[fork].signature)] if fork else 0,
        )  # fmt: skip
    return rows


def _sums_below(own_nodes: list[int], nodes: list[Node], weight: list[float], prose: list[float],
                link_share: list[float]) -> tuple[list[float], list[float], list[float], list[int]]:  # fmt: skip
    """Words, words in prose, words in links and number of blocks under each node."""
    below, prose_below, link_below = [0.0] * len(nodes), [0.0] * len(nodes), [0.0] * len(nodes)
    count = [0] * len(nodes)
    for i, node in enumerate(own_nodes):
        below[node] += weight[i]
        prose_below[node] += prose[i]
        link_below[node] += weight[i] * link_share[i]
        count[node] += 1
    for i in range(len(nodes) - 1, 0, -1):  # children come after their parents
        above = nodes[i].parent
        below[above] += below[i]
        prose_below[above] += prose_below[i]
        link_below[above] += link_below[i]
        count[above] += count[i]
    return below, prose_below, link_below, count


def _main_node(nodes: list[Node], prose_below: list[float]) -> int:
    """The deepest element that holds three quarters of the page's prose."""
    wanted = prose_below[0] * 0.75
    main = 0
    for i, node in enumerate(nodes):
        if prose_below[i] >= wanted and node.depth >= nodes[main].depth:
            main = i
    return main


def _inside(nodes: list[Node], main: int) -> list[bool]:
    inside = [False] * len(nodes)
    for i, node in enumerate(nodes):
        inside[i] = i == main or (node.parent >= 0 and inside[node.parent])
    return inside


def _words_to_long(weight: list[float], prose: list[float]) -> tuple[list[float], list[float]]:
    """How many words stand between each block and the nearest prose before and after it."""
    def gaps(order: range) -> list[float]:
        out = [0.0] * len(weight)
        gap = 999.0
        for i in order:
            out[i] = gap
            gap = 0.0 if prose[i] else gap + weight[i]
        return out

    return gaps(range(len(weight))), gaps(range(len(weight) - 1, -1, -1))


def _above_rows(blocks: list[Block], nodes: list[Node], asked: list[int]) -> Floats:
    masks = [0] * len(nodes)
    for i, node in enumerate(nodes):
        masks[i] = (masks[node.parent] if node.parent >= 0 else 0) | _ABOVE_BIT.get(node.tag, 0)
    chosen = np.array([masks[blocks[i].node] for i in asked], dtype=np.int64).reshape(-1, 1)
    return ((chosen >> np.arange(len(_ABOVE))) & 1).astype(np.float32)


def _hint_rows(blocks: list[Block], nodes: list[Node], main: int, asked: list[int]) -> Floats:
    """For each meaning how near it is: 4 on the block itself, 3 on its parent, 2 further up, 1 above the main node.

    What a block shares with the main text (classes of the page's frame) says little of it; so for a block outside
    the main node, 1 means above the place where their ways part.
    """
    common = [False] * len(nodes)
    above = main
    while above >= 0:
        common[above] = True
        above = nodes[above].parent
    apart, shared = [0] * len(nodes), [0] * len(nodes)
    for i, node in enumerate(nodes):
        if node.parent >= 0:
            apart[i], shared[i] = apart[node.parent], shared[node.parent]
        if common[i]:
            shared[i] |= node.hints
        else:
            apart[i] |= node.hints
    masks = []
    for i in asked:
        block = blocks[i]
        at = block.node
        own = nodes[at]
        masks.append((block.hints | own.hints, nodes[max(own.parent, 0)].hints, apart[at], shared[at]))
    bits = (np.array(masks, dtype=np.int64).reshape(-1, 4, 1) >> np.arange(len(NAMES))) & 1
    levels: Floats = (bits * np.array([4, 3, 2, 1]).reshape(1, 4, 1)).max(axis=1).astype(np.float32)
    return levels


def _same_rows(blocks: list[Block], context: BlockContext, in_main: Floats, asked: list[int]) -> tuple[Floats, float]:
    title, lead, body = squeeze(context.title), squeeze(context.lead), squeeze(context.json_body)
    keys = [squeeze(b.text) for b in blocks]
    counts: dict[str, int] = {}
    first: dict[str, int] = {}
    for i, key in enumerate(keys):
        counts[key] = counts.get(key, 0) + 1
        first.setdefault(key, i)
    everything = "\n".join([key for key in keys if len(key) > _REPEATABLE])
    title_words = frozenset(w for w in context.title.lower().split() if len(w) > 3)
    has_json = len(body) > 200
    begun = lead[:50] if len(lead) > 50 else ""
    rows = []
    for i in asked:
        block, key = blocks[i], keys[i]
        size = len(key)
        elsewhere = _REPEATABLE < size <= 400 and everything.count(key) > counts[key]
        overlap = 0.0
        if title_words and len(block.text) < 400:
            overlap = len(title_words.intersection(block.text.lower().split())) / len(title_words)
        in_lead = size > 8 and (key in lead or (len(lead) > 30 and lead in key))
        if not in_lead and begun and key.startswith(begun):
            in_lead = True  # a description that breaks off
        rows.append((
            counts[key], bool(key) and key in title, in_lead, elsewhere,
            (key in body or key[:40] in body) if has_json else -1.0, has_json, overlap, first[key] == i,
        ))  # fmt: skip
    main_chars = sum(len(k) for k, inside in zip(keys, in_main, strict=True) if inside)
    return np.array(rows, np.float32), len(body) / (main_chars or 1)


def _near_rows(words: Floats, link_share: Floats, ends: Floats, tags: Floats, frame: _Frame) -> Floats:
    n = len(words)
    parent, grand = np.array(frame.parents, dtype=np.float32), np.array(frame.grands, dtype=np.float32)
    columns: list[Floats] = []
    for offset in OFFSETS:
        columns.extend(shifted(values, offset, -2.0) for values in (words, link_share, ends, tags, frame.in_main))
        columns.append((shifted(parent, offset, -2.0) == parent).astype(np.float32))
        columns.append((shifted(grand, offset, -2.0) == grand).astype(np.float32))
    return np.stack(columns, axis=1).reshape(n, len(OFFSETS) * len(_NEAR))


def shifted(values: Floats, offset: int, fill: float) -> Floats:
    """`values[i + offset]` at place i, `fill` beyond the ends."""
    out = np.full_like(values, fill)
    if abs(offset) < len(values):
        if offset > 0:
            out[:-offset] = values[offset:]
        else:
            out[-offset:] = values[:offset]
    return out
