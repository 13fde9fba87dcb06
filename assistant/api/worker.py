"""Runs the jobs that came over HTTP, one at a time, and goes on with those that a restart left open."""

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from assistant import pulls
from assistant.curation import discovering, retagging
from assistant.errors import BusyError, EarmarkError
from assistant.intake import importer
from assistant.wiring import Product
from index.errors import LeaseLostError, StoreError
from index.jobs import Job

logger = logging.getLogger(__name__)
IDLE_S = 5.0  # how often it looks for jobs that another process left behind


class JobWorker:
    """One thread that works through the open jobs of a product."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._work, name="earmark-jobs", daemon=True)
        self._runs: Mapping[str, Callable[[str], object]] = {
            importer.KIND: lambda id_: product.importer.run(id_, should_stop=self._stop.is_set),
            discovering.KIND: lambda id_: product.discoverer.run(id_, should_stop=self._stop.is_set),
            pulls.KIND: lambda id_: product.puller.run(id_, should_stop=self._stop.is_set),
            retagging.KIND: lambda id_: product.retagger.run(id_, should_stop=self._gives_way),
        }

    def start(self) -> None:
        """Begin, with what an earlier process left open."""
        self._thread.start()

    def wake(self) -> None:
        """There is a new job."""
        self._wake.set()

    def stop(self) -> None:
        """Stop after the batch that is under way; the job goes on at the next start."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._pull()
                while not self._stop.is_set() and any(self._run(job) for job in self._open()):
                    pass
                self._watch()
                if gone := self._product.retention.apply_if_due():
                    logger.info("%d items were older than they may be kept", gone)
            except StoreError as error:
                logger.warning("jobs wait: %s", error)
            self._wake.wait(IDLE_S)
            self._wake.clear()

    def _open(self) -> list[Job]:
        """Jobs that wait or were left behind, oldest first.

        A file that a command imports is its own affair, and one that lies on another machine is that machine's.
        """
        jobs = self._product.index.jobs
        found = [
            job for kind in self._runs for state in ("queued", "running") for job in jobs.list(kind, state)
        ]
        ours = [job for job in found if job.kind != importer.KIND or self._lies_here(job)]
        return sorted(ours, key=lambda job: (job.kind == retagging.KIND, job.created, job.id))

    def _gives_way(self) -> bool:
        """Whether tagging again has to stop for now: at the end of the process, or for a file that waits."""
        return self._stop.is_set() or any(
            self._lies_here(job) for job in self._product.index.jobs.list(importer.KIND, "queued")
        )

    def _lies_here(self, job: Job) -> bool:
        """Whether the file of an import was uploaded to this machine; without PostgreSQL there is no other."""
        is_alone = self._product.settings.database_url is None
        return bool(job.params.get("owned")) and (is_alone or Path(job.params["path"]).exists())

    def _run(self, job: Job) -> bool:
        """Work on a job; says whether it could. What is wrong with it stands in the job."""
        try:
            self._runs[job.kind](job.id)
        except (BusyError, StoreError) as error:
            logger.info("the job %s (%s) waits: %s", job.id, job.kind, error)
            return False
        except EarmarkError as error:
            logger.warning("the job %s (%s) failed: %s", job.id, job.kind, error)
            self._end(job.id, str(error))
        except Exception:
            logger.exception("the job %s (%s) broke", job.id, job.kind)
            self._end(job.id, "an error in Earmark; its log says more")
        return True

    def _pull(self) -> None:
        """Into the workspace that the settings name; others have their own sources or none."""
        if self._product.index.home.name == self._product.settings.workspace:
            self._product.puller.queue_if_due()

    def _watch(self) -> None:
        """Look at the weeks that are new; what goes wrong there must not keep jobs from being worked on."""
        try:
            for alert in self._product.watcher.check_if_due():
                logger.info("alert %s of watch %s", alert.id, alert.watch)
        except EarmarkError as error:
            logger.warning("the watches could not be looked at: %s", error)

    def _end(self, job_id: str, reason: str) -> None:
        """Left open, it would be tried for ever."""
        with suppress(LeaseLostError):  # it has ended, with its own reason
            self._product.index.jobs.fail(job_id, reason)
