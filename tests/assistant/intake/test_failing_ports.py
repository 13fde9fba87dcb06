"""R2: whatever the importer calls fails once, at every call in turn, before its work or after it."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import index
from assistant.errors import BusyError, EarmarkError
from assistant.intake import Importer, ImportReport
from index.compare import differences
from index.errors import StoreError, StoreFullError, StoreUnavailableError, VectorIndexError
from tests.assistant.intake.light import LightTagger

FULL = bool(os.environ.get("EARMARK_FAULTS"))
ROWS = 60
LEASE_S = 0.5
STEP = 1 if FULL else 9
pytestmark = [pytest.mark.faults, pytest.mark.timeout(1800)]

PORTS = {
    "writes": StoreUnavailableError("the database went away"),
    "reads": StoreUnavailableError("the database went away"),
    "disk": StoreFullError("the disk is full"),
    "tagger": RuntimeError("the model broke"),
    "vectors": VectorIndexError("the index refused"),
}


class Ports:
    """Counts the calls of one port, and lets the one that was chosen fail."""

    def __init__(self, fails_at: int, error: Exception, *, afterwards: bool) -> None:
        self.calls, self._at, self._error, self._afterwards = 0, fails_at, error, afterwards

    def _comes(self, *, is_done: bool) -> None:
        if is_done == self._afterwards and self.calls == self._at:
            raise self._error

    def function(self, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            self._comes(is_done=False)
            found = real(*args, **kwargs)
            self._comes(is_done=True)
            return found

        return call

    def context(self, real: Callable[..., Any]) -> Callable[..., Any]:
        @contextmanager
        def opened(*args: Any, **kwargs: Any) -> Iterator[Any]:
            self.calls += 1
            self._comes(is_done=False)
            with real(*args, **kwargs) as found:
                yield found
            self._comes(is_done=True)  # the commit is done, the answer is lost

        return opened


def rows() -> str:
    """Texts with customers and days."""
    return "id,text,customer,date\n" + "".join(
        f"r{n},Parcel {n} came {n % 7} days late,C{n % 5},2026-0{1 + n % 9}-11\n" for n in range(ROWS)
    )


def run(folder: Path, port: str, ports: Ports, monkeypatch: pytest.MonkeyPatch) -> tuple[ImportReport, int]:
    """Import while a port fails once; again until it is through. The report, and how many tries it took."""
    path = folder / "rows.csv"
    path.write_text(rows(), encoding="utf-8")
    tagger, opened = LightTagger(), index.open(folder / "home")
    importer = Importer(index=opened, tagger=lambda: tagger, home=folder / "home", batch=10)
    try:
        with monkeypatch.context() as patch:
            patch.setattr("assistant.intake.importer.LEASE_S", LEASE_S)
            database, vectors = opened.store.database, opened.exact
            if port in ("writes", "disk"):
                patch.setattr(database, "writing", ports.context(database.writing))
            elif port == "reads":
                patch.setattr(database, "reading", ports.context(database.reading))
            elif port == "tagger":
                patch.setattr(tagger, "tag", ports.function(tagger.tag))
            else:
                patch.setattr(vectors, "upsert", ports.function(vectors.upsert))
            report, tries = None, 0
            while report is None:
                tries += 1
                assert tries < 4
                try:
                    report = importer.run(importer.start(path))
                    opened.refresh()
                except BusyError:  # the claim was kept, but nobody knows: its lease has to run out
                    time.sleep(2 * LEASE_S)
                except (EarmarkError, StoreError, RuntimeError):
                    continue
        opened.refresh()
        stored = [one.item.id for one in opened.store.get_many(sorted(opened.terms.all))]
        assert sorted(stored) == sorted(f"r{n}" for n in range(ROWS))
        assert len(opened.terms.any(["sentiment=positive"])) == ROWS
        assert not differences(opened.store, vectors)
        return report, tries
    finally:
        opened.close()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("port", PORTS)
def test_a_call_that_fails_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, port: str, when: str
) -> None:
    """Each call in turn; what was acknowledged is there once, tagged and in the index, and the report counts it all."""
    counted = Ports(0, PORTS[port], afterwards=when == "after")
    (tmp_path / "whole").mkdir()
    run(tmp_path / "whole", port, counted, monkeypatch)
    assert counted.calls > 0
    again = 0
    places = range(1, counted.calls + 1, STEP)
    for at in places:
        folder = tmp_path / f"at-{at}"
        folder.mkdir()
        report, tries = run(folder, port, Ports(at, PORTS[port], afterwards=when == "after"), monkeypatch)
        again += tries > 1
        assert report.rows == ROWS, at
        assert report.added + report.unchanged == ROWS, at
    print(f"R2: {port}, {when}: {len(places)} of {counted.calls} calls failed, {again} needed a second try")
