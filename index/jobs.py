"""Work that outlives a process: a table of jobs, each held by one worker until its lease runs out."""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, update

from index.errors import JobError, LeaseLostError
from index.records import RowError
from index.schema import AnyRow, clock, job_errors, jobs
from index.store import Store

State = Literal["queued", "running", "finished", "failed", "cancelled"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """A job. `line` is the last line of its file that is stored; times are seconds since 1970."""

    id: str
    kind: str
    params: Mapping[str, Any]
    state: State
    worker: str | None
    lease_until: float
    attempt: int
    line: int
    done: int
    total: int | None
    added: int
    updated: int
    unchanged: int
    refused: int
    report: Mapping[str, Any]
    error: str | None
    created: float
    changed: float


class Jobs:
    """The jobs of one store. `now` gives seconds since 1970."""

    def __init__(self, store: Store, now: Callable[[], float] = time.time) -> None:
        self._store = store
        self._now = now

    def create(self, kind: str, params: Mapping[str, Any] | None = None) -> Job:
        """Queue a job."""
        with self._store.database.writing() as conn:
            id_ = self._insert(conn, kind, params)
        return self.get(id_)

    def open(self, kind: str) -> Job | None:
        """The job of a kind that runs or waits."""
        return next(iter([*self.list(kind, "running", 1), *self.list(kind, "queued", 1)]), None)

    def create_only(self, kind: str) -> Job:
        """Queue a job of a kind of which there may be one at a time; the one that is open, if there is one."""
        is_open = and_(jobs.c.kind == kind, jobs.c.state.in_(("queued", "running")))
        with self._store.database.writing() as conn:
            conn.execute(
                update(clock).values(seq=clock.c.seq)
            )  # PostgreSQL too lets others wait from here on
            id_ = conn.scalar(select(jobs.c.id).where(is_open).limit(1)) or self._insert(conn, kind, None)
        return self.get(id_)

    def _insert(self, conn: Connection, kind: str, params: Mapping[str, Any] | None) -> str:
        now, id_ = self._now(), f"job_{uuid.uuid4().hex[:16]}"
        row = {
            "id": id_,
            "kind": kind,
            "params": dict(params or {}),
            "state": "queued",
            "lease_until": 0.0,
            "report": {},
            "created": now,
            "changed": now,
            **dict.fromkeys(("attempt", "line", "done", "added", "updated", "unchanged", "refused"), 0),
        }
        conn.execute(insert(jobs).values(row))
        return id_

    def get(self, id_: str) -> Job:
        """A job by id. Raises JobError when there is none."""
        with self._store.reading() as conn:
            row = conn.execute(select(jobs).where(jobs.c.id == id_)).one_or_none()
        if row is None:
            raise JobError(f"there is no job {id_}; list the jobs to see which there are")
        return _job(row)

    def list(self, kind: str | None = None, state: State | None = None, limit: int = 100) -> Sequence[Job]:
        """Jobs, the latest first."""
        found = select(jobs).order_by(jobs.c.created.desc(), jobs.c.id).limit(limit)
        if kind is not None:
            found = found.where(jobs.c.kind == kind)
        if state is not None:
            found = found.where(jobs.c.state == state)
        with self._store.reading() as conn:
            return [_job(row) for row in conn.execute(found)]

    def counts(self) -> dict[str, int]:
        """How many jobs there are in each state."""
        counted = select(jobs.c.state, func.count()).group_by(jobs.c.state)
        with self._store.reading() as conn:
            return {state: int(n) for state, n in conn.execute(counted)}

    def claim(
        self, worker: str, lease_s: float = 60, *, kind: str | None = None, id_: str | None = None
    ) -> Job | None:
        """Take the oldest job that waits, or whose worker has let its lease run out; None when there is none."""
        now = self._now()
        waits = or_(jobs.c.state == "queued", and_(jobs.c.state == "running", jobs.c.lease_until < now))
        found = select(jobs.c.id).where(waits).order_by(jobs.c.created, jobs.c.id).limit(1)
        if kind is not None:
            found = found.where(jobs.c.kind == kind)
        if id_ is not None:
            found = found.where(jobs.c.id == id_)
        with self._store.database.writing() as conn:
            claimed = conn.scalar(found.with_for_update(skip_locked=True))
            if claimed is None:
                return None
            taken = {
                "state": "running",
                "worker": worker,
                "lease_until": now + lease_s,
                "attempt": jobs.c.attempt + 1,
                "changed": now,
            }
            row = conn.execute(update(jobs).where(jobs.c.id == claimed).values(taken).returning(jobs)).one()
            return _job(row)

    def heartbeat(self, id_: str, worker: str, lease_s: float = 60) -> None:
        """Keep a job for longer. Raises LeaseLostError when it was cancelled or taken over."""
        self._mine(id_, worker, lease_until=self._now() + lease_s)

    def progress(self, id_: str, done: int, total: int | None = None, *, worker: str | None = None) -> None:
        """Say how far a job is. Raises LeaseLostError when it no longer runs (on `worker`, where given)."""
        known: dict[str, Any] = {} if total is None else {"total": total}
        self._mine(id_, worker, done=done, **known)

    def finish(self, id_: str, report: Mapping[str, Any] | None = None, *, worker: str | None = None) -> None:
        """End a job with its report. Raises LeaseLostError when it no longer runs."""
        self._mine(id_, worker, state="finished", report=dict(report or {}), worker_=None)

    def fail(self, id_: str, error: str, *, worker: str | None = None) -> None:
        """End a job with what went wrong. Raises LeaseLostError when it has ended, or runs on another worker."""
        self._mine(id_, worker, ("running", "queued"), state="failed", error=error, worker_=None)

    def release(self, id_: str, worker: str) -> None:
        """Give a job back to the queue, for whoever goes on with it. Raises LeaseLostError."""
        self._mine(id_, worker, state="queued", worker_=None)

    def cancel(self, id_: str) -> bool:
        """Stop a job that has not ended; its worker learns it at its next step. Says whether it was open."""
        self.get(id_)
        is_open = and_(jobs.c.id == id_, jobs.c.state.in_(("queued", "running")))
        return self._change(is_open, state="cancelled", worker=None)

    def errors(self, id_: str, after: int = 0, limit: int = 100) -> Sequence[RowError]:
        """Refused rows by line, those beyond line `after`."""
        found = select(job_errors).where(job_errors.c.job == id_, job_errors.c.line > after)
        with self._store.reading() as conn:
            rows = conn.execute(found.order_by(job_errors.c.line).limit(limit))
            return [RowError(line=row.line, reason=row.reason, row=row.row) for row in rows]

    def _mine(
        self, id_: str, worker: str | None, states: Sequence[State] = ("running",), **values: Any
    ) -> None:
        mine = and_(jobs.c.id == id_, jobs.c.state.in_(states))
        if worker is not None:
            mine = and_(mine, jobs.c.worker == worker)
        if "worker_" in values:
            values["worker"] = values.pop("worker_")
        if not self._change(mine, **values):
            state = self.get(id_).state
            raise LeaseLostError(f"job {id_} is {state} or belongs to another worker; stop working on it")

    def _change(self, which: ColumnElement[bool], **values: Any) -> bool:
        with self._store.database.writing() as conn:
            changed = update(jobs).where(which).values(changed=self._now(), **values)
            return conn.execute(changed).rowcount > 0


def _job(row: AnyRow) -> Job:
    return Job(**row._mapping)  # noqa: SLF001 (SQLAlchemy's public name for a row as a mapping)
