"""Kills a writer at random moments, and checks what is left."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import index
from index.compare import differences
from index.health import check
from tests.index.servers import PYTHON

WRITER = Path(__file__).with_name("writer.py")


def run_with_kills(home: Path, *, rows: int, batch: int, kills: int, seed: int) -> int:
    """Import `rows` rows while the writer is killed at random moments; returns how often it was killed."""
    chance, killed, promised = random.Random(seed), 0, 0
    workspace = index.open(home, refresh=False)
    job = workspace.jobs.create("import")
    while workspace.jobs.get(job.id).state != "finished":
        command = [sys.executable, WRITER, home, str(rows), str(batch)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=PYTHON) as writer:
            lines = [writer.stdout.readline()]
            if killed < kills:
                time.sleep(chance.uniform(0, 0.05))
                writer.send_signal(signal.SIGKILL)
            lines += writer.stdout.readlines()
        killed += writer.returncode == -signal.SIGKILL
        promised = max([promised, *(int(line) for line in lines if line.endswith("\n"))])
        assert workspace.jobs.get(job.id).line >= promised, "a commit that was told is gone"
    workspace.close()
    return killed


def assert_whole(home: Path, rows: int) -> None:
    """Each good row is there once, each bad row is reported once, everything derived equals SQL."""
    good = [line for line in range(1, rows + 1) if line % 100 != 13]
    workspace = index.open(home)
    job = workspace.jobs.list()[0]
    assert (job.line, job.added, job.updated, job.unchanged) == (rows, len(good), 0, 0)
    assert [error.line for error in workspace.jobs.errors(job.id, limit=rows)] == list(
        range(13, rows + 1, 100)
    )
    assert workspace.store.counts().items == len(workspace.terms.get("all=yes")) == len(good)
    numbers = list(workspace.terms.all)
    for at in range(0, len(numbers), 500):
        stored = workspace.store.get_many(numbers[at : at + 500])
        assert all(item.tags["line"] == int(item.item.id.removeprefix("row")) for item in stored)
    assert differences(workspace.store, workspace.exact) == []
    assert [finding for finding in check(workspace, chroma=False) if not finding.ok] == []
    workspace.close()
