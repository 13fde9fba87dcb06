"""What could set an outcome apart: the labels compared, their scopes, and the strata of like tone and length."""

from collections.abc import Iterable, Iterator

import numpy as np
from pyroaring import BitMap

from assistant.ask.journey import touchpoint_scope
from assistant.ask.ledger import View
from assistant.ask.words import split
from assistant.scope import Scope
from index.records import attribute_term
from index.terms import bitmap, numbers_of

MOST_VALUES = 12  # an attribute with more values is no segment
GENERAL = "overall"  # general praise or blame explains nothing


def scope_of(term: str) -> Scope:
    """The scope that an index term stands for."""
    field, label, mark = split(term)
    polarity = {"polarity": mark} if mark else {}
    keys = {
        "gap": "empathy_gaps",
        "churn": "churn",
        "effort": "effort",
        "emotion": "emotions",
        "sentiment": "sentiment",
        "intent": "intents",
    }
    if field in ("theme", "sub"):
        return Scope.model_validate({"themes": [label], **polarity})
    if field == "touchpoint":
        return touchpoint_scope(label, mark)
    if field == "force":
        return Scope.model_validate({"forces": [label], **polarity})
    if field in keys:
        return Scope.model_validate({keys[field]: [label]})
    if field.startswith("attr."):
        return Scope(attributes={field.removeprefix("attr."): [label]})
    return Scope(terms=[term])


def own_scope(term: str, outcome: Scope) -> Scope:
    """The scope of a label whose evidence is not merely what shows the wish to leave."""
    field, label, _ = split(term)
    scope = scope_of(term)
    if outcome.churn and field in ("theme", "sub", "gap"):
        return scope.model_copy(update={"exclude": Scope(terms=[f"cue={label}"])})
    return scope


def candidates(view: View, scope: Scope, outcome: Scope) -> Iterator[tuple[str, BitMap]]:
    """Labels that could set the outcome apart: not what defines the scope or the outcome itself."""
    fixed = {*scope.themes, *outcome.themes, *scope.empathy_gaps, *outcome.empathy_gaps}
    for term, items in _reasons(view, outcome):
        field, label, _ = split(term)
        if (
            label in fixed
            or view.names.parents.get(label) in outcome.themes
            or (field == "effort" and (label == "none" or outcome.effort or scope.effort))
        ):
            continue
        own = items
        if outcome.churn and field in ("theme", "sub", "gap"):
            own = items - view.terms.get(f"cue={label}")
        yield term, own
    yield from _segment_terms(view, {*scope.attributes, *outcome.attributes})


def _reasons(view: View, outcome: Scope) -> Iterator[tuple[str, BitMap]]:
    """Terms that name a reason, in the polarity in which they can be one."""
    mark = _mark(outcome)
    for field in ("theme", "sub"):
        for term, items in view.terms.terms(f"{field}=").items():
            _, label, tone = split(term)
            if tone == mark and GENERAL not in (label, view.names.parents.get(label)):
                yield term, items
    for field in ("gap", "effort") if mark != "+" else ("effort",):
        for term, items in view.terms.terms(f"{field}=").items():
            if (term, mark) not in {("effort=low", "-"), ("effort=high", "+")}:
                yield term, items


def _mark(outcome: Scope) -> str:
    """`-` for reasons of trouble, `+` for reasons of staying, none where the outcome is a mood itself."""
    if outcome.churn:
        return "+" if set(outcome.churn) == {"loyal"} else "-"
    if outcome.sentiment or outcome.emotions:
        return ""
    if outcome.themes:
        return outcome.polarity or "-"
    return "+" if _is_good(outcome) else "-"


def _is_good(outcome: Scope) -> bool:
    ratings = [
        float(v) for values in outcome.attributes.values() for v in values if v.replace(".", "", 1).isdigit()
    ]
    return bool(ratings) and min(ratings) >= 4 and max(ratings) <= 10


def _segment_terms(view: View, taken: Iterable[str]) -> Iterator[tuple[str, BitMap]]:
    skipped = {*taken, "rating", "churned", "churned_on"}
    for name, values in view.terms.attributes().items():
        if name not in skipped and 1 < len(values) <= MOST_VALUES:
            for term in (attribute_term(name, value) for value in values):
                yield term, view.terms.get(term)


def by_tone(outcome: Scope) -> bool:
    """Whether items are compared at like tone."""
    return not (outcome.sentiment or outcome.themes)


def strata(view: View, items: BitMap, outcome: Scope) -> list[BitMap]:
    """Like tone and like length: long and negative texts carry more of every label.

    Where the outcome is a mood or an act such as sending back, only length: there the tone lies between the trouble
    and the outcome, and holding it fixed would hide the trouble.
    """
    numbers = numbers_of(items)
    words = view.terms.words[numbers]
    cuts = np.quantile(words, [1 / 3, 2 / 3]) if len(words) else [0, 0]
    thirds = np.digitize(words, cuts)
    lengths = [bitmap(numbers[thirds == third]) for third in range(3)]
    if not by_tone(outcome):
        return lengths
    bad = view.terms.any(["sentiment=negative", "sentiment=mixed"])
    return [part for length in lengths for part in (length & bad, length - bad)]
