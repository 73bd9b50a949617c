"""Sets the demo up: a state folder of its own, and in it a real configuration that points at the newsroom's servers."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import yaml

from config.load import shipped_folder
from flows.demo.server import NewsroomServer

MARK = "made-by-sovwatch-demo"

# Three readers, to show what each of them gets. Nobody of that name exists.
READERS: tuple[dict[str, Any], ...] = (
    {"id": "analyst", "name": "Ada Analyst", "email": "ada.analyst@example.org", "topics": ["*"],
     "quiet_night": "say-so"},
    {"id": "referat", "name": "Referat Digitales", "email": "referat@example.org", "languages": ["de"],
     "topics": ["cloud-sovereignty", "semiconductors", "export-controls"]},
    {"id": "app-desk", "name": "App desk", "email": "apps@example.org", "topics": ["app-bans", "divestiture"]},
)  # fmt: skip


class NotOurFolder(Exception):
    """The folder holds something that the demo did not put there; the message says what to do."""


def claim_folder(folder: Path) -> Path:
    """The folder, empty but for its mark. An earlier demo's is cleared; a stranger's is not touched and raises."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / MARK).is_file():
        raise NotOurFolder(
            f"{folder} is not empty and was not made by the demo. Choose another folder with --state, or empty it."
        )
    if folder.exists() and not folder.is_dir():
        raise NotOurFolder(f"{folder} is a file. Choose a folder with --state.")
    if folder.is_dir():
        for entry in folder.iterdir():
            if entry.name == MARK:
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).write_text("The demo may clear this folder at any time.\n", encoding="utf-8")
    return folder


def write_config(folder: Path, server: NewsroomServer, *, smtp_port: int) -> Path:
    """The configuration folder inside the demo's: the newsroom as sources, three readers, the shipped topics.

    It is a complete one: `sovwatch --config` works with it for as long as the demo's servers run, and its state,
    articles and snapshot can be looked at afterwards.
    """
    config = folder / "config"
    config.mkdir()
    _write(config / "settings.yaml", {
        "state_dir": str((folder / "state").resolve()),
        "fetch": {"user_agent": "sovwatch-demo/0.1 (+http://127.0.0.1/)", "per_host_gap_s": 0,
                  "allow_private_networks": ["127.0.0.0/8"]},
        "mail": {"sender": "sovwatch@example.org", "reply_to": "desk@example.org", "host": "127.0.0.1",
                 "port": smtp_port, "security": "none", "username_env": None, "password_env": None},
        "briefing": {"base_url": (folder / "state" / "briefing").resolve().as_uri()},
    })  # fmt: skip
    sources = [
        {"id": outlet.id, "name": outlet.name, "feed_url": server.feed_url(outlet),
         "homepage": server.bases[outlet.id] + "/", "language": outlet.language, "kind": "invented outlet"}
        for outlet in server.newsroom.outlets
    ]  # fmt: skip
    _write(config / "sources.yaml", {"sources": sources})
    _write(config / "recipients.yaml", {"recipients": list(READERS)})
    shutil.copyfile(shipped_folder() / "topics.yaml", config / "topics.yaml")
    return config


def _write(path: Path, content: dict[str, Any]) -> None:
    text = "# Written by `sovwatch demo`; every name in it is invented.\n"
    path.write_text(text + yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
