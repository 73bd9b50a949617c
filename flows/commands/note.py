"""`sovwatch note`: what a person thinks of an article or a storyline, kept, shown, and read as a label."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from flows.annotating import annotations_file, show_notes
from flows.commands import app
from flows.commands.answers import print_json, safe
from flows.commands.options import ConfigOption, JsonOption, err, fail, out
from flows.commands.reading import StateOption, reading, state_folder
from flows.exits import Exit
from warehouse.annotations import (
    Annotation,
    NoteKind,
    Target,
    add_annotations,
    annotate,
    find_target,
    read_annotations,
    remove_annotations,
)


@app.command()
def note(
    about: Annotated[
        str | None,
        typer.Argument(help="Address or id of an article, or id of a storyline or development; none lists all."),
    ] = None,
    text: Annotated[str | None, typer.Argument(help="What to note; none lists what is noted there.")] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A tag; may be given several times.")] = None,
    false_alarm: Annotated[
        bool, typer.Option("--false-alarm", help="Mark it as something that should not have been told.")
    ] = False,
    remove: Annotated[
        bool, typer.Option("--remove", help="Take back this text, tag or mark; with none of them everything there.")
    ] = False,
    as_json: JsonOption = False,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Note something about an article or a storyline; list or take back what was noted.

    Notes are kept in annotations.jsonl in the state folder and survive any rebuild. `sovwatch report quality` reads
    false-alarm marks. Exit codes: 0; 1 nothing of that address or id is known; 2 the words are wrong.
    """
    folder = state_folder(state, config)
    if folder.is_file():
        fail("--state must name the state folder: notes are kept beside the snapshot", Exit.CONFIG)
    file = annotations_file(folder)
    annotations, problems = read_annotations(file)
    for problem in problems:
        err.print(safe(problem.detail), markup=False, style="yellow")
    if about is None:
        _list(annotations, as_json)
        return
    target = _target(about, annotations, state, config)
    here = [one for one in annotations if (one.target.kind, one.target.id) == (target.kind, target.id)]
    wanted = _wanted(text, tag or (), false_alarm)
    now = datetime.now(UTC)
    if remove:
        gone = [one for one in here if not wanted or (one.kind, one.text) in wanted
                or (one.kind == "false-alarm" and any(kind == "false-alarm" for kind, _ in wanted))]  # fmt: skip
        if not gone:
            fail("nothing of that kind is noted there", Exit.FAILED)
        remove_annotations(file, [one.annotation_id for one in gone], removed_at=now)
        said = f"{len(gone)} taken back from {target.kind} “{safe(target.title)}”"
    elif wanted:
        known = {(one.kind, one.text) for one in here}
        added = [annotate(target, kind=kind, text=words, noted_at=now) for kind, words in wanted]
        add_annotations(file, [one for one in added if (one.kind, one.text) not in known])
        said = f"noted at {target.kind} “{safe(target.title)}” ({target.id})"
    else:
        _list(here, as_json)
        return
    shown = show_notes(folder, now=now)
    when = "" if shown in ("shown", "unchanged") else f"; seen in SQL {shown}"
    if as_json:
        print_json(_row(one) for one in read_annotations(file)[0] if one.target.id == target.id)
    else:
        out.print(Text(said + when))


def _wanted(text: str | None, tags: Sequence[str], false_alarm: bool) -> list[tuple[NoteKind, str]]:
    words = (text or "").strip()
    wanted: list[tuple[NoteKind, str]] = [("tag", tag.strip()) for tag in tags if tag.strip()]
    if false_alarm:
        return [*wanted, ("false-alarm", words)]
    return [*wanted, ("note", words)] if words else wanted


def _target(about: str, annotations: Sequence[Annotation], state: Path | None, config: Path | None) -> Target:
    with reading(state, config) as con:
        found = find_target(con, about)
    if not found:  # what was noted may be gone from the warehouse: it can still be taken back
        noted = (one.target for one in annotations)
        found = list({target.id: target for target in noted if about in (target.id, target.url)}.values())
    if not found:
        fail(f"{safe(about)} is neither an article's address or id, nor a storyline's or development's id", Exit.FAILED)
    if len(found) > 1:
        for one in found[:10]:
            err.print(Text(f"  {one.id}  {one.kind}  {safe(one.title)}"))
        fail(f"{safe(about)} fits several; write more of the id", Exit.CONFIG)
    return found[0]


def _list(annotations: Sequence[Annotation], as_json: bool) -> None:
    if as_json:
        print_json(_row(one) for one in annotations)
        return
    if not annotations:
        err.print("Nothing is noted.")
    for one in annotations:
        line = Text(f"{one.noted_at:%Y-%m-%d}  ", style="cyan").append(Text(f"{one.kind:<12}", style="bold"))
        out.print(line.append(Text(safe(one.text))))
        out.print(Text(f"            {one.target.kind} {one.target.id}  {safe(one.target.title)}", style="dim"))


def _row(one: Annotation) -> Mapping[str, Any]:
    return {
        "annotation_id": one.annotation_id, "noted_at": one.noted_at, "kind": one.kind, "text": one.text,
        "target_kind": one.target.kind, "target_id": one.target.id, "title": one.target.title, "url": one.target.url,
    }  # fmt: skip
