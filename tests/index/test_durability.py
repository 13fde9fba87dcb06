"""A writer that is killed has lost nothing that it was promised, and goes on exactly where it was."""

import subprocess
import sys
import time

import psycopg
import pytest
from pyroaring import BitMap
from sqlalchemy import event, text

import index
from index.applier import Applier
from index.chroma import ChromaIndex
from index.compare import differences
from index.errors import StoreFullError, StoreUnavailableError
from tests.index.killing import assert_whole, run_with_kills
from tests.index.servers import PYTHON

pytestmark = pytest.mark.faults


def test_a_killed_import_resumes_exactly(tmp_path):
    home = tmp_path / "default"
    index.open(home).close()

    assert run_with_kills(home, rows=1_500, batch=20, kills=3, seed=1) == 3

    assert_whole(home, 1_500)


def test_a_killed_applier_leaves_an_index_that_is_made_equal_again(tmp_path):
    home = tmp_path / "default"
    index.open(home).close()
    run_with_kills(home, rows=1_500, batch=500, kills=0, seed=1)
    program = (
        "import sys, index\n"
        "from pathlib import Path\n"
        "workspace = index.open(Path(sys.argv[1]), refresh=False)\n"
        "print('ready', flush=True)\n"
        "workspace.primary().step()\n"
    )
    for pause_s in (1.0, 1.5):
        command = [sys.executable, "-c", program, home]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=PYTHON) as applier:
            applier.stdout.readline()
            time.sleep(pause_s)
            applier.kill()

    workspace = index.open(home)
    chroma = ChromaIndex(home / "chroma")
    Applier(workspace.store, chroma).reconcile()

    assert differences(workspace.store, chroma) == []
    chroma.close()
    workspace.close()


def test_a_full_disk_keeps_what_was_acknowledged_and_nothing_of_the_rest(sqlite_store, entry):
    sqlite_store.write([entry("a", terms={"x=1"})])
    engine = sqlite_store.database.engine

    @event.listens_for(engine, "connect")
    def fill(dbapi, _record):
        dbapi.execute(f"PRAGMA max_page_count = {dbapi.execute('PRAGMA page_count').fetchone()[0] + 3}")

    engine.dispose()
    with pytest.raises(StoreFullError, match="Free space"):
        sqlite_store.write([entry(f"b{n}", "many words " * 200) for n in range(50)])

    assert sqlite_store.counts().items == 1
    assert sqlite_store.get("a").terms == {"x=1"}

    event.remove(engine, "connect", fill)
    engine.dispose()
    assert len(sqlite_store.write([entry(f"b{n}", "many words " * 200) for n in range(50)]).added) == 50


def test_bitmaps_count_on_when_their_snapshot_cannot_be_written(tmp_path, entry):
    workspace = index.open(tmp_path / "default")
    (tmp_path / "default" / "bitmaps.snapshot").mkdir()
    workspace.store.write([entry(f"i{n}", terms={"x=1"}) for n in range(1_200)])

    workspace.refresh()

    assert workspace.terms.get("x=1") == BitMap(range(1_200))
    (tmp_path / "default" / "bitmaps.snapshot").rmdir()
    workspace.close()
    assert (tmp_path / "default" / "bitmaps.snapshot").is_file()


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


@pytest.mark.postgres
@pytest.mark.parametrize(
    "error", [psycopg.ProgrammingError("status ACTIVE"), psycopg.errors.AdminShutdown("ended")]
)
def test_a_connection_that_fails_its_check_is_replaced(store_of_postgres, entry, monkeypatch, error):
    """The server has ended it, but the driver does not know yet."""
    store, _ = store_of_postgres
    store.write([entry("first")])
    dialect = store.database.engine.dialect
    ping = dialect.do_ping

    def fail_once(connection):
        monkeypatch.setattr(dialect, "do_ping", ping)
        raise error

    monkeypatch.setattr(dialect, "do_ping", fail_once)

    assert len(store.write([entry("second")]).added) == 1


@pytest.mark.postgres
def test_an_ended_transaction_is_told_as_a_lost_connection(store_of_postgres):
    """Also while the driver still calls the connection open."""
    store, _ = store_of_postgres
    with pytest.raises(StoreUnavailableError, match="cannot be reached"), store.database.reading() as conn:
        conn.execute(text("DO $$ BEGIN RAISE EXCEPTION 'ended' USING ERRCODE = '57P01'; END $$"))
    assert store.counts().items == 0
