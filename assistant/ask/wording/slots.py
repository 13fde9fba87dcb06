"""Slots: the places in a sentence where code puts numbers, names and quotes.

`{F3.share}` 54 % · `{F3.n}` 34 · `{F3.of}` 63 · `{F3.interval}` 95 % interval 41 to 66 % · `{F3.points}` 33 points
more (19 to 46) · `{F3.times}` 2.9 times · `{F3.label}` slow refunds · `{P2}` a phrase as it was computed · `{C1}` [C1].
"""

import re
from collections.abc import Mapping

from assistant.ask.answer import Fact
from assistant.ask.words import interval, number, of, percent, points, times

SLOT = re.compile(r"\{([FPC]\d+)(?:\.([a-z]+))?\}")
NUMBERS = ("share", "n", "of", "count", "interval", "points", "times")
_COUNT = re.compile(r"\{(F\d+)\.n\} of (?:the )?\{\1\.of\}")


def values(fact: Fact, rest: Fact | None = None) -> dict[str, str]:
    """The number slots of a fact, as words. `rest` is what a difference was measured against."""
    found = {"n": number(fact.n), "of": number(fact.of), "count": of(fact.n, fact.of)}
    if not fact.of:
        return found
    found["share"] = percent(fact.n / fact.of)
    if fact.ci and rest:
        found["points"] = points(fact.value, fact.ci)
    elif fact.ci and fact.value == fact.n / fact.of:
        found["interval"] = f"95 % interval {interval(fact.ci)}"
    if ratio := ratio_of(fact, rest):
        found["times"] = times(ratio)
    return found


def ratio_of(fact: Fact, rest: Fact | None) -> float | None:
    """Share of a fact over the share of the rest; None where either is nothing."""
    if rest is None or not (fact.n and rest.n and fact.of and rest.of):
        return None
    return (fact.n / fact.of) / (rest.n / rest.of)


def counted(text: str) -> str:
    """Slots of counts in one form: `{F3.n} of {F3.of}` is `{F3.count}`."""
    return _COUNT.sub(r"{\1.count}", text)


def completed(text: str, computed: str) -> str:
    """A denominator for every share: `54 %` becomes `54 % (34 of 63)` where the sentence does not say it.

    The interval comes with it where the computed sentence has one.
    """
    said = {found[0] for found in SLOT.finditer(text)}

    def count(found: re.Match[str]) -> str:
        whole, interval = f"{{{found[1]}.count}}", f"{{{found[1]}.interval}}"
        if found[2] != "share" or whole in said:
            return found[0]
        said.add(whole)
        return (
            f"{found[0]} ({whole}{f'; {interval}' if interval in computed and interval not in said else ''})"
        )

    return SLOT.sub(count, text)


def filled(text: str, slots: Mapping[str, str]) -> str:
    """The text with every slot filled. Raises KeyError for a slot that does not exist."""
    return SLOT.sub(lambda found: slots[found[0][1:-1]], text)
