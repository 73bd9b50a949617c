"""Furniture of a site: sentences that unlike articles of one site have in common. Never counted across sites.

A wire report on sixty sites is not furniture: its sentences stand beside each other every time, so that the articles
that carry them are alike.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from warehouse.dedupe.arrays import Array, distinct
from warehouse.dedupe.reading import Reading

MOST_CARRIERS = 24
FEWEST_TOLD = 3  # sentences, so that a line or two in common do not count as a report
LEAST_KEPT = 0.08  # an article of furniture alone is judged as it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Carrier:
    """What must be known of an article to find the furniture of its site: its sentences as sorted distinct hashes, and
    the stems of its title."""

    site: str
    sentences: Array
    title: Array


def carrier_of(r: Reading) -> Carrier:
    """What counts of a reading."""
    return Carrier(site=r.site, sentences=distinct(r.sentence_hashes), title=r.title_words.stem)


def find_boilerplate(readings: Iterable[Reading], *, articles: int = 3) -> dict[str, Array]:
    """`find_furniture` of readings."""
    return find_furniture(map(carrier_of, readings), articles=articles)


def find_furniture(carriers: Iterable[Carrier], *, articles: int = 3) -> dict[str, Array]:
    """For each site the hashes of the sentences that at least `articles` unlike articles of it carry, sorted."""
    by_site: dict[str, list[Carrier]] = defaultdict(list)
    for carrier in carriers:
        if carrier.site:
            by_site[carrier.site].append(carrier)
    found = {site: _of_site(group, articles) for site, group in by_site.items() if len(group) >= articles}
    furniture = {site: hashes for site, hashes in found.items() if len(hashes)}
    every = [carrier for group in by_site.values() for carrier in group]
    return {site: _without_reports(site, furniture, every) for site in furniture}


def _without_reports(site: str, furniture: Mapping[str, Array], carriers: Sequence[Carrier]) -> Array:
    """The furniture of a site without what is most of a report elsewhere: three articles that reprint it with other
    material are unlike each other, and yet it is no furniture. What is furniture there too stays out of account."""
    hashes = furniture[site]
    sizes = np.array([len(carrier.sentences) for carrier in carriers])
    hit = np.isin(np.concatenate([carrier.sentences for carrier in carriers]), hashes)
    shared = np.bincount(np.repeat(np.arange(len(carriers)), sizes)[hit], minlength=len(carriers))
    told: list[Array] = []
    for i in np.flatnonzero((shared >= FEWEST_TOLD) & (2 * shared > sizes)).tolist():
        carrier = carriers[i]
        if carrier.site != site:
            both = np.intersect1d(carrier.sentences, hashes, assume_unique=True)
            both = np.setdiff1d(both, furniture.get(carrier.site, both[:0]), assume_unique=True)
            if len(both) >= FEWEST_TOLD and 2 * len(both) > len(carrier.sentences):
                told.append(both)
    return np.setdiff1d(hashes, np.concatenate(told)) if told else hashes


def keep_words(r: Reading, furniture: Mapping[str, Array]) -> Array:
    """For each word of an article whether it counts: False in the furniture of its site."""
    known = furniture.get(r.site)
    if known is None or len(known) == 0 or len(r.words) == 0:
        return np.ones(len(r.words), dtype=bool)
    hit = np.isin(r.sentence_hashes, known)
    numbers = np.unique(r.words.sentence)
    dropped = np.zeros(int(numbers[-1]) + 1, dtype=bool)
    dropped[numbers] = hit
    keep = ~dropped[r.words.sentence]
    return keep if keep.mean() >= LEAST_KEPT else np.ones(len(r.words), dtype=bool)


def _of_site(group: Sequence[Carrier], articles: int) -> Array:
    hashes = [carrier.sentences for carrier in group]
    every = np.concatenate(hashes)
    owner = np.repeat(np.arange(len(group)), [len(h) for h in hashes])
    order = np.argsort(every, kind="stable")
    every, owner = every[order], owner[order]
    starts = np.flatnonzero(np.concatenate(([True], every[1:] != every[:-1]))) if len(every) else np.empty(0, int)
    ends = np.append(starts[1:], len(every))
    found = [
        every[start]
        for start, end in zip(starts, ends, strict=True)
        if end - start >= articles and _unlike(owner[start:end], group, articles)
    ]
    return np.array(found, dtype=np.uint64)


def _unlike(carriers: Array, group: Sequence[Carrier], articles: int) -> bool:
    """Whether at least `articles` of the carriers tell different things, likeness passed on from one to the next.

    A report, two merges with it and its trims are one thing, although the merges are unlike each other. Of very many
    carriers 24 are looked at.
    """
    chosen = carriers[:MOST_CARRIERS].tolist()
    parent = list(range(len(chosen)))

    def root(x: int) -> int:
        while parent[x] != x:
            x = parent[x]
        return x

    for x, i in enumerate(chosen):
        for y in range(x):
            if root(x) != root(y) and _alike(group[i], group[chosen[y]]):
                parent[root(x)] = root(y)
    return len({root(x) for x in range(len(chosen))}) >= articles


def _alike(a: Carrier, b: Carrier) -> bool:
    both = len(np.intersect1d(a.sentences, b.sentences, assume_unique=True))
    shared = both / max(1, min(len(a.sentences), len(b.sentences)))
    if shared > 0.85:
        return True
    return shared > 0.5 and bool(np.isin(a.title, b.title).mean() > 0.15 if len(a.title) else True)
