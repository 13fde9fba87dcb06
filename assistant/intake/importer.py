"""Imports a file: read, map, redact, tag, write; resumes where a killed process had stopped."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from assistant.errors import BusyError, InputError
from assistant.intake.encodings import survey
from assistant.intake.identity import Pseudonyms
from assistant.intake.inference import infer
from assistant.intake.mapping import ColumnMapping, wishes
from assistant.intake.previews import Preview, preview
from assistant.intake.reading import open_table
from assistant.intake.redaction import Redactor
from assistant.intake.reports import ImportReport, all_errors, refused_csv
from assistant.intake.rows import Table, sample_of
from assistant.intake.run import OnProgress, Run, ShouldStop
from assistant.intake.sinks import CustomerSink, FeedbackSink, Sink
from assistant.intake.tagging import LoadTagger, Revise
from assistant.working import claimed, job_of
from index.errors import LeaseLostError
from index.jobs import Job
from index.workspace import Index

KIND = "import"
LEASE_S = 120.0
_SAMPLE = 2_000  # rows by which columns are judged


class Importer:
    """Imports files into one workspace.

    Args:
        index: the workspace.
        tagger: gives the tagger; asked for only when there is something to tag.
        home: the folder of the workspace, where the key of its pseudonyms lies.
        keep: names that redaction leaves in, such as the company's own.
        revise: lays over new tags what people have said of the items.
        batch: rows per transaction.
    """

    def __init__(
        self,
        *,
        index: Index,
        tagger: LoadTagger,
        home: Path,
        keep: Collection[str] = (),
        revise: Revise = list,
        batch: int = 256,
    ) -> None:
        self._index, self._tagger, self._home, self._revise = index, tagger, home, revise
        self._keep, self._batch = keep, batch

    def preview(self, path: Path, mapping: Sequence[str] = (), *, sheet: str | None = None) -> Preview:
        """Say how a file would be read, storing nothing. Raises FileError and MappingError as `start`."""
        table = open_table(path, sheet=sheet)
        found = self._mapping(table, mapping)
        return preview(path.name, table, found, self._redactor())

    def start(
        self,
        path: Path,
        mapping: Sequence[str] = (),
        *,
        sheet: str | None = None,
        name: str | None = None,
        owned: bool = False,
    ) -> str:
        """Queue the import of a file and return the job's id; the same file goes on with the job that is open.

        Args:
            path: the file; it must stay until the job has ended.
            mapping: `text=Review`, `attr.plan=Plan`, `skip=Notes`, `date_order=month`.
            sheet: of a workbook.
            name: what the file is called, where `path` is the name of an upload.
            owned: delete the file when the job has ended.

        Raises:
            FileError: the file cannot be read.
            MappingError: a column that was named is not there, or none holds texts.
        """
        path = path.resolve()
        known = survey(path)
        table = open_table(path, sheet=sheet, known=known)
        found = self._mapping(table, mapping)
        params = {
            "path": str(path),
            "name": name or path.name,
            "size": known.size,
            "sha256": known.sha256,
            "sheet": sheet,
            "mapping": found.plain(),
            "columns": list(table.columns),
            "description": table.description,
            "owned": owned,
        }
        opened = self._open_job(params)
        if opened is None:
            return self._index.jobs.create(KIND, params).id
        if owned and opened.params["path"] != str(path):
            path.unlink()
        return opened.id

    def run(
        self, job_id: str, on_progress: OnProgress | None = None, should_stop: ShouldStop | None = None
    ) -> ImportReport:
        """Work on a job until its file is done, `should_stop` says so, or it is cancelled.

        What a batch has written is kept whatever happens next; run again to go on behind it.

        Raises:
            NotFoundError: there is no such job.
            BusyError: another process works on it.
            InputError: the file has changed or breaks off; what was read before is kept.
        """
        job = self._claimed(job_id)
        if isinstance(job, ImportReport):
            return job
        worker = job.worker or ""
        try:
            report = self._work(job, self._table(job), on_progress, should_stop)
            if report.state == "stopped":
                self._index.jobs.release(job.id, worker)
            else:
                self._index.jobs.finish(job.id, report.plain(), worker=worker)
        except InputError as error:
            self._index.jobs.fail(job.id, str(error), worker=worker)
            self._forget_file(job)
            raise
        except LeaseLostError:
            return self._cancelled(job)
        except BaseException:
            # The next run need not wait for the lease. If even this fails, the lease runs out by itself.
            with suppress(Exception):
                self._index.jobs.release(job.id, worker)
            raise
        if report.state == "finished":
            self._forget_file(job)
        return report

    def refused_csv(self, job_id: str) -> Iterator[str]:
        """The refused rows of a job as lines of CSV: line, reason, and the columns of the file, redacted."""
        job = job_of(self._index.jobs, job_id, KIND)
        return refused_csv(all_errors(self._index.jobs, job.id), job.params["columns"])

    def _mapping(self, table: Table, said: Sequence[str]) -> ColumnMapping:
        sample = sample_of(table, _SAMPLE)
        return infer(table.columns, sample, wishes(said, table.columns), today=dt.datetime.now(dt.UTC).date())

    def _redactor(self) -> Redactor:
        return Redactor(Pseudonyms.open(self._home), self._keep)

    def _open_job(self, params: dict[str, Any]) -> Job | None:
        """The job that was begun for the same bytes, read in the same way, and whose file is still there."""
        opened = [*self._index.jobs.list(KIND, "running"), *self._index.jobs.list(KIND, "queued")]
        same = ("sha256", "sheet", "mapping")
        return next(
            (
                job
                for job in opened
                if all(job.params[name] == params[name] for name in same)
                and Path(job.params["path"]).exists()
            ),
            None,
        )

    def _claimed(self, job_id: str) -> Job | ImportReport:
        """The job, now ours; or what came of it, if it has ended."""
        job = job_of(self._index.jobs, job_id, KIND)
        if job.state == "finished":
            return ImportReport.of(job.report)
        if job.state == "cancelled":
            return self._cancelled(job)
        if job.state == "failed":
            raise InputError(f"job {job_id} has failed: {job.error}")
        return claimed(self._index.jobs, job_id, KIND, LEASE_S)

    def _table(self, job: Job) -> Table:
        path = Path(job.params["path"])
        known = survey(path)
        if known.sha256 != job.params["sha256"]:
            raise InputError(f"{path.name} has changed since the import began; import it again")
        return open_table(path, sheet=job.params["sheet"], known=known)

    def _work(
        self, job: Job, table: Table, on_progress: OnProgress | None, should_stop: ShouldStop | None
    ) -> ImportReport:
        mapping, redactor = ColumnMapping.of(job.params["mapping"]), self._redactor()
        sink: Sink[Any, Any]
        if mapping.kind == "customers":
            sink = CustomerSink(store=self._index.store, mapping=mapping, redactor=redactor)
        else:
            sink = FeedbackSink(
                store=self._index.store,
                tagger=self._tagger,
                revise=self._revise,
                mapping=mapping,
                redactor=redactor,
                pseudonyms=Pseudonyms.open(self._home),
                source=job.params["name"],
            )
        run: Run[Any, Any] = Run(
            index=self._index,
            job=job,
            sink=sink,
            redactor=redactor,
            batch=self._batch,
            lease_s=LEASE_S,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        return run.run(table)

    def _cancelled(self, job: Job) -> ImportReport:
        """What a cancelled job had written before."""
        job = job_of(self._index.jobs, job.id, KIND)
        if job.state != "cancelled":
            raise BusyError(f"another process has taken job {job.id} over; wait for it")
        self._forget_file(job)
        return ImportReport(
            job=job.id,
            file=job.params["name"],
            kind=job.params["mapping"]["kind"],
            state="cancelled",
            rows=job.done,
            added=job.added,
            updated=job.updated,
            unchanged=job.unchanged,
            duplicates=0,
            refused=job.refused,
            notes=("cancelled; what was written before is kept",),
        )

    def _forget_file(self, job: Job) -> None:
        if job.params["owned"]:
            Path(job.params["path"]).unlink(missing_ok=True)
