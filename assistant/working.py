"""Taking a job for this process."""

import os
import socket
import time
import uuid
from contextlib import suppress

from assistant.errors import BusyError, NotFoundError
from index.errors import JobError, LeaseLostError
from index.jobs import Job, Jobs


def job_of(jobs: Jobs, job_id: str, kind: str) -> Job:
    """A job by id. Raises NotFoundError when there is none of that kind."""
    try:
        job = jobs.get(job_id)
    except JobError as error:
        raise NotFoundError(str(error)) from error
    if job.kind != kind:
        raise NotFoundError(f"job {job_id} is no {kind}; it is a job of kind {job.kind}")
    return job


def claimed(jobs: Jobs, job_id: str, kind: str, lease_s: float) -> Job:
    """The job, now ours; at once when its worker was a process of this machine that is no more.

    Raises:
        NotFoundError: there is no such job.
        BusyError: another process has it, or it has ended.
    """
    job = job_of(jobs, job_id, kind)
    if job.state == "running" and _is_dead(job.worker):
        with suppress(LeaseLostError):
            jobs.release(job.id, job.worker or "")
    taken = jobs.claim(_this_worker(), lease_s, kind=kind, id_=job_id)
    if taken is not None:
        return taken
    job = jobs.get(job_id)
    if job.state != "running":
        raise BusyError(f"job {job_id} has ended: it is {job.state}")
    wait = max(0, round(job.lease_until - time.time()))
    raise BusyError(
        f"another process works on job {job_id}; wait for it, or try again in {wait} s if it has died"
    )


def _this_worker() -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def _is_dead(worker: str | None) -> bool:
    """Whether a worker was a process of this machine that is no more: its lease need not run out then."""
    host, _, rest = (worker or "").partition(":")
    process = rest.partition(":")[0]
    if host != socket.gethostname() or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
