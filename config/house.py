"""The checked configuration as a whole, and what can only be checked across its files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.faults import Fault, nearest, readable_key
from config.recipients import MailSettings, Recipient, StorylinePreferences
from config.settings import Settings
from config.sources import Source, feed_key
from config.topics import Topic
from config.yaml_lines import Document, Key


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The checked configuration. `mail` is None where no mail server is set up; then there are no recipients."""

    folder: Path
    settings: Settings
    sources: tuple[Source, ...]
    topics: tuple[Topic, ...]
    recipients: tuple[Recipient, ...]
    mail: MailSettings | None
    preferences: StorylinePreferences

    @property
    def enabled_sources(self) -> tuple[Source, ...]:
        """The sources that are read."""
        return tuple(source for source in self.sources if source.enabled)


def together(
    sources: tuple[Source, ...] | None, topics: tuple[Topic, ...] | None, recipients: tuple[Recipient, ...] | None,
    documents: Mapping[str, Document | None],
) -> list[Fault]:  # fmt: skip
    """What is wrong between files and between entries of one. None stands for a file that could not be checked."""
    faults: list[Fault] = []
    if sources is not None:
        faults += _source_faults(sources, documents["sources.yaml"])
    if topics is not None:
        faults += _twice("topics.yaml", "topics", [topic.id for topic in topics], documents["topics.yaml"])
    if recipients is not None:
        ids = [recipient.id for recipient in recipients]
        faults += _twice("recipients.yaml", "recipients", ids, documents["recipients.yaml"])
    if topics is not None and recipients is not None:
        faults += _reader_faults(recipients, topics, documents)
    return faults


def _twice(file: str, what: str, ids: list[str], document: Document | None) -> Iterator[Fault]:
    for index, found in enumerate(ids):
        if document and found in ids[:index]:
            first = document.line_of((what, ids.index(found)))
            yield Fault(file, document.line_of((what, index)), f"{what}[{found}].id",
                        f"this id stands at line {first} already", "Give one of the two another id.")  # fmt: skip


def _source_faults(sources: tuple[Source, ...], document: Document | None) -> Iterator[Fault]:
    yield from _twice("sources.yaml", "sources", [s.id for s in sources], document)
    seen: dict[str, Source] = {}
    for index, source in enumerate(sources):
        other = seen.setdefault(feed_key(source.feed_url), source)
        if document and other is not source:
            yield Fault("sources.yaml", document.line_of(("sources", index, "feed_url")),
                        f"sources[{source.id}].feed_url", f"the same feed as {other.id!r}",
                        "Take one of the two out.")  # fmt: skip
    if not any(source.enabled for source in sources):
        yield Fault("sources.yaml", None, "sources", "no source is on", "Set enabled: true for at least one.")


def _reader_faults(
    recipients: tuple[Recipient, ...], topics: tuple[Topic, ...], documents: Mapping[str, Document | None]
) -> Iterator[Fault]:
    readers, words = documents["recipients.yaml"], documents["topics.yaml"]
    by_id = {topic.id: topic for topic in topics}
    found_any = False
    for index, recipient in enumerate(recipients):
        wanted = [topic for topic in topics if recipient.wants_topic(topic.id)]
        entities = {entity.name for topic in wanted for entity in topic.entities}
        languages = frozenset[str]().union(*(topic.languages for topic in wanted))
        unknown: list[tuple[Key, str, str]] = [
            (("topics", at), f"there is no topic {name!r}", nearest(name, by_id, wanted="one of"))
            for at, name in enumerate(recipient.topics)
            if name != "*" and name not in by_id
        ]
        if not unknown:  # else these would only repeat it
            unknown += [
                (("entities", at), f"{name!r} is no entity of this reader's topics",
                 nearest(name, entities, wanted="one of"))
                for at, name in enumerate(recipient.entities) if name not in entities
            ]  # fmt: skip
            unknown += [
                (("languages", at), f"none of this reader's topics has words in {name!r}",
                 f"Take {name!r} out, or add phrases in it to topics.yaml.")
                for at, name in enumerate(recipient.languages) if name not in languages
            ]  # fmt: skip
        found_any = found_any or bool(unknown)
        for key, wrong, remedy in unknown:
            full: Key = ("recipients", index, *key)
            yield Fault("recipients.yaml", readers.line_of(full) if readers else None,
                        readable_key(full, readers.data if readers else None), wrong, remedy)  # fmt: skip
    if found_any:
        return  # topics may be out of reach only because of these
    for index, topic in enumerate(topics if recipients else ()):
        if not any(_could_match(recipient, topic) for recipient in recipients):
            yield Fault("topics.yaml", words.line_of(("topics", index)) if words else None, f"topics[{topic.id}]",
                        "no recipient could ever get this topic",
                        f"Add {topic.id!r} to a recipient's topics, or take the topic out.")  # fmt: skip


def _could_match(recipient: Recipient, topic: Topic) -> bool:
    if not recipient.wants_topic(topic.id):
        return False
    languages = not recipient.languages or bool(topic.languages & set(recipient.languages))
    return languages and (not recipient.entities or any(e.name in recipient.entities for e in topic.entities))
