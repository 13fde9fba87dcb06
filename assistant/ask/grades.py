"""Numbers about numeric attributes: "1-star", "under 3 stars", "low ratings", "age over 60"."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from assistant.ask.mentions import Mention
from assistant.ask.stems import bag, stem
from assistant.ask.tokens import Token, stems

Attributes = Mapping[str, Mapping[str, int]]
_UNDER = {"under", "below", "beneath"}
_OVER = {"over", "above"}
_LESS = {"less", "fewer", "lower", "worse", "below", "under"}
_MORE = {"more", "higher", "better", "greater", "above", "up", "over"}
_LOW = {"low", "lower", "lowest", "bad", "badly", "poor", "poorly", "worst", "terrible"}
_HIGH = {"high", "higher", "highest", "highly", "good", "top", "best", "great", "excellent"}
_AGED = bag(
    "customers people users members women men shoppers buyers aged age years year guests those anyone"
)
_NOUNS = frozenset({"rating", "ratings", "review", "reviews"})
_TO = frozenset({"us", "of", "it", "at", "with", "them"})
_UNITS = {stem(word) for word in ("star", "rating", "score", "mark")}
_FALLS = {stem(word) for word in ("drop", "fall", "fell", "decline", "sink", "low", "bad", "poor", "down")}
_RATED = frozenset({"rate", "rates", "rated", "rating"})
_RISES = {stem(word) for word in ("rise", "rose", "climb", "high", "improve", "up")}
_BETWEEN = bag("are is was were so have has gone going go went been being get getting got our the did do")
_DRIVES = bag("drive drives driver drivers driving affect affects influence influences determine determines")
_REACH = 6  # words from "drives" to the name of the number
_LOWEST, _HIGHEST = 0.4, 0.7  # shares of the scale that "low" and "high" mean: 1-2 and 4-5 of 5

Test = Callable[[float], bool]
Read = tuple[int, int, Test] | None
_NPS: dict[str, Test] = {
    stem("detractor"): lambda n: n <= 6, stem("passive"): lambda n: 7 <= n <= 8, stem("promoter"): lambda n: n >= 9,
}  # fmt: skip


class Grades:
    """Finds the values of numeric attributes that a bound or a list of numbers means.

    Args:
        attributes: attribute name -> value -> count, as stored.
        grades: names (lower case, joined by `_`) of attributes that grade.
    """

    def __init__(self, attributes: Attributes, grades: frozenset[str]) -> None:
        self._numbers = {
            name: {value: float(value) for value in attributes[name]} for name in self.numeric(attributes)
        }
        self.names = frozenset(name for name in self._numbers if "_".join(name.casefold().split()) in grades)
        self.names |= frozenset(name for name in attributes if name.casefold() == "nps")
        self._stems = {name: stems(name) for name in self._numbers}

    @staticmethod
    def numeric(attributes: Attributes) -> list[str]:
        """The attributes all of whose values are numbers, and which are not mere versions."""
        return [
            name for name, values in attributes.items()
            if "version" not in name.casefold() and all(is_number(value) for value in values)
        ]  # fmt: skip

    def find(self, tokens: Sequence[Token]) -> Iterator[Mention]:
        """Bounds and lists of numbers that come with a unit, "low ratings", "ratings drop", detractors."""
        for place in range(len(tokens)):
            for reader in (_bound, _list, self._level):
                read = reader(tokens, place)
                found = self._attribute(tokens, read[0], read[1]) if read else None
                if read and found:
                    yield from self._mention(found[0], range(found[1], found[2]), read[2])
            yield from self._moved(tokens, place)
            yield from self._nps(tokens, place)
            yield from self._driven(tokens, place)

    def _mention(self, name: str, places: Iterable[int], test: Test) -> Iterator[Mention]:
        """The values of the attribute that pass the test, lowest first."""
        numbers = sorted(self._numbers[name].items(), key=lambda entry: entry[1])
        values = tuple(value for value, number in numbers if test(number))
        spots = frozenset(places)
        if values:
            yield Mention(first=min(spots), last=max(spots) + 1, places=spots, key="attributes", attribute=name,
                          values=values, source="value", rank=9)  # fmt: skip

    @property
    def _graded(self) -> str | None:
        """The attribute that grades in numbers, if there is one."""
        return next((name for name in sorted(self.names) if name in self._numbers), None)

    def _nps(self, tokens: Sequence[Token], place: int) -> Iterator[Mention]:
        """Detractors, passives and promoters where NPS is a number from 0 to 10, or there are only ratings."""
        name = next((name for name in self._numbers if "nps" in name.casefold().split("_")), None)
        test = _NPS.get(tokens[place].stem)
        if test and name:
            yield from self._mention(name, [place], test)
        elif test and self._graded and tokens[place].stem != stem("passive"):
            # Without NPS the ends of the scale stand in; the chip shows it.
            is_low = tokens[place].stem == stem("detractor")
            yield from self._mention(self._graded, [place], self._part(self._graded, is_low=is_low))

    def _attribute(self, tokens: Sequence[Token], first: int, last: int) -> tuple[str, int, int] | None:
        """The attribute whose name or unit stands beside the numbers, with the wider span."""
        for name, key in self._stems.items():
            starts = (last, first - len(key), first - len(key) - 1)
            for start in starts if key else ():
                end = start + len(key)
                if start >= 0 and tuple(token.stem for token in tokens[start:end]) == key:
                    return name, min(first, start), max(last, end)
        if age := next((name for name in self._numbers if name.casefold() == "age"), None):
            before = _low(tokens, first - 1)
            if _AGED & {before, _low(tokens, last)}:
                return age, first - (before == "aged"), last
        return self._rated(tokens, first, last)

    def _rated(self, tokens: Sequence[Token], first: int, last: int) -> tuple[str, int, int] | None:
        """The grade, where "stars", "rating" or "score" stands beside the numbers."""
        graded = self._graded
        if graded is None:
            return None
        if any(token.stem in _UNITS for token in tokens[first:last]):
            return graded, first, last
        if last < len(tokens) and tokens[last].stem in _UNITS:
            return graded, first, last + 1 + (_low(tokens, last + 1) in _NOUNS)
        if first and tokens[first - 1].stem in _UNITS:
            return graded, first - 1, last
        if first > 1 and tokens[first - 2].stem in _UNITS and _low(tokens, first - 1) in _TO:
            return graded, first - 2, last
        return None

    def _level(self, tokens: Sequence[Token], place: int) -> Read:
        """Low or high, as a part of the scale."""
        low = tokens[place].low
        if self._graded is None or low not in _LOW | _HIGH:
            return None
        return place, place + 1, self._part(self._graded, is_low=low in _LOW)

    def _moved(self, tokens: Sequence[Token], place: int) -> Iterator[Mention]:
        """Ratings drop, they rate Porto low: the low values; rise: the high ones."""
        if self._graded is None or tokens[place].stem not in _FALLS | _RISES:
            return
        rated = [p for p in range(max(0, place - 3), place) if tokens[p].low in _RATED]
        before = rated[-1] if rated else place - 1
        while before > 0 and tokens[before].low in _BETWEEN:
            before -= 1
        if before >= 0 and tokens[before].stem in _UNITS:
            test = self._part(self._graded, is_low=tokens[place].stem in _FALLS)
            yield from self._mention(self._graded, [before, place], test)

    def _driven(self, tokens: Sequence[Token], place: int) -> Iterator[Mention]:
        """What drives the rating, the drivers of NPS: the low values are to be explained."""
        if tokens[place].low not in _DRIVES:
            return
        for at in range(place + 1, min(place + _REACH, len(tokens))):
            if tokens[at].low in _LOW | _HIGH:
                return
            name = next(
                (n for n in self.names if n in self._stems and self._stems[n] == (tokens[at].stem,)), None
            )
            name = name or (self._graded if tokens[at].low in _NOUNS | {"score", "scores"} else None)
            if name in self._numbers:
                yield from self._mention(name, [at], self._part(name, is_low=True))
                return

    def _part(self, name: str, *, is_low: bool) -> Test:
        """Whether a number lies in the low or the high part of the scale."""
        least, most = min(self._numbers[name].values()), max(self._numbers[name].values())
        if is_low:
            return lambda number: number <= least + _LOWEST * (most - least)
        return lambda number: number >= least + _HIGHEST * (most - least)


def is_number(value: str) -> bool:
    """Whether the value of an attribute is a plain number, such as `4`, `-1` or `3.5`."""
    return value.replace(".", "", 1).removeprefix("-").isdecimal()


def _number(tokens: Sequence[Token], place: int) -> float | None:
    return tokens[place].number if 0 <= place < len(tokens) else None


def _low(tokens: Sequence[Token], place: int) -> str:
    return tokens[place].low if 0 <= place < len(tokens) else ""


def _bound(tokens: Sequence[Token], place: int) -> Read:
    """Under 3, at least 4, 4 or more, 3 or less, 4+, more than 3, between 2 and 4."""
    word, after = _low(tokens, place), _low(tokens, place + 1)
    if (number := _number(tokens, place)) is not None:
        return _after_number(tokens, place, number)
    bound = _number(tokens, place + 1)
    if bound is not None and word in _UNDER | _OVER:
        return place, place + 2, (lambda n: n < bound) if word in _UNDER else (lambda n: n > bound)
    if bound is not None and word in {"minimum", "min"}:
        return place, place + 2, lambda n: n >= bound
    bound = _number(tokens, place + 2)
    if bound is None:
        return None
    if after == "than" and word in _LESS | _MORE:
        return place, place + 3, (lambda n: n < bound) if word in _LESS else (lambda n: n > bound)
    if (word, after) in {("at", "least"), ("at", "most"), ("up", "to")}:
        return place, place + 3, (lambda n: n >= bound) if after == "least" else (lambda n: n <= bound)
    return None


def _after_number(tokens: Sequence[Token], place: int, number: float) -> Read:
    word, side = _low(tokens, place + 1), _low(tokens, place + 2)
    if word == "+":
        return place, place + 2, lambda n: n >= number
    if word in {"star", "stars"} and side == "or" and (last := _low(tokens, place + 3)) in _LESS | _MORE:
        return place, place + 4, (lambda n: n <= number) if last in _LESS else (lambda n: n >= number)
    if word in {"or", "and"} and side in _LESS | _MORE:
        return place, place + 3, (lambda n: n <= number) if side in _LESS else (lambda n: n >= number)
    return None


def _list(tokens: Sequence[Token], place: int) -> Read:
    """1, 1 or 2, 1 and 2, 4 to 5, 1-2."""
    if _number(tokens, place) is None or _number(tokens, place - 1) is not None:
        return None
    numbers, end, is_range = [_number(tokens, place) or 0.0], place + 1, False
    while True:
        joint = _low(tokens, end)
        step = 1 if joint in {"or", "and", "to", ",", "/", "-"} else 0
        following = _number(tokens, end + step)
        if following is None or (not step and not tokens[end].is_joined):
            break
        is_range = is_range or joint in {"to", "-"} or not step
        numbers.append(following)
        end += step + 1
    if is_range:
        least, most = min(numbers), max(numbers)
        return place, end, lambda n: least <= n <= most
    return place, end, lambda n: n in numbers
