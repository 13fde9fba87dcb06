"""A workspace is one folder (and one schema): opened together, quick to start, mended when damaged."""

import json
import subprocess
import sys
import time

import numpy as np
import pytest
from pyroaring import BitMap

import index
from index import backup
from index.errors import BackupError, StoreMissingError
from index.health import check, mend
from index.store import Store
from tests.index.servers import PYTHON


@pytest.fixture
def workspace(tmp_path, entry):
    opened = index.open(tmp_path / "default")
    opened.store.write([entry(f"i{n}", f"words number {n}", terms={f"x={n % 3}"}) for n in range(60)])
    opened.refresh()
    yield opened
    opened.close()


def test_importing_the_package_loads_nothing_heavy():
    program = "import sys, index; print([m for m in ('numpy', 'sqlalchemy', 'chromadb') if m in sys.modules])"
    opening = "import sys, index.workspace; print([m for m in ('chromadb', 'alembic') if m in sys.modules])"

    for code in (program, opening):
        said = subprocess.run(
            [sys.executable, "-c", code], check=False, capture_output=True, text=True, env=PYTHON
        )
        assert said.stdout.strip() == "[]", said.stderr


def test_a_workspace_opens_as_it_was_closed(tmp_path, entry):
    first = index.open(tmp_path / "default")
    first.store.write([entry("a", "late parcel", terms={"x=1"})])
    first.close()

    again = index.open(tmp_path / "default")

    assert again.terms.get("x=1") == BitMap([0])
    assert again.exact.numbers() == BitMap([0])
    assert [hit.number for hit in again.search.search("parcels", None, 5)] == [0]
    again.close()


def test_workspaces_in_one_database_do_not_see_each_other(tmp_path, postgres_url, entry):
    one, two = (index.open(tmp_path / name, postgres_url) for name in ("One shop", "two"))
    one.store.write([entry("a", terms={"x=1"})])

    assert one.refresh()
    two.refresh()

    assert (one.store.counts().items, two.store.counts().items) == (1, 0)
    assert two.terms.terms() == {}
    one.close()
    two.close()


def test_a_workspace_that_is_not_there_is_not_made_unless_asked(tmp_path):
    with pytest.raises(StoreMissingError):
        index.open(tmp_path / "nothing", create=False)

    assert not (tmp_path / "nothing").exists()


def test_readers_in_threads_see_whole_batches_while_another_process_imports(tmp_path, entry):
    workspace = index.open(tmp_path / "default")
    program = (
        "import sys, numpy as np\n"
        "from pathlib import Path\n"
        "import index\n"
        "from index.records import Entry, Item\n"
        "workspace = index.open(Path(sys.argv[1]))\n"
        "for batch in range(30):\n"
        "    workspace.store.write([Entry(item=Item(id=f'{batch}.{n}', text='some words'), tags={},\n"
        "        terms=frozenset({'x=1'}), vector=np.full(4, n + 1, np.float32), model='m') for n in range(20)])\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", program, tmp_path / "default"], env=PYTHON)
    seen = []

    while writer.poll() is None:
        workspace.refresh()
        seen.append(
            (len(workspace.terms.get("x=1")), workspace.exact.count(), workspace.store.counts().items)
        )
    workspace.refresh()

    assert writer.returncode == 0
    assert all(count % 20 == 0 for counts in seen for count in counts)
    assert len(workspace.terms.get("x=1")) == workspace.exact.count() == 600
    workspace.close()


def test_a_healthy_workspace_is_found_healthy(workspace):
    workspace.primary().step()

    found = check(workspace)

    assert {finding.name for finding in found} == {
        "disk", "migrations", "database", "full text", "bitmaps", "exact vectors", "chroma"
    }  # fmt: skip
    assert [finding for finding in found if not finding.ok] == []


def test_damage_is_named_with_what_to_do_and_mended(workspace):
    workspace.terms._view.own["x=1"].add(2)
    workspace.exact.delete([5])
    with workspace.store.database.writing() as conn:
        conn.exec_driver_sql(
            "INSERT INTO item_words (item_words, rowid, text) VALUES ('delete', 7, 'words number 7')"
        )

    found = {finding.name: finding for finding in check(workspace, chroma=False)}

    assert {name for name, finding in found.items() if not finding.ok} == {
        "full text",
        "bitmaps",
        "exact vectors",
    }
    assert "x=1" in found["bitmaps"].detail
    assert all(finding.fix for finding in found.values() if not finding.ok)

    mend(workspace)

    assert [finding for finding in check(workspace, chroma=False) if not finding.ok] == []


def test_a_backup_is_whole_and_no_file_is_written_over(workspace, tmp_path, entry):
    backup.write(workspace.store, tmp_path / "b.zip", dict, product="1")
    workspace.store.write([entry("later")])
    backup.restore(tmp_path / "b.zip", tmp_path / "copy", None, "x", replace=False)

    copy = Store.open(f"sqlite:///{tmp_path / 'copy' / 'earmark.db'}")

    assert copy.counts().items == 60
    assert copy.lineage() != workspace.store.lineage()
    copy.close()
    with pytest.raises(BackupError, match="name a new file"):
        backup.write(workspace.store, tmp_path / "b.zip", dict, product="1")


def test_caches_of_the_old_store_do_not_answer_for_a_restored_one(workspace, tmp_path, entry):
    backup.write(workspace.store, tmp_path / "b.zip", dict, product="1")
    backup.restore(tmp_path / "b.zip", tmp_path / "copy", None, "x", replace=False)
    workspace.store.delete([f"i{n}" for n in range(50)])
    workspace.refresh()
    workspace.close()
    for leftover in (tmp_path / "default").glob("earmark.db*"):
        leftover.unlink()
    (tmp_path / "copy" / "earmark.db").rename(tmp_path / "default" / "earmark.db")

    restored = index.open(tmp_path / "default")
    for n in range(60):
        restored.store.write([entry(f"new{n}", terms={"x=new"})])
    restored.refresh()

    assert len(restored.terms.all) == restored.exact.count() == 120
    assert [finding for finding in check(restored, chroma=False) if not finding.ok] == []
    restored.close()


def test_twenty_thousand_items_open_in_less_than_a_third_of_a_second(tmp_path, entry):
    workspace = index.open(tmp_path / "default")
    rows = np.random.default_rng(0).standard_normal((20_000, 16)).astype(np.float32)
    entries = [entry(f"i{n}", f"words {n}", terms={f"x={n % 50}"}, vector=rows[n]) for n in range(20_000)]
    for start in range(0, 20_000, 2_000):
        workspace.store.write(entries[start : start + 2_000])
    workspace.refresh()
    workspace.close()

    seconds = []
    for _ in range(3):
        started = time.perf_counter()
        again = index.open(tmp_path / "default")
        seconds.append(time.perf_counter() - started)
        assert len(again.terms.all) == again.exact.count() == 20_000
        again.close()

    assert min(seconds) < 0.3, json.dumps(seconds)
