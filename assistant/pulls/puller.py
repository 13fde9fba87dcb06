"""Fetches what is new in every source, as a job: one at a time over all servers, and where it stopped it goes on."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from assistant.errors import EarmarkError, InputError, RefusedError
from assistant.intake.feedback import Intake
from assistant.pulls.pages import Cursor, Page
from assistant.pulls.sources import Source
from assistant.working import claimed
from index.documents import Documents
from index.jobs import Job, Jobs

KIND = "pull"
LEASE_S = 600.0
_MOST_REASONS = 20
NO_SOURCE = "there is nothing to pull from; set EARMARK_ZENDESK_URL and EARMARK_ZENDESK_TOKEN, EARMARK_INTERCOM_TOKEN, or EARMARK_IMAP_URL"

ShouldStop = Callable[[], bool]


class Puller:
    """Pulls into one workspace.

    Args:
        sources: makes the sources; asked at each run.
        intake: where items go.
        jobs: of the workspace.
        cursors: how far each source has been read.
        every_s: how long the server waits between two pulls.
        now: the time; for tests.
    """

    def __init__(
        self,
        *,
        sources: Callable[[], Sequence[Source]],
        intake: Intake,
        jobs: Jobs,
        cursors: Documents,
        every_s: float,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._sources, self._intake, self._jobs, self._cursors = sources, intake, jobs, cursors
        self._every_s, self._now = every_s, now

    def queue_if_due(self) -> None:
        """Queue a pull when there is a source and the last one is long enough ago."""
        last = self._cursors.get("last") or {"at": 0.0}
        if self._now() - last["at"] >= self._every_s and self._sources():
            self._cursors.put("last", {"at": self._now()})
            self.start()

    def start(self) -> Job:
        """Queue a pull, or name the one that is open."""
        return self._jobs.create_only(KIND)

    def run(self, job_id: str, should_stop: ShouldStop | None = None) -> dict[str, dict[str, Any]]:
        """Read every source to its end, or until asked to stop. What a source has wrong stands in its report.

        Raises:
            NotFoundError: there is no such job.
            BusyError: another process has it.
            InputError: there is no source, or none could be read.
        """
        job = claimed(self._jobs, job_id, KIND, LEASE_S)
        sources = self._sources()
        report: dict[str, dict[str, Any]] = {}
        for source in sources:
            try:
                report[source.name] = self._pull(source, job, should_stop)
            except EarmarkError as error:
                report[source.name] = {"problem": str(error)}
            finally:
                source.close()
        if should_stop and should_stop():
            self._jobs.release(job.id, job.worker or "")
            return report
        problems = [f"{name}: {one['problem']}" for name, one in report.items() if "problem" in one]
        if len(problems) == len(sources):
            said = "; ".join(problems) or NO_SOURCE
            self._jobs.fail(job.id, said, worker=job.worker)
            raise InputError(said)
        self._jobs.finish(job.id, report, worker=job.worker)
        return report

    def _pull(self, source: Source, job: Job, should_stop: ShouldStop | None) -> dict[str, Any]:
        counts: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for page in _read(source, self._cursors.get(source.name)):
            self._jobs.heartbeat(job.id, job.worker or "", LEASE_S)
            self._store(source, page, counts, reasons)
            # Behind what is stored: a pull that dies in between reads this page again, which changes nothing.
            self._cursors.put(source.name, page.cursor)
            self._jobs.progress(job.id, sum(counts.values()), worker=job.worker)
            if should_stop and should_stop():
                break
        return {**counts, "reasons": dict(reasons.most_common(_MOST_REASONS))}

    def _store(self, source: Source, page: Page, counts: Counter[str], reasons: Counter[str]) -> None:
        items = []
        for entry in page.entries:
            try:
                items.append(source.item(entry))
            except RefusedError as error:
                counts["refused"] += 1
                reasons[str(error)] += 1
        for result in self._intake.add(items, source=source.name) if items else ():
            counts[result.status] += 1
            if result.reason:
                reasons[result.reason] += 1


def _read(source: Source, cursor: Cursor | None) -> Iterator[Page]:
    """The pages of a source. Raises InputError also where its answer is not as documented."""
    pages = source.pages(cursor)
    while True:
        try:
            page = next(pages)
        except StopIteration:
            return
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{source.name} answers in a form that is not known here: {error!r}") from error
        yield page
