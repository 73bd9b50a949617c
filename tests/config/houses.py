"""A small valid configuration in a folder, with single files replaced."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.faults import ConfigError, Fault
from config.load import load_house

FILES = {
    "settings.yaml": """\
state_dir: state
mail:
  sender: watch@example.org
  host: smtp.example.org
""",
    "sources.yaml": """\
sources:
  - id: gazette
    name: The Gazette
    feed_url: https://gazette.example.org/feed.xml
    country: NO
    language: en
""",
    "topics.yaml": """\
entities:
  Huawei: [华为]
  Nvidia: []
topics:
  - id: vendor-bans
    title: Vendor bans
    phrases: {en: [Huawei ban]}
    context: {en: [banned]}
    entities: [Huawei]
  - id: chips
    title: Chips
    phrases: {en: [CHIPS Act], de: [Chipgesetz]}
    entities: [Nvidia]
""",
    "recipients.yaml": """\
recipients:
  - id: ada
    name: Ada Example
    email: ada@example.org
""",
}


def write_house(folder: Path, **changed: str | None) -> Path:
    """The folder with the files; `settings="..."` replaces settings.yaml, None leaves it out."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in FILES.items():
        text_now = changed.get(name.removesuffix(".yaml"), text)
        if text_now is not None:
            (folder / name).write_text(text_now, encoding="utf-8")
    for stem, extra in changed.items():
        if f"{stem}.yaml" not in FILES and extra is not None:
            (folder / f"{stem}.yaml").write_text(extra, encoding="utf-8")
    return folder


def faults_of(folder: Path) -> tuple[Fault, ...]:
    """Every fault that loading the folder raises."""
    with pytest.raises(ConfigError) as caught:
        load_house(folder)
    return caught.value.faults


def one_fault(folder: Path) -> str:
    """The only fault, as a person reads it."""
    (fault,) = faults_of(folder)
    text = str(fault)
    assert "\n" not in text
    return text
