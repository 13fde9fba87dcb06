"""A job belongs to one worker at a time, survives its worker, and reports each row once."""

import threading

import pytest

from index.errors import JobError, LeaseLostError
from index.jobs import Jobs
from index.records import RowError


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(store, clock) -> Jobs:
    return Jobs(store, clock)


def test_a_job_goes_from_queued_to_finished(jobs):
    job = jobs.create("import", {"path": "a.csv"})
    assert (job.state, job.kind, job.params, job.line) == ("queued", "import", {"path": "a.csv"}, 0)

    assert jobs.claim("w1").id == job.id
    jobs.progress(job.id, 40, 100, worker="w1")
    jobs.finish(job.id, {"added": 40}, worker="w1")

    done = jobs.get(job.id)
    assert (done.state, done.done, done.total, done.report, done.worker) == (
        "finished",
        40,
        100,
        {"added": 40},
        None,
    )
    assert jobs.claim("w2") is None


def test_the_oldest_job_is_claimed_first(jobs, clock):
    first = jobs.create("import")
    clock.now += 1
    second = jobs.create("retag")

    assert jobs.claim("w1").id == first.id
    assert jobs.claim("w2", kind="import") is None
    assert jobs.claim("w2", id_=second.id).id == second.id


def test_a_job_whose_worker_is_silent_past_its_lease_goes_to_another(jobs, clock):
    job = jobs.create("import")
    jobs.claim("w1", lease_s=60)
    clock.now += 50
    jobs.heartbeat(job.id, "w1", lease_s=60)
    clock.now += 50
    assert jobs.claim("w2") is None

    clock.now += 20
    taken = jobs.claim("w2", lease_s=60)

    assert (taken.id, taken.worker, taken.attempt) == (job.id, "w2", 2)


def test_a_worker_that_lost_its_lease_can_no_longer_write(store, jobs, clock, entry):
    job = jobs.create("import")
    jobs.claim("frozen", lease_s=60)
    store.write([entry("a")], job=job.id, job_line=1, worker="frozen")
    clock.now += 61
    jobs.claim("awake", lease_s=60)

    with pytest.raises(LeaseLostError, match="no longer belongs"):
        store.write([entry("b")], job=job.id, job_line=2, worker="frozen")
    with pytest.raises(LeaseLostError, match="another worker"):
        jobs.heartbeat(job.id, "frozen")

    assert store.get("b") is None
    store.write([entry("b")], job=job.id, job_line=2, worker="awake")
    assert (jobs.get(job.id).line, jobs.get(job.id).added) == (2, 2)


def test_a_batch_and_the_line_it_ends_with_are_kept_together(store, jobs, entry):
    job = jobs.create("import")
    jobs.claim("w1")
    refused = [RowError(line=2, reason="no text", row={"id": "x"}), RowError(line=4, reason="NUL")]

    store.write([entry("a"), entry("b")], job=job.id, job_line=4, job_errors=refused, worker="w1")
    store.write([entry("b"), entry("a", "new")], job=job.id, job_line=6, job_errors=refused[:1], worker="w1")

    found = jobs.get(job.id)
    assert (found.line, found.added, found.updated, found.unchanged, found.refused) == (6, 2, 1, 1, 2)
    assert jobs.errors(job.id) == refused
    assert jobs.errors(job.id, after=2) == refused[1:]
    assert jobs.errors(job.id, limit=1) == refused[:1]


def test_a_cancelled_job_stops_its_worker_at_the_next_step(store, jobs, entry):
    job = jobs.create("import")
    jobs.claim("w1")

    assert jobs.cancel(job.id)
    assert not jobs.cancel(job.id)

    with pytest.raises(LeaseLostError):
        store.write([entry("a")], job=job.id, job_line=1, worker="w1")
    with pytest.raises(LeaseLostError, match="is cancelled"):
        jobs.progress(job.id, 1, worker="w1")
    assert store.get("a") is None


def test_a_failed_job_says_why_and_a_released_one_waits_again(jobs):
    job, other = jobs.create("import"), jobs.create("import")
    jobs.claim("w1", id_=job.id)
    jobs.claim("w1", id_=other.id)

    jobs.fail(job.id, "the file is gone", worker="w1")
    jobs.release(other.id, "w1")

    assert (jobs.get(job.id).state, jobs.get(job.id).error) == ("failed", "the file is gone")
    assert jobs.claim("w2").id == other.id


def test_jobs_are_listed_by_kind_and_state_the_latest_first(jobs, clock):
    made = []
    for kind in ("import", "retag", "import"):
        made.append(jobs.create(kind).id)
        clock.now += 1
    jobs.claim("w1")

    assert [job.id for job in jobs.list()] == made[::-1]
    assert [job.id for job in jobs.list(kind="import", state="queued")] == [made[2]]


def test_a_job_that_is_not_there_is_an_error(jobs):
    with pytest.raises(JobError, match="list the jobs"):
        jobs.get("job_none")
    with pytest.raises(JobError):
        jobs.cancel("job_none")


def test_each_of_many_jobs_is_claimed_once_by_threads_at_once(jobs):
    made = {jobs.create("import").id for _ in range(12)}
    claimed: list[str] = []

    def work(name: str) -> None:
        while (job := jobs.claim(name)) is not None:
            claimed.append(job.id)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(claimed) == sorted(made)
