"""`sovwatch dedupe`: is one article a copy of another, and what says so."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.table import Table
from rich.text import Text

from extractors.documents import read_documents
from extractors.model import Article, Kinship
from extractors.urls import canonical_url
from flows.commands import app
from flows.commands.answers import print_json, safe
from flows.commands.options import ConfigOption, JsonOption, fail, out
from flows.commands.reading import StateOption, reading
from flows.exits import Exit
from warehouse.dedupe import Change, compare, difference
from warehouse.kindred import find_kindred
from warehouse.readings import find_by_url

dedupe = typer.Typer(name="dedupe", help="Copies: which article repeats which.", no_args_is_help=True)
app.add_typer(dedupe)

VERDICTS: Final = {
    "new": "no copy",
    "exact": "the same text",
    "near": "nearly the same text",
    "contained-in": "one is contained in the other",
    "revision": "an edited version",
    "paraphrase": "the same report in other words",
}
# The features that a person can picture, with what they mean.
SHOWN: Final = {
    "verbatim_in": "word for word, of the one that is more in the other",
    "verbatim_out": "word for word, of the other one",
    "half_in": "sentences with a counterpart, of the one",
    "half_out": "sentences with a counterpart, of the other",
    "topics_in": "what the one is about is named in the other",
    "rest_in": "of what is not word for word, found in other words",
    "facts_aligned": "names and numbers agree in like sentences",
    "number_conflict": "like sentences with other numbers",
    "order": "same order",
    "title": "titles agree",
    "names": "names shared",
    "figures": "figures shared",
    "concepts": "concepts shared",
}
MOST_SPANS: Final = 12


@dedupe.callback()
def group() -> None:
    """Copies: which article repeats which."""


@dedupe.command()
def check(
    a: Annotated[str, typer.Argument(help="A file (text, HTML, JSON lines) or the URL of a known article.")],
    b: Annotated[str, typer.Argument(help="The article to compare it with: file or URL.")],
    as_json: JsonOption = False,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Judge whether A is a copy of B and show the evidence side by side.

    Of an edited version the changed sentences are shown, [-removed-] and {+added+} words marked. Boilerplate is left
    in, since one pair does not tell what a site repeats. Exit codes: 0 whatever the verdict;
    1 there is no snapshot yet; 2 a file cannot be read or a URL is not known.
    """
    first, second = (load(name, state, config) for name in (a, b))
    kinship = compare(first, second)
    if as_json:
        told = {"a": first.url, "b": second.url, **dataclasses.asdict(kinship)}
        if kinship.relation == "revision":
            told["changes"] = [{"kind": c.kind, "where": c.where, "quote": c.quote()} for c in changes(first, second)]
        print_json([told])
        return
    show(first, second, kinship)


@dedupe.command()
def copies(
    url: Annotated[str, typer.Argument(help="The URL of a known article.")],
    as_json: JsonOption = False,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Show what an article was judged a copy of, and which articles were judged copies of it.

    For each the verdict, how much is shared both ways, what decided, and the passages in common side by side, in the
    texts as they were then. Exit codes: 0 also where there are none; 1 there is no snapshot yet; 2 unknown URL.
    """
    article = load(url, state, config) if "://" in url else fail(f"{url} is not an address", Exit.CONFIG)
    with reading(state, config) as con:
        found = find_kindred(con, article.article_id)
    if as_json:
        print_json([
            {"article": k.article.url, "other": k.other.url if k.other else None, **dataclasses.asdict(k.kinship)}
            for k in found
        ])  # fmt: skip
        return
    if not found:
        out.print(Text("No known article shares its text.", style="green"))
    for one in found:
        mine = one.article.article_id == article.article_id
        other = one.other if mine else one.article
        role = "A is this article, B the other" if mine else "A is the other article, B this one"
        name = f"{safe(other.title)}  {other.url}" if other else f"reference {one.kinship.other_id}"
        out.print(Text(f"{name}  ({role})", style="cyan"))
        if one.other is not None:
            show(one.article, one.other, one.kinship)
        else:
            headline(one.kinship)


def load(name: str, state: Path | None, config: Path | None) -> Article:
    """The article in a file or, for a URL, the one the snapshot knows; ends the command if there is none."""
    if "://" in name:
        url = canonical_url(name)
        with reading(state, config) as con:
            found = find_by_url(con, url) if url else None
        if found is None:
            fail(f"{name} is not a known article; give a file instead.", Exit.CONFIG)
        return found
    path = Path(name)
    try:
        data = path.read_bytes()
    except OSError as error:
        fail(f"{name}: {error.strerror}", Exit.CONFIG)
    read = read_documents(path.name, data, now=datetime.now(UTC))
    if not read.articles:
        fail(f"{name}: no article in it", Exit.CONFIG)
    return read.articles[0]


def show(a: Article, b: Article, kinship: Kinship) -> None:
    """The verdict in a line, the features that decided, the passages in common side by side, each with its place."""
    headline(kinship)
    features = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    for name, meaning in SHOWN.items():
        if name in kinship.features:
            features.add_row(Text(f"{kinship.features[name]:.2f}", justify="right"), Text(meaning, style="dim"))
    out.print(features)
    passages = Table(title=None, show_lines=True, expand=True)
    passages.add_column(Text(f"A  {safe(a.title) or a.url}"), ratio=1)
    passages.add_column(Text(f"B  {safe(b.title) or b.url}"), ratio=1)
    longest = sorted(kinship.spans, key=lambda s: s.start - s.end)[:MOST_SPANS]
    for span in sorted(longest, key=lambda s: s.start):
        same = a.text[span.start : span.end].split() == b.text[span.other_start : span.other_end].split()
        style = "" if same else "italic"
        passages.add_row(passage(a.text, span.start, span.end, style),
                         passage(b.text, span.other_start, span.other_end, style))  # fmt: skip
    if kinship.relation == "revision":
        show_changes(changes(a, b))
    if kinship.spans:
        out.print(passages)
        if len(kinship.spans) > MOST_SPANS:
            out.print(Text(f"  and {len(kinship.spans) - MOST_SPANS} shorter passages", style="dim"))


def headline(kinship: Kinship) -> None:
    """The verdict in a line, and the reasons."""
    verdict = VERDICTS[kinship.relation]
    colour = "green" if kinship.relation == "new" else "yellow"
    out.print(Text(f"{verdict} ({kinship.relation})", style=f"bold {colour}").append(
        f"   confidence {kinship.confidence:.2f}; of A in B {kinship.share:.0%}, of B in A {kinship.other_share:.0%}",
        style="not bold"))  # fmt: skip
    for reason in kinship.reasons:
        out.print(Text(f"  {safe(reason)}", style="dim"))


def changes(a: Article, b: Article) -> tuple[Change, ...]:
    """What changed between two versions, of which the earlier published is the old one (B, where none says)."""
    a_first = a.published_at is not None and b.published_at is not None and a.published_at < b.published_at
    return difference(a, b) if a_first else difference(b, a)


def show_changes(found: Sequence[Change]) -> None:
    """The first changes, a line each, the changed words marked."""
    for change in found[:MOST_SPANS]:
        what = "title" if change.where == "title" else change.kind
        out.print(Text(f"  {what:<9}", style="cyan").append(Text(safe(change.quote()), style="not bold")))
    if len(found) > MOST_SPANS:
        out.print(Text(f"  and {len(found) - MOST_SPANS} more changes", style="dim"))


def passage(text: str, start: int, end: int, style: str) -> Text:
    """A passage with its place in the text, in characters and in hundredths of the whole."""
    place = f"{start} to {end}, from {start / max(1, len(text)):.0%} on\n"
    return Text(place, style="dim").append(Text(cut(text[start:end]), style=style or "not dim"))


def cut(text: str, *, most: int = 240) -> str:
    """A passage on one line, cut in the middle where it is long."""
    flat = safe(" ".join(text.split()))
    return flat if len(flat) <= most else f"{flat[: most // 2]} … {flat[-most // 2 :]}"
