"""What the newsroom's servers send: article pages with all that stands around an article, and feeds in five formats."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from flows.demo.outlets import Outlet, Report

CONTENT_TYPES = {
    "rss": "application/rss+xml; charset=utf-8",
    "atom": "application/atom+xml; charset=utf-8",
    "rdf": "text/xml",
    "jsonfeed": "application/feed+json",
    "sitemap": "application/xml",
}


def page_path(outlet: Outlet, report: Report) -> str:
    """Where the report lies on its outlet's host; revisions of a report keep the address."""
    day = report.published
    match outlet.layout:
        case "agency":
            return f"/article/{report.id}-{report.number}"
        case "ledger":
            return f"/{day:%Y/%m/%d}/{report.id}"
        case "portal":
            return f"/news.php?id={report.number}"
        case "register":
            return f"/notices/{report.id}"
        case "magazine":
            return f"/p/{report.id}"
        case _:
            return quote(f"/{outlet.section.lower().replace(' ', '-')}/{report.id}.html")


def render_page(outlet: Outlet, report: Report, *, base: str, words: Mapping[str, Any]) -> str:
    """The article's page in the outlet's layout. `base` is the outlet's root address without a slash at the end."""
    url = base + page_path(outlet, report)
    template = _templates().get_template(f"{outlet.layout}.html.j2")
    return template.render(
        outlet=outlet, report=report, url=url, words=words, json_ld=_json_ld(outlet, report, url),
        shown_date=_shown_date(report.published, outlet.language, words),
        updated_date=_shown_date(report.updated, outlet.language, words) if report.updated else "",
    )  # fmt: skip


def render_challenge(outlet: Outlet) -> str:
    """The page of a browser check, as a wall before an outlet shows it to strangers."""
    return _templates().get_template("blocked.html.j2").render(outlet=outlet)


def render_feed(outlet: Outlet, reports: Sequence[Report], *, base: str, at: datetime) -> bytes:
    """The outlet's feed, as sent. A `mislabelled` outlet declares UTF-8 and sends windows-1252."""
    text = _FEEDS[outlet.feed](outlet, reports, base, at)
    if outlet.fault == "mislabelled":
        return text.encode("cp1252", "xmlcharrefreplace")
    return text.encode()


@cache
def _templates() -> Environment:
    loader = PackageLoader("flows.demo", "newsroom/pages")
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True)


def _shown_date(at: datetime, language: str, words: Mapping[str, Any]) -> str:
    month = words["months"][at.month - 1]
    return f"{at.day}. {month} {at.year}" if language == "de" else f"{at.day} {month} {at.year}"


def _json_ld(outlet: Outlet, report: Report, url: str) -> Markup:
    facts: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": report.title,
        "datePublished": report.published.isoformat(),
        "author": [{"@type": "Person", "name": name} for name in report.authors],
        "publisher": {"@type": "Organization", "name": outlet.name},
        "mainEntityOfPage": url,
        "inLanguage": outlet.language,
    }
    if report.is_stub:
        facts["isAccessibleForFree"] = False
    return Markup(json.dumps(facts, ensure_ascii=False).replace("<", "\\u003c"))


def _link(outlet: Outlet, report: Report, base: str) -> str:
    link = base + page_path(outlet, report)
    return f"{link}?utm_source=rss&utm_medium=feed" if outlet.layout == "agency" else link


def _rss(outlet: Outlet, reports: Sequence[Report], base: str, at: datetime) -> str:
    items = []
    for report in reports:
        dated = "" if report.undated else f"<pubDate>{format_datetime(report.published, usegmt=True)}</pubDate>"
        full = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in report.paragraphs)
        content = f"<content:encoded><![CDATA[{full}]]></content:encoded>" if outlet.carries == "full" else ""
        creator = "".join(f"<dc:creator>{escape(name)}</dc:creator>" for name in report.authors)
        items.append(
            f"<item><title>{escape(report.title)}</title><link>{escape(_link(outlet, report, base))}</link>"
            f'<guid isPermaLink="false">{outlet.id}-{report.number}</guid>{dated}{creator}'
            f"<description>{escape(report.lead)}</description>{content}</item>"
        )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>{escape(outlet.name)}</title><link>{base}/</link><description>{escape(outlet.footer)}</description>"
        f"<language>{outlet.language}</language>"
        + "\n".join(items)
        + "</channel></rss>\n"
    )  # fmt: skip


def _atom(outlet: Outlet, reports: Sequence[Report], base: str, at: datetime) -> str:
    entries = []
    for report in reports:
        stamp = (report.updated or report.published).isoformat()
        dated = "" if report.undated else (
            f"<published>{report.published.isoformat()}</published><updated>{stamp}</updated>"
        )  # fmt: skip
        authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in report.authors)
        entries.append(
            f"<entry><title>{escape(report.title)}</title><id>tag:{outlet.id}.example,2026:{report.number}</id>"
            f"<link rel=\"alternate\" href={quoteattr(_link(outlet, report, base))}/>{dated}{authors}"
            f"<summary>{escape(report.lead)}</summary></entry>"
        )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"'
        f' xml:lang="{outlet.language}"><title>{escape(outlet.name)}</title>'
        f"<subtitle>{escape(outlet.footer)}</subtitle><id>{base}/</id>"
        f"<updated>{at.isoformat()}</updated><link rel=\"self\" href=\"{base}{outlet.path}\"/>"
        + "\n".join(entries)
        + "</feed>\n"
    )  # fmt: skip


def _rdf(outlet: Outlet, reports: Sequence[Report], base: str, at: datetime) -> str:
    links = [escape(_link(outlet, report, base)) for report in reports]
    items = [
        f'<item rdf:about="{link}"><title>{escape(report.title)}</title><link>{link}</link>'
        f"<description>{escape(report.lead)}</description>"
        f"<dc:date>{report.published.isoformat()}</dc:date></item>"
        for report, link in zip(reports, links, strict=True)
    ]
    order = "".join(f'<rdf:li rdf:resource="{link}"/>' for link in links)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="{base}/"><title>{escape(outlet.name)}</title><link>{base}/</link>'
        f"<description>{escape(outlet.footer)}</description><items><rdf:Seq>{order}</rdf:Seq></items></channel>"
        + "\n".join(items)
        + "</rdf:RDF>\n"
    )  # fmt: skip


def _jsonfeed(outlet: Outlet, reports: Sequence[Report], base: str, at: datetime) -> str:
    items = [
        {
            "id": str(report.number),
            "url": _link(outlet, report, base),
            "title": report.title,
            "summary": report.lead,
            "content_text": report.lead,
            "date_published": report.published.isoformat(),
            "authors": [{"name": name} for name in report.authors],
        }
        for report in reports
    ]
    feed = {
        "version": "https://jsonfeed.org/version/1.1", "title": outlet.name, "home_page_url": f"{base}/",
        "description": outlet.footer, "language": outlet.language, "items": items,
    }  # fmt: skip
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _sitemap(outlet: Outlet, reports: Sequence[Report], base: str, at: datetime) -> str:
    rows = [
        f"<url><loc>{escape(_link(outlet, report, base))}</loc><news:news><news:publication>"
        f"<news:name>{escape(outlet.name)}</news:name><news:language>{outlet.language}</news:language>"
        f"</news:publication><news:publication_date>{report.published.isoformat()}</news:publication_date>"
        f"<news:title>{escape(report.title)}</news:title></news:news></url>"
        for report in reports
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        ' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">' + "\n".join(rows) + "</urlset>\n"
    )


_FEEDS = {"rss": _rss, "atom": _atom, "rdf": _rdf, "jsonfeed": _jsonfeed, "sitemap": _sitemap}
