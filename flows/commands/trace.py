"""`sovwatch trace URL`: an article's whole way through the nights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.text import Text

from flows.commands import app
from flows.commands.answers import cell_text, json_text, safe
from flows.commands.options import ConfigOption, JsonOption, err, out
from flows.commands.reading import StateOption, reading
from flows.exits import Exit
from warehouse.trace import Trace, find_trace

Row = Mapping[str, Any]


@app.command()
def trace(
    url: Annotated[str, typer.Argument(help="The article's address, in any spelling.")],
    as_json: JsonOption = False,
    state: StateOption = None,
    config: ConfigOption = None,
) -> None:
    """Show where an article was seen, fetched, read, judged (as what, and why), told and mailed.

    Exit codes: 0 known; 1 this address was never seen, or there is no snapshot yet.
    """
    with reading(state, config) as con:
        found = find_trace(con, url)
    if as_json:
        typer.echo(json_text(found.as_dict()))
    elif found.is_known:
        _show(found)
    else:
        err.print(Text(f"{safe(url)} was never seen. Is it spelled as in the browser, and its source on?"))
    raise typer.Exit(int(Exit.OK if found.is_known else Exit.FAILED))


def _show(found: Trace) -> None:
    _seen(found)
    for fetch in found.fetches:
        size = f", {fetch['bytes']} bytes" if fetch["bytes"] is not None else ""
        archived = (
            f", archived in {fetch['archive_file']} at {fetch['archive_offset']}" if fetch["archive_file"] else ""
        )
        _line("fetched", fetch["fetched_at"], f"{fetch['code']} {fetch['status'] or ''}".strip() + size + archived)
        if fetch["final_url"] and fetch["final_url"] != fetch["url"]:
            _more(f"led to {fetch['final_url']}")
    for problem in found.problems:
        _line("problem", problem["happened_at"], f"{problem['stage']}/{problem['code']}: {problem['detail']}", "yellow")
    for version in found.versions:
        _version(found, version)
    for copy in found.copies:
        share = f", {copy['share']:.0%} of it from here" if copy["share"] is not None else ""
        _line("copied", copy["dated_at"], f"{copy['relation']} by {copy['outlet']}: {copy['title']}{share}")
    for story in found.stories:
        same = story["storyline"] in (None, story["title"])
        told = f"story “{story['title']}” as {story['role']}, novelty {story['novelty']:.2f}"
        _line("told in", story["joined_at"], told if same else f"{told}; storyline “{story['storyline']}”")
        for act in story["acts"]:
            _more(f"{cell_text(act['acted_at'])}: {act['act']} “{act['other']}” ({act['reason']})")
    for development in found.developments:
        _line("told as", development["told_at"], f"{development['kind']}: {development['headline']} "
              f"(weight {development['weight']:.2f}; {', '.join(development['reasons'])})")  # fmt: skip
        for mail in found.mails:
            if mail["development_id"] == development["development_id"]:
                sent = f" {cell_text(mail['sent_at'])}" if mail["sent_at"] else ""
                _more(f"{mail['kind']} to {mail['recipient_id']}: {mail['state']}{sent}")
    for note in found.notes:
        where = "" if note["target_kind"] == "article" else " (on its storyline)"
        _line("noted", note["noted_at"], f"{note['kind']}{where}: {note['text']}".rstrip(": "), "yellow")


def _seen(found: Trace) -> None:
    for entry in found.entries:
        _line("seen", entry["first_seen_at"], f"in {entry['source']}: {entry['title']}")
        stated = cell_text(entry["published_at"]) if entry["published_at"] else "no time"
        _more(f"states {stated} ({entry['published_certainty']}); {entry['url'] or 'no usable link'}")
        for outcome in found.outcomes:
            if outcome["entry_id"] != entry["entry_id"]:
                continue
            ended = outcome["outcome"] or "nothing yet"
            why = f" ({outcome['code']})" if outcome["code"] and outcome["code"] != ended else ""
            _more(f"run {outcome['run_id']} took it up as {outcome['taken_as']}: {ended}{why}")
        if entry["state"] != "done":
            due = f", not before {cell_text(entry['next_try_at'])}" if entry["next_try_at"] else ""
            _more(f"{entry['state']} after {entry['attempts']} failed attempts{due}")


def _version(found: Trace, version: Row) -> None:
    published = (
        f"published {cell_text(version['published_at'])}" if version["published_at"] else "no time of publication"
    )
    _line("read", version["fetched_at"], f"version {version['version']}: {version['title']}")
    access = version["access"] if version["access"] == "full" else f"{version['access']}: {version['access_reason']}"
    _more(f"{published}, {version['language'] or 'unknown language'}, {version['words']} words, {access}, "
          f"by {version['extractor']}")  # fmt: skip
    for topic in found.topics:
        if topic["version_id"] == version["version_id"]:
            terms = ", ".join((*(topic["terms"] or ()), *(topic["entities"] or ())))
            _more(f"topic {topic['topic_id']} (weight {topic['weight']:.1f}): {terms}")
    if version["relation"] is None:
        if version["origin"] == "seed":
            _more("reference article: others are judged against it")
        else:
            _line("judged", None, "not yet", "yellow")
        return
    facts = {True: ", adds facts", False: ", adds no facts", None: ""}[version["adds_facts"]]
    why = f" ({', '.join(version['reasons'])})" if version["reasons"] else ""
    _line("judged", version["judged_at"], f"{version['relation']}{facts}{why}", "bold")
    for revision in found.revisions:
        if revision["version_id"] == version["version_id"]:
            _revision(revision)
    for kin in found.kin:
        if kin["version_id"] == version["version_id"]:
            _kin(kin)


def _revision(revision: Row) -> None:
    """What changed since the version before: a dozen lines at most."""
    counts, quotes = revision["counts"], revision["quotes"]
    summary = ", ".join(f"{n} {kind}" for kind, n in counts.items()) or "nothing but spaces"
    more = f"; the first {len(quotes)}" if sum(counts.values()) > len(quotes) else ""
    _more(f"since version {revision['since']}: {summary}{more}")
    for change in quotes:
        what = "title" if change["where"] == "title" else change["kind"]
        _more(f"  {what + ':':<9}{change['quote']}")


def _kin(kin: Row) -> None:
    what = f"“{kin['title']}” ({kin['outlet']})" if kin["title"] else f"reference {kin['other_id']}"
    known = ", judged by its fingerprint" if kin["fingerprint_only"] else ""
    _more(f"{kin['relation']} to {what}: {kin['share']:.0%} of this in it, {kin['other_share']:.0%} of it in this, "
          f"confidence {kin['confidence']:.2f}{known}")  # fmt: skip
    if kin["url"]:
        _more(f"  {kin['url']}")
    passages = (kin["passages"] or (), kin["other_passages"] or (), kin["places"] or ())
    for ours, theirs, place in zip(*passages, strict=True):
        _more(f"  shared: {_quoted(ours)} (characters {place['start']} to {place['end']})")
        where = f"(characters {place['other_start']} to {place['other_end']})"
        if theirs is not None and theirs.split() == ours.split():
            _more(f"  there:  word for word {where}")
        elif theirs:
            _more(f"  there:  {_quoted(theirs)} {where}")


def _quoted(passage: str) -> str:
    """A passage on one line, at most 160 characters of it."""
    line = " ".join(passage.split())
    return f"“{line[:160]}{'…' if len(line) > 160 else ''}”"


def _line(what: str, at: Any, text: str, style: str = "") -> None:
    moment = cell_text(at)[:16] if at else ""
    out.print(
        Text(f"{what:<8} ", style="cyan").append(Text(f"{moment:<16}  ", style="dim")).append(Text(safe(text), style))
    )


def _more(text: str) -> None:
    out.print(Text(f"{'':<27}{safe(text)}"))
