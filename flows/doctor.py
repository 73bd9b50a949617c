"""What the doctor finds: each check a pure look at one thing, with what to do where it is not well."""

from __future__ import annotations

import os
import shutil
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from config.house import House
from config.recipients import MailSettings
from flows.night import snapshot_file, warehouse_file
from warehouse.connection import WarehouseError, open_snapshot
from warehouse.lock import LockHeld, StateUnwritable, find_holder, hold_lock

Level = Literal["ok", "warning", "error"]

LEAST_FREE_GB = 2.0
LATE_AFTER = timedelta(hours=36)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at: how it is, and what to do unless it is well."""

    what: str
    level: Level
    found: str
    remedy: str = ""


def examine(house: House, *, now: datetime, online: bool) -> Iterator[Finding]:
    """Every check in turn. `online` also opens connections: to the mail server and to a few sources."""
    state = house.settings.state_dir
    yield configuration(house)
    yield state_folder(state)
    yield disk(state)
    yield lock(state)
    yield warehouse(state)
    yield snapshot(state, now=now)
    if house.mail:
        yield credentials(house.mail)
        if online:
            yield mail_server(house.mail)
    elif not house.recipients:
        yield Finding(what="mail", level="warning", found="no recipients: nobody is mailed",
                      remedy="Add yourself to recipients.yaml and a server to settings.yaml.")  # fmt: skip
    if online:
        yield network(house)


def configuration(house: House) -> Finding:
    """How much of what is configured."""
    on, off = len(house.enabled_sources), len(house.sources) - len(house.enabled_sources)
    readers = len(house.recipients)
    found = f"{on} sources on, {off} off, {len(house.topics)} topics, {readers} recipients ({house.folder})"
    if "example.org" in house.settings.fetch.user_agent:
        return Finding(what="configuration", level="warning", found=found,
                       remedy="Set fetch.user_agent in settings.yaml: publishers want to know who asks.")  # fmt: skip
    return Finding(what="configuration", level="ok", found=found)


def state_folder(state: Path) -> Finding:
    """Whether the state folder can be written."""
    try:
        state.mkdir(parents=True, exist_ok=True)
        probe = state / ".doctor"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        return Finding(what="state folder", level="error", found=f"{state}: {error.strerror}",
                       remedy="Make it writable for this user, or set state_dir in settings.yaml.")  # fmt: skip
    return Finding(what="state folder", level="ok", found=str(state.resolve()))


def disk(state: Path) -> Finding:
    """Whether there is room for the warehouse, its snapshot and the archive to grow."""
    try:
        free = shutil.disk_usage(state).free / 1e9
    except OSError as error:
        return Finding(what="disk", level="error", found=f"{state}: {error.strerror}",
                       remedy="Mend the state folder first.")  # fmt: skip
    file = warehouse_file(state)
    needed = max(LEAST_FREE_GB, 2.5 * (file.stat().st_size / 1e9 if file.exists() else 0.0))
    found = f"{free:.1f} GB free, {needed:.1f} GB wanted"
    if free < needed:
        return Finding(what="disk", level="error", found=found,
                       remedy="Make room, or lower retention.archive_days in settings.yaml.")  # fmt: skip
    return Finding(what="disk", level="ok", found=found)


def lock(state: Path) -> Finding:
    """Whether a run is under way."""
    holder = find_holder(state)
    if holder:
        return Finding(what="lock", level="warning", found=f"held by: {holder}", remedy="Wait for it to end.")
    return Finding(what="lock", level="ok", found="free")


def warehouse(state: Path) -> Finding:
    """Whether the writer's file can be opened. Nothing is written; during a run the run is the answer."""
    file = warehouse_file(state)
    if not file.exists():
        return Finding(what="warehouse", level="ok", found="none yet: the first night makes it")
    try:
        with hold_lock(state, purpose="doctor", since=datetime.now(UTC)):
            open_snapshot(file, private=True).close()
    except LockHeld:
        return Finding(what="warehouse", level="ok", found=f"{file}, in use")
    except StateUnwritable as error:
        return Finding(what="warehouse", level="error", found=str(error))
    except WarehouseError as error:
        return _unusable("warehouse", error)
    return Finding(what="warehouse", level="ok", found=f"{file}, {file.stat().st_size / 1e6:.1f} MB")


def _unusable(what: str, error: WarehouseError) -> Finding:
    return Finding(what=what, level="error", found=error.problem.detail)


def snapshot(state: Path, *, now: datetime) -> Finding:
    """Whether a snapshot was published lately."""
    file = snapshot_file(state)
    if not file.exists():
        return Finding(what="snapshot", level="warning", found="none published yet", remedy="Run a night: sovwatch run")
    try:
        open_snapshot(file).close()
    except WarehouseError as error:
        return _unusable("snapshot", error)
    age = now - datetime.fromtimestamp(file.stat().st_mtime, UTC)
    hours = f"{age / timedelta(hours=1):.0f}"
    found = f"{file}, {file.stat().st_size / 1e6:.1f} MB, published {hours} {'hour' if hours == '1' else 'hours'} ago"
    if age > LATE_AFTER:
        return Finding(what="snapshot", level="warning", found=found,
                       remedy="Nights do not run, or do not end: sovwatch status tells more.")  # fmt: skip
    return Finding(what="snapshot", level="ok", found=found)


def credentials(mail: MailSettings) -> Finding:
    """Whether the mail server's name and password are where the settings say."""
    if mail.prefect_block:
        return Finding(what="mail credentials", level="ok", found=f"Prefect block {mail.prefect_block}")
    missing = [name for name in (mail.username_env, mail.password_env) if name and not os.environ.get(name)]
    if missing:
        return Finding(what="mail credentials", level="warning", found=f"not set: {', '.join(missing)}",
                       remedy="Export them where the night runs, or set username_env and password_env to null "
                              "for a server that wants none.")  # fmt: skip
    if not mail.username_env and not mail.password_env:
        return Finding(what="mail credentials", level="ok", found="none: the settings want no login")
    return Finding(what="mail credentials", level="ok", found="in the environment")


def mail_server(mail: MailSettings) -> Finding:
    """Whether the mail server answers, with the encryption that the settings want. Sends nothing, logs in nowhere."""
    place = f"{mail.host}:{mail.port}"
    try:
        context = ssl.create_default_context()
        if mail.security == "tls":
            with smtplib.SMTP_SSL(mail.host, mail.port, timeout=10, context=context) as server:
                server.ehlo()
        else:
            with smtplib.SMTP(mail.host, mail.port, timeout=10) as server:
                server.ehlo()
                if mail.security == "starttls":
                    server.starttls(context=context)
    except (OSError, smtplib.SMTPException) as error:
        return Finding(what="mail server", level="error", found=f"{place}: {error}",
                       remedy="Check mail.host, mail.port and mail.security in settings.yaml.")  # fmt: skip
    return Finding(what="mail server", level="ok", found=f"{place} answers ({mail.security})")


def network(house: House, *, resolve: Callable[[str], object] = socket.gethostbyname) -> Finding:
    """Whether the names of the first few sources resolve. `sovwatch sources check` asks the feeds themselves."""
    from extractors.urls import site_of

    hosts = list(dict.fromkeys(site_of(source.feed_url) for source in house.enabled_sources))[:5]
    lost = []
    for host in hosts:
        try:
            resolve(host)
        except OSError:
            lost.append(host)
    if lost and len(lost) == len(hosts):
        return Finding(what="network", level="error", found=f"none of {', '.join(hosts)} can be found",
                       remedy="Check this machine's network and name service.")  # fmt: skip
    if lost:
        return Finding(what="network", level="warning", found=f"cannot be found: {', '.join(lost)}",
                       remedy="Look at these sources: sovwatch sources check")  # fmt: skip
    return Finding(what="network", level="ok", found=f"{len(hosts)} of {len(hosts)} hosts found")
