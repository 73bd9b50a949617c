"""The tests' own promise: nothing leaves the machine, not even from a child process; an attempt fails its test."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path

import pytest

OUTSIDE = "192.0.2.7"  # RFC 5737: belongs to nobody


def noted(attempts: Path) -> str:
    """What was noted; forgotten now, because these tests provoke it."""
    text = attempts.read_text(encoding="utf-8")
    attempts.write_text("", encoding="utf-8")
    return text


def test_a_connection_to_the_outside_fails_at_once_and_is_noted(offline: Path) -> None:
    with pytest.raises(OSError, match="tests do not reach the network"):
        socket.create_connection((OUTSIDE, 80), timeout=5)
    assert OUTSIDE in noted(offline)


def test_so_does_one_that_asyncio_makes(offline: Path) -> None:
    with pytest.raises(OSError, match="network"):
        asyncio.run(asyncio.open_connection(OUTSIDE, 443))
    assert OUTSIDE in noted(offline)


def test_so_does_a_datagram(offline: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender, pytest.raises(OSError, match="network"):
        sender.sendto(b"x", (OUTSIDE, 53))
    assert OUTSIDE in noted(offline)


def test_so_does_one_of_a_child_process(offline: Path) -> None:
    code = f"import socket; socket.create_connection(({OUTSIDE!r}, 80), timeout=5)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 1
    assert "tests do not reach the network" in ran.stderr
    assert OUTSIDE in noted(offline)


def test_a_real_name_is_not_looked_up(offline: Path) -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("www.iana.org", 80)
    assert "www.iana.org" in noted(offline)


def test_a_reserved_name_fails_without_a_note(offline: Path) -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("nobody.invalid", 80)
    assert noted(offline) == ""


@pytest.mark.parametrize("host", ["127.0.0.1", "127.3.2.1", "localhost"])
def test_loopback_works(host: str) -> None:
    bound = host if host != "localhost" else "127.0.0.1"
    with (
        socket.create_server((bound, 0)) as server,
        socket.create_connection((host, server.getsockname()[1]), timeout=5),
    ):
        connection, _ = server.accept()
        connection.close()


def test_an_attempt_fails_the_test_that_made_it(tmp_path: Path, offline: Path) -> None:
    file = tmp_path / "test_careless.py"
    file.write_text(
        "import socket\n"
        "from tests.conftest import offline\n"
        "def test_careless():\n"
        "    try:\n"
        f"        socket.create_connection(({OUTSIDE!r}, 80), timeout=5)\n"
        "    except OSError:\n"
        "        pass\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(file)]
    root = Path(__file__).parents[1]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=root, timeout=120, check=False)
    assert ran.returncode == 1, ran.stdout
    assert "reached for the network" in ran.stdout
    noted(offline)
