"""Markup and text from strangers, made safe: for a title, for a mail or page, for a terminal."""

from __future__ import annotations

import html
import re

import nh3

# Elements after which a reader would see a space or line break.
_BREAKING = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend", "li",
    "main", "nav", "ol", "option", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead",
    "tr", "ul",
})  # fmt: skip
# Elements whose content is not text for a reader.
_SILENT = frozenset(("script", "style", "template", "noembed", "noframes", "iframe", "svg", "math", "object", "select"))
_TAG_NAME = re.compile(r"</?([A-Za-z][A-Za-z0-9:_-]{0,40})(?=[\s/>])")
_QUOTED_TAG = re.compile(r"""<[^>"']*+(?:"[^"]*+"[^>"']*+|'[^']*+'[^>"']*+)*+>""")
_MAX_TAG_CHARS = 4000
# How often a tag may have unbalanced quotes before quotes are no longer looked at: keeps the time linear.
_MAX_BAD_TAGS = 50
# Controls but for tab and line breaks; C1; bidi embeddings, overrides and isolates; marks that only hide.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BIDI = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_HIDDEN = re.compile(r"[\u00ad\u200b\u2060\ufeff\U000e0000-\U000e007f]")
_ESCAPE_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]{0,64}[ -/]{0,16}[@-~]?|[\]PX^_][^\x07\x1b\x9c]{0,4096}(?:\x07|\x1b\\|\x9c)?|[ -/]{0,4}[0-~]?)"
    r"|\x9b[0-?]{0,64}[ -/]{0,16}[@-~]?"
)

_ALLOWED: dict[str, set[str]] = {
    "a": {"href", "title"}, "abbr": {"title"}, "b": set(), "blockquote": set(), "br": set(), "cite": set(),
    "code": set(), "dd": set(), "del": set(), "dl": set(), "dt": set(), "em": set(), "figcaption": set(),
    "h2": set(), "h3": set(), "h4": set(), "hr": set(), "i": set(), "ins": set(), "li": set(), "mark": set(),
    "ol": set(), "p": set(), "pre": set(), "q": set(), "s": set(), "small": set(), "strong": set(), "sub": set(),
    "sup": set(), "table": set(), "tbody": set(), "td": set(), "th": set(), "thead": set(), "tr": set(), "u": set(),
    "ul": set(),
}  # fmt: skip


def plain_text(markup: str) -> str:
    """The text that a reader of the markup sees, on one line; control and bidi codes dropped, entities resolved.

    Takes time linear in the length whatever the markup looks like. Unknown tags count as markup, a `<` that starts
    no tag as text. The result may contain `<`: it is text, to be escaped again wherever markup is expected.
    """
    if "<" in markup:
        markup = _without_tags(markup)
    if "&" in markup:
        markup = html.unescape(markup)
    return one_line(markup)


def one_line(text: str) -> str:
    """The text with white space collapsed and without controls, bidi codes and hidden characters."""
    line = " ".join(text.split())
    if line.isprintable():  # no control and no format character in it
        return line
    return " ".join(_HIDDEN.sub("", _BIDI.sub("", _CONTROLS.sub(" ", line))).split())


def _without_tags(markup: str) -> str:
    out: list[str] = []
    at = bad_tags = 0
    never_closed: set[str] = set()
    while (start := markup.find("<", at)) >= 0:
        out.append(markup[at:start])
        if markup.startswith("<!--", start):
            at = _after(markup, "-->", start + 4)
        elif markup.startswith("<![CDATA[", start):
            at = _after(markup, "]]>", start)
            out.append(markup[start + 9 : at].removesuffix("]]>"))
        elif markup[start + 1 : start + 2] in ("!", "?"):
            at = _after(markup, ">", start)
        elif name_match := _TAG_NAME.match(markup, start):
            name = name_match[1].lower()
            end = markup.find(">", start)
            if end < 0:
                break
            if bad_tags < _MAX_BAD_TAGS and ('"' in (tag := markup[start:end]) or "'" in tag):
                whole = _QUOTED_TAG.match(markup, start, start + _MAX_TAG_CHARS)
                end = whole.end() - 1 if whole else end
                bad_tags += whole is None
            at = end + 1
            if name in _SILENT and markup[start + 1] != "/" and markup[end - 1] != "/" and name not in never_closed:
                close = _close_of(markup, name, at)
                if close < 0:
                    never_closed.add(name)
                at = max(at, close)
            if name in _BREAKING:
                out.append(" ")
        else:
            out.append("<")
            at = start + 1
    else:
        out.append(markup[at:])
    return "".join(out)


def _after(markup: str, mark: str, at: int) -> int:
    end = markup.find(mark, at)
    return len(markup) if end < 0 else end + len(mark)


def _close_of(markup: str, name: str, at: int) -> int:
    """Where the content of a silent element ends; -1 if it is never closed: then it hides nothing."""
    ends = [end for form in (f"</{name}", f"</{name.upper()}") if (end := markup.find(form, at)) >= 0]
    return min(ends, default=-1)


def safe_html(markup: str) -> str:
    """The markup reduced to an allow-list: text structure and absolute http(s) links; no images, styles, scripts.

    Links get rel="noopener noreferrer nofollow". Idempotent. Bidi codes and controls are dropped.
    """
    text = _BIDI.sub("", _CONTROLS.sub("", markup))
    return nh3.clean(
        text,
        tags=set(_ALLOWED),
        attributes={tag: names for tag, names in _ALLOWED.items() if names},
        url_schemes={"http", "https"},
        url_relative="deny",
        link_rel="noopener noreferrer nofollow",
        strip_comments=True,
        clean_content_tags={"script", "style"},
    )


def terminal_safe(text: str) -> str:
    """The text without anything that a terminal would obey: escape sequences, controls, bidi overrides.

    Line breaks and tabs stay. Text that only looks like an escape sequence (no ESC before it) stays.
    """
    text = _ESCAPE_SEQUENCE.sub("", text)
    return _HIDDEN.sub("", _BIDI.sub("", _CONTROLS.sub("", text))).replace("\u2028", "\n").replace("\u2029", "\n")
