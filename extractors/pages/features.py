"""What a block looks like, in numbers: itself, its place, its neighbours, what else on the page says the same.

`describe_blocks` gives one row a block, in the order of `FEATURES`. What the second model sees besides, the first one's
opinion of the blocks around, is in `neighbour_scores.py`.
"""

from __future__ import annotations

import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from extractors.pages.blocks import Block, Node, PageBlocks
from extractors.pages.cues import CUE_NAMES, count_cues
from extractors.pages.hints import NAMES

Floats = npt.NDArray[np.float32]

_TAGS: Final = ("p", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "div", "td", "th", "figcaption", "pre",
                "dd", "dt", "section", "button", "header", "footer", "article", "aside", "address",
                "label")  # fmt: skip
_TAG_CODE: Final = {tag: code for code, tag in enumerate(_TAGS)}
_BOXES: Final = sum(1 << NAMES.index(name) for name in ("box", "related", "newsletter", "comments", "aside", "author"))
_ABOVE: Final = ("article", "main", "aside", "nav", "header", "footer", "form", "figure", "table", "ul", "ol",
                 "blockquote", "section", "dl")  # fmt: skip
_ABOVE_BIT: Final = {tag: 1 << i for i, tag in enumerate(_ABOVE)}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")
_NOT_LETTERS = re.compile(r"\W+")
_WIDE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_ENDS, _CLOSERS = frozenset(".!?…。！？"), "\"'”’»“)]』」"
_WORD = re.compile(r"[^\W\d_]+")
_DATE_LIKE = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[:.]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b")
_SIGNS = bytes(byte for byte in range(128) if not (chr(byte).isalnum() or byte == 95))
_DIGITS, _CAPITALS = string.digits.encode(), string.ascii_uppercase.encode()
_LOOK = 160  # characters from the start of a block in which its small features are counted

_OWN: Final = ("words", "chars", "link_share", "links", "bold_share", "italic_share", "ends_sentence", "ends_colon",
               "stops", "commas_per_word", "digits_per_word", "upper_share", "capital_words", "word_length",
               "starts_lower", "starts_quote", "quotes", "date_like", "has_at", "has_copyright", "has_pipe",
               "short_word_share", "wide", *CUE_NAMES)  # fmt: skip
_NOTHING: Final = (0.0,) * (len(_OWN) - 4)
MENU_WORDS: Final = 6  # a line of fewer words that is mostly link is a menu's: nobody asks what it looks like
_PLACE: Final = ("tag", "depth", "above", "index", "from_end", "word_position", "after_h1", "siblings",
                 "node_words", "node_blocks", "parent_words_share", "grand_words_share", "great_words_share",
                 "signature_share", "signature_count", "parent_signature_share", "in_main", "main_depth_gap",
                 "from_main_start", "to_main_end", "words_before_long", "words_after_long", "parent_link_share",
                 "grand_link_share", "parent_tag", "grand_tag", "article_share", "articles", "item_share", "box_share",
                 "parent_twins", "grand_twins", "fork_share", "fork_gap", "fork_twins")  # fmt: skip
_SAME: Final = ("repeats", "in_title", "in_lead", "in_other", "in_json", "has_json", "title_overlap", "first_of_twins")
_PAGE: Final = ("page_blocks", "page_words", "page_long_share", "main_words_share", "json_to_main")
_NEAR: Final = ("words", "link_share", "ends_sentence", "tag", "in_main", "same_parent", "same_grand")
OFFSETS: Final = (-3, -2, -1, 1, 2, 3)
_HINT_LEVELS: Final = ("own", "parent", "near", "far")

FEATURES: Final[tuple[str, ...]] = (
    *_OWN,
    *_PLACE,
    *(f"{tag}_above" for tag in _ABOVE),
    *(f"{name}_level" for name in NAMES),
    *_SAME,
    *_PAGE,
    *(f"{name}@{offset}" for offset in OFFSETS for name in _NEAR),
)


@dataclass(frozen=True, slots=True)
class BlockContext:
    """What the page says elsewhere: headline, description, and the article body of its JSON-LD."""

    title: str = ""
    lead: str = ""
    json_body: str = ""


def squeeze(text: str) -> str:
    """Letters and digits alone, in lower case: how texts are compared for sameness."""
    if text.isascii():
        return text.encode().lower().translate(None, _SIGNS).decode()
    return _NOT_LETTERS.sub("", text.lower())


def count_words(text: str) -> int:
    """Words of the text; a character of a script without spaces counts as one."""
    wide = len(_WIDE.findall(text)) if not text.isascii() else 0
    return wide + len(text.split()) if wide < len(text) * 0.3 else wide


def describe_blocks(page: PageBlocks, context: BlockContext) -> Floats:
    """One row a block, one column a feature of `FEATURES`.

    Of a menu's lines (`MENU_WORDS`) most columns are 0: they count as neighbours and are not asked about.
    """
    blocks, nodes = page.blocks, page.nodes
    own = np.array([_own_row(b) for b in blocks], dtype=np.float32).reshape(len(blocks), len(_OWN))
    words, link_share = own[:, 0], own[:, 2]
    asked = np.flatnonzero((link_share <= 0.7) | (words >= MENU_WORDS)).tolist()
    keys = [squeeze(b.text) for b in blocks]
    place, in_main, parents, grands, main = _place_rows(blocks, nodes, words, link_share, asked)
    same, json_to_main = _same_rows(blocks, keys, context, in_main, asked)
    tags = np.array([_TAG_CODE.get(nodes[b.node].tag, -1) for b in blocks], dtype=np.float32)
    long_words = float(words[words >= 15].sum())
    total = float(words.sum()) or 1.0
    facts = (len(blocks), total, long_words / total, float(words[in_main > 0].sum()) / total, json_to_main)
    pages = np.tile(np.array(facts, dtype=np.float32), (len(blocks), 1))
    near = _near_rows(words, link_share, own[:, 6], tags, in_main, parents, grands)
    return np.hstack([own, place, _above_rows(blocks, nodes), _hint_rows(blocks, nodes, main), same, pages, near])


def _own_row(block: Block) -> tuple[float, ...]:
    text = block.text
    chars = len(text)
    count = text.count(" ") + 1
    wide = 0 if text.isascii() else len(_WIDE.findall(text))
    words = wide + count if wide < chars * 0.3 else wide
    if block.link_chars > 0.7 * chars and words < MENU_WORDS:
        return (words, chars, min(1.0, block.link_chars / chars), block.links, *_NOTHING)
    start = text[:_LOOK]
    looked = len(start)
    tokens = _WORD.findall(start)
    seen = len(tokens) or 1
    first = text[0]
    digits, capitals = _digits_and_capitals(start)
    return (
        words, chars, min(1.0, block.link_chars / chars), block.links, min(1.0, block.bold_chars / chars),
        min(1.0, block.italic_chars / chars), text[-6:].rstrip(_CLOSERS)[-1:] in _ENDS, text.endswith((":", "：")),
        text.count(". ") + text.count("? ") + text.count("! ") + (text.count("。") if wide else 0),
        (text.count(",") + (text.count("，") if wide else 0)) / words if words else 0,
        digits / looked, capitals / looked,
        sum([t[0].isupper() for t in tokens]) / seen, chars / count, first.islower(), first in "\"“„«»‘'「『",
        text.count('"') + text.count("“") + text.count("„") + text.count("«") + text.count("「"),
        len(_DATE_LIKE.findall(start)) if digits else 0, "@" in start, "©" in start or "(c)" in start,
        "|" in start or "·" in start or "•" in start, sum([len(t) < 4 for t in tokens]) / seen, wide / chars,
        *count_cues(tokens, start if wide else ""),
    )  # fmt: skip


def _digits_and_capitals(text: str) -> tuple[int, int]:
    """How many characters are digits, how many are capital letters."""
    data = text.encode("ascii", "ignore")
    digits, capitals = len(data) - len(data.translate(None, _DIGITS)), len(data) - len(data.translate(None, _CAPITALS))
    if len(data) < len(text):
        others = "".join(_NOT_ASCII.findall(text))
        digits += sum(map(str.isdigit, others))
        capitals += sum(map(str.isupper, others))
    return digits, capitals


def _place_rows(blocks: list[Block], nodes: list[Node], words: Floats, link_share: Floats,
                asked: list[int]) -> tuple[Floats, Floats, list[int], list[int], int]:  # fmt: skip
    n = len(blocks)
    own_nodes = [b.node for b in blocks]
    weight = [float(w) for w in words]
    prose = [w if w >= 12 and s < 0.4 else 0.0 for w, s in zip(weight, link_share.tolist(), strict=True)]
    below, prose_below, link_below, count_below = _sums_below(own_nodes, nodes, weight, prose, link_share.tolist())
    parents = [max(nodes[i].parent, 0) for i in own_nodes]
    grands = [max(nodes[i].parent, 0) for i in parents]
    greats = [max(nodes[i].parent, 0) for i in grands]
    all_prose = prose_below[0] or 1.0
    main = _main_node(nodes, prose_below)
    inside = _inside(nodes, main)
    by_signature: dict[str, float] = {}
    by_signature_count: dict[str, int] = {}
    by_parent_signature: dict[str, float] = {}
    for i, node in enumerate(own_nodes):
        signature = nodes[node].signature
        by_signature[signature] = by_signature.get(signature, 0.0) + prose[i]
        by_signature_count[signature] = by_signature_count.get(signature, 0) + 1
        above = nodes[parents[i]].signature
        by_parent_signature[above] = by_parent_signature.get(above, 0.0) + prose[i]
    in_main = np.array([inside[i] for i in own_nodes], dtype=np.float32)
    main_long = [i for i in range(n) if prose[i] and inside[own_nodes[i]]]
    first, last = (main_long[0], main_long[-1]) if main_long else (0, n)
    heading = next((i for i, node in enumerate(own_nodes) if nodes[node].tag == "h1"), -1)
    cumulative = np.cumsum(words)
    total = float(cumulative[-1]) if n else 1.0
    before, after = _words_to_long(weight, prose)
    around = _container_rows(nodes, prose_below, main, {own_nodes[i] for i in asked})
    rows = []
    for i in asked:
        node, parent, grand, great = own_nodes[i], parents[i], grands[i], greats[i]
        rows.append((
            _TAG_CODE.get(nodes[node].tag, -1), nodes[node].depth, 0, i, n - i, float(cumulative[i]) / total,
            i - heading if heading >= 0 else -999, nodes[parent].children, below[node], count_below[node],
            prose_below[parent] / all_prose, prose_below[grand] / all_prose, prose_below[great] / all_prose,
            by_signature[nodes[node].signature] / all_prose, by_signature_count[nodes[node].signature],
            by_parent_signature[nodes[parent].signature] / all_prose, inside[node],
            nodes[node].depth - nodes[main].depth, i - first, last - i, before[i], after[i],
            link_below[parent] / (below[parent] or 1.0), link_below[grand] / (below[grand] or 1.0),
            _TAG_CODE.get(nodes[parent].tag, -1), _TAG_CODE.get(nodes[grand].tag, -1), *around[node],
        ))  # fmt: skip
    return _spread(rows, asked, n, len(_PLACE)), in_main, parents, grands, main


def _spread(rows: Sequence[tuple[float, ...]], places: list[int], count: int, columns: int) -> Floats:
    """The rows at their places in a matrix of so many rows, zeros elsewhere."""
    matrix = np.zeros((count, columns), np.float32)
    if rows:
        matrix[places] = rows
    return matrix


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


def _above_rows(blocks: list[Block], nodes: list[Node]) -> Floats:
    masks = [0] * len(nodes)
    for i, node in enumerate(nodes):
        masks[i] = (masks[node.parent] if node.parent >= 0 else 0) | _ABOVE_BIT.get(node.tag, 0)
    chosen = np.array([masks[b.node] for b in blocks], dtype=np.int64).reshape(-1, 1)
    return ((chosen >> np.arange(len(_ABOVE))) & 1).astype(np.float32)


def _hint_rows(blocks: list[Block], nodes: list[Node], main: int) -> Floats:
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
        apart[i] = 0 if node.parent < 0 else apart[node.parent]
        shared[i] = 0 if node.parent < 0 else shared[node.parent]
        if common[i]:
            shared[i] |= node.hints
        else:
            apart[i] |= node.hints
    masks = np.array([
        (b.hints | nodes[b.node].hints, nodes[max(nodes[b.node].parent, 0)].hints, apart[b.node], shared[b.node])
        for b in blocks
    ], dtype=np.int64).reshape(len(blocks), 4)  # fmt: skip
    bits = (masks.reshape(-1, 4, 1) >> np.arange(len(NAMES))) & 1
    levels: Floats = (bits * np.array([4, 3, 2, 1]).reshape(1, 4, 1)).max(axis=1).astype(np.float32)
    return levels


def _same_rows(blocks: list[Block], keys: list[str], context: BlockContext, in_main: Floats,
               asked: list[int]) -> tuple[Floats, float]:  # fmt: skip
    title, lead, body = squeeze(context.title), squeeze(context.lead), squeeze(context.json_body)
    counts: dict[str, int] = {}
    for key in keys:
        counts[key] = counts.get(key, 0) + 1
    everything = "\n".join(keys)
    title_words = frozenset(w for w in context.title.lower().split() if len(w) > 3)
    has_json = len(body) > 200
    first: dict[str, int] = {}
    for i, key in enumerate(keys):
        first.setdefault(key, i)
    rows = []
    for i in asked:
        block, key = blocks[i], keys[i]
        elsewhere = len(key) > 15 and everything.count(key) > counts[key]
        overlap = 0.0
        if title_words and len(block.text) < 400:
            overlap = len(title_words.intersection(block.text.lower().split())) / len(title_words)
        rows.append((
            counts[key], bool(key) and key in title, len(key) > 8 and (key in lead or (len(lead) > 30 and lead in key)),
            elsewhere, (key in body or key[:40] in body) if has_json else -1.0, has_json, overlap, first[key] == i,
        ))  # fmt: skip
    matrix = _spread(rows, asked, len(keys), len(_SAME))
    main_chars = sum(len(k) for k, inside in zip(keys, in_main, strict=True) if inside)
    return matrix, len(body) / (main_chars or 1)


def _near_rows(words: Floats, link_share: Floats, ends: Floats, tags: Floats, in_main: Floats, parents: list[int],
               grands: list[int]) -> Floats:  # fmt: skip
    n = len(words)
    parent, grand = np.array(parents, dtype=np.float32), np.array(grands, dtype=np.float32)
    columns: list[Floats] = []
    for offset in OFFSETS:
        columns.extend(shifted(values, offset, -2.0) for values in (words, link_share, ends, tags, in_main))
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
