"""Content-Encoding undone within bounds: gzip, deflate, br, zstd (RFC 9110 section 8.4)."""

from __future__ import annotations

import zlib

import brotli  # type: ignore[import-untyped]
import zstandard

# Windows beyond 8 MB need not be supported (RFC 9659); a larger one only costs memory.
_ZSTD_WINDOW = 8 * 2**20
_ZSTD_PIECE = 256
_MAX_CODINGS = 2
ACCEPTED = "gzip, deflate, br, zstd"


class TooLarge(Exception):
    """The content would be larger than allowed."""


class BadEncoding(Exception):
    """The content is not what its Content-Encoding says."""


def decompress(body: bytes, encoding: str | None, *, max_bytes: int) -> bytes:
    """The content as it was before encoding, at most `max_bytes` long.

    Never holds more than about twice `max_bytes`. Raises TooLarge, or BadEncoding for an unknown, broken or cut
    encoding, or more than two on top of one another.
    """
    codings = [name.strip().lower() for name in (encoding or "").split(",") if name.strip()]
    if len(codings) > _MAX_CODINGS:
        raise BadEncoding("more than two encodings on top of one another")
    for coding in reversed(codings):
        if not body or coding == "identity":
            continue
        if coding in ("gzip", "x-gzip"):
            body = _gzip(body, max_bytes)
        elif coding == "deflate":
            body = _deflate(body, max_bytes)
        elif coding == "br":
            body = _brotli(body, max_bytes)
        elif coding == "zstd":
            body = _zstd(body, max_bytes)
        else:
            raise BadEncoding(f"unknown encoding {coding[:40]!r}")
        if len(body) > max_bytes:
            raise TooLarge
    return body


def _gzip(body: bytes, max_bytes: int) -> bytes:
    if body[:2] != b"\x1f\x8b":
        return body  # the header lies; some servers do that for bodies that they did not pack
    out = b""
    for _ in range(64):  # members
        unpacker = zlib.decompressobj(wbits=31)
        out += _inflate(unpacker, body, max_bytes - len(out))
        if not unpacker.eof:
            raise BadEncoding("the gzip data is cut off")
        body = unpacker.unused_data
        if body[:2] != b"\x1f\x8b":
            break  # trailing padding is common and harmless
    return out


def _deflate(body: bytes, max_bytes: int) -> bytes:
    for wbits in (15, -15):  # zlib, as the standard says; raw deflate, as some servers send
        unpacker = zlib.decompressobj(wbits=wbits)
        try:
            out = _inflate(unpacker, body, max_bytes)
        except BadEncoding:
            continue
        if unpacker.eof:
            return out
    raise BadEncoding("the deflate data is broken or cut off")


def _inflate(unpacker: zlib._Decompress, body: bytes, max_bytes: int) -> bytes:
    try:
        out = unpacker.decompress(body, max(max_bytes, 0) + 1)
    except zlib.error as error:
        raise BadEncoding(str(error)) from error
    if len(out) > max_bytes:
        raise TooLarge
    return out


def _brotli(body: bytes, max_bytes: int) -> bytes:
    unpacker = brotli.Decompressor()
    out: list[bytes] = []
    size = 0
    piece = body
    try:
        while True:
            chunk = unpacker.process(piece, output_buffer_limit=65_536)
            size += len(chunk)
            out.append(chunk)
            if size > max_bytes:
                raise TooLarge
            if unpacker.is_finished():
                return b"".join(out)
            if unpacker.can_accept_more_data() and not chunk:
                raise BadEncoding("the brotli data is cut off")
            piece = b""
    except brotli.error as error:
        raise BadEncoding(str(error)) from error


def _zstd(body: bytes, max_bytes: int) -> bytes:
    out = bytearray()
    try:
        while body:
            unpacker = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
            # A block of four bytes may unpack to 128 KB: in small pieces, so that a bomb is noticed early.
            for start in range(0, len(body), _ZSTD_PIECE):
                out += unpacker.decompress(body[start : start + _ZSTD_PIECE])
                if len(out) > max_bytes:
                    raise TooLarge
                if unpacker.eof:
                    body = unpacker.unused_data + body[start + _ZSTD_PIECE :]
                    break
            else:
                raise BadEncoding("the zstd data is cut off")
    except zstandard.ZstdError as error:
        raise BadEncoding(str(error)) from error
    return bytes(out)
