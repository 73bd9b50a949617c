"""Words to put in the place of others when rewording is imitated."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from typing import Final

# Exchanges that rewriters make most often; every word of a line can stand for the others.
EXCHANGES: Final = """
said|stated|noted|announced|told reporters|declared|explained|added
says|notes|points out|argues|maintains
but|however|yet|though
also|in addition|moreover|as well
because|since|as|given that
about|around|roughly|some|approximately|nearly
big|large|major|huge|substantial
small|little|minor|modest
show|demonstrate|reveal|indicate
shows|demonstrates|reveals|indicates
use|employ|apply|make use of
used|employed|applied|utilised
help|assist|support|aid
start|begin|launch|open
started|began|launched|opened
end|finish|conclude|close
buy|purchase|acquire
bought|purchased|acquired
many|numerous|a lot of|a great number of
important|significant|key|crucial
new|fresh|recent|novel
way|manner|method|approach
people|individuals|persons|citizens
government|administration|authorities
company|firm|business|enterprise
increase|rise|growth
decrease|decline|fall|drop
problem|issue|difficulty
plan|scheme|proposal|programme
percent|per cent|%
can|is able to|may
must|has to|is required to
get|obtain|receive
give|provide|offer
make|create|produce
think|believe|consider
ask|request|call for
want|wish|would like
allow|permit|enable|let
need|require
quickly|rapidly|fast|swiftly
often|frequently|regularly
in order to|to|so as to
such as|like|including|for example
therefore|thus|hence|as a result
last year|the previous year|a year earlier
according to|in the words of|as reported by
more than|over|in excess of
less than|under|below
""".strip()


class Vocabulary:
    """Words to put in, grouped by length of the word: a stand-in for synonyms of the same rarity."""

    def __init__(self, texts: Sequence[str]) -> None:
        counts: dict[str, int] = {}
        for text in texts:
            for word in re.findall(r"(?<![.!?\n“\"] )\b[a-z]{4,}\b", text):
                counts[word] = counts.get(word, 0) + 1
        self.common = [w for w, n in counts.items() if n >= 60]
        self.rare = [w for w, n in counts.items() if 2 <= n < 60]
        self._counts = counts
        self._exchange: dict[str, list[str]] = {}
        for row in EXCHANGES.splitlines():
            words = row.split("|")
            for word in words:
                self._exchange.setdefault(word, []).extend(w for w in words if w != word)

    def other(self, word: str, rng: random.Random) -> str:
        """Another word for this one: a listed exchange, another ending, or one as common."""
        lower = word.lower()
        listed = self._exchange.get(lower)
        roll = rng.random()
        if listed and roll < 0.8:
            chosen = rng.choice(listed)
        elif roll < 0.2 and len(lower) > 4:
            chosen = lower[: max(4, len(lower) - rng.randrange(1, 4))] + rng.choice(("ing", "ed", "s", "ion", "al"))
        elif self._counts.get(lower, 0) >= 60 or len(lower) < 4:
            chosen = rng.choice(self.common)
        else:
            chosen = rng.choice(self.rare)
        return chosen.capitalize() if word[0].isupper() else chosen
