"""The migrations lead to the tables that the code uses, once, however many open at the same time."""

import subprocess
import sys
import threading
import uuid
from dataclasses import replace

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from index.bitmaps import TermIndex
from index.errors import MigrationError
from index.fulltext import full_text
from index.jobs import Jobs
from index.migrate import FOLDER, revision
from index.records import Entry
from index.schema import HEAD, metadata
from index.store import Store
from tests.index import kept_stores
from tests.index.servers import PYTHON


def test_the_head_named_in_the_code_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(FOLDER))

    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_migrating_makes_the_tables_that_the_code_declares(store):
    with store.reading() as conn:
        found = compare_metadata(MigrationContext.configure(conn), metadata)

    ours = [change for change in found if "item_words" not in str(change) and "lexeme" not in str(change)]
    assert [
        change for change in ours if change[0] != "remove_table" or change[1].name != "alembic_version"
    ] == []
    assert revision(store.database) == HEAD


def test_a_store_of_a_newer_version_is_left_alone(store, store_place):
    with store.database.writing() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(MigrationError, match="newer Earmark"):
        Store.open(store_place[0], schema=store_place[1])


def test_threads_that_open_a_new_store_at_once_all_get_it(store_place):
    opened, failed = [], []

    def attempt() -> None:
        try:
            opened.append(Store.open(store_place[0], schema=store_place[1]))
        except Exception as error:  # noqa: BLE001 (whatever goes wrong in a thread fails the test)
            failed.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert len({store.lineage() for store in opened}) == 1
    for store in opened:
        store.close()


def test_processes_that_open_a_new_store_at_once_all_get_it(tmp_path):
    program = "import sys; from index.store import Store; print(Store.open(sys.argv[1]).lineage())"
    command = [sys.executable, "-c", program, f"sqlite:///{tmp_path / 'earmark.db'}"]

    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=PYTHON)
        for _ in range(3)
    ]
    said = [process.communicate(timeout=60) for process in started]

    assert [process.returncode for process in started] == [0] * 3, said
    assert len({out for out, _ in said}) == 1


@pytest.mark.parametrize("kept", sorted(path.name[:4] for path in kept_stores.FIXTURES.glob("*.db.gz")))
@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_stores_of_earlier_versions_are_upgraded_with_all_they_hold(kind, kept, tmp_path, request):
    url, schema = f"sqlite:///{tmp_path / 'earmark.db'}", None
    if kind == "sqlite":
        kept_stores.sqlite_of(kept, tmp_path / "earmark.db")
    else:
        url, schema = request.getfixturevalue("postgres_url"), f"kept_{uuid.uuid4().hex[:10]}"
        kept_stores.postgres_of(kept, url, schema)

    store = Store.open(url, schema=schema)

    assert revision(store.database) == HEAD
    found = {one.item.id: one for one in store.page(limit=50).items}
    assert set(found) == {"k0", "k2", "k3", "k4", "talk"}
    assert found["k0"].item.text == kept_stores.TEXTS[0]
    assert found["k0"].tags["sentiment"]["score"] == 0.75
    assert found["k3"].copy
    assert found["talk"].item.turns == (("C", "Hello"), ("A", "Yes?"))
    assert store.get_customer("C0").attributes == {"plan": "gold"}
    assert store.documents("conversation").get("t1") == {"turns": [{"question": "why?"}]}
    [job] = Jobs(store).list("import")
    assert (job.state, job.added, job.refused) == ("finished", 5, 1)
    terms = TermIndex()
    terms.refresh(store)
    assert set(terms.get("sentiment=negative")) == {found[id_].number for id_ in ("k0", "k2", "k3", "k4")}
    assert full_text(store).search("zip", 5)[0][0] == found["k0"].number
    assert store.count_tagged_otherwise("earmark-tagger-1") == 5
    new = replace(found["k0"].item, id="new", text="Written after the upgrade.")
    entry = Entry(item=new, tags={}, terms=frozenset({"new=yes"}), vector=store.vectors([0])[0], model="m")
    assert list(store.write([entry]).added) == ["new"]
    assert store.get("new").number > max(one.number for one in found.values())
    store.close()
