"""Killed, stopped, cancelled: what was kept is kept, and the next run goes on exactly behind it."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import index
from assistant.errors import BusyError, InputError
from assistant.intake import Importer, ImportReport
from index.jobs import Jobs
from tests.assistant.intake import import_until_killed
from tests.assistant.intake.light import LightTagger

FULL = bool(os.environ.get("EARMARK_FAULTS"))
ROWS = 50_000 if FULL else 240
BATCH = 100 if FULL else 10
pytestmark = [pytest.mark.faults, pytest.mark.timeout(3600)]


def is_bad(number: int) -> bool:
    return number % 100 == 7


def is_twice(number: int) -> bool:
    return number % 40 == 3 and not is_bad(number)


def lines(count: int = ROWS) -> str:
    """Some rows refused, some said twice, some with personal data."""
    rows = ["id,text,customer"]
    for number in range(count):
        text = " " if is_bad(number) else f"Parcel {number} came late. Call 07700 900{number % 1000:03d}"
        rows += [f"r{number},{text},C{number % 9}"] * (2 if is_twice(number) else 1)
    return "\n".join(rows) + "\n"


def killed(home: Path, path: Path, after: int, batch: int = BATCH) -> int:
    """Kill an import with SIGKILL when it says that it has kept `after` rows; returns how many it said last."""
    with started(home, path, batch) as process:
        said = 0
        for line in process.stdout or ():
            said = int(line)
            if said >= after:
                process.kill()
                break
    return said


def started(home: Path, path: Path, batch: int = BATCH) -> subprocess.Popen[str]:
    """An import in a process of its own, which says what it has kept."""
    command = [sys.executable, import_until_killed.__file__, str(home), str(path), str(batch), "0.005"]
    root = Path(import_until_killed.__file__).parents[3]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment)


def test_an_import_that_is_killed_goes_on_where_it_stopped(tmp_path, file):
    """R12: after two kills every good row is stored once, every bad one reported once, and the report is exact."""
    path, home = file("rows.csv", lines()), tmp_path / "home"
    first = killed(home, path, ROWS // 5)
    second = killed(home, path, ROWS // 2)
    workspace, tagger = index.open(home), LightTagger()
    try:
        assert 0 < first < second < ROWS
        importer = Importer(index=workspace, tagger=lambda: tagger, home=home, batch=BATCH)
        report = importer.run(importer.start(path))
        stored = [item.item.id for item in workspace.store.get_many(list(range(ROWS + 10)))]
        refused = [error.line for error in workspace.jobs.errors(report.job, limit=ROWS)]
        jobs = workspace.jobs.list("import")
    finally:
        workspace.close()
    good = [f"r{number}" for number in range(ROWS) if not is_bad(number)]
    bad = [line for line, row in enumerate(lines().splitlines(), 1) if row.split(",")[1] == " "]
    assert stored == good
    assert refused == bad
    assert (
        len(tagger.seen) <= len(good) - second + BATCH + ROWS // 10
    )  # nothing that was kept is tagged again
    assert len(jobs) == 1
    twice = sum(map(is_twice, range(ROWS)))
    assert report == ImportReport(
        job=report.job,
        file="rows.csv",
        kind="feedback",
        state="finished",
        rows=ROWS + twice,
        added=len(good),
        updated=0,
        unchanged=0,
        duplicates=twice,
        refused=len(bad),
        reasons={"the text is empty": len(bad)},
        redactions={"PHONE": len(good)},
        languages={"en": len(good)},
        seconds=report.seconds,
        rate=report.rate,
    )
    print(f"R12: {ROWS} rows, {len(bad)} bad, killed after {first} and {second}: all there once")


def test_a_worker_that_is_frozen_past_its_lease_does_no_harm(tmp_path, file):
    """R7: another takes the job over; the frozen one finds out when it thaws, and each row is stored once."""
    path, home = file("rows.csv", lines()), tmp_path / "home"
    workspace, tagger = index.open(home), LightTagger()
    late = replace(workspace, jobs=Jobs(workspace.store, now=lambda: time.time() + 3_600))
    importer = Importer(index=late, tagger=lambda: tagger, home=home, batch=BATCH)
    with started(home, path) as frozen:
        frozen.stdout.readline()
        frozen.send_signal(signal.SIGSTOP)
        report = importer.run(importer.start(path))
        frozen.send_signal(signal.SIGCONT)
        _, said = frozen.communicate(timeout=60)
    stored = [item.item.id for item in workspace.store.get_many(list(range(ROWS + 10)))]
    workspace.close()
    good = [f"r{number}" for number in range(ROWS) if not is_bad(number)]
    assert stored == good
    assert (report.added, report.updated, report.unchanged) == (len(good), 0, 0)
    assert frozen.returncode != 0
    assert "taken job" in said
    print(f"R7: thawed after its lease, refused; {len(good)} rows stored once")


def test_a_death_between_two_writes_leaves_the_report_exact(workspace, file):
    """Rows that were kept, but not yet counted by kind of redaction and language, are counted from the file."""
    path = file("rows.csv", lines())
    job = workspace.importer.start(path)
    tallies = workspace.index.store.documents("import_tally")
    states: list[dict] = []

    def remember(_: object) -> None:
        states.append(tallies.get(job))

    workspace.importer.run(job, on_progress=remember, should_stop=lambda: len(states) == 5)
    tallies.put(job, states[2])
    report = workspace.importer.run(job)
    good = ROWS - sum(map(is_bad, range(ROWS)))
    assert (report.redactions, report.languages) == ({"PHONE": good}, {"en": good})


def test_an_import_stops_when_asked_and_goes_on_with_the_same_file(workspace, file):
    """A stopped job waits in the queue; the same file takes it up again."""
    path = file("rows.csv", lines())
    job = workspace.importer.start(path)
    asked = iter([False, True])
    report = workspace.importer.run(job, should_stop=lambda: next(asked))
    assert (report.state, report.rows) == ("stopped", 21)
    assert workspace.index.jobs.get(job).state == "queued"
    assert workspace.importer.start(path) == job
    report = workspace.importer.run(job)
    assert (report.state, report.added) == ("finished", ROWS - sum(map(is_bad, range(ROWS))))


def test_ctrl_c_gives_the_job_back(workspace, file):
    """An interruption in the middle loses nothing that was acknowledged."""
    job = workspace.importer.start(file("rows.csv", lines()))

    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        workspace.importer.run(job, on_progress=interrupt)
    assert len(workspace.items()) == 9  # a batch of ten rows, of which one is refused
    assert workspace.importer.run(job).state == "finished"
    again = [name for name, times in Counter(workspace.tagger.seen).items() if times > 1]
    assert len(again) <= 10  # the batch that was tagged, but not yet written


def test_a_cancelled_import_keeps_what_it_has_written(workspace, file):
    """The worker learns of it at its next batch."""
    path = file("rows.csv", lines())
    job = workspace.importer.start(path, owned=True)
    report = workspace.importer.run(job, on_progress=lambda _: workspace.index.jobs.cancel(job))
    assert (report.state, report.added) == ("cancelled", 9)
    assert len(workspace.items()) == 9
    assert not path.exists()


def test_two_workers_do_not_import_one_file(workspace, file):
    """The second is told to wait."""
    job = workspace.importer.start(file("rows.csv", lines()))
    messages = []

    def meddle(_: object) -> None:
        if not messages:
            with pytest.raises(BusyError) as raised:
                workspace.importer.run(job)
            messages.append(str(raised.value))

    workspace.importer.run(job, on_progress=meddle)
    assert "another process works on job" in messages[0]


def test_a_finished_job_tells_its_report_again(workspace, file):
    """Running it once more does nothing."""
    report = workspace.take(file("rows.csv", lines()))
    assert workspace.importer.run(report.job) == report


def test_a_file_that_has_changed_is_not_gone_on_with(workspace, file):
    """The line where it stopped would mean another row."""
    path = file("rows.csv", lines())
    job = workspace.importer.start(path)
    path.write_text(lines() + "r9999,one more,C1\n", encoding="utf-8")
    with pytest.raises(InputError, match="has changed since the import began"):
        workspace.importer.run(job)


def test_uploads_are_deleted_when_the_job_has_ended(workspace, file):
    """A file that was handed over is not kept."""
    path = file("rows.csv", lines())
    workspace.take(path, owned=True, name="mine.csv")
    assert not path.exists()
    assert workspace.items()[0].item.source == "mine.csv"


@pytest.mark.skipif("EARMARK_BENCHMARKS" not in os.environ, reason="takes minutes; set EARMARK_BENCHMARKS=1")
def test_a_long_file_killed_twice_is_kept_to_the_row(tmp_path, file):
    """50,000 rows of which 2 % are bad: the bad ones are reported, each of the others is stored once."""
    count = 50_000
    path, home = file("rows.csv", lines(count)), tmp_path / "home"
    killed(home, path, 12_000, batch=250)
    killed(home, path, 31_000, batch=250)
    workspace = index.open(home, refresh=False)
    try:
        importer = Importer(index=workspace, tagger=LightTagger, home=home, batch=250)
        report = importer.run(importer.start(path))
        counts = workspace.store.counts()
    finally:
        workspace.close()
    good = sum(not is_bad(number) for number in range(count))
    assert (report.added, report.refused, counts.items) == (good, count - good, good)
    assert report.redactions == {"PHONE": good}
