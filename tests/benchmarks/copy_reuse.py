"""More ways of reusing a report, each imitated by another rule, and near misses made with the same tools.

Reuse: from notes (the telling words of each sentence in order, other words between); in pieces (parts of sentences
cut, moved and joined); as an essay (stretches of the report, each retold in one way or another, between paragraphs of
one's own); as a patchwork (each sentence treated in a way of its own). More than half of such a text is reuse.

No reuse: another report of the event, retold; a new report that retells background from the old one (less than three
tenths of it); a round-up that mentions the report (less than half of that). A round-up that has the whole is a copy.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from typing import Final

from tests.benchmarks.copy_sets import (
    WORD,
    Pair,
    move_clauses,
    paragraphs,
    restructure,
    retitle,
    reword,
    sentences_of,
)
from tests.benchmarks.copy_vocabulary import Vocabulary
from warehouse.dedupe.words import Lexicon, lexicon

CUT: Final = re.compile(r", |; | - | – | — | (?=and |which |who |while |because |after |as |with |for |that |to )")
QUOTED: Final = re.compile(r"[“\"][^”\"]{15,}[”\"]")
JOINS: Final = (", ", " and ", ", while ", ", where ", "; ", ", since ", ", so ", " because ")
MENTIONS: Final = ("Earlier", "In another report", "Elsewhere", "Also this month", "As we wrote", "You may have seen")
Way = Callable[[str, random.Random, Vocabulary], str]


def notes(sentence: str, rng: random.Random, v: Vocabulary, known: Lexicon | None = None) -> str:
    """A sentence written again from notes: the rarer a word, the likelier it stays; a quotation may stay whole."""
    known = known or lexicon("en")
    care = rng.uniform(0.55, 1.0)
    quoted = QUOTED.search(sentence)
    if quoted and rng.random() < 0.5:
        return f"{quoted.group()} {notes(QUOTED.sub(' ', sentence, count=1), rng, v, known)}"
    groups: list[list[str]] = [[]]
    for i, token in enumerate(t for t in WORD.findall(sentence) if t[0].isalnum()):
        weight = known.word(token)[2]
        fact = token[0].isdigit() or (token[0].isupper() and i > 0)
        stays = 0.9 if fact else 0.8 if weight > 5.5 else 0.62 if weight > 4 else 0.4 if weight > 2.5 else 0.15
        if rng.random() < stays * care:
            groups[-1].append(token)
        elif groups[-1]:
            groups.append([])
    groups = [g for g in groups if g]
    for i in range(len(groups) - 1):
        if rng.random() < 0.25:
            groups[i], groups[i + 1] = groups[i + 1], groups[i]
    out: list[str] = []
    for group in groups:
        out += group
        for _ in range(rng.choice((0, 1, 1, 2, 3))):
            out.append(rng.choice(v.common) if rng.random() < 0.85 else rng.choice(v.rare))
    text = " ".join(out)
    return text[:1].upper() + text[1:] + "."


def pieces(sentence: str, rng: random.Random, v: Vocabulary) -> str:
    """A sentence in pieces: some left out, the others in another order, joined anew, words exchanged here and there."""
    parts = [p.strip(" ,;.") for p in CUT.split(sentence) if p.strip(" ,;.")] or [sentence]
    if len(parts) > 2:
        parts = [p for p in parts if rng.random() < 0.75] or parts[:2]
    if rng.random() < 0.6 and len(parts) > 1:
        at = rng.randrange(1, len(parts))
        parts = parts[at:] + parts[:at]
    rate = rng.uniform(0.05, 0.35)
    text = parts[0]
    for part in parts[1:]:
        text += rng.choice(JOINS) + part
    text = reword(text, rate, v, rng, facts=0.05)
    return text[:1].upper() + text[1:] + "."


def exchanged(sentence: str, rng: random.Random, v: Vocabulary) -> str:
    """A sentence with many words exchanged, clauses moved."""
    return move_clauses(reword(sentence, rng.uniform(0.2, 0.55), v, rng, facts=0.05), rng)


def touched(sentence: str, rng: random.Random, v: Vocabulary) -> str:
    """A sentence hardly changed."""
    return reword(sentence, rng.uniform(0.0, 0.2), v, rng)


def chosen_part(rows: Sequence[str], rng: random.Random, *, least: float) -> list[str]:
    """What is reused of a report: a stretch of a long one, and of that a part of the sentences, in order."""
    rows = list(rows)
    if len(rows) > 14 and rng.random() < 0.6:
        size = rng.randrange(9, min(len(rows), 26))
        start = 0 if rng.random() < 0.5 else rng.randrange(0, len(rows) - size + 1)
        rows = rows[start : start + size]
    keep = rng.uniform(least, 1.0)
    return [s for s in rows if rng.random() < keep] or rows


def told(rows: Sequence[str], way: Way, rng: random.Random, v: Vocabulary) -> list[str]:
    """The sentences told in one way; now and then two become one, or two change places."""
    out: list[str] = []
    for s in rows:
        said = way(s, rng, v)
        if out and rng.random() < 0.15 and len(out[-1]) + len(said) < 400:
            out[-1] = out[-1].rstrip(".") + rng.choice(JOINS) + said[:1].lower() + said[1:]
        else:
            out.append(said)
    for i in range(len(out) - 1):
        if rng.random() < 0.12:
            out[i], out[i + 1] = out[i + 1], out[i]
    return out


def between(rows: list[str], own: Sequence[str], share: float, rng: random.Random) -> list[str]:
    """The sentences with some of one's own between: `share` of their length at most."""
    out = list(rows)
    room = share * length(rows)
    for s in rng.sample(list(own), len(own)):
        room -= len(s)
        if room < 0:
            break
        out.insert(rng.randrange(len(out) + 1), s)
    return out


def length(rows: Sequence[str]) -> int:
    """Characters of some sentences."""
    return sum(map(len, rows))


def essay(rows: Sequence[str], own: Sequence[str], rng: random.Random, v: Vocabulary) -> list[str]:
    """Stretches of a report, retold, each after a paragraph of one's own."""
    out: list[str] = []
    at, used = 0, 0
    ways = rng.sample((notes, pieces, exchanged), 2)
    share = rng.uniform(0.2, 0.8)
    room = 0.0
    while at < len(rows):
        size = rng.randrange(2, 6)
        said = told(rows[at : at + size], rng.choice(ways), rng, v)
        at += size
        room += share * length(said)
        while used < len(own) and len(own[used]) < room:
            room -= len(own[used])
            out.append(own[used])
            used += 1
        out += said
    return out


def retold(kind: str, text: str, own: str, rng: random.Random, v: Vocabulary) -> str:
    """A text reused in one of the ways."""
    rows, mine = chosen_part(sentences_of(text), rng, least=0.5), sentences_of(own)
    if kind == "notes":
        out = between(told(rows, notes, rng, v), mine, rng.uniform(0.0, 0.5), rng)
    elif kind == "pieces":
        out = between(told(rows, pieces, rng, v), mine, rng.uniform(0.0, 0.5), rng)
    elif kind == "essay":
        out = essay(rows, mine, rng, v)
    else:
        ways = rng.choices((notes, pieces, exchanged, touched), k=3)
        out = between([rng.choice(ways)(s, rng, v) for s in rows], mine, rng.uniform(0.0, 0.5), rng)
        out = restructure(out, rng, amount=rng.uniform(0.0, 0.3))
    return paragraphs(out, rng)


Text = tuple[str, str, str]  # title, text, topic
WAYS: Final = ("notes", "pieces", "essay", "patchwork")


def make_reuse(articles: Sequence[Text], rng: random.Random) -> list[Pair]:
    """For each article one copy in each way, and near misses made with the same tools."""
    v = Vocabulary([text for _, text, _ in articles])
    by_topic: dict[str, list[int]] = {}
    for i, (_, _, topic) in enumerate(articles):
        by_topic.setdefault(topic, []).append(i)
    made: list[Pair] = []
    for i, (title, text, topic) in enumerate(articles):
        mates = [j for j in by_topic[topic] if j != i]
        mate = articles[rng.choice(mates)] if mates else None
        far = articles[rng.randrange(len(articles))]
        for kind in WAYS:
            own = mate[1] if mate and rng.random() < 0.4 else far[1]
            made.append(_pair(f"retold {kind}", True, (title, text),
                              (retitle(title, rng, v), retold(kind, text, own, rng, v))))  # fmt: skip
        if mate and not _same_wire(text, mate[1]):
            for _ in range(2):
                said = retold(rng.choice(WAYS), mate[1], far[1], rng, v)
                made.append(_pair("other retold", False, (title, text),
                                  (title if rng.random() < 0.3 else mate[0], said)))  # fmt: skip
        for new in (mate, far):
            if new and new[1] != text and not _same_wire(text, new[1]):
                heading = title if rng.random() < 0.3 else new[0]
                told_again = background(text, new[1], rng, v)
                made += [_pair("background retold", False, (title, text), (heading, told_again))]
        made += rounded_up(title, text, [mate or far, far, articles[rng.randrange(len(articles))]], rng, v)
    return [p for p in made if len(p.a[1]) > 150 and len(p.b[1]) > 150]


def background(old: str, new: str, rng: random.Random, v: Vocabulary) -> str:
    """A new report with background from an old one: up to a third of that, up to three tenths of the whole."""
    rows, theirs = sentences_of(new), sentences_of(old)
    room = min(length(theirs) / 3, rng.uniform(0.1, 0.42) * length(rows))
    start = 0 if rng.random() < 0.5 else rng.randrange(len(theirs))
    part: list[str] = []
    for s in theirs[start:] if rng.random() < 0.6 else rng.sample(theirs[start:], len(theirs) - start):
        if length(part) + len(s) > room:
            break
        part.append(s)
    part = told(part, rng.choice((notes, pieces, exchanged, touched, touched)), rng, v)
    if rng.random() < 0.4:
        return paragraphs(between(rows, part, 1.0, rng), rng)
    at = len(rows) if rng.random() < 0.5 else rng.randrange(1, len(rows) + 1)
    return paragraphs(rows[:at] + part + rows[at:], rng)


def _same_wire(a: str, b: str) -> bool:
    """Whether two reports of one event share so much wording that one may owe it to the other."""
    one, two = (set(zip(w, w[1:], w[2:], strict=False)) for w in (a.lower().split(), b.lower().split()))
    return len(one & two) > 0.12 * min(len(one), len(two))


def rounded_up(title: str, text: str, others: Sequence[Text], rng: random.Random, v: Vocabulary) -> list[Pair]:
    """A round-up of several reports: one that only mentions the report, and one that has it whole.

    What is mentioned is at most half of the report: one stretch of it, word for word or touched up.
    """
    rows = sentences_of(text)
    if len(rows) < 4 or any(text == o[1] for o in others):
        return []
    if rng.random() < 0.5:  # a short report, of which the paragraph is a good part
        first = rng.randrange(max(1, len(rows) - 4))
        short = rows[first : first + rng.randrange(4, 13)]
    else:
        short = rows
    size = rng.randrange(1, max(2, min(len(short) // 2, 8) + 1))
    start = 0 if rng.random() < 0.5 else rng.randrange(0, len(short) - size + 1)
    stretch = short[start : start + size]
    if length(stretch) > 0.48 * length(short):
        return []
    part = [touched(s, rng, v) if rng.random() < 0.6 else s for s in stretch]
    blocks = []
    for _, other, _ in others:
        theirs = sentences_of(other)
        first = rng.randrange(0, max(1, len(theirs) - 3))
        blocks.append(theirs[first : first + rng.randrange(2, 9)])
    at = rng.randrange(len(blocks) + 1)
    opener = f"{rng.choice(MENTIONS)}, {part[0][:1].lower()}{part[0][1:]}" if rng.random() < 0.4 else part[0]
    lines = [*blocks[:at], [opener, *part[1:]], *blocks[at:]]
    heading = f"Round-up: {others[0][0]}" if rng.random() < 0.5 else rng.choice(("This month", "In brief", title))
    made = [_pair("mentioned", False, (title, "\n\n".join(short)), (heading, "\n\n".join(map(" ".join, lines))))]
    if rng.random() < 0.5:
        whole = [touched(s, rng, v) for s in rows] if rng.random() < 0.3 else rows
        lines = [*blocks[:at], whole, *blocks[at:]]
        made.append(_pair("gathered", True, (title, text), (heading, "\n\n".join(map(" ".join, lines)))))
    return made


def _pair(kind: str, copy: bool, a: tuple[str, str], b: tuple[str, str]) -> Pair:
    return Pair(kind=kind, copy=copy, relation=None, a=a, b=b)
