"""Any number of generated outlets with any number of varied reports, for the nightly benchmark.

The words are drawn anew for each report, so that two of them share no more than topic phrases unless they are made to:
some report the same event in other words, some are copies under another headline. About a third is on topic. The same
seed gives the same news. Run as a module it serves them from a process of its own, so that serving costs the measured
one nothing: it prints one JSON line with the feed addresses, then takes the number of the night to show on stdin.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from flows.demo.outlets import FeedKind, Outlet, Report, load_newsroom
from flows.demo.pages import CONTENT_TYPES, page_path, render_feed, render_page
from flows.demo.server import LoopbackSites, Reply, Site

FIRST_NIGHT = datetime(2026, 3, 2, 22, 30, tzinfo=UTC)
LAYOUTS = ("agency", "broadsheet", "ledger", "magazine", "portal", "register")
FEEDS: tuple[FeedKind, ...] = ("rss", "rss", "rss", "atom", "atom", "rdf", "jsonfeed", "sitemap")

def words(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


SYLLABLES = words("""
    ba be bo dar del dor el en fal fen gar gel hal hem is jor kal kel kor lan lem lin lor mar mel mir mo nal ned
    nor ol or pas pel por qua ral ren ros sal sel sil sor tal tel tor ul un val vel vin wal wen yar zel zor
""")
NOUNS = words("""
    agreement archive audit auction balance bank bill board border bridge budget buyer campus canal chamber
    channel charter clause clinic coast coalition college committee compromise concern contract council court crew
    dam data deadline debate deficit delay delegation depot design district document draft dispute electricity
    engine estimate exchange exhibition factory farm ferry festival fleet forecast forest formula foundation fund
    gallery garden grain grant harbour harvest hearing hospital hotel household inquiry inspector inventory island
    journal judge kitchen laboratory lake law lease letter library licence loan machine mandate map market mayor
    meadow measure meeting merger mill mine ministry minority monument motion museum network notary offer office
    opera orchard order owner pact panel park parliament patent pension permit petition pilot pipeline plan
    platform port premium price prison project proposal province quarry quota rail rate reactor record refinery
    reform refund region register reserve resort restaurant rival river road route rule salary sample satellite
    schedule school season senate sensor series service shareholder ship signal station statute steel stock
    storage storm strike student subsidy summit supplier survey tariff tax team tender terminal theatre title
    tower town trade train treaty tribunal tunnel union unit university valley value vehicle venture version
    village vote voyage wage warehouse water wind winter workshop
""")
VERBS = words("""
    accepted adjusted adopted announced approved assembled audited backed blocked borrowed built cancelled carried
    changed checked closed completed confirmed contested copied corrected counted cut defended delayed delivered
    denied described designed disputed doubled drafted dropped examined expanded extended financed finished
    founded funded granted halted hired improved inspected installed joined launched leased lifted limited listed
    lost lowered measured mentioned merged moved named negotiated noticed offered opened ordered outlined paid
    planned postponed praised prepared presented promised protected proposed published questioned raised reached
    rebuilt recorded reduced refused registered rejected removed renamed renewed rented repaired replaced reported
    reviewed revised saved scrapped settled shortened signed sold solved studied supported suspended tested traded
    trimmed tripled turned updated visited voted welcomed withdrew
""")
ADJECTIVES = words("""
    annual bitter broad careful central cheap coastal cold common costly damp distant early eastern empty external
    fair familiar final foreign former fragile free fresh gradual heavy hidden honest idle inner joint large late
    legal lengthy local lonely main minor modest municipal narrow national new northern odd old open outer painful
    partial patient plain private public quick quiet rare recent regional rough rural safe second sharp short
    silent simple slow small southern spare steady steep strange strict sudden temporary thin tidy tight urgent
    vague warm weak western wide young
""")
WHEN = words("Monday Tuesday Wednesday Thursday Friday yesterday today twice again recently quietly early late")
# A sentence is one of each: who, did what, and how or when. 24 x 24 x 24 frames, each filled with other words.
WHO = (
    "The {adj} {noun} of {place}", "{person}", "{firm}", "A {noun} that {firm2} {verb}", "Nobody in {place}",
    "The {noun} committee", "{person}, who {verb} the {noun}", "Every {adj} {noun}", "{number2} of {number} families",
    "Each {noun} between {place} and the {noun2}", "{firm}'s {adj} {noun}", "The people of {place}", "A {adj2} rival",
    "The {noun} itself", "Whoever {verb} the {noun}", "Its {adj} owner", "One {noun} in {number2}", "The {adj} side",
    "A lawyer for {firm2}", "Half of the {noun} staff", "What {person} calls the {adj} {noun}", "{place}'s {noun}",
    "The former head of {firm}", "A {noun} from the {adj} quarter",
)
DID = (
    "{verb} the {adj} {noun2}", "has {verb} {number2} times", "costs {number} crowns", "never {verb} a {noun2}",
    "will be {verb} by {person}", "{verb} and then {verb2} it", "wants a {adj2} {noun2}", "needs {number2} more days",
    "looks {adj} beside the {noun2}", "was {verb} rather than {verb2}", "could not explain the {noun2}",
    "asked {firm} for a {adj2} {noun2}", "learned of the {noun2}", "turned into a {noun2}", "must pay {number2} crowns",
    "is waiting for the {noun2}", "belongs to a {adj} {noun2}", "found {number2} faults", "{verb} what {person} said",
    "stands {number2} metres from the {noun2}", "depends on a {noun2}", "grew by {number2} per cent",
    "lost its {noun2}",
    "was seen at the {adj2} {noun2}",
)
HOW = (
    "{when}.", "because of the {noun2}.", "although {firm} {verb2} it {when}.", "and {place} noticed.",
    ", {person} said.",
    "while the {adj2} {noun} was {verb2}.", "to the surprise of {firm2}.", ", and that was {when}.",
    "by a {adj} {noun}.",
    "with the help of {number2} volunteers.", ", according to a {noun} of {number2} pages.", "without {adj2} words.",
    "as soon as the {noun} is {verb2}.", "; the {noun} stays {adj2}.", ", a {noun2} in {place} shows.", "for good.",
    "until the {adj} {noun2} ends.", ", which {person} {verb2}.", "in spite of {firm2}.", "; {firm} would not comment.",
    "after {number2} years.", "like the {noun} before it.", "at a price that {place} {verb2}.",
    "under the old {noun2}.",
)
ON_TOPIC = {
    "en": ("forced divestiture", "export controls", "subsea cable", "sovereign cloud", "digital sovereignty", "Covered "
           "List", "investment screening", "adequacy decision", "golden share", "chip fab", "sovereign AI", "data "
           "residency", "high-risk vendor", "app ban", "Digital Markets Act"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """Generated outlets, and their reports by night: 0 for those that were there before, 1 for the new ones."""

    outlets: tuple[Outlet, ...]
    reports: tuple[Report, ...]


def make_corpus(*, sources: int, old: int, fresh: int, read_before: int, seed: int = 1) -> Corpus:
    """`old` entries that stand in the feeds on night 0 already, `fresh` ones that come on night 1.

    All of the old ones but `read_before` lie months back, so that the first night notes them without reading their
    pages: a cheap way to a warehouse in which they are known.
    """
    rng = random.Random(seed)
    outlets = tuple(_outlet(rng, number) for number in range(sources))
    reports: list[Report] = []
    for number in range(old + fresh):
        night = 0 if number < old else 1
        outlet = outlets[number % sources]
        at = FIRST_NIGHT + timedelta(days=night) - timedelta(minutes=rng.randint(20, 1_300))
        if number >= read_before and night == 0:
            at -= timedelta(days=rng.randint(90, 300))
        recent = reports[-400:] if number % 1_000 > 40 else []
        reports.append(_report(rng, number, outlet, at, night, [r for r in recent if r.night == night]))
    return Corpus(outlets=outlets, reports=tuple(reports))


def _outlet(rng: random.Random, number: int) -> Outlet:
    base = load_newsroom().outlets[0]
    name = f"{_name(rng)} {rng.choice(('Post', 'Herald', 'Times', 'Observer', 'Gazette', 'Monitor', 'Record'))}"
    return replace(
        base, id=f"outlet-{number:04}", name=name, address=256 + 256 * (number // 200) + 10 + number % 200,
        feed=rng.choice(FEEDS), path="/feed", layout=rng.choice(LAYOUTS), language="en",
        menu=tuple(rng.choice(NOUNS).title() for _ in range(7)),
        related=tuple(_sentence(rng, _cast(rng))[:70] for _ in range(5)),
        cookie=f"{name} keeps a cookie for your {rng.choice(NOUNS)}.", byline=_sentence(rng, _cast(rng)),
        newsletter=f"Our {rng.choice(ADJECTIVES)} letter on the {rng.choice(NOUNS)} comes every morning.",
        footer=f"{name} is generated for a benchmark.",
    )  # fmt: skip


def _report(
    rng: random.Random, number: int, outlet: Outlet, at: datetime, night: int, recent: list[Report]
) -> Report:
    kind = rng.random()
    title = _sentence(rng, _cast(rng)).rstrip(".")[:90]
    if recent and kind < 0.12:  # a copy under another headline
        chosen = rng.choice(recent)
        return replace(chosen, id=f"r{number:06}", outlet=outlet.id, title=title, published=at, original=chosen.id)
    topic = rng.choice(ON_TOPIC["en"]) if rng.random() < 0.33 else ""
    cast = _cast(rng)
    if recent and kind < 0.35:  # the same event in other words
        chosen = rng.choice(recent)
        cast = _cast(random.Random(chosen.id))
        topic = chosen.summary.partition(":")[0] if ":" in chosen.summary else topic
    paragraphs = []
    for place in range(rng.randint(4, 11)):
        sentences = [_sentence(rng, cast) for _ in range(rng.randint(2, 5))]
        if topic and place in (0, 2):
            sentences.insert(1, f"The {topic} of {cast['place']} is at stake, {cast['person']} warned.")
        paragraphs.append(" ".join(sentences))
    summary = f"{topic}: {title}" if topic else title
    return Report(
        id=f"r{number:06}", outlet=outlet.id, night=night, title=f"{title}, and the {topic}" if topic else title,
        published=at, paragraphs=tuple(paragraphs), authors=(f"{_name(rng)} {_name(rng)}",), summary=summary,
        caption=f"The {rng.choice(NOUNS)} in {cast['place']}.",
    )  # fmt: skip


def _cast(rng: random.Random) -> dict[str, str]:
    """Who and what an event is about: two reports of one event share it."""
    return {
        "place": _name(rng), "person": f"{_name(rng)} {_name(rng)}", "firm": f"{_name(rng)} {_name(rng)}",
        "firm2": f"{_name(rng)} Group", "number": f"{rng.randint(11, 99_000):,}",
    }  # fmt: skip


def _sentence(rng: random.Random, cast: dict[str, str]) -> str:
    frame = f"{rng.choice(WHO)} {rng.choice(DID)} {rng.choice(HOW)}".replace(" ,", ",").replace(" ;", ";")
    return frame.format(
        **cast, adj=rng.choice(ADJECTIVES), adj2=rng.choice(ADJECTIVES), noun=rng.choice(NOUNS),
        noun2=rng.choice(NOUNS), verb=rng.choice(VERBS), verb2=rng.choice(VERBS), when=rng.choice(WHEN),
        number2=f"{rng.randint(3, 9_999):,}",
    )  # fmt: skip


def _name(rng: random.Random) -> str:
    return "".join(rng.choice(SYLLABLES) for _ in range(rng.choice((2, 2, 3)))).title()


class CorpusServer(LoopbackSites):
    """Serves a corpus, each outlet on an address of its own. `night` (0, 1, ...) decides what the feeds list."""

    def __init__(self, corpus: Corpus) -> None:
        self.night = 0
        self._words = load_newsroom().words["en"]
        self._reports: dict[str, list[Report]] = {outlet.id: [] for outlet in corpus.outlets}
        for report in corpus.reports:
            self._reports[report.outlet].append(report)
        super().__init__({outlet.id: (outlet.address, self._site(outlet)) for outlet in corpus.outlets})

    def _site(self, outlet: Outlet) -> Site:
        by_path = {page_path(outlet, report): report for report in self._reports[outlet.id]}

        @lru_cache(maxsize=4)
        def feed(night: int) -> Reply:
            shown = [report for report in self._reports[outlet.id] if report.night <= night]
            shown.sort(key=lambda report: report.published, reverse=True)
            body = render_feed(outlet, shown, base=self.bases[outlet.id], at=FIRST_NIGHT)
            return Reply(body=body, content_type=CONTENT_TYPES[outlet.feed], modified_at=FIRST_NIGHT)

        def answer(path: str) -> Reply | None:
            if path == outlet.path:
                return feed(self.night)
            report = by_path.get(path.partition("?utm_")[0])
            if report is None:
                return None
            page = render_page(outlet, report, base=self.bases[outlet.id], words=self._words)
            return Reply(body=page.encode(), modified_at=report.published)

        return answer


def main() -> None:
    """Serves until stdin ends; each line read is the number of the night to show."""
    parser = argparse.ArgumentParser()
    for name in ("sources", "old", "fresh", "read-before"):
        parser.add_argument(f"--{name}", type=int, required=True)
    chosen = parser.parse_args()
    corpus = make_corpus(
        sources=chosen.sources, old=chosen.old, fresh=chosen.fresh, read_before=chosen.read_before
    )  # fmt: skip
    with contextlib.closing(CorpusServer(corpus)) as server:
        feeds = [
            {"id": o.id, "name": o.name, "feed_url": server.bases[o.id] + o.path, "language": "en"}
            for o in corpus.outlets
        ]
        print(json.dumps(feeds), flush=True)
        for line in sys.stdin:
            server.night = int(line)
            print(server.night, flush=True)


if __name__ == "__main__":
    main()
