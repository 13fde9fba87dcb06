"""`earmark tag --ray`: the same lines as on one machine, whatever dies."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.commands.cluster import BATCH

pytestmark = pytest.mark.faults

EARMARK = str(Path(sys.executable).parent / "earmark")
PLACES = ("counter", "lift", "till", "gate", "ward", "desk", "platform", "stairs")
SAID = (
    "Nobody at the {place} listened when I said the refund never came, case {n}.",
    "Thank you for number {n}, the person at the {place} was lovely.",
    "At the {place} I was told {n} minutes. It took three hours and I am done with you.",
)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """Five batches, each text different."""
    path = tmp_path / "texts.jsonl"
    lines = [
        {"id": f"t{n}", "text": SAID[n % len(SAID)].format(place=PLACES[n % len(PLACES)], n=n)}
        for n in range(5 * BATCH)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def start(home: Path, *more: str) -> subprocess.Popen[str]:
    env = {**os.environ, "EARMARK_HOME": str(home)}
    return subprocess.Popen(
        [EARMARK, "tag", *more],
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def until(condition: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        assert time.monotonic() < end, "nothing was tagged"
        time.sleep(0.05)


def workers(leader: int) -> list[int]:
    """Processes of the cluster that tag."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            line = (folder / "cmdline").read_bytes()
            session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
        except (OSError, ValueError):
            continue
        if line.startswith(b"ray::") and b"Worker" in line and session == leader:
            found.append(int(folder.name))
    return found


def test_a_killed_worker_and_a_killed_command_change_nothing(tmp_path: Path, texts: Path) -> None:
    """A worker is killed in the middle and replaced; then the command itself, and the next goes on."""
    plain, spread = tmp_path / "plain.jsonl", tmp_path / "spread.jsonl"
    one = start(tmp_path / "home", str(texts), "--output", str(plain))
    said, _ = one.communicate(timeout=200)
    assert one.returncode == 0, said
    part = spread.with_name("spread.jsonl.part")

    first = start(tmp_path / "home", str(texts), "--output", str(spread), "--ray", "local")
    try:
        until(lambda: part.exists() and part.stat().st_size > 0, first)
        killed = workers(first.pid)
        os.kill(killed[0], signal.SIGKILL)
        before = part.stat().st_size
        until(lambda: part.stat().st_size > before, first)
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        first.communicate()
    done = part.read_bytes().count(b"\n")
    assert 2 * BATCH <= done < 5 * BATCH
    with part.open("ab") as file:
        file.write(b'["broken off')

    second = start(tmp_path / "home", str(texts), "--output", str(spread), "--ray", "local")
    said, _ = second.communicate(timeout=300)
    assert second.returncode == 0, said
    assert f"{done} of {5 * BATCH} were tagged before" in said
    assert spread.read_bytes() == plain.read_bytes()
    assert not part.exists()
    print(f"Ray: {5 * BATCH} items, {len(killed)} workers, one killed, command killed at {done}: lines equal")


def test_what_is_wrong_is_said(tmp_path: Path, texts: Path) -> None:
    """Where the tags go must be named, and the cluster must answer."""
    none = start(tmp_path / "home", str(texts), "--ray", "local")
    assert "--output" in none.communicate(timeout=60)[0]
    gone = start(tmp_path / "home", str(texts), "--output", str(tmp_path / "out"), "--ray", "127.0.0.1:1")
    said, _ = gone.communicate(timeout=120)
    assert gone.returncode == 2, said
    assert "no Ray cluster answers at 127.0.0.1:1" in said
