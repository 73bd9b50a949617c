"""The topics that are watched, with the words that give them away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from config.kinds import Id, Language, Line, Strict


def check_term(text: str) -> str:
    """Has a letter or digit; a single Latin letter would match everywhere."""
    letters = [c for c in text if c.isalnum()]
    if not letters or (len(letters) == 1 and ord(letters[0]) < 0x2E80):
        raise ValueError(f"{text!r} is too short to tell anything; write a longer word")
    return text


Term = Annotated[str, StringConstraints(strip_whitespace=True, max_length=120), AfterValidator(check_term)]
Terms = Mapping[Language, tuple[Term, ...]]


class Entity(Strict):
    """A company, body or person, under one name whatever an article calls it."""

    name: Line
    aliases: tuple[Term, ...] = ()

    @property
    def surfaces(self) -> tuple[str, ...]:
        """Every spelling, the name first."""
        return (self.name, *self.aliases)


class Topic(Strict):
    """One topic. One of `phrases` is enough; of `terms` it takes two, or one beside one of `entities`; `context` holds
    words that count beside an entity only.

    `false_friends` (in the file: `not`) are phrases whose words count for nothing.
    """

    model_config = ConfigDict(populate_by_name=True)

    id: Id
    title: Line
    description: str = ""
    phrases: Terms = Field(default_factory=dict)
    terms: Terms = Field(default_factory=dict)
    context: Terms = Field(default_factory=dict)
    entities: tuple[Entity, ...] = ()
    false_friends: tuple[Term, ...] = Field(default=(), alias="not")

    @model_validator(mode="after")
    def _can_match(self) -> Topic:
        if not self.languages:
            raise ValueError("nothing could ever match this topic; give it phrases or terms in some language")
        return self

    @property
    def languages(self) -> frozenset[str]:
        """The languages in which an article can match this topic."""
        weak_enough = 1 if self.entities else 2
        found = {language for language, phrases in self.phrases.items() if phrases}
        found |= {language for language, terms in self.terms.items() if len(terms) >= weak_enough}
        return frozenset(found | {language for language, words in self.context.items() if words and self.entities})
