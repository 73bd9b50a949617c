"""Documents bent out of shape: cut, spliced, repeated, with tokens that parsers stumble over. Seeded, so repeatable."""

from __future__ import annotations

import random
from collections.abc import Sequence

_TOKENS = (
    b"<", b">", b"&", b";", b'"', b"'", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<!DOCTYPE x [", b"<!ENTITY a 'b'>",
    b"&a;", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1f\x8b\x08", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"&#0;",
    b"&#xD800;", b"&#99999999;", b"<?xml version='1.0' encoding='utf-16'?>", b"<item>", b"</item>", b"<entry>",
    b"<rss>", b"<feed>", b"xml:base='http://[::1'", b"://", b"http://[", b"%", b"%00", b"\r\n", b"\xe2\x80\xae",
    b"2026-02-30", b"99999999999999", b"-0", b"1e999", b"NaN", b"null", b"[", b"{", b"}", b"]", b",", b"\\u0000",
    b"\\ud800", b"*", b"$", b"Disallow:",
)  # fmt: skip
MAX_BYTES = 60_000


def mutated(seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """One seed after one to eight random changes, at most 60 KB long."""
    data = bytearray(rng.choice(seeds)[:MAX_BYTES])
    for _ in range(rng.randint(1, 8)):
        at = rng.randrange(len(data) + 1)
        length = min(rng.choice((1, 2, 5, 20, 100, 1000)), len(data) - at)
        match rng.randrange(8):
            case 0:
                del data[at : at + length]
            case 1:
                data[at:at] = rng.choice(_TOKENS)
            case 2:
                data[at:at] = data[at : at + length] * rng.choice((1, 2, 10))
            case 3:
                other = rng.choice(seeds)
                start = rng.randrange(len(other) + 1)
                data[at:at] = other[start : start + rng.choice((10, 100, 2000))]
            case 4:
                for n in range(at, at + min(length, 20)):
                    data[n] ^= 1 << rng.randrange(8)
            case 5:
                data[at : at + length] = rng.choice(_TOKENS) * rng.choice((1, 3, 200))
            case 6:
                del data[at:]
            case _:
                token = rng.choice(_TOKENS)
                data = data.replace(rng.choice(_TOKENS), token, rng.randint(1, 3))
    return bytes(data[:MAX_BYTES])
