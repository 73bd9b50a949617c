"""How many on-topic pages the gate before full extraction loses, and how many off-topic ones it lets pass.

    python -m tests.benchmarks.gate --data DIR [--limit N] [--each N]

DIR is laid out like the pages collection. Real on-topic pages are rare among those, so that they are made: words of
the shipped topics (a strong phrase; two weak words in one sentence; a weak word beside a name), in the page's own
language where the topics have it, else in English, are put into each page at a place drawn at random: its title alone,
its description, its first, a middle or its last paragraph, a list in the middle, or a run of text without a paragraph
around it. The truth is what full extraction and the topics then say of the page; the gate's decision is read from the
same bytes. Pages as they are count too. The share lost has its 95 % interval (Wilson's; pages are drawn with several
places each, so that it is a little too narrow).
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree

from config.load import load_house, shipped_folder
from extractors.model import Article, FetchedPage
from extractors.pages.article import extract_article
from extractors.pages.cheap import look, shown_part
from extractors.pages.decode import decode_page
from extractors.pages.gate import PageGate, may_pass, passes_gate
from extractors.pages.tree import parse_tree
from extractors.topics import TopicMatcher, TopicWords
from tests.benchmarks.extraction import read_pages

PLACES = ("title", "description", "first", "middle", "last", "list", "bare")
KINDS = ("phrase", "pair", "named")
SENTENCE = {"en": "The talks were about {} that day.", "de": "Es ging an diesem Tag um {} und anderes.",
            "fr": "Il était question ce jour de {} encore.", "es": "Ese día se trató de {} otra vez.",
            "zh": "当天会议讨论了{}。"}  # fmt: skip


def words_for(topic: TopicWords, kind: str, language: str, draw: random.Random) -> str | None:
    """On-topic words of that kind and language; None where the topic has none."""
    def one(words: Sequence[str]) -> str | None:
        return draw.choice(list(words)) if words else None

    if kind == "phrase":
        return one(topic.phrases.get(language, ()))
    terms = list(topic.terms.get(language, ()))
    if kind == "pair":
        return ", ".join(draw.sample(terms, 2)) if len(terms) > 1 else None
    weak, name = one([*terms, *topic.context.get(language, ())]), one([e.name for e in topic.entities])
    return f"{weak}, {name}" if weak and name else None


def inject(page: FetchedPage, article: Article, place: str, text: str) -> FetchedPage | None:
    """The page with the text put in; None where it has no such place."""
    tree = parse_tree(decode_page(page))
    if tree is None:
        return None
    if place in ("title", "description"):
        done = False
        for element in tree.iter("title", "h1", "meta"):
            name = (element.get("property") or element.get("name") or "").lower()
            if element.tag != "meta" and place == "title":
                element.text = f"{text} {element.text or ''}"
                done = True
            elif element.tag == "meta" and name in (
                ("og:title", "twitter:title") if place == "title" else ("og:description", "description")
            ):  # fmt: skip
                element.set("content", f"{text} {element.get('content') or ''}")
                done = True
        return _with_tree(page, tree) if done else None
    wanted = set(article.paragraphs)
    found = [e for e in tree.iter("p") if " ".join("".join(e.itertext()).split()) in wanted]
    if len(found) < 4:
        return None
    at = found[{"first": 0, "last": -1}.get(place, len(found) // 2)]
    if place in ("first", "middle", "last"):
        if len(at):
            at[-1].tail = f"{at[-1].tail or ''} {text}"
        else:
            at.text = f"{at.text or ''} {text}"
    elif place == "list":
        items = etree.Element("ul")
        for line in ("Harbour and town", text, "River and coast"):
            etree.SubElement(items, "li").text = line
        at.addnext(items)
    else:
        box = etree.Element("div")
        box.text = " ".join((article.paragraphs[0], text))
        at.addnext(box)
    return _with_tree(page, tree)


def _with_tree(page: FetchedPage, tree: etree._Element) -> FetchedPage:
    return replace(page, body=etree.tostring(tree, encoding="utf-8", method="html"))


def interval(lost: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    if not total:
        return 0.0, 1.0
    share, z = lost / total, 1.96
    middle = share + z * z / (2 * total)
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max(0.0, (middle - half) / (1 + z * z / total)), (middle + half) / (1 + z * z / total)


def measure(pages: dict[str, FetchedPage], topics: Sequence[TopicWords], *, each: int, now: datetime,
            seed: int = 1) -> tuple[Counter[tuple[str, str]], list[tuple[str, str, str]], Counter[str]]:  # fmt: skip
    """Counts of (place, `lost` or `kept`) over pages that are on topic by full extraction; the lost ones with their
    place and words; and of off-topic pages as they are, how many `pass` and how many are `stopped`."""
    matcher = TopicMatcher(topics)
    gate = PageGate(matcher)
    draw = random.Random(seed)
    counts: Counter[tuple[str, str]] = Counter()
    off_topic: Counter[str] = Counter()
    lost: list[tuple[str, str, str]] = []

    def judge(key: str, page: FetchedPage, place: str, text: str, article: Article) -> None:
        on_topic = matcher.match(article.title, article.standfirst or "", article.text, article.language)
        shown = shown_part(page)
        passed = may_pass(shown, None, gate) and passes_gate(look(shown), None, gate)
        if on_topic:
            counts[place, "kept" if passed else "lost"] += 1
            if not passed:
                lost.append((key, place, text))
        elif place == "as it is":
            off_topic["pass" if passed else "stopped"] += 1

    for key, page in pages.items():
        article = extract_article(page, None, now=now)
        if not isinstance(article, Article):
            continue
        judge(key, page, "as it is", "", article)
        known = article.language if article.language in SENTENCE else "en"
        for _ in range(each):
            place, kind, topic = draw.choice(PLACES), draw.choice(KINDS), draw.choice(list(topics))
            language = known if draw.random() < 0.9 else "en"
            words = words_for(topic, kind, language, draw)
            if words is None:
                continue
            text = words if place == "list" else SENTENCE[language].format(words)
            made = inject(page, article, place, text)
            result = extract_article(made, None, now=now) if made else None
            if made and isinstance(result, Article):
                judge(key, made, place, text, result)
    return counts, lost, off_topic


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int, help="only the first N pages")
    parser.add_argument("--each", type=int, default=3, help="places tried on each page")
    args = parser.parse_args()
    now = datetime.now(UTC)
    topics = shipped_topics()
    pages = read_pages(args.data, args.limit, now)
    start = time.process_time()
    counts, lost, off_topic = measure(pages, topics, each=args.each, now=now)
    for key, place, text in lost[:40]:
        print(f"lost      {key} {place}: {text}")
    for place in ("as it is", *PLACES):
        gone, total = counts[place, "lost"], counts[place, "lost"] + counts[place, "kept"]
        print(f"gate      {place:12s} lost {gone} of {total}")
    gone = sum(n for (_, what), n in counts.items() if what == "lost")
    total = sum(counts.values())
    low, high = interval(gone, total)
    print(f"gate      all places   lost {gone} of {total}: {gone / max(1, total):.4f} [{low:.4f}, {high:.4f}]")
    passed, stopped = off_topic["pass"], off_topic["stopped"]
    print(f"gate      off topic    pass {passed} of {passed + stopped}: {passed / max(1, passed + stopped):.3f} "
          f"(processor time in all {time.process_time() - start:.0f} s)")  # fmt: skip


def shipped_topics() -> Sequence[TopicWords]:
    """The topics that ship with the project."""
    return load_house(shipped_folder()).topics


if __name__ == "__main__":
    main()
