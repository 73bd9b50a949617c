"""Whether a likeness in other words has company: what is a copy of a report is like that report's other copies too.

Posts of one series share an appeal or a paragraph. One copy of the one, reworded by chance towards the other, may look
like a paraphrase of it, and a single such pair would join two groups that have nothing else in common. What stands in
another text word for word needs no company: there the words themselves are the proof.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

COMPANY: Final = 1 / 3  # of the partners that the one with fewer has, so many must be the other's partners too
FEWEST: Final = 2  # partners, besides each other, below which there is nothing to go by

Pair = tuple[str, str]


def lonely_pairs(found: Mapping[Pair, str]) -> frozenset[Pair]:
    """The paraphrases, of pairs with their relations, whose articles both have other partners and hardly one in common.

    A merge of two reports has company on both sides: all partners of the one report are its partners too.
    """
    partners: dict[str, set[str]] = defaultdict(set)
    for a, b in found:
        partners[a].add(b)
        partners[b].add(a)
    lonely = []
    for (a, b), relation in found.items():
        if relation == "paraphrase":
            of_a, of_b = partners[a] - {b}, partners[b] - {a}
            fewer = min(len(of_a), len(of_b))
            if fewer >= FEWEST and len(of_a & of_b) < COMPANY * fewer:
                lonely.append((a, b))
    return frozenset(lonely)


def strangers(compared: Iterable[str], found: Mapping[str, str], roots: Mapping[str, str]) -> frozenset[str]:
    """Of the articles that one is like (`found`, with the relations): paraphrases to members of a group whose original
    was compared and is not like it, and of whose compared members less than a third are.

    `compared` are the ids of all it was compared with; `roots` lead from copy to original.
    """
    groups: dict[str, list[str]] = defaultdict(list)
    for other in compared:
        groups[roots.get(other, other)].append(other)
    apart: list[str] = []
    for root, members in groups.items():
        like = [m for m in members if m in found]
        if root in members and root not in found and len(members) > FEWEST and len(like) < COMPANY * len(members):
            apart += [m for m in like if found[m] == "paraphrase"]
    return frozenset(apart)
