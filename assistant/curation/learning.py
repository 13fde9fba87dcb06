"""Verdicts of people as training examples."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from assistant.curation.corrections import ONE, Correction
from index.records import Item, words_hash
from index.store import Store
from nlp.data import Example
from nlp.labels import THEMES

SOURCE = "corrections"


def examples(corrections: Iterable[Correction], store: Store) -> list[Example]:
    """One example per judged item. Only what people said of it is known; the rest takes no part in training.

    Verdicts on items that were deleted or changed since are left out, and themes that are not trained.
    """
    by_item: dict[str, list[Correction]] = defaultdict(list)
    for one in corrections:
        by_item[one.item].append(one)
    found = []
    for stored in store.get_many(sorted(by_item)):
        said = [one for one in by_item[stored.item.id] if one.hash == words_hash(stored.item)]
        labels, judged = _known(sorted(said, key=lambda one: one.at))
        if labels:
            found.append(Example(text=_text(stored.item), source=SOURCE, labels=labels, judged=judged))
    return found


def _known(said: Sequence[Correction]) -> tuple[dict[str, Any], dict[str, frozenset[str]]]:
    labels: dict[str, Any] = {}
    judged: dict[str, set[str]] = defaultdict(set)
    for one in said:
        is_there = one.instead if one.verdict == "wrong" else one.label
        if one.field in ONE:
            label = is_there or ("none" if one.field in ("churn", "effort") else None)
            if label:
                labels[one.field] = label
        elif one.field in ("emotions", "empathy_gaps", "values"):
            known = [label for label in labels.get(one.field, ()) if label not in (one.label, is_there)]
            labels[one.field] = known + [is_there] * (is_there is not None)
            judged[one.field] |= {one.label, *([is_there] if is_there else [])}
        elif one.field == "themes" and {one.label, is_there or one.label} <= THEMES.keys():
            themes = labels.setdefault("themes", {})
            themes.pop(one.label, None)
            themes.update({is_there: one.polarity} if is_there else {})
            judged["themes"] |= {one.label, *([is_there] if is_there else [])}
    if judged.get("empathy_gaps") and not labels["empathy_gaps"]:
        # That one gap is not there does not say that there is none.
        judged["any_gap"] = set()
    return labels, {field: frozenset(known) for field, known in judged.items()}


def _text(item: Item) -> str:
    if item.turns is None:
        return item.text
    return "\n".join(text for role, text in item.turns if role == "C")
