"""The briefing: a static site of what is known, written from the published snapshot, only where it has changed."""

from flows.briefing.cards import Manner
from flows.briefing.write import Briefed, write_briefing

__all__ = ["Briefed", "Manner", "write_briefing"]
