"""What stands around an article's address: redirect services, AMP copies, tracking parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

# Host pattern, path pattern, query parameters that carry the target. Only services that pass the target in the open:
# a short link has to be followed.
_QUERY_WRAPPERS: tuple[tuple[re.Pattern[str], re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(host + r"\Z"), re.compile(path), names)
    for host, path, names in (
        (r"(www\.)?google\.[a-z.]{2,6}", r"/url\Z", ("url", "q")),
        (r"(l|lm|m|www)\.facebook\.com", r"/l\.php|/flx/warn", ("u",)),
        (r"l\.(instagram|messenger|threads)\.com", r"/", ("u",)),
        (r"(www\.)?youtube\.com", r"/redirect\Z", ("q",)),
        (r"out\.reddit\.com", r"/", ("url",)),
        (r"(t\.umblr\.com|href\.li)", r"/redirect", ("z",)),
        (r"slack-redir\.net", r"/link", ("url",)),
        (r"(www\.)?linkedin\.com", r"/(redir/redirect|safety/go)", ("url",)),
        (r"(www\.)?bing\.com", r"/(news/apiclick\.aspx|ck/)", ("url",)),
        (r"(html\.)?duckduckgo\.com", r"/l/", ("uddg",)),
        (r"(m\.|www\.)?vk\.com", r"/away(\.php)?", ("to",)),
        (r"[a-z0-9]+\.safelinks\.protection\.outlook\.com", r"/", ("url",)),
        (r"(www\.)?exit\.sc", r"/", ("url",)),
        (r"(www\.)?steamcommunity\.com", r"/linkfilter", ("url", "u")),
        (r"go\.(redirectingat|skimresources)\.com", r"/", ("url",)),
        (r"click\.linksynergy\.com", r"/", ("murl",)),
        (r"translate\.google\.[a-z.]{2,6}", r"/translate", ("u",)),
        (r"(www\.)?(msn|zhihu)\.com|link\.zhihu\.com", r"/(away|redirect)?\Z", ("target", "url")),
    )
)

_TRACKING_PREFIXES = (
    "utm_", "mtm_", "matomo_", "pk_", "piwik_", "hsa_", "mc_", "at_", "fb_", "ga_", "itm_", "stm_", "vero_", "oly_",
    "trk_", "_hs", "__hs", "wt_", "wt.", "ns_", "s_kwcid", "sc_", "pf_rd_", "sr_share", "__twitter_", "amp_js",
    "amp_gsa",
)  # fmt: skip
_TRACKING_NAMES = frozenset({
    "fbclid", "gclid", "gclsrc", "dclid", "gbraid", "wbraid", "msclkid", "yclid", "ysclid", "twclid", "ttclid",
    "igshid", "igsh", "li_fat_id", "mkt_tok", "_ga", "_gl", "ocid", "cmpid", "cmp", "ncid", "icid", "ito", "ref_src",
    "ref_url", "smid", "smtyp", "emc", "xtor", "wtmc", "wt_mc", "wt_zmc", "spm", "s_cid", "cid_rss", "feedtype",
    "guccounter", "guce_referrer", "guce_referrer_sig", "traffic_source", "__source", "__s", "_openstat", "regi_id",
    "taid", "soc_src", "soc_trk", "cvid", "amp", "usqp", "aoh", "echobox", "syndication-source", "curator", "srnd",
    "sref", "leadsource", "dm_i", "elqtrack", "elqtrackid", "ef_id", "rb_clickid",
})  # fmt: skip
# These names mean something on some sites; they are dropped only with a value that names a channel.
_CHANNEL_NAMES = frozenset({"ref", "source", "src", "from", "via", "partner", "share", "medium", "outputtype"})
_CHANNEL_VALUES = frozenset({
    "rss", "rss2", "atom", "feed", "feeds", "xml", "twitter", "facebook", "linkedin", "whatsapp", "telegram", "reddit",
    "mastodon", "bluesky", "email", "e-mail", "mail", "newsletter", "social", "google", "googlenews", "google-news",
    "flipboard", "home", "homepage", "amp", "rssfeed", "rss_feed", "rss-feed", "rss1.0", "rss2.0", "sharebar",
})  # fmt: skip

_AMP_CACHE_PATH = re.compile(r"/(?:[cvir]|wp|mbv)/(s/)?(.+)", re.DOTALL)
_GOOGLE_AMP_PATH = re.compile(r"/amp/(s/)?(.+)", re.DOTALL)
_AMP_SUFFIX = re.compile(r"(?P<slug>/[^/]*[-0-9_][^/]*)/(?:amp|amphtml)/?\Z", re.IGNORECASE)
_AMP_EXTENSION = re.compile(r"\.amp(\.html?)?\Z", re.IGNORECASE)
_URLDEFENSE = re.compile(r"/v3/__(.+?)__;", re.DOTALL)
_ARCHIVED = re.compile(r"/web/\d{4,14}(?:[a-z]{2}_)?/(https?:/{1,2}.+)", re.DOTALL)
_NEWS_SEARCH_PATH = re.compile(r"/(?:rss/)?(?:articles|read|stories)/")
_YAHOO_TARGET = re.compile(r"/RU=([^/]+)/")


def leads_nowhere(url: str) -> bool:
    """Whether the address is a search service's own, from which only a browser's script reaches the article.

    Such an entry tells that a report exists (Google News), not where: it is kept as title and link.
    """
    parts = urlsplit(url)
    return parts.hostname == "news.google.com" and bool(_NEWS_SEARCH_PATH.match(parts.path))


def unwrap(parts: SplitResult) -> str | None:
    """The address that a redirect service, AMP cache, mail scanner or web archive carries inside; None: not wrapped."""
    host = (parts.hostname or "").lower()
    for host_pattern, path_pattern, names in _QUERY_WRAPPERS:
        if host_pattern.match(host) and path_pattern.match(parts.path or "/"):
            found = dict(parse_qsl(parts.query, max_num_fields=100)) if parts.query.count("&") < 100 else {}
            return next((found[name] for name in names if _looks_absolute(found.get(name, ""))), None)
    return _unwrap_path(host, parts)


def _unwrap_path(host: str, parts: SplitResult) -> str | None:
    rest = parts.path + (f"?{parts.query}" if parts.query else "")
    if host.endswith("cdn.ampproject.org") and (match := _AMP_CACHE_PATH.match(rest)):
        return _from_amp(match)
    if re.fullmatch(r"(www\.)?google\.[a-z.]{2,6}", host) and (match := _GOOGLE_AMP_PATH.match(rest)):
        return _from_amp(match)
    if host == "urldefense.com" and (match := _URLDEFENSE.search(rest)):
        return _absolute(match[1])
    if host == "href.li" and _looks_absolute(parts.query):
        return parts.query
    if host in ("web.archive.org", "www.web.archive.org") and (match := _ARCHIVED.match(rest)):
        return _absolute(match[1])
    if host == "r.search.yahoo.com" and (match := _YAHOO_TARGET.search(parts.path)):
        return _absolute(unquote(match[1]))
    return None


def _from_amp(match: re.Match[str]) -> str | None:
    inner = match[2]
    return f"{'https' if match[1] else 'http'}://{inner}" if "." in inner.split("/", 1)[0] else None


def _looks_absolute(url: str) -> bool:
    return url[:8].lower().startswith(("http://", "https://")) and bool(_host_of(url))


def _absolute(url: str) -> str | None:
    repaired = re.sub(r"\A(https?):/+", r"\1://", url, flags=re.IGNORECASE)
    return repaired if _looks_absolute(repaired) else None


def _host_of(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def without_amp(path: str) -> str:
    """The path of the ordinary page, where the AMP copy differs by a suffix: `/story-1/amp/`, `story.amp.html`."""
    if match := _AMP_SUFFIX.search(path):
        return path[: match.end("slug")] + ("/" if path.endswith("/") else "")
    return _AMP_EXTENSION.sub(lambda match: match[1] or "", path)


def is_tracking(name: str, value: str) -> bool:
    """Whether a query parameter says where the reader came from and nothing about the page."""
    name = name.lower()
    if name.startswith(_TRACKING_PREFIXES) or name in _TRACKING_NAMES:
        return True
    return name in _CHANNEL_NAMES and value.lower() in _CHANNEL_VALUES


def without_tracking(pairs: Iterable[str]) -> list[str]:
    """Of the raw `name=value` pieces of a query, those that are not tracking, in order."""
    kept = []
    for pair in pairs:
        name, _, value = pair.partition("=")
        if pair and not is_tracking(unquote(name), unquote(value)):
            kept.append(pair)
    return kept
