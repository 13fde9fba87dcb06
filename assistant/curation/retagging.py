"""Tags all stored items again with today's model and themes, in the background, and says what changed."""

import functools
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from assistant.intake.tagging import DocumentTagger, LoadTagger, Revise, tagged_entries
from assistant.working import claimed
from index.errors import JobError, LeaseLostError
from index.jobs import Job
from index.records import Entry, StoredItem, WriteResult
from index.workspace import Index

KIND = "retag"
LEASE_S = 120.0
_COUNTED = ("theme=", "sub=", "gap=", "churn=", "sentiment=")
_EXAMPLES = 5
_MOST_IDLE = 3  # batches that others changed while they were tagged

OnProgress = Callable[[int, int], None]  # done, total
ShouldStop = Callable[[], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """Items that gained and lost a term, with a few ids of each."""

    gained: int
    lost: int
    gained_by: tuple[str, ...]
    lost_by: tuple[str, ...]


class Retagger:
    """Tags what something else than today's tagger has tagged.

    Args:
        index: the workspace.
        tagger: gives the tagger, with the themes of now.
        revise: lays over new tags what people have said of the items.
        batch: items per transaction.
    """

    def __init__(self, *, index: Index, tagger: LoadTagger, revise: Revise, batch: int = 64) -> None:
        self._index, self._tagger, self._revise, self._batch = index, tagger, revise, batch

    def waiting(self) -> int:
        """How many items have tags of an earlier model or of earlier themes."""
        return self._index.store.count_tagged_otherwise(self._tagger().version)

    def start(self) -> Job | None:
        """Queue a job, or name the one that is open; None when all tags are of today."""
        return self._index.jobs.create_only(KIND) if self.waiting() else self.open_job()

    def open_job(self) -> Job | None:
        """The job that waits or runs."""
        return self._index.jobs.open(KIND)

    def last_job(self) -> Job | None:
        """The newest job, open or ended."""
        return next(iter(self._index.jobs.list(KIND, limit=1)), None)

    def run(
        self, job_id: str, on_progress: OnProgress | None = None, should_stop: ShouldStop | None = None
    ) -> Mapping[str, Change]:
        """Work on a job until nothing is left, `should_stop` says so, or it is cancelled; run again to go on.

        Raises:
            NotFoundError: there is no such job.
            BusyError: another process works on it.
        """
        job = claimed(self._index.jobs, job_id, KIND, LEASE_S)
        worker = job.worker or ""
        changes = _Changes.of(job.report)
        try:
            if self._work(job, worker, changes, on_progress, should_stop):
                self._index.jobs.finish(job_id, changes.plain(), worker=worker)
                self.start()  # what was changed while the end was near found this job open and made none
            else:
                self._index.jobs.release(job_id, worker)
        except LeaseLostError:
            pass  # cancelled, or taken over
        except BaseException:
            with suppress(LeaseLostError):
                self._index.jobs.release(job_id, worker)
            raise
        return changes.view()

    def _work(
        self,
        job: Job,
        worker: str,
        changes: "_Changes",
        on_progress: OnProgress | None,
        should_stop: ShouldStop | None,
    ) -> bool:
        """Pass after pass over what has other tags than today's; says whether all is done.

        A second pass finds what somebody has changed during the first, and what newer themes have made old.
        """
        store, done, idle = self._index.store, job.done, 0
        version, after, waiting = "", -1, 0
        while True:
            tagger = self._tagger()
            if tagger.version != version or not waiting:
                version, after = tagger.version, -1
                waiting = store.count_tagged_otherwise(version)
            self._index.jobs.progress(job.id, done, done + waiting, worker=worker)
            if on_progress:
                on_progress(done, done + waiting)
            if not waiting:
                return True
            if should_stop and should_stop():
                return False
            stored = store.get_many(store.tagged_otherwise(version, self._batch, after))
            if not stored:
                waiting = 0  # the others were tagged or deleted by somebody else; count again
                continue
            entries = self._tagged(stored, tagger)
            written = store.write(
                entries,
                retag=True,
                job=job.id,
                worker=worker,
                job_report=functools.partial(changes.counted, stored, entries),
            )
            idle = 0 if written.updated else idle + 1
            if idle > _MOST_IDLE:
                raise JobError(
                    f"the items {', '.join(one.item.id for one in stored[:3])} keep their old tags"
                )
            self._index.jobs.heartbeat(job.id, worker, LEASE_S)
            done, waiting = done + len(written.updated), max(0, waiting - len(stored))
            after = stored[-1].number

    def _tagged(self, stored: list[StoredItem], tagger: DocumentTagger) -> list[Entry]:
        entries = self._revise(tagged_entries([one.item for one in stored], tagger))
        return [replace(entry, seq=one.seq) for entry, one in zip(entries, stored, strict=True)]


class _Changes:
    """Counts of terms that items gained and lost, kept with the job."""

    def __init__(self, gained: Counter[str], lost: Counter[str], examples: dict[str, list[str]]) -> None:
        self._gained, self._lost, self._examples = gained, lost, examples
        self._last: WriteResult | None = None

    @classmethod
    def of(cls, report: Mapping[str, Any]) -> "_Changes":
        """What an earlier run of the same job has counted."""
        return cls(
            Counter(report.get("gained", {})),
            Counter(report.get("lost", {})),
            dict(report.get("examples", {})),
        )

    def counted(self, before: list[StoredItem], after: list[Entry], written: WriteResult) -> dict[str, Any]:
        """As JSON, with a batch that was written; items come in the same order. Asked again, it counts once."""
        if self._last != written:
            self._last = written
            updated = set(written.updated)
            for old, new in zip(before, after, strict=True):
                if new.item.id in updated:
                    self._count(old, new)
        return self.plain()

    def _count(self, old: StoredItem, new: Entry) -> None:
        for mark, terms, counter in (
            ("+", new.terms - old.terms, self._gained),
            ("-", old.terms - new.terms, self._lost),
        ):
            for term in terms:
                if term.startswith(_COUNTED):
                    counter[term] += 1
                    ids = self._examples.setdefault(mark + term, [])
                    if len(ids) < _EXAMPLES:
                        ids.append(new.item.id)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {"gained": dict(self._gained), "lost": dict(self._lost), "examples": self._examples}

    def view(self) -> dict[str, Change]:
        """Per term, the most changed first."""
        total = self._gained + self._lost
        return {
            term: Change(
                gained=self._gained[term],
                lost=self._lost[term],
                gained_by=tuple(self._examples.get(f"+{term}", ())),
                lost_by=tuple(self._examples.get(f"-{term}", ())),
            )
            for term, _ in total.most_common()
        }


def changes_of(report: Mapping[str, Any]) -> dict[str, Change]:
    """What changed, from the report of a job."""
    return _Changes.of(report).view()
