"""Taking a job for this process."""

import os
import socket
import uuid

from assistant.errors import BusyError, NotFoundError
from index.errors import JobError
from index.jobs import Job, Jobs


def claimed(jobs: Jobs, job_id: str, kind: str, lease_s: float) -> Job:
    """The job, now ours. Raises NotFoundError, and BusyError when another process has it or it has ended."""
    try:
        state = jobs.get(job_id).state
        job = jobs.claim(
            f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}", lease_s, kind=kind, id_=job_id
        )
    except JobError as error:
        raise NotFoundError(str(error)) from error
    if job is None:
        raise BusyError(f"job {job_id} is {state}; another process works on it or it has ended")
    return job
