"""What a site's robots.txt or tdmrep.json answered, kept for its day so that it is not asked again by every run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from extractors.model import FetchedPage, Problem
from extractors.web.model import FetchResult

Rules = TypeVar("Rules")


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFile:
    """One answer to a request for a site's file: its text (bounded, may be empty), or None with the problem's code.

    `origin` is scheme, host and port; until `expires_at` it stands for the file.
    """

    origin: str
    code: str
    text: str | None
    expires_at: datetime


@dataclass(slots=True, kw_only=True)
class SiteFiles(Generic[Rules]):
    """The answers that are known, and the rules that follow from each; an answer is read when first needed.

    `read` is pure. `learnt` are the answers of this run, for whoever keeps them.
    """

    read: Callable[[SiteFile], Rules]
    learnt: list[SiteFile] = field(default_factory=list)
    _files: dict[str, SiteFile] = field(default_factory=dict)
    _rules: dict[str, Rules] = field(default_factory=dict)

    def recall(self, files: Iterable[SiteFile]) -> None:
        """Takes up answers of earlier runs."""
        for file in files:
            self._files[file.origin] = file
            self._rules.pop(file.origin, None)

    def add(self, file: SiteFile) -> Rules:
        """The rules in a new answer, which stands from now on."""
        self.recall((file,))
        self.learnt.append(file)
        self._rules[file.origin] = rules = self.read(file)
        return rules

    def find(self, origin: str, *, now: datetime) -> Rules | None:
        """The rules of an origin, or None if its file must be fetched."""
        file = self._files.get(origin)
        if file is None or file.expires_at <= now:
            return None
        if origin not in self._rules:
            self._rules[origin] = self.read(file)
        return self._rules[origin]

    def take_learnt(self) -> Iterator[SiteFile]:
        """The answers of this run that nobody has taken yet, each once."""
        while self.learnt:
            yield self.learnt.pop(0)


def site_file(
    origin: str, answer: FetchResult, *, now: datetime, keep_s: float, max_bytes: int, retry_s: float | None = None
) -> SiteFile:
    """The answer in the form that is kept: `keep_s` long, or `retry_s` if it could not be had for now.

    That is after 5xx, 429 and network errors; any other 4xx and an endless redirect say that there is no such file
    (RFC 9309, sections 2.3.1.2 to 2.3.1.4).
    """
    if isinstance(answer, FetchedPage):
        text = answer.body[:max_bytes].decode("utf-8", "replace")
        return SiteFile(origin=origin, code="ok", text=text, expires_at=now + timedelta(seconds=keep_s))
    code = answer.code if isinstance(answer, Problem) else "bad-response"
    wait_s = keep_s if retry_s is None or is_missing(code) else retry_s
    return SiteFile(origin=origin, code=code, text=None, expires_at=now + timedelta(seconds=wait_s))


def is_missing(code: str) -> bool:
    """Whether a problem code means that the site has no such file. Google and most others take 429 for "later"."""
    return (code.startswith("http-4") and code != "http-429") or code in ("redirect-loop", "too-many-redirects")
