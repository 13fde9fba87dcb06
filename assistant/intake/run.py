"""One run of an import job over its file, from the line where the last run stopped to the end."""

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from assistant.errors import FileError, RefusedError
from assistant.intake.redaction import Redactor
from assistant.intake.reports import ImportReport, Progress, State, all_errors, reasons
from assistant.intake.rows import Row, Table
from assistant.intake.sinks import Place, Sink, Tally
from index.jobs import Job
from index.records import RowError
from index.workspace import Index

T = TypeVar("T")
W = TypeVar("W")
OnProgress = Callable[[Progress], None]
ShouldStop = Callable[[], bool]


@dataclass
class _Batch(Generic[T]):
    """Rows that go into one transaction. `line` is the last of them."""

    read: list[T] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    line: int = 0
    done: float = 0.0

    def is_full(self, size: int) -> bool:
        return len(self.read) + len(self.errors) >= size


class Run(Generic[T, W]):
    """Reads and writes batch after batch; each is one transaction with its line in the file.

    While a batch is written, in a thread, the next is read and tagged; the order stays that of the file.

    The tally is kept beside the job, up to some line. A process may die between the two writes; the rows
    between are then counted again from the file, so that the report is exact.
    """

    def __init__(
        self,
        *,
        index: Index,
        job: Job,
        sink: Sink[T, W],
        redactor: Redactor,
        batch: int,
        lease_s: float,
        on_progress: OnProgress | None = None,
        should_stop: ShouldStop | None = None,
    ) -> None:
        self._index, self._job, self._sink, self._redactor = index, job, sink, redactor
        self._size, self._lease_s = batch, lease_s
        self._on_progress, self._should_stop = on_progress, should_stop
        self._worker = job.worker or ""
        self._tallies = index.store.documents("import_tally")
        kept = self._tallies.get(job.id)
        self._tallied = int(kept["line"]) if kept else 0
        self._tally = Tally.of(kept) if kept else Tally()
        self._rows = self._duplicates = self._replayed = 0
        self._begun = time.monotonic()
        self._batch: _Batch[T] = _Batch()
        self._writing: Future[tuple[Tally, Progress]] | None = None

    def run(self, table: Table) -> ImportReport:
        """Go on to the end of the file, or until asked to stop. Raises FileError where the file breaks off."""
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="earmark-import") as writer:
            state = self._to_the_end(table, writer)
            self._settle()
        return self._report(state)

    def _to_the_end(self, table: Table, writer: Executor) -> State:
        gap: list[T] = []
        try:
            for row in table.rows():
                if row.line <= self._job.line:
                    self._rows += 1
                    self._replay(row, gap)
                    continue
                self._count(gap)
                # Rows of one line, such as the answers of one person, stay together: a run resumes behind a line.
                if row.line > self._batch.line and self._batch.is_full(self._size):
                    self._write(writer)
                    if self._should_stop and self._should_stop():
                        return "stopped"
                self._rows += 1
                self._take(row)
        except FileError:
            self._write(writer)  # what stands before the break is kept
            self._settle()
            raise
        self._count(gap)
        self._write(writer)
        return "finished"

    def _replay(self, row: Row, gap: list[T]) -> None:
        """A row that an earlier run has kept: only what it says twice, and what was not tallied, matters."""
        self._replayed += 1
        try:
            found = self._sink.read(row)
        except RefusedError:
            return
        if found is None:
            self._duplicates += 1
        elif row.line > self._tallied:
            gap.append(found)

    def _count(self, gap: list[T]) -> None:
        if gap:
            self._tally += self._sink.tally(gap)
            gap.clear()

    def _take(self, row: Row) -> None:
        batch = self._batch
        batch.line, batch.done = row.line, row.done
        try:
            found = self._sink.read(row)
        except RefusedError as error:
            cells = self._redactor.cells(row.cells)
            batch.errors.append(RowError(line=row.line, reason=str(error), row=cells))
            return
        if found is None:
            self._duplicates += 1
        else:
            batch.read.append(found)

    def _write(self, writer: Executor) -> None:
        """Tag a batch and hand it over; wait for the one before, so that no more than two are under way."""
        batch, self._batch = self._batch, _Batch()
        if not batch.line:
            return
        prepared = self._sink.prepare(batch.read)
        self._settle()
        self._writing = writer.submit(self._keep, batch, prepared, self._progress(batch.done))

    def _keep(self, batch: _Batch[T], prepared: W, progress: Progress) -> tuple[Tally, Progress]:
        """Keep a batch; when this has returned, it survives whatever comes."""
        place = Place(job=self._job.id, worker=self._worker, line=batch.line, errors=batch.errors)
        tally = self._tally + self._sink.write(prepared, place)
        self._tallies.put(self._job.id, {"line": batch.line, **tally.plain()})
        self._index.jobs.progress(self._job.id, progress.rows, progress.total, worker=self._worker)
        self._index.jobs.heartbeat(self._job.id, self._worker, self._lease_s)
        return tally, progress

    def _settle(self) -> None:
        """Wait until the batch under way is kept, and tell of it. Raises what went wrong with it."""
        if self._writing is None:
            return
        writing, self._writing = self._writing, None
        self._tally, progress = writing.result()
        if self._on_progress:
            self._on_progress(progress)

    def _progress(self, done: float) -> Progress:
        seconds = time.monotonic() - self._begun
        total = max(self._rows, round(self._rows / done)) if done else self._rows
        rate = (self._rows - self._replayed) / seconds if seconds else 0.0
        return Progress(
            rows=self._rows, total=total, rate=rate, eta_s=(total - self._rows) / rate if rate else 0.0
        )

    def _report(self, state: State) -> ImportReport:
        job, seconds = self._index.jobs.get(self._job.id), time.monotonic() - self._begun
        if state == "finished":
            self._index.jobs.progress(job.id, self._rows, self._rows, worker=self._worker)
        updated = job.updated + self._tally.customers
        unchanged = self._rows - self._duplicates - job.refused - job.added - updated
        return ImportReport(
            job=job.id,
            file=job.params["name"],
            kind=job.params["mapping"]["kind"],
            state=state,
            rows=self._rows,
            added=job.added,
            updated=updated,
            unchanged=unchanged,
            duplicates=self._duplicates,
            refused=job.refused,
            reasons=reasons(all_errors(self._index.jobs, job.id)) if job.refused else {},
            redactions=dict(self._tally.redactions.most_common()),
            languages=dict(self._tally.languages.most_common()),
            seconds=round(seconds, 3),
            rate=round((self._rows - self._replayed) / seconds, 1) if seconds else 0.0,
            notes=_notes(self._rows, job, updated),
        )


def _notes(rows: int, job: Job, updated: int) -> tuple[str, ...]:
    if rows and not job.added and not updated and job.refused < rows:
        return ("nothing changed: everything in this file is stored already",)
    return ()
