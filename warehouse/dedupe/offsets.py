"""Where the words of a reading stand in its text: computed only when passages are to be shown."""

from __future__ import annotations

from warehouse.dedupe.reading import Reading
from warehouse.dedupe.words import CJK_RUN, TOKEN


def word_offsets(r: Reading) -> list[tuple[int, int]]:
    """Character range of each word of the text, in order; as many as `r.words` has."""
    found: list[tuple[int, int]] = []
    for start, end in r.sentences:
        for match in TOKEN.finditer(r.text, start, end):
            if CJK_RUN.match(match.group()) and match.end() - match.start() > 1:
                found += [(i, i + 2) for i in range(match.start(), match.end() - 1)]
            else:
                found.append(match.span())
    return found
