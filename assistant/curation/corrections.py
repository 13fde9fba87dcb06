"""What people say of tags: right, wrong, or missing. Kept with who and when, and laid over what the model says."""

import datetime as dt
import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal, get_args

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.optimize import minimize_scalar

from assistant.errors import BusyError, InputError, NotFoundError
from assistant.insight.statistics import wilson
from assistant.intake.tagging import LoadTagger, tagged_entries
from assistant.terms import terms_of
from index.documents import Documents
from index.records import Entry, StoredItem, words_hash
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
_PRIOR_SD = 0.5  # of a shift: people look more at tags that seem wrong, so verdicts move a label with caution
_ATTEMPTS = 5  # to change an item that others change too

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
    """A verdict as it is kept."""

    id: str
    item: str
    at: dt.datetime
    score: float | None = Field(description="What the model gave the label; None where it did not name it.")
    shift: float = Field(default=0.0, description="Of its log-odds that was in the score then.")
    hash: str = Field(description="Of the words that were judged; a changed text is judged anew.")


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

        Raises NotFoundError, and InputError when the item has no tags, does not carry the label (or does, for
        `missing`), or there is no such label.
        """
        stored = self._item(item_id)
        others = self.of_item(item_id)
        id_ = _key(item_id, said.field, said.label)
        earlier = next((one for one in others if one.id == id_), None)
        self._check(stored, said, is_known=earlier is not None)
        # What a person has put there has no score of the model.
        is_ours = all((one.field, _put(one)) != (said.field, said.label) for one in others)
        score = _score(stored.tags, said.field, said.label) if is_ours else None
        one = Correction(
            **said.model_dump(),
            id=id_,
            item=item_id,
            at=dt.datetime.now(dt.UTC),
            score=earlier.score if earlier else score,
            shift=earlier.shift if earlier else self.shifts().get((said.field, said.label), 0.0),
            hash=words_hash(stored.item),
        )
        self._documents.put(one.id, one.model_dump(mode="json"))
        if earlier:
            self._change(item_id, self._tagged_again)
        else:
            self._change(item_id, lambda stored: corrected(self._entry(stored), self._valid([one])))
        return one

    def remove(self, item_id: str, correction_id: str) -> None:
        """Take a verdict back: the item is tagged again, and its other verdicts stay. Raises NotFoundError."""
        self._item(item_id)
        if correction_id not in {one.id for one in self.of_item(item_id)}:
            raise NotFoundError(
                f"Item {item_id!r} has no correction {correction_id!r}; it may have been taken back."
            )
        self._documents.delete(correction_id)
        self._change(item_id, self._tagged_again)

    def forget(self, item_ids: Iterable[str]) -> None:
        """Delete the verdicts on items that are no more."""
        by_item = self._read().by_item
        for one in [one for id_ in item_ids for one in by_item.get(id_, ())]:
            self._documents.delete(one.id)

    def _change(self, item_id: str, change: Callable[[StoredItem], Entry]) -> None:
        """Write an item's new tags; read it anew when somebody else has changed it in the meantime."""
        for _ in range(_ATTEMPTS):
            stored = self._item(item_id)
            if self._store.write([replace(change(stored), seq=stored.seq)], retag=True).updated:
                return
        raise BusyError(f"others change the item {item_id!r} all the time; the verdict is kept")

    def _entry(self, stored: StoredItem) -> Entry:
        vector = self._store.vectors([stored.number])[0]
        return Entry(
            item=stored.item, tags=stored.tags, terms=stored.terms, vector=vector, model=stored.model
        )

    def _tagged_again(self, stored: StoredItem) -> Entry:
        """The verdicts that stand over what the model says, not over tags that were corrected before."""
        return self.revised(tagged_entries([stored.item], self._tagger()))[0]

    def all(self) -> list[Correction]:
        """All verdicts, the latest first."""
        return list(self._read().all)

    def of_item(self, item_id: str) -> list[Correction]:
        """The verdicts on one item, the latest first."""
        return list(self._read().by_item.get(item_id, ()))

    def revised(self, entries: Sequence[Entry]) -> list[Entry]:
        """Entries with what people have said of the same words laid over their tags."""
        by_item = self._read().by_item
        return [
            corrected(entry, self._valid(one for one in said if one.hash == words_hash(entry.item)))
            if (said := by_item.get(entry.item.id))
            else entry
            for entry in entries
        ]

    def _valid(self, said: Iterable[Correction]) -> list[Correction]:
        """Without those that put a theme there which is no more."""
        return [one for one in said if one.field != "themes" or _put(one) in (None, *self._themes())]

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

    def _check(self, stored: StoredItem, said: CorrectionIn, *, is_known: bool) -> None:
        for one in stored.tags["abstained"]:
            if one["field"] == "all":
                raise InputError(f"The item has no tags that could be judged: {one['reason']}.")
        added = said.label if said.verdict == "missing" else said.instead
        if said.field == "themes" and added is not None and added not in self._themes():
            raise InputError(f"There is no theme {added!r}; list the themes to see which there are.")
        has = said.label in _labels(stored.tags, said.field)
        if said.verdict == "missing" and has and not is_known:
            raise InputError(f"The item carries {said.label!r} already; confirm it with the verdict `right`.")
        if said.verdict != "missing" and not has and not is_known:
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
            score = min(max(one.score, 0.01), 0.99)
            logit = math.log(score / (1 - score)) - one.shift
            judged[one.field, one.label].append((logit, one.verdict != "wrong"))
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
    label = _put(said)
    if label is None and (old is None or old["label"] != said.label):
        return
    spans = (
        {"spans": (old or {}).get("spans", []) if label != "none" else []} if said.field == "churn" else {}
    )
    empty = {"label": "none", "score": SURE, **spans} if said.field in ("churn", "effort") else None
    if label is not None:
        tags["abstained"] = [one for one in tags["abstained"] if one["field"] != said.field]
    tags[said.field] = empty if label is None else {"label": label, "score": SURE, **spans}


def _correct_many(tags: dict[str, Any], said: Correction) -> None:
    old: list[dict[str, Any]] = tags[said.field]
    found = next((tag for tag in old if tag["label"] == said.label), None)
    kept = [tag for tag in old if tag["label"] != said.label]
    label = _put(said)
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


def _put(said: CorrectionIn) -> str | None:
    """The label that a verdict puts there, or leaves there."""
    return said.instead if said.verdict == "wrong" else said.label


def _labels(tags: Mapping[str, Any], field: str) -> set[str]:
    found = tags[field]
    if field in ONE:
        return {found["label"]} if found else set()
    return {tag["label"] for tag in found}


def _score(tags: Mapping[str, Any], field: str, label: str) -> float | None:
    found = [tags[field]] if field in ONE and tags[field] else tags[field] or []
    return next((float(tag["score"]) for tag in found if tag["label"] == label), None)


def _key(item_id: str, field: str, label: str) -> str:
    return hashlib.blake2b(f"{item_id}\0{field}\0{label}".encode(), digest_size=12).hexdigest()


def _reviewed(field: str, label: str, count: Mapping[str, int]) -> Reviewed:
    seen = count["right"] + count["wrong"]
    return Reviewed(
        field=field, label=label, reviewed=seen, right=count["right"], missing=count["missing"],
        precision=count["right"] / seen if seen else None, ci=wilson(count["right"], seen) if seen else None,
    )  # fmt: skip


def _shift(pairs: Sequence[tuple[float, bool]]) -> float:
    """Shift of the log-odds that fits the verdicts best, with a normal prior around 0 (MAP), in steps.

    `pairs` are the log-odds of the model, without any shift, and whether the label was right.
    """
    logits, truth = (np.array(values, float) for values in zip(*pairs, strict=True))

    def loss(shift: float) -> float:
        moved = logits + shift
        return float((np.logaddexp(0, moved) - truth * moved).sum() + (shift / _PRIOR_SD) ** 2 / 2)

    return round(float(minimize_scalar(loss, bounds=(-4, 4), method="bounded").x) / _STEP) * _STEP
