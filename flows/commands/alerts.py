"""`sovwatch alerts`: see mails without sending, see how far they got, send again, hear more or less of a storyline."""

from __future__ import annotations

import contextlib
import dataclasses
import email
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from email.policy import default as mail_policy
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.text import Text

from config.house import House
from flows.alerts import DeliveryReport, OutgoingMail, deliver, find_told, prepare_mails
from flows.alerts.preferences_file import FILE, change_preferences, save_preferences
from flows.alerts.safe_text import clean_line
from flows.commands import app
from flows.commands.options import ConfigOption, JsonOption, config_folder, err, fail, open_house, out
from flows.commands.reading import reading, stop
from flows.exits import Exit
from flows.night import snapshot_file, warehouse_file
from warehouse.connection import Connection, WarehouseError, open_file
from warehouse.lake import hold_lake
from warehouse.lock import LockHeld, hold_lock
from warehouse.outbox import MailRow, MailState, find_mails, find_message, find_storylines, requeue_mails
from warehouse.runs import find_last_run
from warehouse.stories import find_developments

alerts = typer.Typer(
    name="alerts",
    help="Alert mail: preview it, list it, send it again, mute or boost a storyline.",
    no_args_is_help=True,
)
app.add_typer(alerts)

STYLES = {"queued": "cyan", "sending": "cyan", "sent": "green", "failed": "bold red", "unsure": "yellow"}
FolderOption = Annotated[Path, typer.Option("--to", help="Folder for the files; created if need be.")]


@alerts.command()
def preview(
    to: FolderOption = Path("alerts-preview"),
    run: Annotated[str | None, typer.Option("--run", help="Developments of this run; default: the last one.")] = None,
    recipient: Annotated[str | None, typer.Option("--recipient", help="This recipient only.")] = None,
    queued: Annotated[
        bool, typer.Option("--queued", help="What waits in the outbox, exactly as it will be sent.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write tonight's mails to files (.html, .txt, .eml) without sending anything.

    The mails are composed from the developments of the last run with the configuration as it is now, as if nothing
    had been told yet. Exit codes: 0 written, or nothing to write; 1 no snapshot yet; 2 configuration wrong; 4 locked.
    """
    house = open_house(config)
    if queued:
        with _writer(house, purpose="preview of the outbox") as con:
            rows = find_mails(con, states=("queued", "sending", "unsure", "failed"))
            mails = [
                (row.recipient_id, row.kind, row.subject, row.mail_id, stored[1])
                for row in rows
                if recipient in (None, row.recipient_id) and (stored := find_message(con, row.mail_id))
            ]
    else:
        composed = _compose(house, run, recipient)
        mails = [(mail.recipient_id, mail.kind, mail.subject, mail.mail_id, mail.message) for mail in composed]
    to.mkdir(parents=True, exist_ok=True)
    written = []
    for recipient_id, kind, subject, mail_id, message in mails:
        files = _write_mail(to, f"{recipient_id}-{kind}-{mail_id[:8]}", message)
        written.append({"recipient": recipient_id, "kind": kind, "subject": subject, "files": files})
    if as_json:
        out.print_json(json.dumps(written))
    elif not written:
        out.print("No mail: nothing new for anybody.")
    for one in [] if as_json else written:
        out.print(Text(f"{one['recipient']}, {one['kind']}: {one['subject']}"))
        out.print(Text(f"  {one['files'][0]}", style="dim"))


@alerts.command("list")
def list_mails(
    state: Annotated[
        list[str] | None, typer.Option("--state", help="queued, sending, sent, failed, unsure; several are possible.")
    ] = None,
    most: Annotated[int, typer.Option("--most", help="At most so many, the newest first.")] = 50,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List mails with how far they got, the newest first.

    While a run holds the warehouse, its last snapshot answers. Exit codes: 0; 2 configuration wrong.
    """
    house = open_house(config)
    known: tuple[MailState, ...] = ("queued", "sending", "sent", "failed", "unsure")
    wanted = [one for one in known if one in (state or ())]
    if state and len(wanted) < len(set(state)):
        fail(f"--state is one of: {', '.join(known)}", Exit.CONFIG)
    try:
        with hold_lock(house.settings.state_dir, purpose="alerts list", since=datetime.now(UTC)):
            path = warehouse_file(house.settings.state_dir)
            rows = _read_mails(path, wanted, most) if path.is_file() else []
    except LockHeld as held:
        err.print(f"As of the last snapshot; {held}", markup=False, style="yellow")
        with reading(house.settings.state_dir, None) as con:
            rows = find_mails(con, states=wanted or None, most=most)
    except WarehouseError as error:
        stop(error)
    if as_json:
        out.print_json(json.dumps([dataclasses.asdict(row) for row in rows], default=str))
        return
    for row in rows:
        out.print(Text(f"{row.state:<8}", style=STYLES[row.state]), Text(_facts(row)))
        out.print(Text(f"         {clean_line(row.subject, 100)}", style="dim"))
        if row.state in ("failed", "unsure") or (row.state == "queued" and row.attempts):
            out.print(Text(f"         {row.code}: {clean_line(row.detail or '', 200)}", style="yellow"))
    if not rows:
        out.print("No such mail." if state else "No mail yet.")


@alerts.command()
def retry(
    mails: Annotated[list[str] | None, typer.Argument(help="Ids of mails; default: all that did not go out.")] = None,
    due: Annotated[
        bool, typer.Option("--due", help="Only what is due now: alerts after quiet hours, waits that are over.")
    ] = False,
    unsure: Annotated[
        bool, typer.Option("--unsure", help="Also those that may have arrived; they may arrive twice then.")
    ] = False,
    config: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send what failed or waits for another try, now, to the addresses that the configuration has now.

    With --due it is safe to run every quarter of an hour.

    Exit codes: 0 nothing is left to send; 2 configuration wrong; 4 locked; 5 some mail did not go out.
    """
    house = open_house(config)
    if house.mail is None:
        fail("settings.yaml has no mail section; add mail: with sender and host.", Exit.CONFIG)
    states: tuple[MailState, ...] = ("failed", "unsure") if unsure else ("failed",)
    addresses = {reader.id: reader.email for reader in house.recipients}
    if house.settings.operator:
        addresses["operator"] = house.settings.operator
    with _writer(house, purpose="alerts retry") as con:
        if not due:
            requeue_mails(con, mail_ids=mails, states=states, addresses=addresses)
        report = deliver(con, house.mail, lambda: datetime.now(UTC))
    if as_json:
        out.print_json(json.dumps(dataclasses.asdict(report), default=str))
    else:
        _show_report(report)
    done = report.stopped_by is None and all(one.ended in ("sent", "interrupted") for one in report.deliveries)
    raise typer.Exit(int(Exit.OK if done else Exit.UNDELIVERED))


@alerts.command()
def mute(
    storyline: Annotated[str, typer.Argument(help="Id of the storyline, or how it begins; it stands in every mail.")],
    off: Annotated[bool, typer.Option("--off", help="Tell it again.")] = False,
    config: ConfigOption = None,
) -> None:
    """Mail nothing more of a storyline. Written into preferences.yaml, where it can be taken out again."""
    _change(config, storyline, mute=not off, factor=None)


@alerts.command()
def boost(
    storyline: Annotated[str, typer.Argument(help="Id of the storyline, or how it begins; it stands in every mail.")],
    factor: Annotated[float, typer.Argument(help="2 doubles its weight, 0.5 halves it, 1 leaves it.")] = 2.0,
    config: ConfigOption = None,
) -> None:
    """Let a storyline weigh more, or less. Written into preferences.yaml, where it can be taken out again."""
    _change(config, storyline, mute=False, factor=None if factor == 1 else factor)


def _change(config: Path | None, prefix: str, *, mute: bool, factor: float | None) -> None:
    house = open_house(config)
    storyline_id, title = _find_storyline(house, prefix)
    path = config_folder(config) / FILE
    try:
        before = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
        save_preferences(path, change_preferences(before, storyline_id, mute=mute, factor=factor, title=title))
    except (ValueError, yaml.YAMLError) as error:
        fail(f"{path}: {clean_line(str(error), 300)}", Exit.CONFIG)
    except OSError as error:
        fail(f"{path} cannot be written ({error.strerror}); use a configuration folder of your own", Exit.CONFIG)
    done = "muted" if mute else f"weighs {factor:g} times as much" if factor is not None else "told as usual"
    out.print(Text(f"{storyline_id} ({title or 'title unknown'}): {done}. Written to {path}."))


def _find_storyline(house: House, prefix: str) -> tuple[str, str]:
    """The one storyline whose id begins so. Without a snapshot to look in, the id is taken as it is."""
    if not snapshot_file(house.settings.state_dir).is_file():
        return prefix, ""
    with reading(house.settings.state_dir, None) as con:
        found = find_storylines(con, prefix)
    exact = [one for one in found if one[0] == prefix]
    if len(exact or found) == 1:
        storyline_id, title = (exact or found)[0]
        return storyline_id, clean_line(title, 80)
    if not found:
        fail(f"there is no storyline {prefix!r}; every mail names the ids of its storylines", Exit.CONFIG)
    some = ", ".join(f"{one} ({clean_line(title, 40)})" for one, title in found[:5])
    fail(f"{len(found)} storylines begin with {prefix!r}: {some}", Exit.CONFIG)


def _compose(house: House, run_id: str | None, recipient_id: str | None) -> Sequence[OutgoingMail]:
    if house.mail is None or not house.recipients:
        fail("there is no recipient or no mail section yet: see recipients.yaml and settings.yaml", Exit.CONFIG)
    readers = [reader for reader in house.recipients if recipient_id in (None, reader.id)]
    if not readers:
        fail(f"there is no recipient {recipient_id!r} in recipients.yaml", Exit.CONFIG)
    with reading(house.settings.state_dir, None) as con:
        last = find_last_run(con)
        developments = find_developments(con, run_id=run_id or (last.run_id if last else ""))
        as_of = last.as_of if last else datetime.now(UTC)
        told = find_told(
            con,
            development_ids=[],
            storyline_ids=sorted({development.storyline_id for development in developments}),
            as_of=as_of,
        )
    return prepare_mails(
        developments,
        recipients=readers,
        preferences=house.preferences,
        mail_settings=house.mail,
        topics_titles={topic.id: topic.title for topic in house.topics},
        as_of=as_of,
        run_id=run_id or "preview",
        already_told=dataclasses.replace(told, nights=frozenset()),
        pages_url=house.settings.pages_url,
    )


def _write_mail(folder: Path, name: str, message: bytes) -> list[str]:
    parsed = email.message_from_bytes(message, policy=mail_policy)
    (folder / f"{name}.eml").write_bytes(message)
    files = []
    for subtype, suffix in (("html", "html"), ("plain", "txt")):
        part = parsed.get_body((subtype,))
        if part is not None:
            path = folder / f"{name}.{suffix}"
            path.write_text(str(part.get_content()), encoding="utf-8")
            files.append(str(path))
    return [*files, str(folder / f"{name}.eml")]


@contextlib.contextmanager
def _writer(house: House, *, purpose: str) -> Iterator[Connection]:
    """The private file, with the lock held; ends the command where a run holds it or there is no warehouse yet."""
    state = house.settings.state_dir
    path = warehouse_file(state)
    if not path.is_file():
        fail(f"there is no warehouse in {state} yet: it comes with the first run (sovwatch run)", Exit.CONFIG)
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(hold_lock(state, purpose=purpose, since=datetime.now(UTC)))
            con = open_file(path, memory_limit=house.settings.memory_limit)
            stack.callback(con.close)
            stack.enter_context(hold_lake(con, purpose=purpose, since=datetime.now(UTC)))
            yield con
    except LockHeld as held:
        fail(str(held), Exit.LOCKED)
    except WarehouseError as error:
        stop(error)


def _read_mails(path: Path, states: Sequence[MailState], most: int) -> list[MailRow]:
    with contextlib.closing(open_file(path)) as con:
        return find_mails(con, states=states or None, most=most)


def _facts(row: MailRow) -> str:
    facts = [row.mail_id, str(row.night), row.recipient_id, row.kind]
    if row.developments:
        facts.append(f"{row.developments} {'development' if row.developments == 1 else 'developments'}")
    if row.next_try_at and row.state in ("queued", "unsure"):
        facts.append(f"not before {row.next_try_at:%Y-%m-%d %H:%M} UTC")
    if row.attempts > 1 or row.state == "failed":
        facts.append(f"{row.attempts} tries")
    return "  ".join(facts)


def _show_report(report: DeliveryReport) -> None:
    counts = [f"{report.sent} sent", f"{report.count('later')} later", f"{report.count('failed')} given up"]
    counts += [f"{report.count('unsure')} unsure", f"{report.left} left", f"{report.waiting} wait for a later time"]
    out.print(", ".join(counts))
    for problem in report.problems:
        out.print(Text(f"  {problem.code}: {problem.detail}", style="yellow"))
