"""A real PostgreSQL and a local S3 server for tests and benchmarks, or the reason why there can be none here."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.lake import EXTENSIONS, Lake, LakeFault, load_extensions

KEYS = {"SOVWATCH_STORE_KEY_ID": "nobody", "SOVWATCH_STORE_SECRET_KEY": "nothing"}
START_S = 40.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Where the two listen, on 127.0.0.1."""

    catalog_port: int
    store_port: int

    def lake(self, name: str) -> Lake:
        """A lake of that name (lower-case letters, digits, underscores); its bucket is made."""
        bucket = name.replace("_", "-")
        _ask(f"http://127.0.0.1:{self.store_port}/{bucket}", method="PUT")
        return Lake(
            catalog=f"host=127.0.0.1 port={self.catalog_port} dbname=postgres user=sovwatch", catalog_schema=name,
            data=f"s3://{bucket}/house/", endpoint=f"127.0.0.1:{self.store_port}", tls=False,
        )  # fmt: skip


def why_not() -> str | None:
    """What is missing for lakes on this machine; None where nothing is."""
    try:
        with duckdb.connect() as con:
            load_extensions(con)
    except LakeFault as fault:
        return str(fault)
    except duckdb.Error as error:
        return f"the extension packages ({', '.join(EXTENSIONS)}) do not load: {str(error).splitlines()[0]}"
    if _postgres_folder() is None:
        return "no PostgreSQL server on this machine (apt-get install postgresql)"
    if importlib.util.find_spec("moto") is None or importlib.util.find_spec("flask") is None:
        return "no S3 server on this machine (pip install 'moto[server,s3]')"
    return None


@contextlib.contextmanager
def serving_lakes() -> Iterator[Servers]:
    """Both servers, in processes of their own that end with the block, or with us."""
    os.environ.update(KEYS)
    with tempfile.TemporaryDirectory(prefix="sovwatch-lake-") as folder, contextlib.ExitStack() as stack:
        catalog, store = _free_port(), _free_port()
        stack.enter_context(_store(Path(folder), store))
        stack.enter_context(_postgres(Path(folder), catalog))
        _wait(lambda: _ask(f"http://127.0.0.1:{store}/", method="GET"), "the S3 server")
        yield Servers(catalog_port=catalog, store_port=store)


@contextlib.contextmanager
def _postgres(folder: Path, port: int) -> Iterator[None]:
    programs = _postgres_folder()
    assert programs is not None
    data = folder / "catalog"
    data.mkdir()
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        user = next(name for name in ("postgres", "nobody") if _uid(name) is not None)
        folder.chmod(0o755)
        os.chown(data, pwd.getpwnam(user).pw_uid, -1)
    environ = {"LC_ALL": "C", "PATH": os.environ.get("PATH", "")}
    subprocess.run(
        [programs / "initdb", "-D", data, "-A", "trust", "-U", "sovwatch", "-E", "UTF8", "--no-locale", "-N"],
        check=True, capture_output=True, user=user, env=environ, cwd=data,
    )  # fmt: skip
    said = (folder / "catalog.log").open("wb")
    options = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=60",
               "shared_buffers=32MB", "dynamic_shared_memory_type=mmap")  # fmt: skip
    command = [str(programs / "postgres"), "-D", str(data), "-p", str(port)]
    command += [word for option in options for word in ("-c", option)]
    with said, subprocess.Popen(
        command, stdout=said, stderr=said, user=user, env=environ, cwd=data, preexec_fn=_die_with_us
    ) as server:  # fmt: skip
        try:
            _wait(lambda: _connects(port), "PostgreSQL")
            yield
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(timeout=20)


@contextlib.contextmanager
def _store(folder: Path, port: int) -> Iterator[None]:
    code = "import sys; from moto.server import main; main(['-H', '127.0.0.1', '-p', sys.argv[1]])"
    with (folder / "store.log").open("wb") as said, subprocess.Popen(
        [sys.executable, "-c", code, str(port)], stdout=said, stderr=said, preexec_fn=_die_with_us
    ) as server:
        try:
            yield
        finally:
            server.kill()
            server.wait(timeout=20)


def _postgres_folder() -> Path | None:
    found = shutil.which("postgres")
    folders = [Path(found).parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _uid(name: str) -> int | None:
    try:
        return pwd.getpwnam(name).pw_uid
    except KeyError:
        return None


def _die_with_us() -> None:
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _connects(port: int) -> bool:
    """Whether PostgreSQL answers questions, not only listens."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as talk:
        # The startup packet of protocol 3.0; R (authentication) means that it is ready, E that it still starts.
        body = b"\x00\x03\x00\x00user\x00sovwatch\x00database\x00postgres\x00\x00"
        talk.sendall((len(body) + 4).to_bytes(4, "big") + body)
        return talk.recv(1) == b"R"
    return False


def _ask(url: str, *, method: str) -> bool:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method), timeout=10):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _wait(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + START_S
    while not ready():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not start within {START_S:.0f} s")
        time.sleep(0.05)
