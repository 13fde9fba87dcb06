"""`earmark serve` as a process: what it logs, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

pytestmark = pytest.mark.faults

ROUNDS = 30 if os.environ.get("EARMARK_FAULTS") else 2
EARMARK = str(Path(sys.executable).parent / "earmark")


@contextmanager
def serving(home: Path, port: int, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A server that answers; whoever uses it ends it."""
    settings = {"EARMARK_HOME": str(home), "EARMARK_PORT": str(port), "EARMARK_LOG_FORMAT": "json"}
    with log.open("ab") as out:
        process = subprocess.Popen([EARMARK, "serve"], env={**os.environ, **settings}, stdout=out, stderr=out)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise AssertionError(log.read_text())
            try:
                if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.1)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)


@pytest.fixture
def port() -> int:
    """A free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_nothing_that_anybody_wrote_stands_in_the_log(tmp_path: Path, port: int) -> None:
    """Texts, questions, ids of customers, notes, names of files: each carries a mark that the log must not have."""
    log = tmp_path / "log"
    with (
        serving(tmp_path / "home", port, log) as process,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        item = {"id": "marked-id", "text": "A marked-text about refunds.", "customer": "marked-customer"}
        assert client.post("/v1/feedback", json=item).status_code == 200
        client.get("/v1/feedback/marked-id")
        client.get("/v1/customers/marked-customer")
        client.post("/v1/ask", json={"question": "what about the marked-question?"})
        client.get("/v1/feedback", params={"text": "marked-words"})
        client.post("/v1/session", json={"key": "marked-secret"})
        client.post("/v1/feedback", json={"marked-field": 1})
        client.get("/nowhere/marked-path")
        client.post("/v1/imports", files={"file": ("marked-file.csv", b"text\nA marked-row.\n")})
        time.sleep(1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
    lines = log.read_text().splitlines()
    events = [json.loads(line) for line in lines if line.startswith("{")]
    requests = [event for event in events if event["event"] == "request"]
    assert {"/v1/feedback/{item_id}", "/v1/ask", "other"} <= {event["route"] for event in requests}
    assert all(event["request_id"] and event["ms"] >= 0 and event["status"] for event in requests)
    assert [line for line in lines if "marked" in line] == []


def test_a_stop_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path, port: int) -> None:  # noqa: C901
    """R6: SIGTERM while items are sent and questions asked; exit 0, no half answer, and what was acknowledged is there."""
    log, acknowledged, half = tmp_path / "log", set[str](), list[str]()

    def send(stop: threading.Event, round_: int, worker: int) -> None:
        number = 0
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            while not stop.is_set():
                id_ = f"r{round_}-w{worker}-{number}"
                try:
                    answer = client.post(
                        "/v1/feedback", json={"id": id_, "text": f"The parcel {id_} came late."}
                    )
                except httpx.RemoteProtocolError as error:
                    if "peer closed" in str(error) or "incomplete" in str(error):
                        half.append(str(error))
                    return
                except httpx.TransportError:
                    return
                if answer.status_code == 200 and answer.json()["added"]:
                    acknowledged.add(id_)
                number += 1

    for round_ in range(ROUNDS):
        with serving(tmp_path / "home", port, log) as process:
            stop = threading.Event()
            threads = [threading.Thread(target=send, args=(stop, round_, worker)) for worker in range(4)]
            for thread in threads:
                thread.start()
            time.sleep(1.5)
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0, log.read_text()[-3000:]
            stop.set()
            for thread in threads:
                thread.join()
    with serving(tmp_path / "home", port, log) as process:
        stored = set()
        cursor = ""
        while cursor is not None:
            page = httpx.get(f"http://127.0.0.1:{port}/v1/feedback?limit=200{cursor}", timeout=60).json()
            stored |= {item["id"] for item in page["items"]}
            cursor = f"&cursor={page['next']}" if page["next"] else None
    assert len(acknowledged) >= ROUNDS
    assert acknowledged - stored == set()
    assert half == []
    print(f"R6: {ROUNDS} stops under load, {len(acknowledged)} acknowledged, all stored")
