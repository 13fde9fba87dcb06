"""R21: a backup is one state of the data, on either database, and restores to either."""

import datetime as dt
import json
import threading
import uuid
import zipfile
from pathlib import Path

import numpy as np
import pytest

import index
from index import backup
from index.errors import BackupError, ItemError
from index.jobs import Jobs
from index.records import Customer
from index.store import Store

pytestmark = pytest.mark.faults


@pytest.fixture
def filled(store, entry):
    """A store with everything that a table holds."""
    entries = [
        entry(
            f"i{n}", f"Ünïcode text number {n} that is long enough 🎁", customer=f"c{n % 5}", terms={f"x={n % 3}"},
            date=dt.date(2026, 1, 1) + dt.timedelta(days=n) if n % 4 else None, attributes={"plan": "gold"},
            tags={"themes": [{"label": "delivery", "score": 0.5}]},
        )
        for n in range(60)
    ]  # fmt: skip
    store.write(entries)
    store.delete(["i7"])
    store.upsert_customers([Customer(id="c1", attributes={"segment": "premium"})])
    store.documents("note").put("k", {"text": "a note", "list": [1, None, True]})
    job = Jobs(store).create("import", {"path": "/nowhere/up.csv", "owned": True})
    assert Jobs(store).claim("worker-1", id_=job.id)
    return store


def everything(store: Store) -> dict[str, object]:
    found = store.page(limit=1000).items
    return {
        "items": [(one.number, one.item, dict(one.tags), one.copy) for one in found],
        "vectors": store.vectors([one.number for one in found]).tolist(),
        "customers": store.customers(),
        "documents": list(store.documents("note").items()),
        "version": store.data_version(),
    }


def no_files() -> dict[str, Path]:
    return {}


@pytest.mark.parametrize("target", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def test_it_comes_back_the_same_on_either_database(filled, tmp_path, request, target) -> None:
    """Items with numbers, tags, vectors, customers, documents; words are found again; the history has a new name."""
    upload = tmp_path / "up.csv"
    upload.write_bytes(b"text\nhello\n")
    backup.write(filled, tmp_path / "b.zip", lambda: {"files/uploads/up.csv": upload}, product="1")
    url = None if target == "sqlite" else request.getfixturevalue("postgres_url")
    schema = f"t_{uuid.uuid4().hex[:10]}"
    manifest, aside = backup.restore(tmp_path / "b.zip", tmp_path / "new", url, schema, replace=False)
    assert aside is None
    assert manifest.rows["items"] == 59
    restored = Store.open(url or f"sqlite:///{tmp_path / 'new' / 'earmark.db'}", schema=url and schema)
    try:
        assert everything(restored) == everything(filled)
        assert restored.lineage() != filled.lineage()
        from index.fulltext import full_text

        assert len(full_text(restored).matching("text number 12")) == 1
        [job] = Jobs(restored).list("import")
        assert (job.state, job.worker) == ("queued", None)
        assert Path(job.params["path"]).read_bytes() == b"text\nhello\n"
        assert job.params["path"].startswith(str(tmp_path / "new"))
    finally:
        restored.close()


def test_writing_goes_on_while_it_is_made_and_it_is_one_state(store, entry, tmp_path) -> None:
    """Ten pairs of items are written in single transactions all the while: never half a pair is in a backup."""
    store.write([entry(f"first{n}") for n in range(2000)])
    stop, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            store.write([entry(f"a{written}"), entry(f"b{written}")])
            written += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        while written < 3:
            pass
        for number in range(3):
            acknowledged = written
            backup.write(store, tmp_path / f"{number}.zip", no_files, product="1")
            lines = (
                zipfile.ZipFile(tmp_path / f"{number}.zip").read("tables/items.jsonl").decode().splitlines()
            )
            names = json.loads(lines[0])
            ids = {json.loads(line)[names.index("id")] for line in lines[1:]}
            pairs = {id_[1:] for id_ in ids if id_[0] in "ab"}
            assert all({f"a{pair}", f"b{pair}"} <= ids for pair in pairs)
            assert {f"{side}{n}" for side in "ab" for n in range(acknowledged)} <= ids
    finally:
        stop.set()
        thread.join()
    assert written > 3


def test_derived_indexes_are_made_again(filled, tmp_path) -> None:
    """A workspace opened over the restored store counts and finds as before."""
    backup.write(filled, tmp_path / "b.zip", no_files, product="1")
    backup.restore(tmp_path / "b.zip", tmp_path / "w", None, "x", replace=False)
    opened = index.open(tmp_path / "w")
    try:
        assert len(opened.terms.view.all) == 59
        vector = opened.store.vectors(opened.store.existing(range(60)))[0]
        assert opened.exact.search(vector, 1)[0][1] == pytest.approx(1)
    finally:
        opened.close()


def test_what_is_there_is_kept_aside_and_only_when_asked(filled, tmp_path, entry) -> None:
    """Without `replace` nothing is touched."""
    home = tmp_path / "w"
    home.mkdir()
    old = Store.open(f"sqlite:///{home / 'earmark.db'}")
    old.write([entry("old")])
    old.close()
    backup.write(filled, tmp_path / "b.zip", no_files, product="1")
    with pytest.raises(BackupError, match="--replace"):
        backup.restore(tmp_path / "b.zip", home, None, "x", replace=False)
    _, aside = backup.restore(tmp_path / "b.zip", home, None, "x", replace=True)
    kept = Store.open(f"sqlite:///{tmp_path / str(aside) / 'earmark.db'}")
    assert [one.item.id for one in kept.page().items] == ["old"]
    kept.close()


@pytest.fixture
def archive(sqlite_store, entry, tmp_path) -> Path:
    """A backup of twenty items."""
    rng = np.random.default_rng(7)
    sqlite_store.write(
        [entry(f"i{n}", " ".join(str(x) for x in rng.integers(1e6, size=40))) for n in range(20)]
    )
    path = tmp_path / "b.zip"
    backup.write(sqlite_store, path, no_files, product="1")
    return path


@pytest.mark.parametrize("at", [0.05, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_damaged_archive_is_refused_before_anything_is_touched(archive, tmp_path, at) -> None:
    """Cut off, or with one bit turned over."""
    whole = archive.read_bytes()
    place = int(len(whole) * at)
    cut, flipped = tmp_path / "cut.zip", tmp_path / "flipped.zip"
    cut.write_bytes(whole[:place])
    flipped.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
    with pytest.raises(BackupError):
        backup.restore(cut, tmp_path / "new", None, "x", replace=True)
    try:
        backup.restore(flipped, tmp_path / "new", None, "x", replace=True)
    except BackupError:
        assert not (tmp_path / "new").exists()
    else:  # the bit was of no meaning (a time stamp in the directory of the archive): what came back is whole
        store = Store.open(f"sqlite:///{tmp_path / 'new' / 'earmark.db'}")
        assert len(store.page().items) == 20
        store.close()
    assert [path.name for path in tmp_path.glob(".new.*")] == []


@pytest.mark.parametrize(
    ("change", "says"),
    [({"kind": "other"}, "no backup"), ({"format": 99}, "newer"), ({"schema": "9999"}, "newer")],
)
def test_foreign_and_newer_archives_are_refused_with_words(archive, tmp_path, change, says) -> None:
    """What to do stands in the message."""
    with zipfile.ZipFile(archive) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    parts["manifest.json"] = json.dumps({**json.loads(parts["manifest.json"]), **change}).encode()
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    with pytest.raises((BackupError, index.errors.MigrationError), match=says):
        backup.restore(other, tmp_path / "new", None, "x", replace=False)
    assert not (tmp_path / "new").exists()


def test_a_file_outside_of_the_workspace_is_not_written(archive, tmp_path) -> None:
    """A hostile archive cannot climb out of the folder."""
    with zipfile.ZipFile(archive) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    manifest = json.loads(parts["manifest.json"])
    import hashlib

    manifest["parts"]["files/../../climbed"] = hashlib.sha256(b"x").hexdigest()
    parts |= {"files/../../climbed": b"x", "manifest.json": json.dumps(manifest).encode()}
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(other, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    with pytest.raises(BackupError, match="outside"):
        backup.restore(other, tmp_path / "deep" / "new", None, "x", replace=False)
    assert not list(tmp_path.rglob("climbed"))


def test_an_older_schema_is_brought_up_to_date(archive, tmp_path, sqlite_store) -> None:
    """A backup made before the last migration restores too."""
    from index.schema import HEAD

    with zipfile.ZipFile(archive) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    manifest = json.loads(parts["manifest.json"])
    assert manifest["schema"] == HEAD
    parts["manifest.json"] = json.dumps({**manifest, "schema": "0001"}).encode()
    older = tmp_path / "older.zip"
    with zipfile.ZipFile(older, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)
    backup.restore(older, tmp_path / "new", None, "x", replace=False)
    store = Store.open(f"sqlite:///{tmp_path / 'new' / 'earmark.db'}")
    assert len(store.page().items) == 20
    with pytest.raises(ItemError):
        store.page(after="nonsense")
    store.close()
