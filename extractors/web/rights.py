"""What publishers reserve: text and data mining (TDMRep, W3C community group report), archiving, indexing."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from html import unescape
from urllib.parse import urlsplit

from extractors.model import FetchedPage
from extractors.web.model import FetchResult
from extractors.web.site_files import SiteFiles, site_file

TDM_FILE = "/.well-known/tdmrep.json"
_MAX_FILE_BYTES = 512 * 1024
_MAX_RULES = 500
_MAX_PATTERN_CHARS = 500
_HEAD_BYTES = 200_000
_META = re.compile(rb"<meta\b([^<>]{1,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(rb"""([a-zA-Z:-]{1,20})\s*=\s*(?:"([^"]{0,1000})"|'([^']{0,1000})'|([^\s"'<>`]{1,1000}))""")
# Directives with a value: what stands before their colon is no agent's name.
_VALUED = frozenset(("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights:
    """What a publisher says about one page. `evidence` names where each was said; `tdm_policy` is where a licence to
    the reserved text can be had.

    `noindex` was said to everybody or to us. `noarchive` was said to us by name: said to everybody it is about showing
    copies, and nobody is shown one.
    """

    reserved: bool = False
    tdm_policy: str | None = None
    noarchive: bool = False
    noindex: bool = False
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TdmRule:
    """One rule of tdmrep.json: paths that match are reserved or not."""

    pattern: str
    reserved: bool
    policy: str | None


@dataclass(slots=True, kw_only=True)
class RightsPolicy:
    """Keeps each site's tdmrep.json for `cache_s`; an unreadable or missing file reserves nothing."""

    cache_s: float = 86_400.0
    files: SiteFiles[tuple[TdmRule, ...]] = field(
        default_factory=lambda: SiteFiles(read=lambda file: parse_tdm_file(file.text or ""))
    )

    def find(self, origin: str, *, now: datetime) -> tuple[TdmRule, ...] | None:
        """The known rules, or None if they must be fetched."""
        return self.files.find(origin, now=now)

    def learn(self, origin: str, answer: FetchResult, *, now: datetime) -> tuple[TdmRule, ...]:
        """The rules in the answer to the request for the file; they are kept."""
        return self.files.add(site_file(origin, answer, now=now, keep_s=self.cache_s, max_bytes=_MAX_FILE_BYTES))


def parse_tdm_file(text: str | bytes) -> tuple[TdmRule, ...]:
    """The rules of a tdmrep.json, in order; whatever is not a rule is passed over."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    rules = []
    for item in found[:_MAX_RULES] if isinstance(found, list) else ():
        if not isinstance(item, dict) or not isinstance(item.get("location"), str):
            continue
        reserved = item.get("tdm-reservation") in (1, "1", True)
        policy = item.get("tdm-policy")
        policy = policy if isinstance(policy, str) else None
        rules.append(TdmRule(item["location"][:_MAX_PATTERN_CHARS], reserved, policy))
    return tuple(rules)


def rule_for(rules: tuple[TdmRule, ...], url: str) -> TdmRule | None:
    """The longest pattern that matches the URL's path, the first of equals; `*` and `$` as in robots.txt."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    found = [rule for rule in rules if _matches(rule.pattern, path)]
    return max(found, key=lambda rule: len(rule.pattern), default=None)


def _matches(pattern: str, path: str) -> bool:
    """Without regular expressions, so that a pattern full of stars costs linear time."""
    anchored = pattern.endswith("$")
    first, *rest = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    for n, piece in enumerate(rest):
        if anchored and n == len(rest) - 1:
            return path.endswith(piece) and len(path) - len(piece) >= at
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not anchored or bool(rest) or at == len(path)


def may_speak(page: FetchedPage, *, agent: str) -> bool:
    """A quick look whether headers or page mention a reservation or anything for the agent at all."""
    if page.header("tdm-reservation") is not None or page.header("x-robots-tag") is not None:
        return True
    end = page.body.find(b"</head", 0, _HEAD_BYTES)  # what stands behind does not count
    head = page.body[: end if end >= 0 else _HEAD_BYTES].lower()
    words = (b"tdm-reservation", b"noindex", b'content="none', b"content='none", agent.lower().encode())
    if not any(word in head for word in words):  # of most pages this tells already
        return False
    metas = b"".join(_META.findall(head))
    return any(word in metas for word in words)


def rights_of(page: FetchedPage, *, agent: str, rules: tuple[TdmRule, ...] = ()) -> Rights:
    """What headers, meta elements and the site's file say about the page to `agent`; any reservation counts."""
    said: list[str] = []
    policy: str | None = None
    robots_tags = [value for name, value in page.headers if name.lower() == "x-robots-tag"]
    spoken = [found for value in robots_tags for found in _directives(value, agent)]
    if spoken:
        said.append("X-Robots-Tag header")
    reserved = (page.header("tdm-reservation") or "").strip() == "1"
    if reserved:
        said.append("tdm-reservation header")
        policy = page.header("tdm-policy")
    for name, content in _metas(page.body):
        if name in ("robots", agent.lower()):
            found = [(directive.strip().lower(), name != "robots") for directive in content.split(",")]
            spoken += found
            if any(directive in ("noarchive", "noindex", "none") for directive, _ in found):
                said.append(f"meta {name}")
        elif name == "tdm-reservation" and content.strip() == "1":
            reserved = True
            said.append("meta tdm-reservation")
        elif name == "tdm-policy":
            policy = policy or content.strip()
    rule = rule_for(rules, page.final_url)
    if rule and rule.reserved:
        reserved = True
        policy = policy or rule.policy
        said.append("tdmrep.json")
    return Rights(
        reserved=reserved,
        tdm_policy=policy,
        noarchive=any(directive in ("noarchive", "nocache") and by_name for directive, by_name in spoken),
        noindex=any(directive in ("noindex", "none") for directive, _ in spoken),
        evidence=tuple(said),
    )


def withheld(said: Rights) -> tuple[str, str] | None:
    """The code (`reserved`, `noindex`) and the reason for which the page is not for us; None: we may read it."""
    where = ", ".join(said.evidence)
    if said.reserved:
        return "reserved", f"The publisher reserves text and data mining ({where})."
    if said.noindex:
        return "noindex", f"The publisher asks not to be indexed ({where})."
    return None


def _directives(value: str, agent: str) -> list[tuple[str, bool]]:
    """The directives of one X-Robots-Tag line that speak to everybody or to the agent; whether to the agent by name."""
    speaks_to_us, by_name = True, False
    found = []
    for piece in value.lower().split(","):
        name, colon, rest = piece.strip().partition(":")
        if colon and name.strip() not in _VALUED:
            speaks_to_us = by_name = name.strip() == agent.lower()
            piece = rest
        if speaks_to_us:
            found.append((piece.strip(), by_name))
    return found


def _metas(body: bytes) -> list[tuple[str, str]]:
    """Names (lower case) and contents of the meta elements in the page's head."""
    head = body[:_HEAD_BYTES]
    end = head.lower().find(b"</head")
    found = []
    for attributes in _META.findall(head[: end if end >= 0 else None])[:300]:
        values = {
            m[0].decode("latin-1").lower(): unescape((m[1] or m[2] or m[3]).decode("utf-8", "replace"))
            for m in _ATTRIBUTE.findall(attributes)
        }
        name = values.get("name") or values.get("http-equiv") or ""
        if name and "content" in values:
            found.append((name.lower().strip(), values["content"]))
    return found
