"""kill -9 between any two steps: run again, every reader has every mail, and twice only where SMTP cannot know."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import PIPE

import pytest

from flows.alerts import deliver
from tests.flows.alerts.newsroom import NIGHT, settings
from tests.flows.alerts.servers import Mailbox, mail_server
from tests.flows.alerts.test_delivery import fill
from warehouse.connection import open_file
from warehouse.outbox import count_mails

# Imports take seconds, so that one process does them and forks a child for each kill; it opens no warehouse itself.
NURSERY = """
import os, signal, sys
from pathlib import Path
from flows.alerts.delivery import deliver
from tests.flows.alerts import test_delivery
from tests.flows.alerts.newsroom import NIGHT, settings
from warehouse.connection import open_file

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def killed_delivery(file, port, step, mail):
    seen = []

    def on_step(name, mail_id):
        seen.append(name)
        if seen.count(step) == int(mail):
            die()

    deliver(open_file(Path(file)), settings(port=int(port)), lambda: NIGHT, timeout_s=5, on_step=on_step)

def killed_planning(file, moment):
    real = test_delivery.queue_mails

    def queue(*args, **kwargs):
        real(*args, **kwargs)
        if moment == "before":
            die()

    test_delivery.queue_mails = queue
    test_delivery.fill(open_file(Path(file)), readers=3)
    die()

for line in sys.stdin:
    name, *arguments = line.rstrip().split("\\t")
    child = os.fork()
    if child == 0:
        {"deliver": killed_delivery, "plan": killed_planning}[name](*arguments)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, flush=True)
"""


@pytest.fixture(scope="module")
def killed() -> Iterator[Callable[..., int]]:
    """Runs a step in a process that kills itself, and gives the signal that ended it."""
    nursery = subprocess.Popen([sys.executable, "-c", NURSERY], stdin=PIPE, stdout=PIPE, text=True)
    assert nursery.stdin is not None and nursery.stdout is not None
    stdin, stdout = nursery.stdin, nursery.stdout

    def run(*arguments: object) -> int:
        stdin.write("\t".join(map(str, arguments)) + "\n")
        stdin.flush()
        return int(stdout.readline())

    yield run
    stdin.close()
    nursery.wait(30)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "mail", "copies", "before"),
    [
        ("connected", 1, 1, 0),
        ("sending", 2, 1, 1),  # the second mail's state is committed, nothing was said about it yet
        ("handing-over", 2, 1, 1),  # the server waits for the message
        ("answered", 2, 2, 2),  # accepted, and not yet marked: the one case that no client can tell
        ("ended", 2, 1, 2),
    ],
)
def test_a_killed_delivery_goes_on(
    tmp_path: Path, killed: Callable[..., int], step: str, mail: int, copies: int, before: int
) -> None:
    file, box = tmp_path / "warehouse.duckdb", Mailbox()
    con = open_file(file)
    fill(con, readers=3)
    con.close()
    with mail_server(box) as port:
        assert killed("deliver", file, port, step, mail) == signal.SIGKILL
        assert len(box.mails) == before
        con = open_file(file)
        report = deliver(con, settings(port=port), lambda: NIGHT, timeout_s=5)
        assert count_mails(con) == {"sent": 3}
        assert deliver(con, settings(port=port), lambda: NIGHT, timeout_s=5).deliveries == ()
    arrived = sorted(box.message_ids())
    assert len(set(arrived)) == 3
    assert len(arrived) == 2 + copies
    handed_over = step in ("handing-over", "answered")
    assert [p.code for p in report.problems] == (["killed-unsure", "perhaps-twice"] if handed_over else [])


@pytest.mark.slow
def test_a_kill_before_the_commit_leaves_no_mail_and_after_it_all(tmp_path: Path, killed: Callable[..., int]) -> None:
    file = tmp_path / "warehouse.duckdb"
    expected: dict[str, int]
    for moment, expected in (("before", {}), ("after", {"queued": 3})):
        assert killed("plan", file, moment) == signal.SIGKILL
        con = open_file(file)
        assert count_mails(con) == expected
        con.close()
    assert fill(open_file(file), readers=3) == 0
