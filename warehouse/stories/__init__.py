"""Stories (one event in many outlets), storylines (sagas of stories) and developments (what a reader is told once)."""

from warehouse.stories.chronicle import Chronicle, tell_stories
from warehouse.stories.model import Development, DevelopmentKind, NewSentence, Outlet
from warehouse.stories.rules import StoryRules
from warehouse.stories.store import find_developments, store_telling
from warehouse.stories.telling import Telling

__all__ = [
    "Chronicle", "Development", "DevelopmentKind", "NewSentence", "Outlet", "StoryRules", "Telling",
    "find_developments", "store_telling", "tell_stories",
]  # fmt: skip
