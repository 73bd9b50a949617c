"""`sovwatch topics`: what is watched, and why a text matches or does not."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from extractors.documents import ReadDocuments, read_documents
from extractors.model import Article
from extractors.topics import TopicMatcher
from flows.commands import app
from flows.commands.answers import json_text, safe
from flows.commands.options import ConfigOption, JsonOption, err, fail, open_house, out
from flows.document_files import document_files, read_file
from flows.exits import Exit

topics = typer.Typer(name="topics", help="The topics that are watched: list, try on a text.", no_args_is_help=True)
app.add_typer(topics)


@topics.command("list")
def list_topics(config: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List the topics, with who gets them. Exit codes: 0; 2 configuration wrong."""
    house = open_house(config)
    readers = {topic.id: [r.id for r in house.recipients if r.wants_topic(topic.id)] for topic in house.topics}
    if as_json:
        found = [{**t.model_dump(mode="json", by_alias=True), "recipients": readers[t.id]} for t in house.topics]
        typer.echo(json_text(found))
        return
    for topic in house.topics:
        words = f"{sum(map(len, topic.phrases.values()))} phrases, {len(topic.entities)} entities"
        languages, names = " ".join(sorted(topic.languages)), ", ".join(readers[topic.id]) or "nobody"
        out.print(Text.assemble((topic.id, "bold"), f"  {topic.title}"))
        out.print(Text(f"  {languages}; {words}; for {names}", style="dim"))


@topics.command("test")
def try_topics(
    path: Annotated[Path, typer.Argument(help="A text, HTML or JSON lines file, a folder, or - for standard input.")],
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show which topics a text matches, how surely, and by which words.

    Exit codes: 0 some text matches; 1 none does; 2 the path or the configuration is wrong.
    """
    house = open_house(config)
    matcher = TopicMatcher(house.topics)
    found = [
        (article, matcher.match(article.title, article.standfirst or "", article.text, article.language))
        for article in _articles(path)
    ]
    if as_json:
        facts = [
            {"title": article.title or None, "language": article.language, "matches": [asdict(m) for m in matches]}
            for article, matches in found
        ]
        typer.echo(json_text(facts))
    for article, matches in [] if as_json else found:
        title, language = article.title or "(no title)", article.language or "language unknown"
        out.print(Text(safe(f"{title} [{language}]"), style="bold"))
        for match in matches:
            out.print(Text(safe(f"  {match.topic_id} {match.weight:g}: {', '.join((*match.terms, *match.entities))}")))
        if not matches:
            out.print(Text("  off topic", style="dim"))
    if not any(matches for _, matches in found):
        raise typer.Exit(int(Exit.FAILED))


def _articles(path: Path) -> list[Article]:
    now = datetime.now(UTC)
    if str(path) == "-":
        reads = [read_documents("standard input", sys.stdin.buffer.read(), now=now)]
    elif path.exists():
        reads = [read_file(file, now=now) for file in document_files(path)]
    else:
        fail(f"{path} does not exist.", Exit.CONFIG)
    _show_problems(reads)
    return [article for read in reads for article in read.articles]


def _show_problems(reads: list[ReadDocuments]) -> None:
    for problem in (problem for read in reads for problem in read.problems):
        err.print(Text(safe(f"{problem.url}: {problem.detail}"), style="yellow"))
