"""A response body made ready for a feed reader: unpacked, decoded, and harmless to an XML parser."""

from __future__ import annotations

import codecs
import html.entities
import re
import zlib
from dataclasses import dataclass
from typing import Literal

BodyKind = Literal["xml", "json", "html", "other"]

MAX_FEED_BYTES = 15_000_000
MAX_DEPTH = 200

# Declared names that stand for a larger encoding in practice (WHATWG Encoding Standard, section 4.2).
_IN_PRACTICE = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932", "big5": "big5hkscs",
}  # fmt: skip
# Encodings whose bytes are also valid UTF-8: here only the declaration tells.
_SEVEN_BIT = ("iso2022", "hz", "utf_7", "utf-7", "cp037", "cp500", "cp1140", "cp1026", "cp424", "cp273")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_PATTERNS = (
    (b"<\x00\x00\x00", "utf-32-le"), (b"\x00\x00\x00<", "utf-32-be"), (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"),
    (b"{\x00", "utf-16-le"), (b"\x00{", "utf-16-be"), (b"\x4c\x6f\xa7\x94", "cp037"),
)  # fmt: skip
_DECLARATION = re.compile(r"\s*<\?xml\b[^>]{0,300}?\?>", re.IGNORECASE)
_DECLARED = re.compile(rb"""<\?xml\b[^>]{0,200}?encoding\s*=\s*["']\s*([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
_META = re.compile(rb"""<meta\b[^>]{0,300}?charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
_HEADER_CHARSET = re.compile(r"""charset\s*=\s*["']?\s*([A-Za-z0-9._:-]{2,40})""", re.IGNORECASE)
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_HTML_START = re.compile(
    r"(?:<!--(?:(?!-->)[\s\S]){0,2000}?-->\s*|<\?[^>]{0,500}>\s*){0,8}<(?:!doctype\s+html|html|head|body|script|meta)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedText:
    """A body as text: what it looks like, and whether characters had to be dropped or guessed."""

    text: str
    kind: BodyKind
    intact: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """Why a body cannot be read: a problem's code and one sentence."""

    code: str
    detail: str


def read_body(body: bytes, *, content_type: str | None, max_bytes: int = MAX_FEED_BYTES) -> FeedText | Unreadable:
    """The body as text without byte order mark, XML declaration, controls, or leading junk.

    A gzip file that is sent without Content-Encoding is unpacked. `max_bytes` bounds the unpacked size.
    """
    unpacked = _unpack(body, max_bytes)
    if isinstance(unpacked, Unreadable):
        return unpacked
    text, intact = decode(unpacked, content_type=content_type)
    if _NOT_XML.search(text):
        intact = False
        text = _NOT_XML.sub("", text)
    text = _DECLARATION.sub("", text.lstrip("\ufeff \t\r\n"), count=1).lstrip()
    if not text:
        return Unreadable(code="empty-body", detail="The server sent nothing.")
    kind = _kind_of(text)
    if kind == "xml" and text[:1] != "<":
        text, intact = text[text.index("<") :], False
        text = _DECLARATION.sub("", text, count=1).lstrip()
    return FeedText(text=text, kind=kind, intact=intact)


def _unpack(body: bytes, max_bytes: int) -> bytes | Unreadable:
    too_large = Unreadable(code="too-large", detail=f"The feed is larger than {max_bytes:,} bytes.")
    for _ in range(3):
        if len(body) > max_bytes:
            return too_large
        if body[:3] != b"\x1f\x8b\x08":
            return body
        unpacker = zlib.decompressobj(wbits=31)
        try:
            body = unpacker.decompress(body, max_bytes + 1)
        except zlib.error as error:
            return Unreadable(code="bad-encoding", detail=f"The gzip data is broken: {error}.")
    return Unreadable(code="bad-encoding", detail="The feed is packed more than twice.")


def decode(body: bytes, *, content_type: str | None) -> tuple[str, bool]:
    """The body as text, and whether that took no guessing.

    A byte order mark decides; then valid UTF-8 with characters beyond ASCII, which hardly happens by chance; then the
    XML declaration; then the Content-Type. What fits none is read as UTF-8 with stray bytes as Windows-1252.
    """
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace"), True
    for start, encoding in _PATTERNS:
        if body.startswith(start):
            return body.decode(encoding, "replace"), True
    declared = [m[1].decode("ascii") for m in (_DECLARED.search(body[:400]), _META.search(body[:2000])) if m]
    if content_type and (match := _HEADER_CHARSET.search(content_type)):
        declared.append(match[1])
    names = [name for raw in declared if (name := _codec(raw))]
    seven_bit = next((codec for codec in names if codec.startswith(_SEVEN_BIT)), None)
    if seven_bit:
        return body.decode(seven_bit, "replace"), True
    try:
        return body.decode("utf-8"), True
    except UnicodeDecodeError:
        pass
    for codec in names:
        if codec in ("utf-8", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
            continue  # had its chance, or contradicts the first bytes
        text = body.decode(codec, "byte_as_is" if codec.startswith("cp125") else "replace")
        if text.count("\ufffd") * 50 <= len(text):
            return text, "\ufffd" not in text
    return body.decode("utf-8", "byte_as_is"), False


def _codec(name: str) -> str | None:
    try:
        found = codecs.lookup(name.strip().lower().removeprefix("x-")).name
        "".encode(found)  # rules out codecs that are not text encodings
    except (LookupError, UnicodeError, TypeError):
        return None
    return _IN_PRACTICE.get(found, found)


def _byte_as_is(error: UnicodeError) -> tuple[str, int]:
    """Bytes that fit no encoding, read as Windows-1252 or, where that has none, as the control of the same number."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    bad = error.object[error.start : error.end]
    return "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in bad), error.end


codecs.register_error("byte_as_is", _byte_as_is)


def _kind_of(text: str) -> BodyKind:
    start = text[:2000].lstrip()
    if start[:1] in ("{", "["):
        return "json"
    if _HTML_START.match(start):
        return "html"
    head = text[:4000]
    if re.search(r"<(?:[A-Za-z_][\w.-]*:)?(?:rss|feed|rdf|channel|urlset|sitemapindex|entry)\b", head, re.IGNORECASE):
        return "xml"
    if re.search(r"<(?:html|head|body|title|div)\b", head, re.IGNORECASE):
        return "html"
    return "xml" if "<" in head else "other"


_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_ENTITY = re.compile(r"""<!ENTITY\s+(\w{1,40})\s+(?:"([^"&%<]{0,64})"|'([^'&%<]{0,64})')\s*>""")
_REFERENCE = re.compile(r"&(#?[0-9A-Za-z_]{1,40});")
_MAX_ENTITIES = 300


def without_doctype(text: str) -> str:
    """The document without its DOCTYPE; short harmless entities that it declared are put in where they are used.

    No parser after this sees an entity declaration, so none can be expanded to more than 64 characters, nested, or
    read from outside (CVE-2003-1564 and its kin). References to what was dropped stay as they are.
    """
    start = _DOCTYPE.search(text[:100_000])
    if not start:
        return text
    end, subset = _doctype_end(text, start.end())
    rest = text[: start.start()] + text[end:]
    declared: dict[str, str] = {name: a or b for name, a, b in _ENTITY.findall(subset)[:_MAX_ENTITIES]}
    if not declared:
        return rest
    return _REFERENCE.sub(lambda m: _as_xml(declared[m[1]]) if m[1] in declared else m[0], rest)


def _as_xml(value: str) -> str:
    return value.replace("<", "&lt;")


def _doctype_end(text: str, at: int) -> tuple[int, str]:
    """Where the DOCTYPE ends, and its internal subset."""
    close = text.find(">", at)
    open_bracket = text.find("[", at)
    if open_bracket < 0 or (0 <= close < open_bracket):
        return (close + 1 if close >= 0 else len(text)), ""
    bracket = re.compile(r"\]\s*>").search(text, open_bracket)
    if not bracket:
        return len(text), ""
    return bracket.end(), text[open_bracket + 1 : bracket.start()]


_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6});)([A-Za-z][A-Za-z0-9]{1,31};)?")
_NUMERIC_REFERENCE = re.compile(r"&#(?:[xX]([0-9A-Fa-f]{1,6})|([0-9]{1,7}));")


def repaired(text: str) -> str:
    """The document with what most often breaks an XML parser mended, outside of CDATA sections: bare ampersands, HTML
    entities that XML does not know, references to characters that XML forbids."""
    out: list[str] = []
    at = 0
    while (start := text.find("<![CDATA[", at)) >= 0:
        out.append(_mend(text[at:start]))
        end = text.find("]]>", start)
        if end < 0:
            out.append(text[start:])
            return "".join(out)
        out.append(text[start : end + 3])
        at = end + 3
    out.append(_mend(text[at:]))
    return "".join(out)


def _mend(text: str) -> str:
    if "&" not in text:
        return text
    text = _AMPERSAND.sub(_known_entity, text)
    return _NUMERIC_REFERENCE.sub(_allowed_reference, text) if "&#" in text else text


def _known_entity(match: re.Match[str]) -> str:
    name = match[1] or ""
    known = html.entities.html5.get(name) if name else None
    return known if known else f"&amp;{name}"


def _allowed_reference(match: re.Match[str]) -> str:
    number = int(match[1], 16) if match[1] else int(match[2])
    if 0x80 <= number <= 0x9F:  # meant as Windows-1252
        return bytes([number]).decode("cp1252", "ignore")
    return match[0] if number <= 0x10FFFF and not _NOT_XML.match(chr(number)) else ""


_ELEMENT_TAG = re.compile(r"<(/?)[A-Za-z_][^<>]*?(/?)>")


def flattened(text: str, limit: int = MAX_DEPTH) -> str:
    """The document without the tags that nest deeper than `limit`; their text stays. The same string if none does."""
    if text.count("<") <= limit:
        return text
    depth = 0
    out: list[str] = []
    kept_from = 0
    for match in _ELEMENT_TAG.finditer(text):
        if match[2]:
            continue
        if match[1]:
            too_deep = depth > limit
            depth = max(0, depth - 1)
        else:
            depth += 1
            too_deep = depth > limit
        if too_deep:
            out.append(text[kept_from : match.start()])
            kept_from = match.end()
    if not out:
        return text
    out.append(text[kept_from:])
    return "".join(out)
