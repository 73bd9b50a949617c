"""The search index, made by Pagefind over the written pages and wrapped so that it also works from the file system.

A browser lets a page that was opened from a file neither fetch its neighbours nor import modules, and Pagefind does
both. Scripts it does load. So every file of the index becomes a script that hands over the file's bytes, and Pagefind's
own module becomes a plain script whose `fetch` asks for those (assets/search.js). Served over HTTP the same files work.
"""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from extractors.model import Problem
from flows.briefing.site_folder import SiteFolder

FOLDER = "search"
ENTRY = f"{FOLDER}/pagefind-entry.json.js"
TIMEOUT_S = 300.0
# Of what Pagefind writes, what the search page uses.
_PARTS = re.compile(r"pagefind-entry\.json|wasm\.en\.pagefind|.+\.pf_(meta|index|fragment|filter)\Z")
_SEARCHED = ("storylines/", "topics/")


def index_pages(site: SiteFolder, pages: Iterable[str], *, found_by: Mapping[str, str], house: str) -> Problem | None:
    """None once the index of storylines and topics lies there, made only if what it holds has changed; else why not.

    `found_by` has, by path, all that a page can be found by, where that is less than the page: of a topic its title,
    while its plots move on every night. `house` is the stamp of what every page depends on. Without an index the search
    page says so and the pages work as before; the old index is then gone.
    """
    searched = sorted(path for path in pages if path.startswith(_SEARCHED))
    said = [(path, found_by[path] if path in found_by else site.now[path].digest) for path in searched]
    stamp = hashlib.sha256(repr((house, said)).encode()).hexdigest()[:32]
    if site.is_current(ENTRY, stamp):
        for path in site.before:
            if path.startswith(f"{FOLDER}/"):
                site.keep(path)
        return None
    if not searched:
        return None
    with tempfile.TemporaryDirectory(prefix="sovwatch-search-") as made:
        try:
            _run_pagefind(site.folder, Path(made))
            _take_over(site, Path(made), stamp)
        except (OSError, ImportError, subprocess.SubprocessError) as error:
            reason = getattr(error, "stderr", None) or str(error) or type(error).__name__
            detail = f"the briefing has no search index: {' '.join(str(reason).split())[:300]}"
            return Problem(stage="publish", url=None, code="briefing-search", detail=detail)
    return None


def _run_pagefind(folder: Path, made: Path) -> None:
    from pagefind_bin import get_executable

    # Pagefind takes the glob from the site's root and passes over folders whose names begin with a dot.
    command = [
        str(get_executable()),
        "--site",
        str(folder.resolve()),
        "--output-path",
        str(made),
        "--force-language",
        "en",
        "--glob",
        "{storylines,topics}/*.html",
        "--silent",
    ]
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=TIMEOUT_S)


def _take_over(site: SiteFolder, made: Path, stamp: str) -> None:
    site.write(f"{FOLDER}/pagefind.js", as_plain_script((made / "pagefind.js").read_text(encoding="utf-8")))
    for file in sorted(made.rglob("*")):
        name = file.name
        if not file.is_file() or not _PARTS.match(name):
            continue
        path = f"{FOLDER}/{name}.js"
        # Names of these hold a digest of their content.
        if (
            name.endswith((".pf_fragment", ".pf_index", ".pf_meta"))
            and path in site.before
            and (site.folder / path).is_file()
        ):
            site.keep(path)
            continue
        site.write(path, as_script(name, file.read_bytes()), stamp=stamp if path == ENTRY else "")


def as_script(name: str, content: bytes) -> str:
    """A script that hands the file's bytes over to the search page."""
    return f'sovwatchPart("{name}","{base64.b64encode(content).decode()}");\n'


def as_plain_script(module: str) -> str:
    """Pagefind's module as a script that sets `globalThis.pagefind`; it gets `fetch` and its own address handed in.

    Raises OSError where the module is not built as expected (another version of Pagefind).
    """
    body, found = re.subn(
        r"export\s*\{([\w\s,]+)\};?\s*\Z", lambda m: f"globalThis.pagefind={{{m[1]}}};", module.rstrip()
    )
    if not found:
        raise OSError("this version of Pagefind is built in a way that is not known here")
    body = body.replace("import.meta.url", "sovwatchAddress")
    return f"(function(fetch,sovwatchAddress,Worker){{{body}\n}})(sovwatchFetch,sovwatchAddress,undefined);\n"
