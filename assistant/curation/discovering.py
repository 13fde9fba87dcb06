"""Finds themes that the taxonomy misses in the stored items, keeps what was found, and makes themes of it."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from assistant.curation.taxonomies import Taxonomies, Version, theme_id
from assistant.errors import NotFoundError
from assistant.terms import overlaps
from assistant.working import claimed
from index.documents import Documents
from index.errors import LeaseLostError
from index.jobs import Job
from index.records import StoredItem, day_number
from index.workspace import Index
from nlp.decode import GENERAL_THEME
from nlp.labels import THEMES
from nlp.sentences import clauses
from nlp.taxonomy import Theme

if TYPE_CHECKING:
    from nlp.candidates import Candidate

KIND = "discover"
LEASE_S = 600.0
MOST_ITEMS = 20_000  # items that are looked at; beyond, a sample
MOST_CLAUSES = 8_000  # clauses of these that are read; beyond, a sample
_READ = 1_000  # items per query
_EMBED = 256
_STATE = "latest"

OnProgress = Callable[[int, int], None]  # done, total
ShouldStop = Callable[[], bool]


class ClauseReader(Protocol):
    """What discovery needs of the tagger."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]: ...
    def theme_likeness(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """A clause that shows a candidate, `[start, end)` of the item's text."""

    item: str
    text: str
    span: tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A candidate theme. `nearest` is the theme that it is most like, with the cosine of the two."""

    id: str
    name: str
    sentence: str
    phrases: tuple[str, ...]
    items: int
    growth: float | None
    cohesion: float
    stability: float
    nearest: tuple[str, float]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Discovered:
    """What the last discovery found.

    `read` of `uncovered` clauses outside the spans of all themes were read (a sample where there are many),
    `looked_at` of them are like no theme, and `outliers` of these belong to no candidate. Counts of candidates are
    counts among what was read.
    """

    made: dt.datetime | None
    uncovered: int
    read: int
    looked_at: int
    outliers: int
    candidates: tuple[Found, ...]


class Discoverer:
    """Discovers, keeps and settles candidates of one workspace."""

    def __init__(
        self,
        *,
        index: Index,
        tagger: Callable[[], ClauseReader],
        taxonomies: Taxonomies,
        documents: Documents,
    ) -> None:
        self._index, self._tagger, self._taxonomies, self._documents = index, tagger, taxonomies, documents

    def start(self) -> Job:
        """Queue a discovery, or name the one that is open."""
        return self._index.jobs.create_only(KIND)

    def open_job(self) -> Job | None:
        """The job that waits or runs."""
        return self._index.jobs.open(KIND)

    def run(
        self, job_id: str, on_progress: OnProgress | None = None, should_stop: ShouldStop | None = None
    ) -> Discovered:
        """Work on a job. Stopped, it begins anew when it is run again: nothing is changed before its end.

        Raises:
            NotFoundError: there is no such job.
            BusyError: another process works on it, or it has ended.
        """
        job = claimed(self._index.jobs, job_id, KIND, LEASE_S)
        worker = job.worker or ""

        def progress(done: int, total: int) -> None:
            self._index.jobs.progress(job.id, done, total, worker=worker)
            self._index.jobs.heartbeat(job.id, worker, LEASE_S)
            if on_progress:
                on_progress(done, total)
            if should_stop and should_stop():
                raise InterruptedError

        try:
            found = self._discover(progress)
            self._index.jobs.finish(job.id, {"candidates": found}, worker=worker)
        except LeaseLostError:
            pass  # cancelled, or taken over: what was known before stays
        except BaseException as error:
            with suppress(LeaseLostError):
                self._index.jobs.release(job.id, worker)
            if not isinstance(error, InterruptedError):
                raise
        return self.latest()

    def latest(self) -> Discovered:
        """What the last discovery found, without what was settled since."""
        body = self._documents.get(_STATE)
        if body is None or "uncovered" not in body:
            return Discovered(made=None, uncovered=0, read=0, looked_at=0, outliers=0, candidates=())
        settled = set(body["settled"])
        return Discovered(
            made=dt.datetime.fromisoformat(body["made"]),
            uncovered=body["uncovered"],
            read=body["read"],
            looked_at=body["looked_at"],
            outliers=body["outliers"],
            candidates=tuple(self._found(one) for one in body["candidates"] if one["id"] not in settled),
        )

    def accept(self, id_: str, name: str | None = None, sentence: str | None = None) -> Version:
        """Make a theme of a candidate, with its phrases as examples. Raises NotFoundError, InputError.

        Its quotes are no examples: an item that is deleted must leave no words behind.
        """
        one = self._candidate(id_)
        name = name or one.name
        theme = Theme(id=theme_id(name), name=name, sentence=sentence or one.sentence, phrases=one.phrases)
        version = self._taxonomies.add(theme)
        self._settle(id_)
        return version

    def dismiss(self, id_: str) -> Discovered:
        """Do not offer a candidate again, also when a later discovery finds it. Raises NotFoundError."""
        self._candidate(id_)
        self._settle(id_)
        return self.latest()

    def restore(self, id_: str) -> Discovered:
        """Offer again what was dismissed or accepted. Raises NotFoundError."""
        body = self._documents.get(_STATE) or {}
        settled = dict(body.get("settled", {}))
        if id_ not in settled:
            raise NotFoundError(f"No candidate {id_!r} was dismissed.")
        one = settled.pop(id_)
        offered = [*body["candidates"]]
        if id_ not in {known["id"] for known in offered}:
            offered.append({**one, "quotes": []})
        self._documents.put(_STATE, {**body, "candidates": offered, "settled": settled})
        return self.latest()

    def _found(self, body: Mapping[str, Any]) -> Found:
        """From JSON, with quotes of items that are still there and still say it."""
        names = ("id", "name", "sentence", "items", "growth", "cohesion", "stability")
        texts = {
            one.item.id: one.item.text
            for one in self._index.store.get_many([quote["item"] for quote in body["quotes"]])
        }
        return Found(
            **{name: body[name] for name in names},
            phrases=tuple(body["phrases"]),
            nearest=(body["nearest"][0], body["nearest"][1]),
            quotes=tuple(
                Quote(
                    item=quote["item"], text=texts[quote["item"]], span=(quote["span"][0], quote["span"][1])
                )
                for quote in body["quotes"]
                if _digest(texts.get(quote["item"], "")[slice(*quote["span"])]) == quote["said"]
            ),
        )

    def _candidate(self, id_: str) -> Found:
        for one in self.latest().candidates:
            if one.id == id_:
                return one
        raise NotFoundError(
            f"There is no candidate {id_!r}; it was settled, or a later discovery did not find it."
        )

    def _settle(self, id_: str) -> None:
        """Keep what is known of it, but no quotes: a discovery long after knows it again."""
        body = self._documents.get(_STATE) or {}
        one = next(known for known in body["candidates"] if known["id"] == id_)
        settled = {**body["settled"], id_: {**one, "quotes": []}}
        self._documents.put(_STATE, {**body, "settled": settled})

    def _discover(self, progress: OnProgress) -> int:
        """Find candidates and keep them; says how many."""
        from nlp.discovery import discover, keep_ids, missed

        self._index.refresh()
        every = list(_uncovered(self._items()))
        uncovered = every
        if len(every) > MOST_CLAUSES:
            chosen = np.random.default_rng(0).choice(len(every), MOST_CLAUSES, replace=False)
            uncovered = [every[at] for at in sorted(chosen)]
        tagger, total = self._tagger(), len(uncovered)
        vectors: list[NDArray[np.float32]] = []
        for first in range(0, total, _EMBED):
            progress(first, total)
            vectors.append(tagger.embed([one.words for one in uncovered[first : first + _EMBED]]))
        whole = np.concatenate(vectors) if vectors else np.zeros((0, 1), np.float32)
        likeness = tagger.theme_likeness(whole)
        rows = np.flatnonzero(missed([one.words for one in uncovered], likeness, [False] * total))
        kept = [uncovered[row] for row in rows]
        result = discover(
            [one.words for one in kept],
            whole[rows],
            [one.number for one in kept],
            [one.day for one in kept],
            progress=lambda _share: progress(total, total),
        )
        body = self._documents.get(_STATE) or {"candidates": [], "settled": {}}
        old = {one["id"]: one for one in (*body["settled"].values(), *body["candidates"])}
        candidates = keep_ids([_revived(one) for one in old.values()], result.candidates)
        rows_of = [_plain(one, kept, likeness[rows]) for one in candidates]
        self._documents.put(
            _STATE,
            {
                "made": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
                "uncovered": len(every),
                "read": total,
                "looked_at": result.looked_at,
                "outliers": result.outliers,
                "candidates": rows_of,
                "settled": body["settled"],
            },
        )
        return len(candidates)

    def _items(self) -> Iterator[StoredItem]:
        """Items that count, tagged and no copies; of many a sample."""
        terms = self._index.terms.view
        counted = (terms.all - terms.get("copy=yes") - terms.get("untagged=yes")).to_array()
        size = min(MOST_ITEMS, len(counted))
        numbers = np.sort(np.random.default_rng(0).choice(counted, size, replace=False)).tolist()
        for first in range(0, len(numbers), _READ):
            yield from self._index.store.get_many(numbers[first : first + _READ])


@dataclass(frozen=True, kw_only=True, slots=True)
class _Clause:
    """A clause that no theme's span covers."""

    number: int
    item: str
    text: str
    span: tuple[int, int]
    day: int

    @property
    def words(self) -> str:
        return self.text[slice(*self.span)]


def _uncovered(items: Iterator[StoredItem]) -> Iterator[_Clause]:
    for stored in items:
        text = stored.item.text
        covered = [
            span for tag in stored.tags["themes"] if tag["label"] != GENERAL_THEME for span in tag["spans"]
        ]
        for span in _said_by_customer(stored):
            if not any(overlaps(span, other) for other in covered):
                yield _Clause(
                    number=stored.number,
                    item=stored.item.id,
                    text=text,
                    span=span,
                    day=day_number(stored.item.date),
                )


def _said_by_customer(stored: StoredItem) -> list[tuple[int, int]]:
    """The clauses of a text; of a conversation, those of the customer's lines."""
    text = stored.item.text
    if stored.item.turns is None:
        return [(start, end) for start, end in clauses(text)]
    found, at = [], 0
    for line in text.split("\n"):
        head = "Customer: "
        if line.startswith(head):
            own = at + len(head)
            found += [(own + start, own + end) for start, end in clauses(line[len(head) :])]
        at += len(line) + 1
    return found


def _digest(words: str) -> str:
    """Stands for a quote, so that it is known again without being kept."""
    return hashlib.blake2b(words.encode(), digest_size=12).hexdigest()


def _plain(one: "Candidate", kept: Sequence[_Clause], likeness: NDArray[np.float32]) -> dict[str, Any]:
    """As JSON, with the centroid, by which a later discovery knows it again."""
    mean = likeness[list(one.members)].mean(axis=0)
    nearest = int(np.argmax(mean))
    return {
        "id": one.id,
        "name": one.name,
        "sentence": one.sentence,
        "phrases": list(one.phrases),
        "items": one.items,
        "growth": one.growth,
        "cohesion": one.cohesion,
        "stability": one.stability,
        "nearest": [tuple(THEMES)[nearest], round(float(mean[nearest]), 3)],
        "quotes": [
            {"item": kept[row].item, "span": list(kept[row].span), "said": _digest(kept[row].words)}
            for row in one.quotes
        ],
        "centroid": [round(float(value), 5) for value in one.centroid],
    }


def _revived(body: Mapping[str, Any]) -> "Candidate":
    from nlp.candidates import Candidate

    return Candidate(
        id=body["id"],
        name=body["name"],
        sentence=body["sentence"],
        phrases=tuple(body["phrases"]),
        quotes=(),
        members=(),
        items=body["items"],
        growth=body["growth"],
        cohesion=body["cohesion"],
        stability=body["stability"],
        centroid=np.array(body["centroid"], np.float32),
    )
