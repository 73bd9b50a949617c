"""A development as an item of a feed: cleaned, quoted shortly, with links to the outlets; which items a feed has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from urllib.parse import quote as quote_url
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from flows.alerts.present import show_date, show_reasons, show_time, show_topic
from flows.alerts.safe_text import clean_line, safe_link, shorten
from flows.alerts.sentences import SENTENCE_LIMIT, Part, show_parts, show_sentences
from warehouse.stories import Development, NewSentence, Outlet

# What ids are made in (RFC 9562, version 5): a development keeps its id wherever the feed lies.
NAMESPACE = UUID("6e0a6c52-7f0d-5a53-9f0e-6a0f1c6d3b2e")
TITLE_LIMIT = 200
# A quotation is two sentences, as the mail has them. In closed use inside one house: all that is new.
QUOTED_CHARACTERS = SENTENCE_LIMIT
CLOSED_SENTENCES, CLOSED_CHARACTERS = 40, 2_000
OUTLETS_SHOWN = 20
_URI = "!$%&'()*+,/:;=?@~-._#"
SUMMARY_LIMIT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How items say things: the house's time zone, the topics' titles, and whether more than a quotation is shown."""

    zone: ZoneInfo
    topics: Mapping[str, str]
    closed_use: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One entry of a feed. `html` is safe to show; `link` and `related` are http or https, or None; times are UTC."""

    id: str
    development_id: str
    storyline_id: str
    storyline: str
    kind: str
    weight: float
    title: str
    link: str | None
    related: tuple[tuple[str, str], ...]
    summary: str
    html: str
    topics: tuple[tuple[str, str], ...]
    outlets: tuple[str, ...]
    languages: tuple[str, ...]
    published_at: datetime
    updated_at: datetime


def make_items(
    developments: Iterable[Development], told_at: Mapping[str, datetime], manner: Manner
) -> list[Item]:
    """Every first and turn as an item, the latest told first; updates are put into the item that they add to.

    An item's `updated_at` moves when something is added to it, and never otherwise.
    """
    updates: dict[str, list[Development]] = defaultdict(list)
    alerts: list[Development] = []
    for development in developments:
        if development.kind == "update" and development.updates_id:
            updates[development.updates_id].append(development)
        else:
            alerts.append(development)
    known = {development.development_id for development in alerts}
    alerts += [one for base, ones in updates.items() if base not in known for one in ones]
    for ones in updates.values():
        ones.sort(key=lambda update: (told_at[update.development_id], update.development_id))
    items = [_item(one, updates.get(one.development_id, ()), told_at, manner) for one in alerts]
    return sorted(items, key=lambda item: (item.published_at, item.weight, item.development_id), reverse=True)


def choose_items(items: Sequence[Item], *, now: datetime, days: int, least: int, most: int) -> list[Item]:
    """The items that were told or updated in the last `days`, the latest first: at least `least`, at most `most`."""
    since = now - timedelta(days=days)
    recent = [item for item in items if item.updated_at >= since]
    older = [item for item in items if item.updated_at < since]
    return [*recent, *older[: max(0, least - len(recent))]][:most]


def item_id(development_id: str) -> str:
    """The item's id: a UUID as a URN."""
    return uuid5(NAMESPACE, development_id).urn


def uri_of(url: str | None) -> str | None:
    """The address as a URI (RFC 3986): what may not stand in one is percent-encoded; None where it is not safe."""
    link = safe_link(url)
    if link is None:
        return None
    scheme, _, rest = link.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{quote_url(host, safe='.:[]-_~@?#=&%')}{slash}{quote_url(path, safe=_URI)}"


def _item(
    development: Development, updates: Sequence[Development], told_at: Mapping[str, datetime], manner: Manner
) -> Item:
    told = told_at[development.development_id].astimezone(UTC)
    outlets = list({o.article_id: o for one in (development, *updates) for o in one.outlets}.values())
    own = [outlet for outlet in outlets if outlet.relation in ("new", "revision")] or outlets[:1]
    links = [(clean_line(o.name, 80) or clean_line(o.site, 80), link) for o in own if (link := uri_of(o.url))]
    copies = sum(1 for outlet in outlets if outlet not in own)
    title = clean_line(development.headline, TITLE_LIMIT) or "(no headline)"
    mark = development.kind != "first"
    sentences = quote(development.sentences, title, mark=mark, closed_use=manner.closed_use)
    html = _quoted(sentences)
    for update in updates:
        on = show_date(told_at[update.development_id], manner.zone)
        html += f"<p>Added on {escape(on)}:</p>"
        html += _quoted(quote(update.sentences, title, closed_use=manner.closed_use))
    html += _before(development, manner) + _outlets(own, copies, manner) + _about(development, manner)
    plain = " ".join("".join(part.text for part in parts) for parts in sentences[:1])
    return Item(
        id=item_id(development.development_id),
        development_id=development.development_id,
        storyline_id=development.storyline_id,
        storyline=clean_line(development.storyline_title, TITLE_LIMIT),
        kind=development.kind,
        weight=development.weight,
        title=title,
        link=links[0][1] if links else None,
        related=tuple(links[1:OUTLETS_SHOWN]),
        summary=shorten(plain, SUMMARY_LIMIT),
        html=html,
        topics=tuple((topic, show_topic(topic, manner.topics)) for topic in development.topics),
        outlets=tuple(dict.fromkeys(name for name, _ in links)),
        languages=development.languages,
        published_at=told,
        updated_at=max([told, *(told_at[u.development_id].astimezone(UTC) for u in updates)]),
    )  # fmt: skip


def quote(
    sentences: Sequence[NewSentence], headline: str, *, mark: bool = True, closed_use: bool = False
) -> list[tuple[Part, ...]]:
    """The sentences that are quoted, in pieces: two short ones as in the mail, in closed use all that are new.

    Without `mark` nothing is marked as new: of a story that begins everything is.
    """
    if not closed_use:
        return list(show_sentences(sentences, headline, mark=mark))
    shown = sentences[:CLOSED_SENTENCES]
    return [show_parts(one.text, one.new_parts if mark else (), CLOSED_CHARACTERS) for one in shown]


def _quoted(sentences: Iterable[Iterable[Part]]) -> str:
    return "".join(f'<blockquote><p dir="auto">{_marked(parts)}</p></blockquote>' for parts in sentences)


def _marked(parts: Iterable[Part]) -> str:
    return "".join(f"<mark>{escape(part.text)}</mark>" if part.new else escape(part.text) for part in parts)


def _before(development: Development, manner: Manner) -> str:
    headline = clean_line(development.previous_headline or "", TITLE_LIMIT)
    if not headline:
        return ""
    on = f" ({show_date(development.previous_at, manner.zone)})" if development.previous_at else ""
    return f"<p>Before{escape(on)}: <bdi>{escape(headline)}</bdi></p>"


def _outlets(own: Sequence[Outlet], copies: int, manner: Manner) -> str:
    lines = [_outlet(outlet, manner) for outlet in own[:OUTLETS_SHOWN]]
    more = len(own) - OUTLETS_SHOWN
    rest = [f"{more} more reports"] if more > 0 else []
    rest += [f"{copies} {'copy' if copies == 1 else 'copies'} elsewhere"] if copies else []
    lines += [f"<li>{escape(', '.join(rest))}</li>"] if rest else []
    return f"<ul>{''.join(lines)}</ul>" if lines else ""


def _outlet(outlet: Outlet, manner: Manner) -> str:
    name = escape(clean_line(outlet.name, 80) or clean_line(outlet.site, 80) or "unnamed outlet")
    title = escape(clean_line(outlet.title, TITLE_LIMIT))
    link = uri_of(outlet.url)
    when = f", {escape(show_time(outlet.published_at, manner.zone))}" if outlet.published_at else ""
    said = f'<a href="{escape(link)}"><bdi>{title or name}</bdi></a>' if link else f"<bdi>{title}</bdi>"
    return f"<li><bdi>{name}</bdi>{when}: {said}</li>"


def _about(development: Development, manner: Manner) -> str:
    said = [f"Storyline <bdi>{escape(clean_line(development.storyline_title, TITLE_LIMIT))}</bdi>."]
    topics = ", ".join(show_topic(topic, manner.topics) for topic in development.topics)
    said += [f"Topics: {escape(topics)}."] if topics else []
    said += [escape(line) for line in show_reasons(development)]
    said.append(f"Weight {round(development.weight * 100)} of 100.")
    return f"<p>{' '.join(said)}</p>"
