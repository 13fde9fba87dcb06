"""`earmark serve` over the sample, for scripts that look at it from outside."""

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

import httpx


@contextmanager
def serving(kept: Path | None) -> Iterator[str]:
    """Its address. `kept` is a data folder that has the sample already (workspace demo); it is copied."""
    earmark = str(Path(sys.executable).parent / "earmark")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        env = {**os.environ, "EARMARK_HOME": str(home), "EARMARK_WORKSPACE": "demo"}
        if kept:
            shutil.copytree(kept, home)
        else:
            subprocess.run([earmark, "demo", "--no-serve"], env=env, check=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        with (Path(folder) / "log").open("w") as log:
            more = {**env, "EARMARK_PORT": str(port)}
            server = subprocess.Popen([earmark, "serve"], env=more, stdout=log, stderr=log)
            try:
                _ready(f"http://127.0.0.1:{port}", server)
                yield f"http://127.0.0.1:{port}"
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(60)


def _ready(address: str, server: subprocess.Popen[bytes]) -> None:
    while server.poll() is None:
        try:
            if httpx.get(f"{address}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise RuntimeError("the server ended")
