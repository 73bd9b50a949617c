"""Addresses in one spelling: what makes two links the same article, and which site an address belongs to."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache
from urllib.parse import SplitResult, quote_from_bytes, urljoin, urlsplit

import idna
from tld import get_tld
from tld.utils import Result

from extractors.model import digest64
from extractors.web.wrappers import unwrap, without_amp, without_tracking

MAX_URL_CHARS = 2048
# What we are willing to look at; wrappers and tracking may leave less than MAX_URL_CHARS of it.
_MAX_RAW_CHARS = 4 * MAX_URL_CHARS
_MAX_ROUNDS = 6

_EDGES = "".join(map(chr, range(0x21))) + "\x7f\u00a0\u2028\u2029\ufeff\u200b"
_INNER_BREAKS = re.compile(r"[\t\r\n]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")
_LINK_IN_MARKUP = re.compile(r"""<a\s[^>]{0,500}?href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_ESCAPED = re.compile(rb"%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = b"/!$&'()*+,;=:@"
_QUERY_SAFE = b"/?!$&'()*+,;=:@[]"
_HOST = re.compile(r"[a-z0-9_]([a-z0-9_\-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_\-]{0,61}[a-z0-9_])?)*\Z")
# Most addresses: nothing to change but perhaps the host. Ports that could be a default one are left to the long way.
_ALREADY_CLEAN = re.compile(
    r"https?://([a-z0-9.\-]++)(?::(?:[1-9]\d{3}|[1-5]\d{4}))?/(?:[A-Za-z0-9_~\-][A-Za-z0-9_~.\-]*+(?:/|(?=[?]|\Z)))*+"
    r"(?:\?[A-Za-z0-9_~.=&,:\-]++)?\Z"
)
# What may stand around an article's address, or be an AMP copy of it: looked at closely.
_MAYBE_WRAPPED = re.compile(
    r"(?<![a-z])amp|ampproject|archive\.org/|urldefense\.com/|google|facebook|instagram|messenger|threads|youtube|reddit|umblr|href\.li|slack|yahoo"
    r"|linkedin|bing|duckduckgo|vk\.com|outlook|exit\.sc|steamcommunity|redirectingat|skimresources|linksynergy|msn|zhihu",
    re.IGNORECASE,
)
# One of these stands in every address that the pattern finds; looking for them first is twenty times as fast.
_WRAPPER_SIGNS = (
    "amp", "archive.org/", "urldefense.com/", "google", "facebook", "instagram", "messenger", "threads", "youtube",
    "reddit", "umblr", "href.li", "slack", "yahoo", "linkedin", "bing", "duckduckgo", "vk.com", "outlook", "exit.sc",
    "steamcommunity", "redirectingat", "skimresources", "linksynergy", "msn", "zhihu",
)  # fmt: skip
_DEFAULT_PORT = {"http": 80, "https": 443}
_VARIANT_HOST = re.compile(r"\A(?:www\d?|m|mobile|amp)\.(?=[^.]+\.)")


def canonical_url(url: str, base: str | None = None) -> str | None:
    """The one spelling of an http(s) address, ASCII and at most 2,048 characters; None if it is unusable or unsafe.

    Relative links are resolved against `base`. Redirect wrappers and AMP copies are unwrapped, tracking parameters,
    fragments, credentials and default ports dropped; host in lower case and IDNA 2008 (UTS 46), percent escapes as
    in RFC 3986 section 6.2.2, dot segments removed. Scheme, order of parameters and a final slash stay, since the
    address must still fetch the same page. Applied to its own result it changes nothing.
    """
    match = _ALREADY_CLEAN.match(url) if len(url) <= MAX_URL_CHARS else None
    if match and _clean_host(match[1]) == match[1] and not _may_be_wrapped(url):
        pairs = url.partition("?")[2].split("&")
        if pairs == [""] or len(without_tracking(pairs)) == len(pairs):
            return url
    if len(url) > _MAX_RAW_CHARS:
        return None
    url = _tidy(url)
    if base is not None and not _SCHEME.match(url):
        try:
            url = _tidy(urljoin(_tidy(base), url))
        except ValueError:
            return None
    # Unwrapping may uncover another wrapper, or a path that the AMP rule shortens again: go on until nothing changes.
    for _ in range(_MAX_ROUNDS):
        clean = _clean_once(url)
        if clean is None or clean == url:
            return clean if clean is None or len(clean) <= MAX_URL_CHARS else None
        url = clean
    return None


def _may_be_wrapped(url: str) -> bool:
    lowered = url.lower()
    return any(map(lowered.__contains__, _WRAPPER_SIGNS)) and _MAYBE_WRAPPED.search(url) is not None


def fetchable_url(url: str, base: str | None = None) -> str | None:
    """The address as it is to be asked for: spelled and checked like a canonical one, but nothing taken away.

    Parameters and wrappers stay, since a redirect target or a feed's address must reach the server as it was given.
    """
    if len(url) <= MAX_URL_CHARS and (match := _ALREADY_CLEAN.match(url)) and _clean_host(match[1]) == match[1]:
        return url
    if len(url) > _MAX_RAW_CHARS:
        return None
    try:
        url = _tidy(url if base is None else urljoin(base, _tidy(url)))
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    host = _clean_host(parts.hostname or "") if scheme in _DEFAULT_PORT and not _CONTROL.search(url) else None
    if host is None or port == 0:
        return None
    where = host if port is None or port == _DEFAULT_PORT[scheme] else f"{host}:{port}"
    path = _without_dots(_escape(parts.path, _PATH_SAFE)) or "/"
    query = _escape(parts.query, _QUERY_SAFE)
    clean = f"{scheme}://{where}{path}" + (f"?{query}" if query else "")
    return clean if len(clean) <= _MAX_RAW_CHARS else None


def join_url(base: str, link: str) -> str:
    """The link resolved against the base; as it is, where it is too broken to be resolved (an open bracket)."""
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def site_of(url: str) -> str:
    """The publisher's domain: the registrable one by the public suffix list (`a.bbc.co.uk` -> `bbc.co.uk`).

    Suffixes under which strangers publish (`github.io`, `blogspot.com`) count as public. An IP address, a host of one
    label or an unlisted suffix gives the host itself, without `www.`, `m.`, `amp.`; an address without host gives ''.
    """
    try:
        host = (urlsplit(url).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""
    return _site_of_host(host)


def article_id_of(url: str) -> str:
    """16 hex digits of the canonical address without its scheme: http and https, with and without www, are one.

    Raises ValueError for an address that has no canonical form.
    """
    clean = canonical_url(url)
    if clean is None:
        raise ValueError(f"no canonical form: {url[:200]!r}")
    return digest64(re.sub(r"\A(?:www\.)(?=[^/]+\.)", "", clean.split("://", 1)[1]))


@lru_cache(maxsize=4096)
def _site_of_host(host: str) -> str:
    bare = _VARIANT_HOST.sub("", host)
    if not host or ":" in host or re.fullmatch(r"[0-9.]+", host) or "." not in bare:
        return bare
    try:
        found = get_tld(f"http://{host}", as_object=True, fail_silently=True, search_private=True)
    except (ValueError, IndexError):
        found = None
    fld = found.fld if isinstance(found, Result) else None
    return fld or bare


def _tidy(url: str) -> str:
    """As a browser takes it: edges stripped, inner line breaks dropped, a link given as markup taken out of it."""
    url = _INNER_BREAKS.sub("", url.strip(_EDGES))
    if url[:1] == "<" and (match := _LINK_IN_MARKUP.search(url)):
        url = match[1]
    return url


def _clean_once(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORT or not parts.hostname or _CONTROL.search(url):
        return None
    inner = unwrap(parts)
    if inner is not None and len(inner) < len(url):
        return _tidy(inner)
    return _assemble(scheme, parts, port)


def _assemble(scheme: str, parts: SplitResult, port: int | None) -> str | None:
    host = _clean_host(parts.hostname or "")
    if host is None or port == 0:
        return None
    where = host if port is None or port == _DEFAULT_PORT[scheme] else f"{host}:{port}"
    path = without_amp(_without_dots(_escape(parts.path, _PATH_SAFE))) or "/"
    pairs = without_tracking(_escape(parts.query, _QUERY_SAFE).split("&"))
    return f"{scheme}://{where}{path}" + (f"?{'&'.join(pairs)}" if pairs else "")


@lru_cache(maxsize=4096)
def _clean_host(host: str) -> str | None:
    """ASCII host; IPv6 in brackets; None for spellings that only confuse (octal and integer addresses, zone ids)."""
    host = host.lower()
    if ":" in host:
        try:
            return None if "%" in host else f"[{ipaddress.IPv6Address(host).compressed}]"
        except ValueError:
            return None
    if "%" in host:
        return None
    try:
        ascii_host = host if host.isascii() else idna.encode(host, uts46=True).decode("ascii").lower()
    except (idna.IDNAError, UnicodeError, IndexError):
        return None
    ascii_host = ascii_host.rstrip(".")
    if len(ascii_host) > 253 or not _HOST.match(ascii_host):
        return None
    last = ascii_host.rsplit(".", 1)[-1]
    if last.isdigit() or re.fullmatch(r"0x[0-9a-f]*", last):
        try:
            return str(ipaddress.IPv4Address(ascii_host))
        except ValueError:
            return None
    return ascii_host


def _escape(text: str, allowed: bytes) -> str:
    """Percent escapes in one spelling: unreserved characters plain, all else escaped, hex digits in upper case."""
    if text.isascii() and text.isalnum():
        return text
    raw = _STRAY_PERCENT.sub(b"%25", text.encode("utf-8", "replace"))
    plain = _ESCAPED.sub(lambda m: bytes([b]) if (b := int(m[1], 16)) in _UNRESERVED else m[0].upper(), raw)
    return quote_from_bytes(plain, safe=allowed + b"%~")


def _without_dots(path: str) -> str:
    """RFC 3986 section 5.2.4."""
    if "/." not in path and not path.startswith("."):
        return path
    out: list[str] = []
    segments = path.split("/")
    for segment in segments[1:] if path.startswith("/") else segments:
        if segment == "..":
            if out:
                out.pop()
        elif segment != ".":
            out.append(segment)
    if segments[-1] in (".", ".."):
        out.append("")
    return "/" + "/".join(out)
