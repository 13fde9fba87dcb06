"""Servers that tests start on free loopback ports and end again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PYTHON = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}  # for programs that import this checkout


class PostgresServer:
    """PostgreSQL with its data in a folder of its own. It refuses to run as root, so root borrows `postgres`."""

    def __init__(self, initdb: str) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="earmark-postgres-"))
        self._user = {}
        if os.geteuid() == 0:
            shutil.chown(self._folder, "postgres", "postgres")
            self._user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        self._program = Path(initdb).with_name("postgres")
        self._port = free_port()
        setup = [initdb, "-D", self._folder / "data", "-U", "earmark", "-A", "trust", "-E", "UTF8"]
        setup += ["--locale=C.UTF-8", "--no-sync"]
        subprocess.run(setup, check=True, capture_output=True, cwd=self._folder, **self._user)
        self.url = f"postgresql+psycopg://earmark@127.0.0.1:{self._port}/postgres"
        self.start()

    def start(self) -> None:
        command = [self._program, "-D", self._folder / "data", "-p", str(self._port), "-k", self._folder]
        command += ["-c", "fsync=off"]  # the machine does not lose its power here
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd=self._folder, **self._user)
        wait_for_port(self._port, self._server)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends sessions, SIGQUIT ends at once and recovers at the next start."""
        self._server.send_signal(how)
        self._server.wait(30)

    def remove(self) -> None:
        shutil.rmtree(self._folder)


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """A new server, or a skip where PostgreSQL is not installed."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = str(programs[-1]) if programs else shutil.which("initdb")
    if initdb is None:
        pytest.skip("PostgreSQL's programs (initdb, postgres) are not installed")
    server = PostgresServer(initdb)
    try:
        yield server
    finally:
        server.stop(signal.SIGQUIT)  # nothing needs to be written any more
        server.remove()


@contextmanager
def chroma(folder: Path) -> Iterator[str]:
    """Chroma's Rust server on a folder; yields its address."""
    port = free_port()
    program = Path(sys.executable).with_name("chroma")
    with (folder / "log").open("wb") as log:
        command = [program, "run", "--path", folder, "--port", str(port)]
        server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
    try:
        wait_for_port(port, server)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()  # asked politely it takes half a minute
        server.wait(30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for_port(port: int, server: subprocess.Popen, timeout_s: float = 30) -> None:
    end = time.monotonic() + timeout_s
    while time.monotonic() < end:
        if server.poll() is not None:
            pytest.fail(f"{server.args[0]} ended with {server.returncode}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail(f"{server.args[0]} does not listen after {timeout_s} s")
