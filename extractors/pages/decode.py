"""Bytes to text, whatever the server or the page claims about the encoding."""

from __future__ import annotations

import codecs
import re

from resiliparse.parse.encoding import detect_encoding

from extractors.model import FetchedPage

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_META_CHARSET = re.compile(rb"<meta[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_UNPARSABLE = dict.fromkeys([*range(0, 9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF])
# Browsers read these names as the larger Windows sets (WHATWG Encoding Standard, labels table).
_ALIASES = {"iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "ascii": "cp1252", "us-ascii": "cp1252",
            "iso-8859-9": "cp1254", "gb2312": "gb18030", "gbk": "gb18030", "ks_c_5601-1987": "cp949",
            "euc-kr": "cp949", "shift_jis": "cp932", "x-sjis": "cp932", "tis-620": "cp874"}  # fmt: skip
_HEAD_BYTES = 8192


def decode_page(page: FetchedPage) -> str:
    """The body as text without control characters and lone surrogates; what cannot be decoded becomes U+FFFD.

    Order of belief: byte order mark; valid UTF-8 (nothing else looks like it by chance); the header's charset, the
    page's own, where they decode without error; a guess from the bytes.
    """
    return decode_bytes(page.body, declared=charset_of(page.header("content-type") or ""))


def decode_roughly(page: FetchedPage) -> str:
    """`decode_page`, in a third of its time, for a look at the page: control characters and repairs are left out."""
    body = page.body
    if not is_wide(body):
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
    return decode_page(page)


def is_wide(body: bytes) -> bool:
    """Whether characters seem to take two bytes or four: UTF-16 or UTF-32, in which ASCII's bytes are not its own."""
    return b"\x00" in body[:512] or body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))


def decode_bytes(body: bytes, *, declared: str | None = None) -> str:
    """See `decode_page`; `declared` is the header's charset, if any."""
    if b"\x00" not in body[:512] and not body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        # Deleting bytes is much faster than looking for characters; all encodings but UTF-16 and -32 keep ASCII's.
        try:
            text = body.translate(None, _CONTROL_BYTES).decode("utf-8-sig")
        except UnicodeDecodeError:
            pass
        else:
            if "\ufffe" in text or "\uffff" in text:
                text = text.translate(_UNPARSABLE)
            return text if text.isascii() else repair_twice_encoded(text)
    return repair_twice_encoded(clean_characters(_decode(body, declared)))


def clean_characters(text: str) -> str:
    """The text without NUL, control characters and lone surrogates, which lxml and DuckDB refuse."""
    # Thirty searches for one character are much faster than one search for thirty.
    if any(c in text for c in _CONTROL_CHARACTERS) or (not text.isascii() and _SURROGATE.search(text)):
        return text.translate(_UNPARSABLE)
    return text


_CONTROL_CHARACTERS = tuple(chr(c) for c in _UNPARSABLE if c < 32 or c > 0xFFFD)
_SURROGATE = re.compile("[\ud800-\udfff]")


def repair_twice_encoded(text: str) -> str:
    """The text with UTF-8 that was read as Latin-1 and encoded again put right (`â\x80\x99` becomes `’`).

    Only sequences with a C1 control character are touched: those never stand in a text on purpose.
    """
    # Single characters are found ten times as fast as pairs, and hardly any page has one of these.
    if any(char in text for char in _TWICE_SECONDS) and any(sign in text for sign in _TWICE_SIGNS):
        return _TWICE.sub(_decode_again, text)
    return text


# The beginnings of a curly quote or dash, and the letters É, Ä, Ö, Ü, ß, encoded twice.
_CONTROL_BYTES = bytes([*range(9), 11, 12, *range(14, 32)])
_TWICE_SIGNS = ("\xe2\x80", "\xc3\x89", "\xc3\x84", "\xc3\x96", "\xc3\x9c", "\xc3\x9f")
_TWICE_SECONDS = "\x80\x84\x89\x96\x9c\x9f"  # the second characters of the signs
_TWICE = re.compile("[\xc2-\xdf][\x80-\x9f]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")


def _decode_again(found: re.Match[str]) -> str:
    try:
        return found.group().encode("latin-1").decode("utf-8")
    except UnicodeDecodeError:
        return found.group()


def charset_of(content_type: str) -> str | None:
    """The charset parameter of a Content-Type, None without one."""
    found = _HEADER_CHARSET.search(content_type)
    return found.group(1) if found else None


def _decode(body: bytes, declared: str | None) -> str:
    for bom, name in _BOMS:
        if body.startswith(bom):
            return body.decode(name, "replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    found = _META_CHARSET.search(body[:_HEAD_BYTES])
    in_page = found.group(1).decode("ascii", "replace") if found else None
    candidates = [c for c in (_codec(declared), _codec(in_page)) if c]
    for name in candidates:
        if name != "utf-8":
            try:
                return body.decode(name)
            except UnicodeDecodeError:
                continue
    text = body.decode("utf-8", "replace")
    # A few broken bytes (a cut in the middle of a character, one foreign advertisement) do not make it another set.
    if text.count("\ufffd") * 200 <= sum(byte >= 0x80 for byte in body):
        return text
    for guess in (_codec(detect_encoding(body[:65536])), *candidates):
        if guess and guess != "utf-8":
            return body.decode(guess, "replace")
    return text


def _codec(name: str | None) -> str | None:
    """The Python codec for a charset label, None if there is none."""
    if not name:
        return None
    label = name.strip().lower()
    try:
        return codecs.lookup(_ALIASES.get(label, label)).name
    except LookupError:
        return None
