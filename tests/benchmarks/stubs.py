"""How well stubs are told from whole articles: real pages, cut as publishers cut them, and honest short news.

    python -m tests.benchmarks.stubs --data DIR

From every page of DIR with gold text of at least 250 words (read to find the article's elements) three are made: the
page as it is (full); the page cut after its second or third paragraph, with one of the walls below put there, in the
page's language (stub); and the page shortened to its first three paragraphs and nothing put there (full: honest short
news, with all the newsletter and subscription furniture of its site still around it).
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from lxml import etree
from lxml.html import HtmlElement

from extractors.language import detect_language
from extractors.model import Article, FetchedPage
from extractors.pages.article import extract_article
from extractors.pages.decode import decode_page
from extractors.pages.tree import parse_tree
from tests.benchmarks.extraction_scores import words_of

# Invented in the manner of publishers: what is said, and the kind of element it is said in.
SAID = {
    "en": ("To continue reading this article, subscribe from £1 a week. Already a subscriber? Log in.",
           "Register for free to read the full story.", "Subscribe to unlock this report. Cancel any time."),
    "de": ("Weiterlesen mit dem Plus-Abo: 4 Wochen für 1 €. Sie sind bereits Abonnent? Hier anmelden.",
           "Um den ganzen Artikel zu lesen, registrieren Sie sich kostenlos.",
           "Dieser Artikel ist nur für Abonnenten. Jetzt testen."),
    "fr": ("Il vous reste 78 % de cet article à lire. La suite est réservée aux abonnés. Déjà abonné ? Se connecter.",
           "Pour lire la suite, abonnez-vous dès 1 € par mois.", "Article réservé à nos abonnés. Connectez-vous."),
    "es": ("Para seguir leyendo, suscríbete por 1 € al mes. ¿Ya eres suscriptor? Inicia sesión.",
           "Contenido exclusivo para suscriptores. Suscríbete.", "Regístrate gratis para leer el artículo completo."),
    "zh": ("剩余内容仅限会员阅读，订阅后即可继续阅读。已是会员？登录", "登录后阅读全文",
           "本文为付费内容，开通会员即可阅读全文。"),
}  # fmt: skip
WALLS = ("paywall", "c-subscribe-box", "article__offer", "js-regwall", "")


def make_pages(page: FetchedPage, gold: str, draw: random.Random) -> dict[str, FetchedPage]:
    """The page's three kinds, without `cut` and `short` where its paragraphs cannot be found."""
    made = {"whole": page}
    for kind in ("cut", "short"):
        tree = parse_tree(decode_page(page))
        if tree is None:
            continue
        found = _paragraphs(tree, gold)
        keep = draw.choice((2, 3)) if kind == "cut" else 3
        if len(found) < keep + 3:
            continue
        if kind == "cut":
            language = detect_language(gold[:1000]) or "en"
            wall = etree.Element("div", {"class": draw.choice(WALLS)})
            etree.SubElement(wall, "p").text = draw.choice(SAID.get(language, SAID["en"]))
            if draw.random() < 0.3:
                found[keep - 1].text = " ".join((found[keep - 1].text or "").split()[:12]) + " …"
            found[keep - 1].addnext(wall)
        for element in found[keep:]:
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
        for script in list(tree.iter("script")):
            script.text = None  # a real stub's JSON-LD does not carry the rest
        made[kind] = replace(page, body=etree.tostring(tree, encoding="utf-8", method="html"))
    return made


def _paragraphs(tree: HtmlElement, gold: str) -> list[HtmlElement]:
    wanted = " ".join(words_of(gold))
    found = []
    for element in tree.iter("p"):
        words = words_of("".join(element.itertext()))
        if len(words) > 8 and " ".join(words) in wanted:
            element.tail = None
            found.append(element)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--limit", type=int)
    args = parser.parse_args()
    gold = json.loads((args.data / "gold.json").read_text(encoding="utf-8"))
    draw, now = random.Random(7), datetime.now(UTC)
    counts: Counter[tuple[str, str]] = Counter()
    for key, entry in list(gold.items())[: args.limit]:
        text = entry.get("text") or ""
        if len(words_of(text)) < 250 or entry.get("source") not in ("sh", "fe", "fu"):
            continue
        body = gzip.decompress((args.data / "html" / f"{key}.html.gz").read_bytes())
        page = FetchedPage(url=entry["url"], final_url=entry["url"], status=200, headers=(), body=body, fetched_at=now)
        for kind, made in make_pages(page, text, draw).items():
            article = extract_article(made, None, now=now)
            counts[kind, article.access if isinstance(article, Article) else "problem"] += 1
    for kind, right in (("whole", "full"), ("cut", "stub"), ("short", "full")):
        total = sum(n for (k, _), n in counts.items() if k == kind)
        print(f"{kind:6s} n={total:3d} judged {right}: {counts[kind, right] / max(1, total):.3f}")


if __name__ == "__main__":
    main()
