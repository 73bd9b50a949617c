"""robots.txt after RFC 9309, read with Protego, kept for a day."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from protego import Protego

from extractors.web.model import FetchKind, FetchResult
from extractors.web.site_files import SiteFile, SiteFiles, is_missing, site_file

# RFC 9309 section 2.5: at least 500 KiB must be read.
MAX_ROBOTS_BYTES = 512 * 1024
_MAX_LINE_CHARS = 2_000
_MAX_WILDCARDS = 16


@dataclass(frozen=True, kw_only=True)
class RobotsRules:
    """What one site's robots.txt says to one agent. `rules` None: everything is `allowed`, or nothing is.

    `code` and `reason` are those of a refusal: `robots-denied` where the file forbids, and what went wrong (`timeout`,
    `http-503`) where it could not be read: that passes, a rule does not. `crawl_delay_s` is the gap it asks for.
    """

    agent: str
    allowed: bool
    code: str = "robots-denied"
    reason: str = "robots.txt disallows it"
    rules: Protego | None = None
    names_us: bool = False
    crawl_delay_s: float | None = None

    def allows(self, url: str) -> bool:
        """Whether the agent may fetch the URL."""
        return self.allowed if self.rules is None else bool(self.rules.can_fetch(url, self.agent))

    @property
    def sitemaps(self) -> tuple[str, ...]:
        """The sitemaps that the file names."""
        return () if self.rules is None else tuple(self.rules.sitemaps)[:50]


@dataclass(slots=True, kw_only=True)
class RobotsPolicy:
    """Which rules we keep: `agent` is our product token; the rules of a site stand for `cache_s`.

    Pages follow every rule for us. A feed is published for programs to poll, and its address was given by a person:
    it follows only rules that name us (`heed_for_feeds` makes it follow all).
    An unreachable robots.txt (5xx, network) forbids, and is asked again after `retry_s`; a missing one (4xx) allows.
    """

    agent: str
    cache_s: float = 86_400.0
    retry_s: float = 3_600.0
    heed_for_feeds: bool = False
    files: SiteFiles[RobotsRules] = field(init=False)

    def __post_init__(self) -> None:
        self.files = SiteFiles(read=lambda file: read_robots(file, self.agent))

    def find(self, origin: str, *, now: datetime) -> RobotsRules | None:
        """The known rules of an origin, or None if they must be fetched."""
        return self.files.find(origin, now=now)

    def learn(self, origin: str, answer: FetchResult, *, now: datetime) -> RobotsRules:
        """The rules that follow from the answer to the request for robots.txt; they are kept."""
        return self.files.add(
            site_file(origin, answer, now=now, keep_s=self.cache_s, retry_s=self.retry_s, max_bytes=MAX_ROBOTS_BYTES)
        )

    def refusal(self, rules: RobotsRules, url: str, kind: FetchKind) -> tuple[str, str] | None:
        """Code and reason why the URL is not to be fetched, or None if it may be."""
        if kind == "rules" or (kind == "feed" and not (rules.names_us or self.heed_for_feeds)):
            return None
        return None if rules.allows(url) else (rules.code, rules.reason)


def read_robots(file: SiteFile, agent: str) -> RobotsRules:
    """What the file says to the agent; everything is allowed where there is none or it makes no sense."""
    if file.text is not None:
        text = _clean(file.text)
        try:
            rules = Protego.parse(text)
        except (ValueError, RecursionError, re.error):
            return RobotsRules(agent=agent, allowed=True)
        delay = rules.crawl_delay(agent)
        return RobotsRules(
            agent=agent,
            allowed=True,
            rules=rules,
            names_us=_names(text, agent),
            crawl_delay_s=float(delay) if delay is not None and 0 < delay < 86_400 * 365 else None,
        )
    if is_missing(file.code):
        return RobotsRules(agent=agent, allowed=True)
    reason = f"robots.txt could not be read ({file.code}), so nothing is allowed for now"
    return RobotsRules(agent=agent, allowed=False, code=file.code, reason=reason)


def origin_of(url: str) -> str:
    """Scheme, host and port: what one robots.txt speaks for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _clean(text: str) -> str:
    """The text that counts, without lines or patterns that only cost time."""
    text = text.lstrip("\ufeff")
    if text.lstrip()[:1] == "<":
        return ""  # an HTML page served in its place says nothing
    lines = (line for line in text.splitlines() if len(line) <= _MAX_LINE_CHARS and line.count("*") <= _MAX_WILDCARDS)
    return "\n".join(lines)


def _names(text: str, agent: str) -> bool:
    wanted = agent.lower()
    named = re.findall(r"^\s*user-agent\s*:\s*([^\s#]+)", text, re.IGNORECASE | re.MULTILINE)
    return any(wanted == name.lower() for name in named)
