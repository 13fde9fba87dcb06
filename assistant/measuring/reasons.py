"""Are the reasons true: false drivers where there are none, planted ones found, and intervals that cover."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from assistant.ask.candidates import candidates, strata
from assistant.ask.drivers import named
from assistant.ask.ledger import View
from assistant.ask.plan import RISK
from assistant.insight.drivers import Contrast, contrast
from assistant.insight.impact import Stakes, stakes
from assistant.insight.statistics import wilson
from assistant.measuring.corpora import OUTCOME, Pool, related
from assistant.measuring.rates import Progress, Rate
from assistant.scope import Scope

SIZE = 1500  # items of a corpus
PLANTED, RATIO = 3, 4.0  # labels that are planted in a corpus, and by how much each multiplies the odds
FIRST = 5  # drivers of an answer that are looked at

_ASKED = Scope(churn=list(RISK))


def reasons(view: View, *, corpora: int, seed: int, progress: Progress) -> list[Rate]:
    """False drivers, recall of planted drivers and coverage of intervals, over `corpora` corpora of each kind.

    Raises ValueError when the workspace holds too few items.
    """
    pool = Pool.of(view)
    chance = np.random.default_rng(seed)
    false: dict[str, int] = {}
    for name, probability in (("chance", pool.chance()), ("tone and length", pool.confounded())):
        for corpus in _drawn(pool, probability, corpora, chance, f"outcome by {name}", progress):
            for what, is_named in (
                ("drivers", _contrast(corpus).drivers),
                ("things to fix", _stakes(corpus).found),
            ):
                key = f"false {what}, outcome by {name}"
                false[key] = false.get(key, 0) + bool(is_named)
    planted = _planted(pool, corpora, chance, progress)
    return [
        *(Rate(name=name, n=n, of=corpora, target="at most 5 %") for name, n in false.items()),
        Rate(
            name=f"planted drivers among the first {FIRST}", n=planted.found, of=planted.wanted, target="90 %"
        ),
        Rate(
            name="labels among the drivers that go with less", n=planted.others, of=planted.named, target=""
        ),
        Rate(
            name="intervals of differences that cover",
            n=planted.covered,
            of=planted.intervals,
            target="93 to 97 %",
        ),
        Rate(
            name="intervals of shares that cover", n=planted.shares, of=planted.corpora, target="93 to 97 %"
        ),
    ]


@dataclass
class _Counts:
    corpora: int = 0
    wanted: int = 0
    found: int = 0
    named: int = 0
    others: int = 0
    intervals: int = 0
    covered: int = 0
    shares: int = 0


def _planted(pool: Pool, corpora: int, chance: np.random.Generator, progress: Progress) -> _Counts:
    counts, parents = _Counts(), pool.base.names.parents
    whole = pool.draw(pool.chance(), SIZE, np.random.default_rng(0))
    labels = [label for label, _ in candidates(whole, Scope(), _ASKED) if not label.startswith("attr.")]
    for at in range(corpora):
        progress("planted drivers", at, corpora)
        chosen = pool.choose(labels, PLANTED, chance)
        probability = pool.planted(chosen, RATIO)
        corpus = pool.draw(probability, SIZE, chance)
        found = _contrast(corpus)
        shown = [driver.label for driver in named(found.drivers, FIRST)]
        counts.corpora += 1
        counts.wanted += len(chosen)
        counts.found += sum(any(related(label, one, parents) for one in shown) for label in chosen)
        truth = pool.differences(probability)
        for driver in found.tested:
            low, high = driver.table.interval
            counts.intervals += 1
            counts.covered += low <= truth[driver.label] <= high
        counts.named += len(shown)
        counts.others += sum(truth[label] <= 0 for label in shown)
        low, high = wilson(len(found.outcome), SIZE)
        counts.shares += low <= float(probability.mean()) <= high
    return counts


def _drawn(
    pool: Pool,
    probability: np.ndarray,
    corpora: int,
    chance: np.random.Generator,
    name: str,
    progress: Progress,
) -> Iterator[View]:
    for at in range(corpora):
        progress(name, at, corpora)
        yield pool.draw(probability, SIZE, chance)


def _stakes(corpus: View) -> Stakes:
    """What an answer to "what should we fix first?" rests on."""
    items = corpus.terms.all
    troubles = {
        label: found for label, found in candidates(corpus, Scope(), _ASKED) if not label.startswith("attr.")
    }
    return stakes(items, corpus.terms.get(OUTCOME), troubles, strata(corpus, items, _ASKED))


def _contrast(corpus: View) -> Contrast:
    """What an answer to "why are customers leaving?" rests on."""
    items = corpus.terms.all
    return contrast(
        items,
        corpus.terms.get(OUTCOME),
        dict(candidates(corpus, Scope(), _ASKED)),
        strata(corpus, items, _ASKED),
    )
