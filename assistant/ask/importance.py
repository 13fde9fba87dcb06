"""Key drivers of a rating or another number: which themes account for how much of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from assistant.ask.answer import Fact
from assistant.ask.candidates import GENERAL
from assistant.ask.grades import is_number
from assistant.ask.ledger import Ledger, View
from assistant.ask.voices import quotes
from assistant.ask.words import percent, split, upper
from assistant.insight.importance import MOST, PER_PREDICTOR, RESAMPLES, KeyDriver, key_drivers
from assistant.scope import Scope
from index.terms import numbers_of

LEAST_SHARE = 0.03  # of the items, from which a theme takes part
SHOWN = 4
QUICK, QUICK_RESAMPLES = 6, 200  # themes and resamples while somebody waits
TEST = "LMG share of R², percentile bootstrap"


@dataclass(frozen=True, kw_only=True, slots=True)
class Importance:
    """How much of a number the themes explain, and each one's part of that with the items that speak of it."""

    attribute: str
    items: int
    mean: float
    r2: float
    found: Sequence[tuple[KeyDriver, Fact]]


def numeric(view: View, attribute: str) -> dict[str, BitMap]:
    """Items by the value of an attribute, as it is written, where that is a number."""
    found = {split(term)[1]: items for term, items in view.terms.terms(f"attr.{attribute}=").items()}
    return {value: items for value, items in found.items() if is_number(value)}


def importance(
    view: View, ledger: Ledger, scope: Scope, attribute: str, *, most: int = MOST, resamples: int = RESAMPLES
) -> Importance | None:
    """Take the variance of an attribute apart by the themes that its items praise or complain of.

    A theme counts +1 where an item only praises it, -1 where it only complains, 0 else. The most frequent themes
    take part. None when the attribute has no numbers, or too few items have one.

    Args:
        view: the feedback.
        ledger: takes the receipts.
        scope: the items.
        attribute: what is to be explained.
        most: themes that take part.
        resamples: of the bootstrap.
    """
    values = numeric(view, attribute)
    known = BitMap.union(*values.values()) if values else BitMap()
    items = view.items(scope) & known
    if len(values) < 2 or not items:
        return None
    place = np.zeros(int(items[-1]) + 1, np.intp)
    place[numbers_of(items)] = np.arange(len(items))
    outcome = np.zeros(len(items))
    for value, having in values.items():
        outcome[place[numbers_of(having & items)]] = float(value)
    tones = _tones(view, items)
    room = min(most, len(items) // PER_PREDICTOR - 1)
    chosen = sorted(tones, key=lambda theme: (-sum(map(len, tones[theme])), theme))[: max(room, 0)]
    predictors = {}
    for theme in chosen:
        good, bad = tones[theme]
        predictors[theme] = np.zeros(len(items))
        predictors[theme][place[numbers_of(good)]] = 1
        predictors[theme][place[numbers_of(bad)]] = -1
    found = key_drivers(outcome, predictors, resamples=resamples)
    if found is None:
        return None
    having_it = scope.narrowed(Scope(attributes={attribute: list(values)}))
    return Importance(
        attribute=attribute,
        items=len(items),
        mean=float(outcome.mean()),
        r2=found.r2,
        found=[(one, _fact(ledger, having_it, one, len(items))) for one in found.found],
    )


def _tones(view: View, items: BitMap) -> dict[str, tuple[BitMap, BitMap]]:
    """Themes with the items that only praise, and that only complain."""
    found = {}
    for theme in set(view.names.themes) - set(view.names.parents) - {GENERAL}:
        praise, blame = (view.terms.get(f"theme={theme}:{mark}") & items for mark in "+-")
        good, bad = praise - blame, blame - praise
        if len(good) + len(bad) >= max(LEAST_SHARE * len(items), 5) and len(good) + len(bad) < len(items):
            found[theme] = (good, bad)
    return found


def _fact(ledger: Ledger, having_it: Scope, one: KeyDriver, of: int) -> Fact:
    """The items that the importance rests on: those with the attribute that speak of the theme."""
    own = having_it.narrowed(Scope(themes=[one.label]))
    return ledger.fact(
        "importance", f"theme={one.label}", own, of, value=one.importance, ci=one.ci, test=TEST
    )


def say_importance(view: View, ledger: Ledger, scope: Scope, attribute: str) -> None:
    """Add the key drivers of an attribute to an answer, where there is enough to tell them."""
    found = importance(view, ledger, scope, attribute, most=QUICK, resamples=QUICK_RESAMPLES)
    if found is None:
        return
    name = attribute.replace("_", " ")
    for one, fact in [pair for pair in found.found if pair[0].ci[0] > 0][:SHOWN]:
        text = (
            f"**{upper(view.names.theme(one.label))}**: {percent(one.importance)} of what the themes explain "
            f"({percent(one.ci[0])} to {percent(one.ci[1])}). A complaint goes with a {name} {abs(one.effect):.1f} "
            f"{'lower' if one.effect >= 0 else 'higher'} than silence, praise with one as much "
            f"{'higher' if one.effect >= 0 else 'lower'}."
        )
        spoken = view.items(Scope.model_validate(fact.filter))
        mark = "-" if one.effect >= 0 else "+"
        telling = spoken & view.terms.get(f"theme={one.label}:{mark}")
        voices = quotes(ledger, telling or spoken, f"theme={one.label}:{mark}", 1)
        ledger.say("list", text, facts=[fact], citations=voices, title=f"What accounts for the {name}")
    ledger.caveats.append(
        f"The themes together explain {percent(found.r2)} of the variance of the {name}; parts are LMG shares (Shapley values "
        "of R²) with bootstrap intervals."
    )
