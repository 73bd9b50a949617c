"""No test reaches the network: connections beyond 127.0.0.0/8 and ::1 and look-ups of real names fail and are noted.

conftest.py installs this in the test process and puts this folder on PYTHONPATH, so that Python installs it in every
process that a test starts as well (it imports `sitecustomize` at its own start). The attempts of all of them are
written to one file; a test that made any fails.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import sys

VARIABLE = "SOVWATCH_TEST_ATTEMPTS"
# Names that no resolver outside knows (RFC 2606, RFC 6761): a test may ask for them to see a failure.
RESERVED = (".invalid", ".test", ".example", ".localhost", ".local")


def install() -> None:
    """From now on this process cannot leave the machine. Cannot be undone."""
    sys.addaudithook(_check)


def _check(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        address = arguments[1]
        if isinstance(address, tuple) and not _is_here(str(address[0])):
            _note(f"{event} {address!r}")
            raise OSError(101, f"tests do not reach the network: {address!r}")
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host or "")
        if not _is_here(name):
            if not name.rstrip(".").lower().endswith(RESERVED) and not _is_address(name):
                _note(f"{event} {name!r}")
            if not _is_address(name):
                raise socket.gaierror(socket.EAI_NONAME, f"tests look no name up: {name!r}")


def _is_here(host: str) -> bool:
    if host in ("", "localhost", "0.0.0.0", "::", socket.gethostname()):
        return True
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    return True


def _note(what: str) -> None:
    path = os.environ.get(VARIABLE)
    if path:
        with contextlib.suppress(OSError), open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 - no imports here
            file.write(f"process {os.getpid()}: {what}\n")


if os.environ.get(VARIABLE):
    install()
