"""`prefect.yaml` by the letter of docs/operating.md: a server, a work pool, deployments, and workers that may die."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.load import load_house
from extractors.model import FetchedPage
from extractors.web.archive import Archive
from flows.demo.mailbox import Mailbox
from flows.demo.outlets import NIGHTS, load_newsroom
from flows.demo.server import NewsroomServer
from flows.demo.stage import write_config
from flows.engine import Engine, running_engine
from flows.placing import FILE, snapshot_file
from tests.flows.houses import page
from warehouse.connection import open_snapshot

PROJECT = Path(__file__).parents[2]
DESCRIBED: dict[str, Any] = yaml.safe_load((PROJECT / "prefect.yaml").read_text(encoding="utf-8"))
PAGES = 1_200
GARDEN = ["Tulips want to be planted before the first frost, in loose soil and at three times their own depth."] * 300
ORDER = ["The government of Aldermark on Monday ordered the owner of the app Lumora to sell it within ninety days."]


@pytest.mark.parametrize("deployment", DESCRIBED["deployments"], ids=lambda one: str(one["name"]))
def test_a_deployment_names_a_flow_and_words_that_it_knows(deployment: dict[str, Any]) -> None:
    path, _, name = deployment["entrypoint"].partition(":")
    source = (PROJECT / path).read_text(encoding="utf-8")
    head = source[source.index(f"def {name}(") :]
    head = head[: head.index(") ->")]
    assert all(f"{word}: " in head for word in deployment["parameters"]), head


@dataclass(slots=True)
class Cluster:
    """A Prefect server, the folder from which was deployed, and what talks to both."""

    api: str
    project: Path
    environment: dict[str, str]

    def prefect(self, *words: str) -> str:
        """What the command says; it must end well."""
        done = subprocess.run([sys.executable, "-m", "prefect", *words], cwd=self.project, env=self.environment,
                              capture_output=True, text=True, timeout=300, check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def ask(self, path: str, body: dict[str, Any]) -> Any:
        """The server's answer."""
        kind = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.api}/{path}", json.dumps(body).encode(), kind)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def run(self, deployment: str, **parameters: Any) -> str:
        """Starts a run of the deployment as its user would; its id."""
        words = [word for name, value in parameters.items() for word in ("-p", f"{name}={json.dumps(value)}")]
        before = {one["id"] for one in self.ask("flow_runs/filter", {})}
        self.prefect("deployment", "run", deployment, *words)
        (fresh,) = {one["id"] for one in self.ask("flow_runs/filter", {})} - before
        return str(fresh)

    def state(self, run: str) -> tuple[str, str]:
        """Name and message of the run's state."""
        (found,) = self.ask("flow_runs/filter", {"flow_runs": {"id": {"any_": [run]}}})
        return found["state_name"], (found["state"] or {}).get("message") or ""

    def wait(self, run: str, *names: str) -> str:
        """The message of the state, once it is one of these."""
        until(lambda: self.state(run)[0] in {*names, "Failed", "Crashed"})
        name, message = self.state(run)
        assert name in names, (name, message)
        return message

    @contextlib.contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """A worker of the pool for the block."""
        log = (self.project / "worker.log").open("ab")
        words = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "sovwatch"]
        with log, subprocess.Popen(words, cwd=self.project, env=self.environment, stdout=log, stderr=log) as process:
            try:
                yield process
            finally:
                process.terminate()


def until(true: Callable[[], object], *, s: float = 600.0) -> None:
    """Returns once it is so."""
    begun = time.monotonic()
    while not true():
        assert time.monotonic() - begun < s, "waited in vain"
        time.sleep(0.2)


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """A Prefect server with everything that it does by itself."""
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    # `work-pool create` makes the server ask a registry on the net for kinds of pools; it has a list of its own.
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setattr("flows.engine.STARTUP_TIMEOUT_S", 400.0)  # the machine may be busy
    with running_engine(tmp_path / "prefect", scheduling=True) as running:
        running.wait()
        yield running


@pytest.fixture
def cluster(engine: Engine, tmp_path: Path) -> Cluster:
    """The pool and the deployments, made with the words of prefect.yaml's first lines."""
    project = tmp_path / "project"
    project.mkdir()
    (project / "flows").symlink_to(PROJECT / "flows")
    shutil.copyfile(PROJECT / "prefect.yaml", project / "prefect.yaml")
    environment = {**os.environ, "PREFECT_API_URL": engine.api_url, "PREFECT_LOGGING_LEVEL": "INFO"}
    environment.pop("SOVWATCH_OWN_ENGINE", None)  # a server that others use too
    made = Cluster(api=engine.api_url, project=project, environment=environment)
    made.prefect("work-pool", "create", "sovwatch", "--type", "process")
    made.prefect("--no-prompt", "deploy", "--all")
    return made


@pytest.fixture
def past(cluster: Cluster) -> Path:
    """A WARC file of many pages, one of them on topic."""
    folder = cluster.project / "cc-news"
    with Archive(folder) as archive:
        for number in range(PAGES):
            at = datetime(2026, 2, 1, tzinfo=UTC) + timedelta(minutes=number)
            title, text = ("Forced sale of Lumora", ORDER * 5) if number == 700 else ("Tulips", GARDEN)
            url = f"https://outlet.example/{number}"
            # Nothing that packs well, so that the file has several parts.
            body = page(title, [*text, os.urandom(10_000).hex()], published=at.isoformat())
            headers = (("Content-Type", "text/html; charset=utf-8"),)
            archive.append(FetchedPage(url=url, final_url=url, status=200, headers=headers, body=body, fetched_at=at))
    return folder


@pytest.mark.long
def test_deployments_run_and_a_killed_worker_costs_its_batch_not_the_run(cluster: Cluster, past: Path) -> None:
    names = {one["name"] for one in cluster.ask("deployments/filter", {})}
    assert names == {one["name"] for one in DESCRIBED["deployments"]}
    with NewsroomServer(load_newsroom(), port=0) as server, Mailbox(cluster.project / "mails") as mailbox:
        config = write_config(cluster.project, server, smtp_port=mailbox.port)
        server.night = 1
        state = load_house(config).settings.state_dir
        with cluster.worker() as worker:
            night = cluster.run("sovwatch night/night", as_of=NIGHTS[0].isoformat())
            said = cluster.wait(night, "Completed")
            assert "7 new" in said
            assert mailbox.kept

            first = cluster.run("sovwatch backfill/backfill", paths=["cc-news"], workers=2)
            until(lambda: (state / f"{FILE}.wal").exists() and children(worker.pid))
            time.sleep(2)
            for pid in children(worker.pid):  # the flow's own process: the worker reports it
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            until(lambda: cluster.state(first)[0] in ("Crashed", "Completed"))
            assert cluster.state(first)[0] == "Crashed"

            second = cluster.run("sovwatch backfill/backfill", paths=["cc-news"], workers=2)
            said = cluster.wait(second, "Completed")
    assert f"{PAGES} pages" in said
    with contextlib.closing(open_snapshot(snapshot_file(state))) as con:
        kept = con.execute("SELECT url FROM article_versions WHERE origin = 'backfill'").fetchall()
        left = con.execute("SELECT state, count(*) FROM entries WHERE source_id = 'backfill' GROUP BY 1").fetchall()
    assert kept == [("https://outlet.example/700",)]
    assert left == [("done", PAGES)]


def children(pid: int) -> list[int]:
    """The process's own children (Linux)."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            found += [int(child) for child in task.read_text().split()]
    return found
