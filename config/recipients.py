"""Who gets which alerts, by which mail server, and which storylines matter more or less."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from config.kinds import Address, ClockRange, EnvName, Id, Language, Line, Strict, Zone

Security = Literal["starttls", "tls", "none"]


class Recipient(Strict):
    """One reader and what counts for her.

    `topics` holds topic ids, or "*" alone for all. `entities` and `languages` narrow further where they are not
    empty. `min_weight` (0 to 1) is the least weight of a development that goes into the digest; `instant_above`
    (0 to 1, None: never) is the weight from which a mail of its own goes out at once, except in `quiet_hours`, which
    are read in `timezone`, like all times in her mails; where the file names none, it is the schedule's. On a night
    without developments `quiet_night` says so in a short mail, or stays silent.
    """

    id: Id
    name: Line
    email: Address
    topics: tuple[str, ...] = Field(default=("*",), min_length=1)
    entities: tuple[Line, ...] = ()
    languages: tuple[Language, ...] = ()
    min_weight: float = Field(default=0.0, ge=0, le=1)
    digest: bool = True
    instant_above: float | None = Field(default=None, ge=0, le=1)
    quiet_hours: ClockRange | None = None
    timezone: Zone = "UTC"
    quiet_night: Literal["say-so", "silent"] = "silent"
    max_developments: int = Field(default=25, ge=1, le=500)

    @model_validator(mode="after")
    def _gets_something(self) -> Recipient:
        if not self.digest and self.instant_above is None:
            raise ValueError("this recipient would never get a mail; set digest: true or give instant_above a number")
        if "*" in self.topics and len(self.topics) > 1:
            raise ValueError('topics is either ["*"] (all) or a list of topic ids; take one of the two out')
        return self

    def wants_topic(self, topic_id: str) -> bool:
        """Whether the topic is one of this reader's."""
        return "*" in self.topics or topic_id in self.topics


class MailSettings(Strict):
    """The mail server and what stands in every mail's head.

    Name and password come from a Prefect block, where one is named, else from the two environment variables; neither
    is ever written in a file. `backoff_s` is the first wait after a failed attempt, in seconds, doubled each time.
    """

    sender: Address
    reply_to: Address | None = None
    host: Line
    port: int = Field(default=587, ge=1, le=65535)
    security: Security = "starttls"
    username_env: EnvName | None = "SOVWATCH_SMTP_USERNAME"
    password_env: EnvName | None = "SOVWATCH_SMTP_PASSWORD"
    prefect_block: str | None = None
    list_id: Line = "sovwatch.localhost"
    max_attempts: int = Field(default=8, ge=1, le=100)
    backoff_s: float = Field(default=300.0, gt=0, le=86_400)
    message_id_domain: Line = "sovwatch.localhost"

    @model_validator(mode="before")
    @classmethod
    def _domain_of_sender(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and isinstance(data.get("sender"), str) and "@" in data["sender"]:
            domain = data["sender"].rpartition("@")[2]
            return {"message_id_domain": domain, "list_id": f"sovwatch.{domain}", **data}
        return data


class StorylinePreferences(Strict):
    """Storylines that are never mailed, and factors on the weight of others (2 doubles it, 0.5 halves it)."""

    mute: frozenset[str] = frozenset()
    boost: Mapping[str, float] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_or_the_other(self) -> StorylinePreferences:
        both = sorted(self.mute & set(self.boost))
        if both:
            raise ValueError(f"{both[0]!r} is both muted and boosted; take it out of one of the two")
        wrong = sorted(key for key, factor in self.boost.items() if not 0 < factor <= 10)
        if wrong:
            raise ValueError(f"the factor of {wrong[0]!r} must lie above 0 and at most at 10")
        return self
