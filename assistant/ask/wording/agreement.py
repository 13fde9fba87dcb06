"""Whether words of amount, direction and rank agree with the facts of their sentence (rules 3 and 4)."""

from collections.abc import Iterator, Sequence

from assistant.ask.answer import Fact
from assistant.ask.wording.anchors import Token, bound
from assistant.ask.wording.material import Material
from assistant.ask.wording.slots import ratio_of
from assistant.ask.wording.vocabulary import (
    AMOUNTS,
    APART,
    CHECKED,
    CONTRASTS,
    DOWN,
    FALL,
    FREE,
    FREQUENT,
    LEADS,
    RISE,
    STRONG,
    UP,
)

BEYOND_CHANCE = 0.05
CLEARLY = 2  # ratio of two shares from which one is much higher
Pair = tuple[Fact, Fact]


def disagreements(said: Sequence[Token], computed: Sequence[Token], material: Material) -> list[str]:
    """Reasons against a sentence: words that the facts, or the computed sentence, do not bear out."""
    pair = _pair(computed, material)
    kept = set(bound(computed))
    following = dict(enumerate(bound(said)))
    found, place = [], -1
    for at, one in enumerate(said):
        if one.kind != "word" or one.value not in CHECKED:
            continue
        place += 1
        if following[place] in kept or _is_part(said, at):
            continue
        if reason := _reason(said, at, computed, pair, material):
            found.append(reason)
    return [*found, *_side(said, pair)]


def _pair(computed: Sequence[Token], material: Material) -> Pair | None:
    """The fact of the sentence that states a difference, and what it was measured against."""
    names = [one.value for one in computed if one.kind == "number"]
    name = next((name for name in names if material.rests.get(name) in names), None)
    return (material.facts[name], material.facts[material.rests[name]]) if name else None


def _is_part(said: Sequence[Token], at: int) -> bool:
    """Words of frequency that only carry another: `2.9 times as often`, `more common`."""
    before = said[at - 1] if at else None
    return said[at].value in FREQUENT and before is not None and before.value in UP | DOWN | LEADS | {"as"}


def _reason(
    said: Sequence[Token], at: int, computed: Sequence[Token], pair: Pair | None, material: Material
) -> str | None:
    word = said[at].value
    if word in AMOUNTS or (word == "most" and _counts(said, at)):
        return _amount(said, at, material)
    if word in UP | DOWN:
        return _direction(said, at, pair)
    if word in STRONG:
        return _strength(said, at, pair)
    if word in APART:
        shown = APART & _values(computed) or _is_apart(pair)
        return None if shown else f"“{word}”: no test in this sentence sets them apart"
    if word in RISE | FALL:
        same = RISE if word in RISE else FALL
        return None if same & _values(computed) else f"“{word}”: the computed sentence does not say so"
    return None if _leads(said, at, computed) else f"“{word}” does not stand by what leads"


def _values(parts: Sequence[Token]) -> set[str]:
    return {one.value for one in parts if one.kind == "word"}


def _counts(said: Sequence[Token], at: int) -> bool:
    """Whether `most` is an amount ("most of them") and no rank ("most often")."""
    return at + 1 < len(said) and said[at + 1].value in ("of", "among")


def _amount(said: Sequence[Token], at: int, material: Material) -> str | None:
    word = said[at].value
    numbers = [one for one in [*said[at:], *reversed(said[:at])] if one.kind == "number"]
    fact = material.facts[numbers[0].value] if numbers else None
    low, high = AMOUNTS.get(word, (0.5, 1))
    if fact is None or not fact.of:
        return f"“{word}” has no share beside it that bears it out"
    return None if low <= fact.n / fact.of <= high else f"“{word}” does not agree with the share of {fact.id}"


def _direction(said: Sequence[Token], at: int, pair: Pair | None) -> str | None:
    word = said[at].value
    if pair is None:
        return f"“{word}”: nothing is compared in this sentence"
    if (pair[0].value > 0) != (word in UP) or pair[0].value == 0:
        return f"“{word}” turns the direction of {pair[0].id} round"
    after = [one for one in said[at + 1 :] if one.value != "the"]
    if after and after[0].value == "than":
        is_rest = len(after) > 1 and after[1].kind == "number" and after[1].value == pair[1].id
        return (
            None
            if is_rest and not _names_between(said, at)
            else f"“{word} than” must stand before {pair[1].id}"
        )
    if any(one.kind == "number" for one in said[:at]):
        return f"“{word}” must stand before the numbers"
    return None


def _names_between(said: Sequence[Token], at: int) -> bool:
    """Whether somebody else is named between the first number and this word."""
    first = next((place for place, one in enumerate(said) if one.kind == "number"), at)
    return any(
        one.kind == "phrase" or (one.kind == "word" and one.value not in FREE) for one in said[first:at]
    )


def _strength(said: Sequence[Token], at: int, pair: Pair | None) -> str | None:
    word = said[at].value
    ratio = ratio_of(*pair) if pair else None
    follows = at + 1 < len(said) and said[at + 1].value in UP | DOWN
    if follows and ratio and (ratio >= CLEARLY or ratio <= 1 / CLEARLY):
        return None
    return f"“{word}” needs shares of which one is at least {CLEARLY} times the other"


def _is_apart(pair: Pair | None) -> bool:
    if pair is None:
        return False
    fact = pair[0]
    chance = fact.q if fact.q is not None else fact.p
    return fact.value > 0 and chance is not None and chance < BEYOND_CHANCE


def _leads(said: Sequence[Token], at: int, computed: Sequence[Token]) -> bool:
    """A word of rank is the computed sentence's own, and stands by the first that is named there."""
    ranked = [place for place, one in enumerate(computed) if one.kind == "word" and one.value in LEADS]
    if not ranked:
        return False
    following = _following(said, at)
    if following is None:
        return any(_following(computed, place) is None for place in ranked)
    firsts = [next((one for one in said if one.kind == kind), None) for kind in ("phrase", "number")]
    return following in firsts


def _following(parts: Sequence[Token], at: int) -> Token | None:
    return next((one for one in parts[at + 1 :] if one.kind in ("phrase", "number")), None)


def _side(said: Sequence[Token], pair: Pair | None) -> Iterator[str]:
    """Between the two shares of a contrast stands a word that contrasts them."""
    if pair is None or pair[1].kind != "rest":
        return
    places = {one.value: at for at, one in reversed(list(enumerate(said))) if one.kind == "number"}
    between = said[places[pair[0].id] : places[pair[1].id]]
    if not CONTRASTS & _values(between):
        yield f"{pair[0].id} and {pair[1].id} are not set against each other; write: against"
