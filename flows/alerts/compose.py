"""One recipient's selection to finished mails: a digest, alerts of their own, or the one line of a quiet night."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from config.recipients import MailSettings, Recipient
from flows.alerts.message import Envelope, build_message, mail_id_of, message_id_of, thread_root
from flows.alerts.present import (
    HEADLINE_LIMIT,
    StoryView,
    show_day,
    show_line,
    show_story,
    show_topic,
)
from flows.alerts.render import render_html, render_text
from flows.alerts.safe_text import clean_line, shorten
from flows.alerts.select import Chosen, Selection
from warehouse.outbox import ItemRole, MailItem, MailKind, OutgoingMail, Told

BEYOND_SHOWN = 12
REFERENCES_SHOWN = 10
SUBJECT_HEADLINE = 100


def compose_mails(
    selection: Selection,
    *,
    settings: MailSettings,
    topics_titles: Mapping[str, str],
    as_of: datetime,
    told: Told,
    pages_url: str | None = None,
) -> list[OutgoingMail]:
    """The recipient's mails of tonight: alerts by falling weight, then the digest or the quiet line.

    Every mail is the same, byte for byte, for the same arguments.
    """
    composer = _Composer(selection.recipient, settings, topics_titles, as_of, told, pages_url)
    mails = [composer.compose("instant", [choice], [], selection.instant_not_before) for choice in selection.instant]
    if selection.digest:
        mails.append(composer.compose("digest", selection.digest, selection.beyond, None))
    if selection.say_quiet:
        mails.append(composer.compose_quiet())
    return mails


class _Composer:
    """What all mails of one recipient and night have in common."""

    def __init__(
        self,
        recipient: Recipient,
        settings: MailSettings,
        titles: Mapping[str, str],
        as_of: datetime,
        told: Told,
        pages_url: str | None,
    ) -> None:
        self.recipient = recipient
        self.settings = settings
        self.titles = titles
        self.as_of = as_of
        self.told = told
        self.pages_url = pages_url
        self.zone = ZoneInfo(recipient.timezone)
        self.night = as_of.astimezone(self.zone).date()

    def compose(
        self, kind: MailKind, chosen: Sequence[Chosen], beyond: Sequence[Chosen], not_before: datetime | None
    ) -> OutgoingMail:
        """A mail that tells at least one development; the heaviest one gives subject and thread."""
        stories = [self._show(choice, number) for number, choice in enumerate(chosen, 1)]
        lines = [show_line(choice, topics_titles=self.titles) for choice in beyond]
        lead = chosen[0].development
        subject = self._subject(kind, stories[0], len(chosen) + len(beyond))
        mail_id = mail_id_of(kind, self.recipient.id, *(c.development.development_id for c in (*chosen, *beyond)))
        values = {
            "subject": subject,
            "peek": _peek(stories),
            "title": _title(kind, len(chosen) + len(beyond)),
            "day": show_day(self.night),
            "summary": _count_topics(chosen, self.titles) if kind == "digest" and len(chosen) > 3 else "",
            "stories": stories,
            "beyond": lines[:BEYOND_SHOWN],
            "beyond_total": len(lines),
            "beyond_more": max(0, len(lines) - BEYOND_SHOWN),
            "beyond_topics": _count_topics(beyond, self.titles),
            "limit": self.recipient.max_developments,
            "footer": self._footer(stories),
        }
        return self._finish(
            kind=kind,
            mail_id=mail_id,
            subject=subject,
            text=render_text("digest", **values),
            html=render_html("digest", **values),
            items=(*_items(chosen, "told", 1), *_items(beyond, "summarised", len(chosen) + 1)),
            not_before=not_before,
            thread_id=lead.storyline_id,
        )

    def compose_quiet(self) -> OutgoingMail:
        """The mail of a night without developments."""
        line = f"A quiet night: no new development for you on {show_day(self.night)}."
        subject = f"Quiet night, {show_day(self.night)}"
        values = {"subject": subject, "peek": "", "line": line, "footer": self._footer([])}
        return self._finish(
            kind="quiet",
            mail_id=mail_id_of("quiet", self.recipient.id, self.night.isoformat()),
            subject=subject,
            text=render_text("quiet", **values),
            html=render_html("quiet", **values),
        )

    def _show(self, choice: Chosen, number: int) -> StoryView:
        return show_story(
            choice,
            number=number,
            zone=self.zone,
            languages=self.recipient.languages,
            topics_titles=self.titles,
            turns=self.told.turns.get(choice.development.storyline_id, ()),
            pages_url=self.pages_url,
        )

    def _subject(self, kind: MailKind, lead: StoryView, count: int) -> str:
        headline = shorten(lead.headline, SUBJECT_HEADLINE)
        if kind == "instant":
            return f"Alert: {headline}"
        return headline if count == 1 else f"{headline} (+{count - 1} more)"

    def _footer(self, stories: Sequence[StoryView]) -> str:
        recipient = self.recipient
        topics = (show_topic(topic, self.titles) for topic in recipient.topics)
        wishes = ["all topics" if "*" in recipient.topics else f"topics {_join(topics)}"]
        if recipient.entities:
            wishes.append(f"names {_join(clean_line(name, 60) for name in recipient.entities)}")
        if recipient.languages:
            wishes.append(f"languages {_join(recipient.languages)}")
        if recipient.min_weight:
            wishes.append(f"weight from {round(recipient.min_weight * 100)}")
        said = f"For {clean_line(recipient.name, 80)}: {'; '.join(wishes)}."
        if not stories:
            return said
        marked = any(part.new for story in stories for parts in story.sentences for part in parts)
        said += f" Times are in {recipient.timezone}." + (" What is new in a sentence is marked." if marked else "")
        return f"{said} To hear less or more of a storyline: sovwatch alerts mute (or boost) and its id."

    def _finish(
        self,
        *,
        kind: MailKind,
        mail_id: str,
        subject: str,
        text: str,
        html: str,
        items: tuple[MailItem, ...] = (),
        not_before: datetime | None = None,
        thread_id: str | None = None,
    ) -> OutgoingMail:
        earlier = self.told.threads.get((self.recipient.id, thread_id), ()) if thread_id else ()
        earlier = tuple(one for one in earlier if one != message_id_of(mail_id, self.settings))[-REFERENCES_SHOWN:]
        envelope = Envelope(
            mail_id=mail_id,
            to_name=self.recipient.name,
            to_address=self.recipient.email,
            subject=subject,
            dated_at=not_before or self.as_of,
            references=(thread_root(thread_id, self.settings), *earlier) if thread_id else (),
            in_reply_to=earlier[-1] if earlier else None,
        )
        return OutgoingMail(
            mail_id=mail_id,
            kind=kind,
            recipient_id=self.recipient.id,
            address=self.recipient.email,
            message_id=message_id_of(mail_id, self.settings),
            subject=subject,
            night=self.night,
            message=build_message(envelope, text=text, html=html, settings=self.settings),
            items=items,
            not_before=not_before,
            thread_id=thread_id,
        )


def _items(chosen: Sequence[Chosen], role: ItemRole, first: int) -> tuple[MailItem, ...]:
    return tuple(
        MailItem(
            development_id=choice.development.development_id,
            storyline_id=choice.development.storyline_id,
            role=role,
            rank=rank,
            weight=choice.weight,
            headline=clean_line(choice.development.headline, HEADLINE_LIMIT),
            happened_at=choice.development.happened_at,
        )
        for rank, choice in enumerate(chosen, first)
    )


def _title(kind: MailKind, count: int) -> str:
    if kind == "instant":
        return "Alert"
    return "One new development" if count == 1 else f"{count} new developments"


def _peek(stories: Sequence[StoryView]) -> str:
    # What inboxes show beside the subject: the lead's news, then the other headlines.
    lead = "".join(part.text for part in stories[0].sentences[0]) if stories[0].sentences else ""
    return shorten(" · ".join([*([lead] if lead else []), *(story.headline for story in stories[1:4])]), 200)


def _count_topics(chosen: Iterable[Chosen], titles: Mapping[str, str]) -> str:
    """Topics with at least two developments, the most frequent first; empty where there is none."""
    topics = Counter((c.why.topics or c.development.topics or ("other",))[0] for c in chosen)
    in_order = sorted(topics.items(), key=lambda item: (-item[1], item[0]))
    shown = [f"{show_topic(topic, titles)} {count}" for topic, count in in_order[:4] if count > 1]
    rest = sum(count for _, count in in_order[len(shown) :])
    return ", ".join([*shown, *([f"others {rest}"] if rest else [])]) if shown else ""


def _join(words: Iterable[str]) -> str:
    return ", ".join(words)
