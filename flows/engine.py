"""The Prefect server behind a run: the user's own where one is set, else one of ours for as long as the run lasts.

Starting Prefect's server takes about four seconds of one core, most of it imports (eight the first time). Ours
therefore starts in a process of its own before anything else is imported (Prefect's built-in temporary server would
import it twice, one after the other), writes to a log file instead of the terminal, and dies with the run, even with a
killed one.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

STARTUP_TIMEOUT_S = 120.0
# What a server for one night does without: nothing is scheduled, paused, cancelled, leased or waited for, and nobody
# follows its events. What remains is the recorder of task runs, which are the steps that its UI shows later.
SPARED_SERVICES = ("CANCELLATION_CLEANUP", "CLEANUP_RECONCILER", "EVENT_PERSISTER", "FOREMAN", "LATE_RUNS",
                   "PAUSE_EXPIRATIONS", "REPOSSESSOR", "SCHEDULER", "TRIGGERS")  # fmt: skip
# Set while the Prefect server is ours, for the processes that it starts too.
OWN_ENGINE = "SOVWATCH_OWN_ENGINE"


class EngineError(Exception):
    """The Prefect server did not come up; the message says where its log is and what to do."""


@dataclass(slots=True)
class Engine:
    """A Prefect server that is up or coming up. `wait()` before the first flow."""

    api_url: str
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    waited_s: float = 0.0

    def wait(self) -> None:
        """Returns once the server answers. Raises EngineError if it ends or stays silent for two minutes."""
        if self.process is None:
            return
        begun = time.monotonic()
        while True:
            if self._answers():
                self.waited_s = time.monotonic() - begun
                return
            if self.process.poll() is not None:
                raise EngineError(f"the Prefect server ended with code {self.process.returncode}; see {self.log}")
            if time.monotonic() - begun > STARTUP_TIMEOUT_S:
                raise EngineError(f"the Prefect server did not answer within {STARTUP_TIMEOUT_S:.0f} s; see {self.log}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.api_url}/health", timeout=2) as answer:
                return int(answer.status) == 200
        except OSError:  # URLError is one
            return False

    def stop(self) -> None:
        """Ends our server, if it is ours; harmless when it has ended already."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def set_prefect_environment(state_dir: Path, *, quiet: bool) -> None:
    """Prefect keeps its files in the state folder and sends nothing home.

    `quiet`: it prints nothing either, because the command tells of failures in its own words; else warnings. What the
    user has set stays. Must come before the first import of Prefect, which reads these once.
    """
    defaults = {
        "PREFECT_HOME": str(state_dir / "prefect"),
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "CRITICAL" if quiet else "WARNING",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(int(STARTUP_TIMEOUT_S)),
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)
    Path(os.environ["PREFECT_HOME"]).mkdir(parents=True, exist_ok=True)  # Prefect warns where it has to itself


@contextlib.contextmanager
def running_engine(state_dir: Path, *, scheduling: bool = False) -> Iterator[Engine]:
    """A Prefect server for the block: the one that PREFECT_API_URL names, else our own, started at once.

    Does not wait for it: do other work first, then `wait()`. With `scheduling` ours has the scheduler and the UI.
    """
    set_prefect_environment(state_dir, quiet=not scheduling)
    url = os.environ.get("PREFECT_API_URL")
    if url:
        yield Engine(api_url=url)
        return
    engine = _start(scheduling)
    ours = {"PREFECT_API_URL": engine.api_url, OWN_ENGINE: "1", **_spared_questions()}
    os.environ |= ours
    try:
        yield engine
    finally:
        for name in ours:
            os.environ.pop(name, None)
        engine.stop()


def _start(scheduling: bool) -> Engine:
    home = Path(os.environ["PREFECT_HOME"])
    port = _free_port()
    log = home / "server.log"
    spared = {} if scheduling else {f"PREFECT_SERVER_SERVICES_{name}_ENABLED": "false" for name in SPARED_SERVICES}
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", "--ui" if scheduling else "--no-ui",
             "--host", "127.0.0.1", "--port", str(port), "--log-level", "error"],
            stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT, env=os.environ | spared,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )  # fmt: skip
    return Engine(api_url=f"http://127.0.0.1:{port}/api", log=log, process=process)


def _spared_questions() -> dict[str, str]:
    """What our client need not ask our server: its version is ours, and it hands out no tokens against forgery.

    The second is not cheap: the server builds every route up to the asked one at the first question, which is most of
    them for that one. What the user has set stays.
    """
    spared = {"PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false"}
    if "PREFECT_SERVER_CSRF_PROTECTION_ENABLED" not in os.environ:
        spared["PREFECT_CLIENT_CSRF_SUPPORT_ENABLED"] = "false"
    return {name: value for name, value in spared.items() if name not in os.environ}


def _free_port() -> int:
    """A free port below those that the system hands out by itself: it is still free when the server takes it."""
    draw = random.SystemRandom()
    while True:
        port = draw.randrange(20_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def _die_with_parent() -> None:
    """Runs in the child: the kernel ends it when the run that started it is gone (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)
