"""The whole configuration, read from one folder and checked together before anything runs."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, Field, ValidationError

from config.faults import ConfigError, Fault, explain_all, nearest, readable_key
from config.house import House, together
from config.kinds import Line, Strict
from config.recipients import MailSettings, Recipient, StorylinePreferences
from config.settings import Settings
from config.sources import Source
from config.topics import Term, Topic
from config.yaml_lines import Document, Key, YamlError, parse_yaml

__all__ = ["ConfigError", "House", "find_folder", "load_house", "shipped_folder"]

ENVIRONMENT = "SOVWATCH_CONFIG"
REQUIRED = ("settings.yaml", "sources.yaml", "topics.yaml", "recipients.yaml")
OPTIONAL = ("preferences.yaml",)


class SettingsFile(Settings):
    """settings.yaml: everything about a night, and the mail server."""

    mail: MailSettings | None = None


class SourcesFile(Strict):
    """sources.yaml."""

    sources: tuple[Source, ...]


class TopicsFile(Strict):
    """topics.yaml: the entities with their aliases, by name, and the topics that name them."""

    entities: Mapping[Line, tuple[Term, ...]] = Field(default_factory=dict)
    topics: tuple[Topic, ...]


class RecipientsFile(Strict):
    """recipients.yaml."""

    recipients: tuple[Recipient, ...]


def shipped_folder() -> Path:
    """The configuration that comes with the program."""
    return Path(__file__).parent


def find_folder(chosen: Path | None, *, environ: Mapping[str, str], cwd: Path) -> Path:
    """The folder to use: the chosen one, else $SOVWATCH_CONFIG, else ./config with settings in it, else the shipped."""
    if chosen is not None:
        return chosen
    if environ.get(ENVIRONMENT):
        return Path(environ[ENVIRONMENT]).expanduser()
    local = cwd / "config"
    return local if (local / "settings.yaml").is_file() else shipped_folder()


def load_house(folder: Path) -> House:
    """The configuration of the folder; raises `ConfigError` with every fault that was found in all of its files.

    Reads settings.yaml, sources.yaml, topics.yaml, recipients.yaml and, where it is there, preferences.yaml. Files are
    checked each for itself first, then together (a recipient's topics must exist); what a broken file would have to
    say is not guessed, so the second kind of check is left out where it needs that file.
    """
    if not folder.is_dir():
        raise ConfigError([Fault(str(folder), None, "", "no such folder", "Create it with: sovwatch config init DIR.")])
    faults: list[Fault] = []
    documents = {name: _read(folder, name, faults) for name in (*REQUIRED, *OPTIONAL)}
    settings = _check(SettingsFile, "settings.yaml", documents, faults)
    sources = _check(SourcesFile, "sources.yaml", documents, faults)
    topics = _check_topics(documents, faults)
    recipients = _check(RecipientsFile, "recipients.yaml", documents, faults)
    preferences = _check(StorylinePreferences, "preferences.yaml", documents, faults)
    faults += together(
        sources.sources if sources else None, topics.topics if topics else None,
        recipients.recipients if recipients else None, documents,
    )  # fmt: skip
    if settings and recipients and recipients.recipients and settings.mail is None:
        faults.append(Fault("settings.yaml", None, "mail", "there are recipients, but no mail server",
                            "Add mail: with sender and host, or empty the list of recipients."))  # fmt: skip
    if faults or not (settings and sources and topics and recipients and preferences):
        raise ConfigError(faults)
    return House(
        folder=folder, settings=settings, sources=sources.sources, topics=topics.topics,
        recipients=_in_zone(recipients.recipients, settings.schedule.timezone), mail=settings.mail,
        preferences=preferences,
    )  # fmt: skip


ModelT = TypeVar("ModelT", bound=BaseModel)


def _in_zone(recipients: tuple[Recipient, ...], zone: str) -> tuple[Recipient, ...]:
    """The recipients; those who name no time zone have the schedule's, as the briefing has."""
    return tuple(r if "timezone" in r.model_fields_set else r.model_copy(update={"timezone": zone}) for r in recipients)


def _read(folder: Path, name: str, faults: list[Fault]) -> Document | None:
    """The file's content; None, with a fault, where it cannot be read. An optional file that is missing is empty."""
    try:
        return parse_yaml((folder / name).read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        if name in OPTIONAL:
            return Document({})
        there = sorted(path.name for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))
        close = difflib.get_close_matches(name, set(there) - {*REQUIRED, *OPTIONAL}, n=1, cutoff=0.7)
        remedy = f"Rename {close[0]} to it?" if close else "Copy the shipped one there: sovwatch config init DIR."
        faults.append(Fault(name, None, "", f"this file is missing in {folder}", remedy))
    except UnicodeDecodeError as error:
        faults.append(Fault(name, None, "", f"not UTF-8 (byte {error.start})", "Save it as UTF-8."))
    except OSError as error:
        faults.append(Fault(name, None, "", f"cannot be read ({error.strerror})", "Check the file's permissions."))
    except YamlError as error:
        faults.append(Fault(name, error.line, readable_key(error.key, None), error.wrong, error.remedy))
    return None


def _check(
    model: type[ModelT], name: str, documents: Mapping[str, Document | None], faults: list[Fault]
) -> ModelT | None:
    document = documents[name]
    if document is None:
        return None
    data = {} if document.data is None else document.data
    try:  # JSON, because strict checking of JSON takes lists for tuples but no "5" for 5
        return model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        faults += explain_all(error.errors(include_url=False), name, document, model)
        return None


def _check_topics(documents: dict[str, Document | None], faults: list[Fault]) -> TopicsFile | None:
    """Puts each topic's entities, given by name, in full before the check."""
    document = documents["topics.yaml"]
    if document is None or not isinstance(document.data, dict):
        return _check(TopicsFile, "topics.yaml", documents, faults)
    known = document.data.get("entities") or {}
    before = len(faults)
    data = dict(document.data)
    if isinstance(known, dict) and isinstance(data.get("topics"), list):
        data["topics"] = [
            _with_entities(topic, ("topics", index), known, document, faults)
            for index, topic in enumerate(data["topics"])
        ]
    checked = _check(TopicsFile, "topics.yaml", {"topics.yaml": Document(data, document.lines)}, faults)
    return checked if len(faults) == before else None


def _with_entities(topic: Any, key: Key, known: dict[str, Any], document: Document, faults: list[Fault]) -> Any:
    names = topic.get("entities") if isinstance(topic, dict) else None
    if not isinstance(names, list):
        return topic
    full: list[Any] = []
    for index, name in enumerate(names):
        if isinstance(name, str) and name not in known:
            at = (*key, "entities", index)
            faults.append(Fault("topics.yaml", document.line_of(at), readable_key(at, document.data),
                                f"{name!r} is not among the entities at the top of the file",
                                nearest(name, known, wanted="one of") + " Or add it there."))  # fmt: skip
        full.append({"name": name, "aliases": known.get(name) or []} if isinstance(name, str) else name)
    return {**topic, "entities": full}
