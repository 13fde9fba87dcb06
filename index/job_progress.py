"""What a worker has done, kept in the transaction of the items it wrote."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from index.errors import LeaseLostError
from index.records import RowError, WriteResult
from index.schema import job_errors, jobs
from index.writing import chunks


def advance(
    conn: Connection,
    job: str,
    *,
    worker: str | None,
    line: int | None,
    errors: Sequence[RowError],
    result: WriteResult,
    report: Mapping[str, Any] | None = None,
) -> None:
    """Add a batch to a job: its line, its totals, its refused rows and, where given, what it reports so far.

    Raises LeaseLostError when the job is not running, or runs on another worker than `worker`.
    """
    refused = _add_errors(conn, job, errors)
    values = {
        "line": jobs.c.line if line is None else line,
        "added": jobs.c.added + len(result.added),
        "updated": jobs.c.updated + len(result.updated),
        "unchanged": jobs.c.unchanged + len(result.unchanged),
        "refused": refused,
        "changed": time.time(),
        **({} if report is None else {"report": dict(report)}),
    }
    mine = (jobs.c.id == job) & (jobs.c.state == "running")
    if worker is not None:
        mine &= jobs.c.worker == worker
    if not conn.execute(update(jobs).where(mine).values(values)).rowcount:
        raise LeaseLostError(f"job {job} no longer belongs to this worker; stop working on it")


def _add_errors(conn: Connection, job: str, errors: Sequence[RowError]) -> int:
    """Keep refused rows, a line once however often it is read; returns how many there are now."""
    for some in chunks([error.line for error in errors]):
        conn.execute(delete(job_errors).where(job_errors.c.job == job, job_errors.c.line.in_(some)))
    rows = {
        error.line: {"job": job, "line": error.line, "reason": error.reason, "row": dict(error.row)}
        for error in errors
    }
    if rows:
        conn.execute(insert(job_errors), list(rows.values()))
    return conn.scalar(select(func.count()).where(job_errors.c.job == job)) or 0
