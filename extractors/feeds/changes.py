"""What an operator wants to hear about a source between two of its states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from extractors.feeds.schedule import DEFAULT_RULES, FeedRules, volume_drop
from extractors.feeds.state import Condition, SourceState

ChangeKind = Literal["state", "moved", "disabled", "enabled", "volume", "lying"]

# Between these two a source goes back and forth every night; nobody wants to hear of it.
_SAME = {"not-modified": "ok"}
_WORSE: dict[str, int] = {"ok": 0, "not-modified": 0, "moved": 1, "stale": 2, "empty": 3, "blocked": 4, "broken": 5,
                          "gone": 6}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceChange:
    """One thing that changed. `before` and `after` are states, or hosts and paths for `moved`; never a query string,
    since feed addresses may carry a subscriber's key."""

    source_id: str
    changed_at: datetime
    kind: ChangeKind
    before: str | None
    after: str | None
    evidence: str

    @property
    def better(self) -> bool:
        """Whether it is good news."""
        if self.kind == "state":
            return _WORSE.get(self.after or "", 0) < _WORSE.get(self.before or "", 0)
        return self.kind == "enabled"


def changes_between(
    before: SourceState | None, after: SourceState, *, now: datetime, rules: FeedRules = DEFAULT_RULES
) -> list[SourceChange]:
    """Changes worth telling; a source seen for the first time changes nothing unless it fails. An unusually small
    volume is told on the day on which it begins, not every day."""

    def change(kind: ChangeKind, old: str | None, new: str | None, evidence: str) -> SourceChange:
        return SourceChange(source_id=after.source_id, changed_at=now, kind=kind, before=old, after=new,
                            evidence=evidence)  # fmt: skip

    found = []
    old, new = _told(before.state if before else None), _told(after.state)
    if new != old and not (old is None and new == "ok"):
        found.append(change("state", before.state if before else None, after.state, after.evidence))
    if before is not None and after.url != before.url:
        told = "moved by permanent redirects that held for a week" if after.fetch_url else after.evidence
        found.append(change("moved", _place(before.url), _place(after.url), told))
    if after.disabled_at and not (before and before.disabled_at):
        found.append(change("disabled", old, new, f"tried monthly from now on: {after.evidence}"))
    if before and before.disabled_at and not after.disabled_at:
        found.append(change("enabled", old, new, "answers again"))
    if after.validators_lie and not (before and before.validators_lie):
        found.append(change("lying", None, None, "said 'not modified' although something was; fetched in full now"))
    drop = volume_drop(after, now, rules)
    if drop and before and not (before.checked_at and volume_drop(before, before.checked_at, rules)):
        found.append(change("volume", None, None, drop))
    return found


def _told(state: Condition | None) -> str | None:
    return _SAME.get(state, state) if state else None


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname or ''}{parts.path}"
