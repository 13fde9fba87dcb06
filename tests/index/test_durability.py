"""A writer that is killed has lost nothing that it was promised, and goes on exactly where it was."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import index
from index.applier import Applier
from index.chroma import ChromaIndex
from index.compare import differences
from index.health import check

WRITER = Path(__file__).with_name("durability.py")


def start(home: Path, rows: int, batch: int) -> subprocess.Popen:
    place = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, WRITER, home, str(rows), str(batch)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=place)


def run_with_kills(home: Path, *, rows: int, batch: int, kills: int, seed: int) -> int:
    """Import `rows` rows while the writer is killed at random moments; returns how often it was killed."""
    chance, killed, promised = random.Random(seed), 0, 0
    workspace = index.open(home, refresh=False)
    job = workspace.jobs.create("import")
    while workspace.jobs.get(job.id).state != "finished":
        writer = start(home, rows, batch)
        if killed < kills:
            first = writer.stdout.readline()
            time.sleep(chance.uniform(0, 0.05))
            if writer.poll() is None:
                writer.send_signal(signal.SIGKILL)
                killed += 1
            lines = [first, *writer.stdout.readlines()]
        else:
            lines = writer.stdout.readlines()
        writer.stdout.close()
        writer.wait()
        promised = max([promised, *(int(line) for line in lines if line.endswith("\n"))])
        assert workspace.jobs.get(job.id).line >= promised, "a commit that was told is gone"
    workspace.close()
    return killed


def assert_whole(home: Path, rows: int) -> None:
    """Each good row once, each bad row reported once, and everything derived equal to SQL."""
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


def test_a_killed_import_resumes_exactly(tmp_path):
    home = tmp_path / "default"
    index.open(home).close()

    assert run_with_kills(home, rows=1_500, batch=20, kills=3, seed=1) == 3

    assert_whole(home, 1_500)


def test_a_killed_applier_leaves_an_index_that_is_made_equal_again(tmp_path):
    home = tmp_path / "default"
    index.open(home).close()
    run_with_kills(home, rows=2_500, batch=500, kills=0, seed=1)
    program = (
        "import sys, index\n"
        "from pathlib import Path\n"
        "workspace = index.open(Path(sys.argv[1]), refresh=False)\n"
        "print('ready', flush=True)\n"
        "workspace.primary().step()\n"
    )
    place = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    for pause_s in (1.5, 2.0):
        applier = subprocess.Popen([sys.executable, "-c", program, home], stdout=subprocess.PIPE, env=place)
        applier.stdout.readline()
        time.sleep(pause_s)
        applier.kill()
        applier.stdout.close()
        applier.wait()

    workspace = index.open(home)
    chroma = ChromaIndex(home / "chroma")
    Applier(workspace.store, chroma).reconcile()

    assert differences(workspace.store, chroma) == []
    chroma.close()
    workspace.close()


@pytest.mark.postgres
def test_terminated_backends_lose_nothing(store_of_postgres, entry):
    """PostgreSQL ends the writer's connection again and again; idempotent writes are repeated."""
    store, terminate = store_of_postgres
    for batch in range(30):
        if batch % 3 == 0:
            terminate()
        result = store.write([entry(f"{batch}.{n}", terms={"all=yes"}) for n in range(10)])
        assert len(result.added) == 10

    assert store.counts().items == 300
