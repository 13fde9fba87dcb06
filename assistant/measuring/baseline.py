"""What retrieval alone would answer: the nearest few items instead of all of them.

The reader of the retrieved items is taken to be perfect: it knows their tags and counts without a slip. What is left
is the error of looking at a few items, which no language model can mend.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from pyroaring import BitMap

from assistant.ask.answer import Answer
from assistant.ask.asker import Asker
from assistant.ask.ledger import COUNTED, View
from assistant.ask.plan import RISK
from assistant.measuring.rates import Progress, Rate
from nlp import labels

Find = Callable[[str, int], Sequence[int]]
RETRIEVED = (10, 20)
LEAST = 25  # items of a theme from which it is asked about
CLOSE = 0.05  # a share within five points of the truth counts as right


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """A question whose answer is a share of the items of a theme."""

    text: str
    theme: BitMap
    has: BitMap

    def share(self, items: BitMap) -> float | None:
        """The share among the items of the theme; None when there are none."""
        return len(items & self.has) / len(items) if items else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Leading:
    """A question for the most frequent label among the items of a theme."""

    text: str
    theme: BitMap
    choices: dict[str, BitMap]

    def first(self, items: BitMap) -> frozenset[str]:
        """The most frequent labels: several when they are tied, none when no item has any."""
        counts = {name: len(found & items) for name, found in self.choices.items()}
        most = max(counts.values(), default=0)
        return frozenset(name for name, n in counts.items() if n == most) if most else frozenset()


def baseline(view: View, asker: Asker, find: Find, *, today: dt.date, progress: Progress) -> list[Rate]:
    """Ask for shares and leading labels of every theme, and compare what all items and the nearest few would say.

    Args:
        view: the feedback.
        asker: what answers.
        find: the numbers of the items nearest to a question.
        today: what "last month" is measured from.
        progress: told how far it is.
    """
    everything = view.terms.all - view.terms.any(COUNTED)
    counted, leading = list(_counted(view, everything)), list(_leading(view, everything))
    right = dict.fromkeys([(kind, k) for kind in ("share", "first") for k in (0, *RETRIEVED)], 0)
    asked: list[Counted | Leading] = [*counted, *leading]
    for at, one in enumerate(asked):
        progress("asking and retrieving", at, len(asked))
        answer = asker.ask(one.text, today=today)
        near = {k: BitMap(find(one.text, k)) & one.theme for k in RETRIEVED}
        if isinstance(one, Counted):
            truth = one.share(one.theme)
            said = {0: _share_said(answer), **{k: one.share(found) for k, found in near.items()}}
            for k, value in said.items():
                right["share", k] += value is not None and truth is not None and abs(value - truth) <= CLOSE
        else:
            first = one.first(one.theme)
            named = {0: _first_said(answer), **{k: one.first(found) for k, found in near.items()}}
            for k, names in named.items():
                right["first", k] += bool(names) and names <= first
    return [
        *_rates(right, "share", "shares within five points", len(counted)),
        *_rates(right, "first", "leading label named", len(leading)),
    ]


def _rates(right: dict[tuple[str, int], int], kind: str, name: str, of: int) -> Iterator[Rate]:
    yield Rate(name=f"{name}, Earmark", n=right[kind, 0], of=of, target="95 %")
    for k in RETRIEVED:
        yield Rate(
            name=f"{name}, the nearest {k} read without error", n=right[kind, k], of=of, target="baseline"
        )


def _counted(view: View, everything: BitMap) -> Iterator[Counted]:
    asked = {
        "is negative": ["sentiment=negative"],
        "comes from customers who are leaving": [f"churn={name}" for name in RISK],
        "comes from angry customers": ["emotion=anger"],
    }
    for theme, items in _themes(view, everything):
        for words, terms in asked.items():
            text = f"What share of feedback about {theme} {words}?"
            yield Counted(text=text, theme=items, has=view.terms.any(terms))


def _leading(view: View, everything: BitMap) -> Iterator[Leading]:
    asked = {
        "emotion": {f"emotion={name}": view.terms.get(f"emotion={name}") for name in labels.EMOTIONS},
        "empathy gap": {f"gap={name}": view.terms.get(f"gap={name}") for name in labels.EMPATHY_GAPS},
    }
    for theme, items in _themes(view, everything):
        for words, choices in asked.items():
            if any(found & items for found in choices.values()):
                yield Leading(
                    text=f"Which {words} is most frequent in feedback about {theme}?",
                    theme=items,
                    choices=choices,
                )


def _themes(view: View, everything: BitMap) -> Iterator[tuple[str, BitMap]]:
    for name in labels.THEMES:
        items = view.terms.get(f"theme={name}") & everything
        if name != "overall" and len(items) >= LEAST:
            yield view.names.theme(name), items


def _share_said(answer: Answer) -> float | None:
    """The share that the headline states."""
    stated = next((set(claim.facts) for claim in answer.claims if claim.facts), set())
    shares = [fact.n / fact.of for fact in answer.facts if fact.id in stated and fact.of]
    return shares[0] if shares else None


def _first_said(answer: Answer) -> frozenset[str]:
    """The label that the ranking puts first."""
    return frozenset([fact.label.split(":")[0] for fact in answer.facts if fact.kind == "rank"][:1])
