"""Whether a likeness in other words has company: what is a copy of a report is like that report's other copies too.

Posts of one series share an appeal or a paragraph. One copy of the one, reworded by chance towards the other, may look
like a paraphrase of it, and a single such pair would join two groups that have nothing else in common. What stands in
another text word for word needs no company: there the words themselves are the proof.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

COMPANY: Final = 1 / 3  # of the pairs between two groups so many must hold for them to be one
FEWEST: Final = 2  # compared members of a group besides which there is too little to go by

Pair = tuple[str, str]
Found = Mapping[Pair, tuple[float, str]]  # of each pair that was judged a copy: probability and relation


def lonely_pairs(found: Found) -> frozenset[Pair]:
    """The paraphrases that would join two groups which have hardly another pair in common.

    A pair stays where one of its articles stands word for word in, or has word for word, a member of the other's group:
    a merge of two reports is a copy of both.
    """
    group = find_groups(found)
    tied = {tie for (a, b), (_, relation) in found.items() if relation != "paraphrase"
            for tie in ((a, group[b]), (b, group[a]))}  # fmt: skip
    return frozenset(
        (a, b)
        for (a, b), (_, relation) in found.items()
        if relation == "paraphrase" and group[a] != group[b]
        and (a, group[b]) not in tied and (b, group[a]) not in tied
    )  # fmt: skip


def find_groups(found: Found) -> dict[str, str]:
    """For each article its group, named by a member: the surest pairs join first, and two groups become one only if a
    third of the pairs between them hold (average linkage, Sokal and Michener 1958)."""
    partners: dict[str, set[str]] = defaultdict(set)
    for a, b in found:
        partners[a].add(b)
        partners[b].add(a)
    group = {article: article for article in partners}
    members = {article: {article} for article in partners}
    for a, b in sorted(found, key=lambda pair: (-round(found[pair][0], 3), pair)):
        small, large = sorted((group[a], group[b]), key=lambda g: (len(members[g]), g))
        if small == large:
            continue
        holding = sum(len(partners[m] & members[large]) for m in members[small])
        if holding >= COMPANY * len(members[small]) * len(members[large]):
            for member in members[small]:
                group[member] = large
            members[large] |= members.pop(small)
    return group


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
