"""What people say of tags: right, wrong, or missing. Kept with who and when, and laid over what the model says."""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.optimize import minimize_scalar

from assistant.errors import InputError, NotFoundError
from assistant.insight.statistics import wilson
from assistant.intake.tagging import LoadTagger, tagged_entries
from assistant.terms import terms_of
from index.documents import Documents
from index.records import Entry, StoredItem, content_hash
from index.store import Store
from nlp import labels
from nlp.tags import Polarity

Verdict = Literal["right", "wrong", "missing"]
TagField = Literal[
    "sentiment", "emotions", "themes", "empathy_gaps", "churn", "effort", "intent", "forces", "spectrum", "values"
]  # fmt: skip
ONE: Mapping[str, tuple[str, ...]] = {
    "sentiment": labels.SENTIMENTS,
    "churn": tuple(labels.CHURN),
    "effort": labels.EFFORT,
    "intent": labels.INTENTS,
    "spectrum": tuple(labels.SPECTRUM),
}
MANY: Mapping[str, tuple[str, ...]] = {
    "emotions": tuple(labels.EMOTIONS),
    "empathy_gaps": tuple(labels.EMPATHY_GAPS),
    "forces": tuple(labels.FORCES),
    "values": tuple(labels.VALUES),
}
ENOUGH = 5  # verdicts on a label before its probabilities are moved
_STEP = 0.25  # of a shift, so that one more verdict seldom makes all tags look old
SURE = 1.0

Shifts = Mapping[tuple[str, str], float]


class CorrectionIn(BaseModel):
    """A verdict on one tag of an item.

    `wrong` with `instead` names the right label. `missing` names a label that should be there; themes and forces
    then need a `polarity`. `right` confirms.
    """

    model_config = ConfigDict(extra="forbid")

    field: TagField
    label: Annotated[str, Field(max_length=100)]
    verdict: Verdict
    instead: Annotated[str | None, Field(max_length=100)] = None
    polarity: Polarity | None = None
    by: Annotated[str, Field(max_length=200, description="Who says so")] = "anonymous"

    @model_validator(mode="after")
    def _consistent(self) -> "CorrectionIn":
        if self.instead is not None and self.verdict != "wrong":
            raise ValueError("`instead` goes with the verdict `wrong`")
        if self.instead == self.label:
            raise ValueError("`instead` is the label itself; use the verdict `right`")
        for value in (self.label, self.instead):
            known = {**ONE, **MANY}.get(self.field)
            if value is not None and known is not None and value not in known:
                raise ValueError(f"{self.field} has no label {value!r}; use one of {', '.join(known)}")
        if self.verdict == "missing" and self.field in ("themes", "forces") and self.polarity is None:
            raise ValueError(f"a missing label of {self.field} needs a `polarity`: - or +")
        return self


class Correction(CorrectionIn):
    """A verdict as it is kept. `score` is what the model gave the label, None where it did not name it."""

    id: str
    item: str
    at: dt.datetime
    score: float | None
    hash: str = Field(description="Of the content that was judged; a changed text is judged anew.")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewed:
    """How often people confirmed a label: `right` of `reviewed` tags, with a 95 % Wilson interval; `missing` ones."""

    field: str
    label: str
    reviewed: int
    right: int
    precision: float | None
    ci: tuple[float, float] | None
    missing: int


class Corrections:
    """The verdicts of one workspace."""

    def __init__(
        self, *, documents: Documents, store: Store, tagger: LoadTagger, themes: Callable[[], Collection[str]]
    ) -> None:
        self._documents, self._store, self._tagger, self._themes = documents, store, tagger, themes
        self._known: _Known | None = None

    def add(self, item_id: str, said: CorrectionIn) -> Correction:
        """Keep a verdict and change the tags of the item at once. A second one on the same label replaces the first.

        Raises NotFoundError, and InputError when the item does not carry the label (or does, for `missing`).
        """
        stored = self._item(item_id)
        self._check(stored, said)
        id_ = _key(item_id, said.field, said.label)
        earlier = next((one for one in self.of_item(item_id) if one.id == id_), None)
        one = Correction(
            **said.model_dump(),
            id=id_,
            item=item_id,
            at=dt.datetime.now(dt.UTC),
            score=earlier.score if earlier else _score(stored.tags, said.field, said.label),
            hash=content_hash(stored.item),
        )
        self._documents.put(one.id, one.model_dump(mode="json"))
        if earlier:
            self._tag_again(stored)
            return one
        entry = Entry(
            item=stored.item, tags=stored.tags, terms=stored.terms,
            vector=self._store.vectors([stored.number])[0], model=stored.model,
        )  # fmt: skip
        self._store.write([corrected(entry, [one])], retag=True)
        return one

    def remove(self, item_id: str, correction_id: str) -> None:
        """Take a verdict back: the item is tagged again, and its other verdicts stay. Raises NotFoundError."""
        stored = self._item(item_id)
        if correction_id not in {one.id for one in self.of_item(item_id)}:
            raise NotFoundError(
                f"Item {item_id!r} has no correction {correction_id!r}; it may have been taken back."
            )
        self._documents.delete(correction_id)
        self._tag_again(stored)

    def _tag_again(self, stored: StoredItem) -> None:
        """Lay the verdicts that stand over what the model says, not over tags that were corrected before."""
        self._store.write(self.revised(tagged_entries([stored.item], self._tagger())), retag=True)

    def all(self) -> list[Correction]:
        """All verdicts, the latest first."""
        return list(self._read().all)

    def of_item(self, item_id: str) -> list[Correction]:
        """The verdicts on one item, the latest first."""
        return list(self._read().by_item.get(item_id, ()))

    def revised(self, entries: Sequence[Entry]) -> list[Entry]:
        """Entries with what people have said of the same content laid over their tags."""
        by_item = self._read().by_item
        return [
            corrected(
                entry, [one for one in by_item.get(entry.item.id, ()) if one.hash == content_hash(entry.item)]
            )
            for entry in entries
        ]

    def summary(self) -> list[Reviewed]:
        """Precision per label as people see it, the most reviewed first."""
        counts: dict[tuple[str, str], dict[str, int]] = defaultdict(
            lambda: dict.fromkeys(get_args(Verdict), 0)
        )
        for one in self.all():
            counts[one.field, one.label][one.verdict] += 1
        rows = [_reviewed(field, label, count) for (field, label), count in counts.items()]
        return sorted(rows, key=lambda row: (-row.reviewed, row.field, row.label))

    def shifts(self) -> Shifts:
        """How far to move the log-odds of labels that people have judged."""
        return self._read().shifts

    def _read(self) -> "_Known":
        """What is known, read again when any process has changed it."""
        state = self._documents.state()
        if self._known is None or self._known.state != state:
            said = [Correction.model_validate(body) for _, body in self._documents.items()]
            by_item: dict[str, list[Correction]] = defaultdict(list)
            for one in said:
                by_item[one.item].append(one)
            self._known = _Known(state=state, all=said, by_item=by_item, shifts=_shifts(said))
        return self._known

    def _item(self, item_id: str) -> StoredItem:
        stored = self._store.get(item_id)
        if stored is None:
            raise NotFoundError(f"There is no item {item_id!r}; it may have been deleted.")
        return stored

    def _check(self, stored: StoredItem, said: CorrectionIn) -> None:
        added = said.label if said.verdict == "missing" else said.instead
        if said.field == "themes" and added is not None and added not in self._themes():
            raise InputError(f"There is no theme {added!r}; list the themes to see which there are.")
        has = said.label in _labels(stored.tags, said.field)
        earlier = any(
            (one.field, one.label) == (said.field, said.label) for one in self.of_item(stored.item.id)
        )
        if said.verdict == "missing" and has and not earlier:
            raise InputError(f"The item carries {said.label!r} already; confirm it with the verdict `right`.")
        if said.verdict != "missing" and not has and not earlier:
            raise InputError(f"The item does not carry {said.label!r}; use the verdict `missing` to add it.")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """All verdicts at one state of the documents."""

    state: tuple[int, float]
    all: Sequence[Correction]
    by_item: Mapping[str, Sequence[Correction]]
    shifts: Shifts


def _shifts(said: Iterable[Correction]) -> Shifts:
    judged: dict[tuple[str, str], list[tuple[float, bool]]] = defaultdict(list)
    for one in said:
        if one.score is not None:
            judged[one.field, one.label].append((one.score, one.verdict != "wrong"))
    moved = {key: _shift(pairs) for key, pairs in judged.items() if len(pairs) >= ENOUGH}
    return {key: shift for key, shift in moved.items() if shift}


def corrected(entry: Entry, said: Iterable[Correction]) -> Entry:
    """An entry with verdicts laid over its tags, the oldest first."""
    tags = {**entry.tags}
    for one in sorted(said, key=lambda one: one.at):
        (_correct_one if one.field in ONE else _correct_many)(tags, one)
    return entry if tags == entry.tags else replace(entry, tags=tags, terms=terms_of(tags, entry.item))


def _correct_one(tags: dict[str, Any], said: Correction) -> None:
    old = tags[said.field]
    label = said.instead if said.verdict == "wrong" else said.label
    if label is None and (old is None or old["label"] != said.label):
        return
    spans = (
        {"spans": (old or {}).get("spans", []) if label != "none" else []} if said.field == "churn" else {}
    )
    empty = {"label": "none", "score": SURE, **spans} if said.field in ("churn", "effort") else None
    tags[said.field] = empty if label is None else {"label": label, "score": SURE, **spans}


def _correct_many(tags: dict[str, Any], said: Correction) -> None:
    old: list[dict[str, Any]] = tags[said.field]
    found = next((tag for tag in old if tag["label"] == said.label), None)
    kept = [tag for tag in old if tag["label"] != said.label]
    label = said.instead if said.verdict == "wrong" else said.label
    if label is not None and label not in {tag["label"] for tag in kept}:
        other = {"sub": None} if said.field == "themes" and said.instead else {}
        kept.append(
            {**_blank(said), **(found or {}), "label": label, "score": SURE, **_polarity(said), **other}
        )
    tags[said.field] = kept


def _blank(said: Correction) -> dict[str, Any]:
    if said.field == "themes":
        return {"polarity": "0", "sub": None, "spans": []}
    if said.field == "forces":
        return {"polarity": "-"}
    return {"spans": []} if said.field == "empathy_gaps" else {}


def _polarity(said: Correction) -> dict[str, Any]:
    return {"polarity": said.polarity} if said.polarity and said.field in ("themes", "forces") else {}


def _labels(tags: Mapping[str, Any], field: str) -> set[str]:
    found = tags[field]
    if field in ONE:
        return {found["label"]} if found else set()
    return {tag["label"] for tag in found}


def _score(tags: Mapping[str, Any], field: str, label: str) -> float | None:
    found = [tags[field]] if field in ONE and tags[field] else tags[field] or []
    score = next((float(tag["score"]) for tag in found if tag["label"] == label), None)
    return score if score is None or score < SURE else None


def _key(item_id: str, field: str, label: str) -> str:
    return hashlib.blake2b(f"{item_id}\0{field}\0{label}".encode(), digest_size=12).hexdigest()


def _reviewed(field: str, label: str, count: Mapping[str, int]) -> Reviewed:
    seen = count["right"] + count["wrong"]
    return Reviewed(
        field=field, label=label, reviewed=seen, right=count["right"], missing=count["missing"],
        precision=count["right"] / seen if seen else None, ci=wilson(count["right"], seen) if seen else None,
    )  # fmt: skip


def _shift(pairs: Sequence[tuple[float, bool]]) -> float:
    """Shift of the log-odds that fits the verdicts best, with a standard normal prior (MAP), in steps."""
    scores = np.clip([score for score, _ in pairs], 0.01, 0.99)
    logits, truth = np.log(scores / (1 - scores)), np.array([right for _, right in pairs], float)

    def loss(shift: float) -> float:
        moved = logits + shift
        return float((np.logaddexp(0, moved) - truth * moved).sum() + shift**2 / 2)

    return round(float(minimize_scalar(loss, bounds=(-4, 4), method="bounded").x) / _STEP) * _STEP
