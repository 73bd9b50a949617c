"""Pairs made from any texts: copies as people, translators, programs and newsrooms make them, and near misses.

Each function takes texts and a `random.Random` and gives new text; `make_pairs` draws labelled pairs of every kind.
Rewording is imitated at the level that a detector sees: which words stay, which are exchanged for others equally rare,
what is cut, merged, moved and added. The words put in come from the texts' own vocabulary.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from tests.benchmarks.copy_templates import CITIES, COMPANIES, MONTHS, PEOPLE, TEMPLATES, fill
from tests.benchmarks.copy_vocabulary import Vocabulary
from warehouse.dedupe.reading import split_sentences

WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d[\d.,]*\d|\d|[^\w\s]|\s+|_")

OPENERS: Final = (
    "In this respect", "At the same time", "On the whole", "What is more", "In short", "To put it another way",
    "Against this background", "By contrast", "For this reason", "Taken together",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A labelled pair. `relation` is None where only detection is labelled; `inner` tells which text is inside."""

    kind: str
    copy: bool
    relation: str | None
    a: tuple[str, str]
    b: tuple[str, str]


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, paragraphs forgotten."""
    return [text[start:end].strip() for start, end in split_sentences(text) if text[start:end].strip()]


def reword(sentence: str, rate: float, vocabulary: Vocabulary, rng: random.Random, *, facts: float = 0.05) -> str:
    """A sentence with about `rate` of its words exchanged, dropped or added; names and numbers change with `facts`."""
    out: list[str] = []
    first = True
    for token in WORD.findall(sentence):
        if not token[0].isalnum():
            out.append(token)
            continue
        is_fact = token[0].isdigit() or (token[0].isupper() and not first)
        first = False
        if rng.random() >= (rate * facts * 2 if is_fact else rate):
            out.append(token)
        elif token[0].isdigit():
            out.append(token if rng.random() < 0.5 else str(rng.randrange(2, 99)))
        else:
            roll = rng.random()
            if roll < 0.1 and len(token) < 5:
                continue
            out.append(vocabulary.other(token, rng))
            if roll > 0.92:
                out.append(" " + rng.choice(vocabulary.common))
    return re.sub(r"\s+", " ", "".join(out)).strip()


def move_clauses(sentence: str, rng: random.Random) -> str:
    """The clauses at a comma in another order."""
    parts = sentence.rstrip(".").split(", ")
    if len(parts) < 2:
        return sentence
    at = rng.randrange(1, len(parts))
    moved = ", ".join(parts[at:] + parts[:at])
    return moved[:1].upper() + moved[1:] + "."


def restructure(sentences: Sequence[str], rng: random.Random, *, amount: float) -> list[str]:
    """Sentences merged, split and with clauses moved, each with probability `amount`."""
    out: list[str] = []
    for s in sentences:
        roll = rng.random()
        if roll < amount * 0.35 and out and len(out[-1]) + len(s) < 320:
            out[-1] = out[-1].rstrip(".") + rng.choice((", and ", "; ", ", while ")) + s[:1].lower() + s[1:]
        elif roll < amount * 0.7 and len(s) > 90:
            cut = next((m.start() for m in re.finditer(r", | and | which | while ", s[40:-30])), None)
            if cut is None:
                out.append(s)
            else:
                rest = re.sub(r"^(?:, |and |which |while )+", "", s[40 + cut :].lstrip(" ,"))
                out += [s[: 40 + cut] + ".", rng.choice(("This ", "It ", "")) + rest]
        elif roll < amount:
            out.append(move_clauses(s, rng))
        else:
            out.append(s)
    return out


def paragraphs(sentences: Sequence[str], rng: random.Random) -> str:
    """The sentences as paragraphs of one to four."""
    out, i = [], 0
    while i < len(sentences):
        size = rng.randrange(1, 5)
        out.append(" ".join(sentences[i : i + size]))
        i += size
    return "\n\n".join(out)


def translated(text: str, rng: random.Random, vocabulary: Vocabulary, rate: float) -> str:
    """As if translated once more: every sentence reworded at about one rate, some restructured, none dropped."""
    rows = [reword(s, max(0.02, rng.gauss(rate, rate / 4)), vocabulary, rng, facts=0.12) for s in sentences_of(text)]
    return paragraphs(restructure(rows, rng, amount=rng.uniform(0.05, 0.35)), rng)


def rewritten(text: str, rng: random.Random, vocabulary: Vocabulary, rate: float) -> str:
    """As a program rewrites on request: reworded, restructured, shortened a little, smoothed with openers."""
    rows = [s for s in sentences_of(text) if rng.random() > 0.12]
    rows = [reword(s, max(0.05, rng.gauss(rate, rate / 3)), vocabulary, rng, facts=0.03) for s in rows]
    rows = restructure(rows, rng, amount=0.45)
    rows = [f"{rng.choice(OPENERS)}, {s[:1].lower()}{s[1:]}" if rng.random() < 0.1 else s for s in rows]
    return paragraphs(rows, rng)


def reused(
    text: str, own: str, rng: random.Random, vocabulary: Vocabulary, *, light: bool, excerpt: bool
) -> str:
    """As people reuse: some sentences copied, some reworded, some moved, own material between. Own text is `own`."""
    rows = sentences_of(text)
    if excerpt and len(rows) > 10:
        start = rng.randrange(0, len(rows) - 8)
        rows = rows[start : start + rng.randrange(7, 16)]
    keep = rng.uniform(0.6, 1.0) if light else rng.uniform(0.45, 0.95)
    chosen = [s for s in rows if rng.random() < keep] or list(rows)
    out = []
    copied = rng.uniform(0.3, 0.7) if light else rng.uniform(0.0, 0.25)
    for s in chosen:
        if rng.random() < copied:
            out.append(s)
        else:
            rate = rng.uniform(0.08, 0.3) if light else rng.uniform(0.2, 0.65)
            out.append(reword(s, rate, vocabulary, rng, facts=0.08))
    out = restructure(out, rng, amount=0.15 if light else 0.4)
    if not light and rng.random() < 0.5:
        at, to = rng.randrange(len(out)), rng.randrange(len(out))
        out.insert(to, out.pop(at))
    material = sentences_of(own)
    share = rng.uniform(0.0, 0.25) if light else rng.uniform(0.0, 0.6)
    for s in rng.sample(material, min(len(material), round(share * len(out)))):
        out.insert(rng.randrange(len(out) + 1), s)
    return paragraphs(out, rng)


def other_facts(text: str, rng: random.Random, vocabulary: Vocabulary) -> str:
    """The same wording about something else: names, numbers and months exchanged throughout, some words too."""
    swap: dict[str, str] = {}
    pool = [w for name in (*COMPANIES, *PEOPLE, *CITIES) for w in name.split()]
    noise = rng.uniform(0.0, 0.1)
    out = []
    for sentence in sentences_of(text):
        first = True
        for token in WORD.findall(sentence):
            if token[0].isdigit():
                token = re.sub(r"\d", lambda m: str(rng.randrange(1, 10)), token)
            elif token in MONTHS:
                token = rng.choice(MONTHS)
            elif token[0].isupper() and not first and len(token) > 2:
                if rng.random() < 0.93:
                    token = swap.setdefault(token, rng.choice(pool))
            elif token[0].isalpha() and len(token) > 3 and rng.random() < noise:
                token = vocabulary.other(token, rng)
            first = first and not token[0].isalnum()
            out.append(token)
        out.append("\n\n" if rng.random() < 0.3 else " ")
    return "".join(out).strip()


def fact_density(text: str) -> float:
    """Numbers and names inside sentences, as a share of the words."""
    words = facts = 0
    for sentence in sentences_of(text):
        tokens = [t for t in WORD.findall(sentence) if t[0].isalnum()]
        words += len(tokens)
        facts += sum(t[0].isdigit() or (t[0].isupper() and i > 0) for i, t in enumerate(tokens))
    return facts / max(1, words)


def dense_part(text: str, rng: random.Random) -> str:
    """The sentences of a text that name most facts, in order: what a template would be made of."""
    rows = sentences_of(text)
    chosen = [s for s in rows if fact_density(s) > 0.12]
    return "\n\n".join(chosen[: rng.randrange(5, 14)])


def background_quoted(old: str, new: str, rng: random.Random, vocabulary: Vocabulary) -> str:
    """A new report that ends (or is laced) with background from the old one, word for word or lightly reworded."""
    rows, background = sentences_of(new), sentences_of(old)
    count = max(1, round(len(rows) * rng.uniform(0.08, 0.4)))
    start = rng.randrange(0, max(1, len(background) - count))
    part = background[start : start + min(count, max(1, len(background) // 3))]
    if rng.random() < 0.4:
        part = [reword(s, rng.uniform(0.05, 0.3), vocabulary, rng) for s in part]
    at = len(rows) if rng.random() < 0.6 else rng.randrange(1, len(rows) + 1)
    return paragraphs(rows[:at] + part + rows[at:], rng)


def retitle(title: str, rng: random.Random, vocabulary: Vocabulary) -> str:
    """A title kept, reworded, or replaced by one that says little."""
    roll = rng.random()
    if roll < 0.4:
        return title
    if roll < 0.8:
        return reword(title, rng.uniform(0.2, 0.6), vocabulary, rng)
    return "" if roll < 0.9 else rng.choice(("In brief", "Report", "News of the day", "Update"))


def make_pairs(
    articles: Sequence[tuple[str, str, str]], rng: random.Random, *, kinds: Sequence[str] | None = None
) -> list[Pair]:
    """One pair of every kind for each article in turn. `articles`: (title, text, topic); own material and new reports
    come from another article of the same topic where there is one."""
    vocabulary = Vocabulary([text for _, text, _ in articles])
    by_topic: dict[str, list[int]] = {}
    for i, (_, _, topic) in enumerate(articles):
        by_topic.setdefault(topic, []).append(i)
    made: list[Pair] = []
    for i, (title, text, topic) in enumerate(articles):
        near = [j for j in by_topic[topic] if j != i] or [rng.randrange(len(articles))]
        mate_title, mate, _ = articles[rng.choice(near)]
        far_title, far, _ = articles[rng.randrange(len(articles))]
        for kind, make in KINDS.items():
            if kinds is None or kind in kinds:
                pair = make(title, text, mate_title, mate, far_title, far, rng, vocabulary)
                if pair is not None:
                    made.append(pair)
    return made


Maker = Callable[[str, str, str, str, str, str, random.Random, Vocabulary], Pair | None]


def _pair(kind: str, copy: bool, relation: str | None, a: tuple[str, str], b: tuple[str, str]) -> Pair | None:
    return Pair(kind=kind, copy=copy, relation=relation, a=a, b=b) if len(a[1]) > 150 and len(b[1]) > 150 else None


def _translations(t: str, x: str, mt: str, m: str, ft: str, f: str, rng: random.Random, v: Vocabulary) -> Pair | None:
    one, two = rng.uniform(0.05, 0.4), rng.uniform(0.15, 0.5)
    return _pair("translations", True, "paraphrase", (retitle(t, rng, v), translated(x, rng, v, one)),
                 (retitle(t, rng, v), translated(x, rng, v, two)))  # fmt: skip


def _rewritten(t: str, x: str, mt: str, m: str, ft: str, f: str, rng: random.Random, v: Vocabulary) -> Pair | None:
    return _pair("rewritten", True, "paraphrase", (t, x),
                 (retitle(t, rng, v), rewritten(x, rng, v, rng.uniform(0.25, 0.65))))  # fmt: skip


def _light(t: str, x: str, mt: str, m: str, ft: str, f: str, rng: random.Random, v: Vocabulary) -> Pair | None:
    own = m if rng.random() < 0.7 else f
    text = reused(x, own, rng, v, light=True, excerpt=rng.random() < 0.5)
    return _pair("light reuse", True, None, (t, x), (retitle(t, rng, v), text))


def _heavy(t: str, x: str, mt: str, m: str, ft: str, f: str, rng: random.Random, v: Vocabulary) -> Pair | None:
    own = m if rng.random() < 0.7 else f
    text = reused(x, own, rng, v, light=False, excerpt=rng.random() < 0.5)
    return _pair("heavy reuse", True, None, (t, x), (retitle(t, rng, v), text))


def _same_event(t: str, x: str, mt: str, m: str, ft: str, f: str, rng: random.Random, v: Vocabulary) -> Pair | None:
    return _pair("same topic", False, None, (t, x), (t if rng.random() < 0.3 else mt, m)) if m != x else None


def _excerpts(t: str, x: str, mt: str, m: str, ft: str, f: str, rng: random.Random, v: Vocabulary) -> Pair | None:
    if m == x:
        return None
    parts = []
    for rows in (sentences_of(x), sentences_of(m)):
        start = rng.randrange(0, max(1, len(rows) - 8))
        parts.append(paragraphs(rows[start : start + rng.randrange(7, 15)], rng))
    return _pair("same topic", False, None, (t, parts[0]), (t if rng.random() < 0.5 else mt, parts[1]))


def _background(t: str, x: str, mt: str, m: str, ft: str, f: str, rng: random.Random, v: Vocabulary) -> Pair | None:
    new_title, new = (mt, m) if rng.random() < 0.5 else (ft, f)
    if new == x or len(sentences_of(new)) < 8:
        return None
    title = new_title if rng.random() < 0.6 else t + rng.choice((": new development", ": what we know", " - update"))
    return _pair("background", False, None, (t, x), (title, background_quoted(x, new, rng, v)))


def _other_facts(t: str, x: str, mt: str, m: str, ft: str, f: str, rng: random.Random, v: Vocabulary) -> Pair | None:
    part = dense_part(x, rng)
    if len(sentences_of(part)) < 4:
        return None
    title = t if rng.random() < 0.3 else other_facts(t, rng, v)
    return _pair("other facts", False, None, (t, part), (title, other_facts(part, rng, v)))


def _dense_copy(t: str, x: str, mt: str, m: str, ft: str, f: str, rng: random.Random, v: Vocabulary) -> Pair | None:
    part = dense_part(x, rng)
    rows = [reword(s, rng.uniform(0.0, 0.5), v, rng) for s in sentences_of(part)]
    return _pair("dense copy", True, None, (t, part), (retitle(t, rng, v), paragraphs(rows, rng)))


def _template(t: str, x: str, mt: str, m: str, ft: str, f: str, rng: random.Random, v: Vocabulary) -> Pair | None:
    name = rng.choice(list(TEMPLATES))
    return _pair(f"template {name}", False, None, fill(name, rng), fill(name, rng))


def _template_copy(t: str, x: str, mt: str, m: str, ft: str, f: str, rng: random.Random, v: Vocabulary) -> Pair | None:
    title, text = fill(rng.choice(list(TEMPLATES)), rng)
    rows = [reword(s, rng.choice((0.0, 0.1, 0.3)), v, rng, facts=0.0) for s in sentences_of(text)]
    if rng.random() < 0.3 and len(rows) > 4:
        del rows[rng.randrange(len(rows))]
    return _pair("template copy", True, None, (title, text), (retitle(title, rng, v), paragraphs(rows, rng)))


def _mixed(t: str, x: str, mt: str, m: str, ft: str, f: str, rng: random.Random, v: Vocabulary) -> Pair | None:
    """Reuse with much of one's own between: two sentences in five or fewer are, the others are copied or touched up."""
    rows = sentences_of(x)
    if len(rows) < 8 or m == x:
        return None
    keep = rng.uniform(0.4, 0.9)
    out = [s if rng.random() < 0.6 else reword(s, rng.uniform(0.05, 0.35), v, rng) for s in rows if rng.random() < keep]
    material = sentences_of(m if rng.random() < 0.6 else f)
    for s in rng.sample(material, min(len(material), round(rng.uniform(0.25, 0.7) * len(out)))):
        out.insert(rng.randrange(len(out) + 1), s)
    return _pair("mixed reuse", True, None, (t, x), (retitle(t, rng, v), paragraphs(out, rng))) if out else None


def _series(t: str, x: str, mt: str, m: str, ft: str, f: str, rng: random.Random, v: Vocabulary) -> Pair | None:
    """Two reports of a series: each of its own, with an appeal or an introduction in common, up to half of the text."""
    if m == x or f in (m, x):
        return None
    shared = [s for s in sentences_of(f) if len(s) > 40][: rng.randrange(1, 5)]
    texts = []
    for rows in (sentences_of(x), sentences_of(m)):
        size = rng.randrange(max(2, len(shared)), 3 * len(shared) + 9)
        start = rng.randrange(0, max(1, len(rows) - size))
        own = rows[start : start + size]
        if len(own) < len(shared):
            return None
        part = [reword(s, 0.1, v, rng) if rng.random() < 0.3 else s for s in shared]
        at = 0 if rng.random() < 0.2 else len(own) if rng.random() < 0.7 else rng.randrange(len(own))
        texts.append(paragraphs(own[:at] + part + own[at:], rng))
    title = mt if rng.random() < 0.6 else f"{t.split(':')[0].split(' ')[0]}: {mt}"
    return _pair("series", False, None, (t, texts[0]), (title, texts[1]))


KINDS: Final[dict[str, Maker]] = {
    "translations": _translations, "rewritten": _rewritten, "light reuse": _light, "heavy reuse": _heavy,
    "same topic": _same_event, "excerpts": _excerpts, "background": _background, "other facts": _other_facts,
    "dense copy": _dense_copy, "series": _series,
    "mixed reuse": _mixed,
    "template": _template, "template copy": _template_copy,
}  # fmt: skip
