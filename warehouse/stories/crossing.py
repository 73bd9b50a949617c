"""Whether two reports in different languages tell the same event: by names, figures and days alone.

Words and word pairs say nothing across languages, so the learned looks at a pair do not apply. What does go across are
the entities of watch-lists under any of their aliases, names that are spelt alike, and figures, dates among them,
written out (4.8亿 is 480 million).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Log odds: at none in common; for cosines of figures and of names; for each day apart beyond the first. Set by hand, so
# that neither names nor figures alone make one event, and a name with a third of the figures does. Looked at on the
# set in tests/sagas/crossing.
_NOTHING = -4.2
_FIGURES = 6.0
_NAMES = 2.5
_DAY = -0.8


def crosses(languages: Sequence[str | None]) -> NDArray[np.int64]:
    """A number for each report's language; -1 where it is not known."""
    known = {language: number for number, language in enumerate(sorted({name for name in languages if name}))}
    return np.array([known[name] if name else -1 for name in languages], dtype=np.int64)


def judge_crossing(names: Floats, figures: Floats, days_apart: Floats) -> Floats:
    """The probability of the same event for pairs in different languages; days apart are negative where unknown."""
    later = np.where(days_apart < 0, 2.0, np.maximum(days_apart - 1.0, 0.0))
    odds = _NOTHING + _FIGURES * figures + _NAMES * names + _DAY * later
    found: Floats = np.where((names > 0) & (figures > 0), 1.0 / (1.0 + np.exp(-odds)), 0.0).astype(np.float32)
    return found
