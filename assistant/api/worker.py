"""Runs the imports that came over HTTP, one at a time, and goes on with those that a restart left open."""

import logging
import threading

from assistant.errors import BusyError, EarmarkError
from assistant.wiring import Product
from index.errors import StoreError

logger = logging.getLogger(__name__)
KIND = "import"
IDLE_S = 5.0  # how often it looks for jobs that another process left behind


class ImportWorker:
    """One thread that works through the open uploads of a product."""

    def __init__(self, product: Product) -> None:
        self._product = product
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._work, name="earmark-imports", daemon=True)

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
                while not self._stop.is_set() and any(self._run(job_id) for job_id in self._open()):
                    pass
            except StoreError as error:
                logger.warning("imports wait: %s", error)
            self._wake.wait(IDLE_S)
            self._wake.clear()

    def _open(self) -> list[str]:
        """Uploads that wait or were left behind, oldest first. A file that a command imports is its own affair."""
        jobs = self._product.index.jobs
        found = [*jobs.list(KIND, "queued"), *jobs.list(KIND, "running")]
        uploads = [job for job in found if job.params.get("owned")]
        return [job.id for job in sorted(uploads, key=lambda job: (job.created, job.id))]

    def _run(self, job_id: str) -> bool:
        """Work on a job; says whether it could. What is wrong with its file stands in the job."""
        try:
            self._product.importer.run(job_id, should_stop=self._stop.is_set)
        except BusyError:
            return False
        except EarmarkError as error:
            logger.warning("the import %s failed: %s", job_id, error)
        except Exception:
            # Left open, it would be tried for ever.
            logger.exception("the import %s broke", job_id)
            self._product.index.jobs.cancel(job_id)
        return True
