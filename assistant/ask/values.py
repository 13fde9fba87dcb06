"""Names and values of the data's own attributes, in the words of a question."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from assistant.ask.grades import Grades
from assistant.ask.lexicon import Lexicon, read_yaml, split
from assistant.ask.mentions import Mention
from assistant.ask.patterns import Hit, Patterns
from assistant.ask.stems import bag, stem
from assistant.ask.tokens import Token, stems

Attributes = Mapping[str, Mapping[str, int]]
_YES = frozenset({"yes", "true", "y", "1"})
_NO = frozenset({"no", "false", "n", "0"})
_TAILS = bag("name id ind code label flag")
_FLAGS = frozenset({"is", "has", "ind", "flag", "was"})
_ASKS = bag("which what whose per each every by")
_LEADS = bag("from on via by through in at for among the our")
_STAYED = frozenset({"stayed", "retained"})
_LOST = frozenset({"churn", "churned", "lapsed", "cancelled", "attrition", "nps", "left"})
_WORDS = bag("us it in no be at is so to by am as me my do or")
_VAGUE = bag("new other none first one no yes current open")
_MANY = 400  # values of one attribute beyond which only those typed in full are looked for


@dataclass(frozen=True, kw_only=True, slots=True)
class Value:
    """A stored value of an attribute. An everyday word counts only where a noun or preposition shows it."""

    attribute: str
    value: str
    is_everyday: bool = False


@cache
def _said() -> dict[str, Any]:
    return read_yaml("values.yaml")


def normal(text: str) -> str:
    """A name or value without case and with one kind of joint."""
    return re.sub(r"[^\w]+|_+", "_", text.casefold()).strip("_")


class Values:
    """Finds attribute values and attribute names.

    Args:
        attributes: attribute name -> value -> count, as stored.
        lexicon: whose word lists say what a customer or a piece of feedback is called.
    """

    def __init__(self, attributes: Attributes, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._attributes = {name: dict(values) for name, values in attributes.items() if values}
        self._everyday = frozenset(_said()["everyday"].split())
        self._flag_names = {name: stems(name) for name in self._attributes if self.has_flag(name)}
        self._typed = self._index()
        self._patterns = Patterns([*self._synonyms(), *self._countries()])
        self.names = Patterns(list(self._named()))
        self.grades = Grades(self._attributes, frozenset(normal(name) for name in _said()["grades"]))

    def find(self, tokens: Sequence[Token]) -> list[Mention]:
        """All values that the words name."""
        found = [*self._exact(tokens), *self._flags(tokens), *self.grades.find(tokens)]
        return [replace(mention, is_outcome=self.is_outcome(mention.attribute or "")) for mention in found]

    @property
    def attributes(self) -> list[str]:
        """The names of the attributes."""
        return list(self._attributes)

    def values(self, attribute: str) -> list[str]:
        return list(self._attributes.get(attribute, ()))

    def words(self) -> Iterator[str]:
        """Words of names and values that a typo may have been meant for."""
        for name, values in self._attributes.items():
            for text in (name, *(values if len(values) <= _MANY else ())):
                yield from re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).lower())
        for entry in _said()["values"]:
            yield from re.findall(r"[a-z]+", entry["said"])
        for names in _said()["countries"].values():
            yield from names.lower().split()

    def is_outcome(self, name: str) -> bool:
        """Whether the attribute says how it went: a grade, NPS, churned or not."""
        return name in self.grades.names or normal(name) in _LOST

    def has_flag(self, attribute: str) -> bool:
        """Whether the attribute is a yes or no."""
        return {value.casefold() for value in self._attributes[attribute]} <= _YES | _NO

    # How values are looked up

    def _index(self) -> dict[tuple[str, ...], list[Value]]:
        index: dict[tuple[str, ...], list[Value]] = defaultdict(list)
        apart = {*self._flag_names, *Grades.numeric(self._attributes)}
        for attribute, values in self._attributes.items():
            for value in values if attribute not in apart else ():
                if key := stems(value):
                    everyday = value.casefold() in self._everyday or " ".join(key) in self._everyday
                    index[key].append(Value(attribute=attribute, value=value, is_everyday=everyday))
        return index

    def _synonyms(self) -> Iterator[tuple[str, Value]]:
        by_value = {
            (normal(value)): (name, value) for name in self._attributes for value in self._attributes[name]
        }
        for entry in _said()["values"]:
            stored = next(
                (by_value[means] for means in map(normal, entry["means"].split()) if means in by_value), None
            )
            if stored:
                yield from (
                    (text, Value(attribute=stored[0], value=stored[1])) for text in split(entry["said"])
                )

    def _countries(self) -> Iterator[tuple[str, Value]]:
        countries = {
            attribute: [(normal(value), value) for value in values]
            for attribute, values in self._attributes.items()
            if self._is_country(attribute)
        }
        for code, names in _said()["countries"].items():
            forms = {normal(form) for form in (code, *names.split())}
            for attribute, values in countries.items():
                stored = next((value for form, value in values if form in forms), None)
                if stored:
                    for name in names.split():
                        text = {
                            "States": "united states",
                            "Zealand": "new zealand",
                            "Africa": "south africa",
                        }.get(name, name)
                        if len(name) > 3:
                            yield text.lower(), Value(attribute=attribute, value=stored)

    def _is_country(self, attribute: str) -> bool:
        name = normal(attribute)
        return any(part in name for part in ("country", "market", "nation", "land", "region", "location"))

    def _named(self) -> Iterator[tuple[str, str]]:
        """Patterns of the attribute names, and of other words for them that are not names themselves."""
        own: dict[tuple[str, ...], tuple[str, str]] = {}
        for name in self._attributes:
            words = _spaced(name)
            for form in (words, words[:-1] if len(words) > 1 and words[-1] in _TAILS else []):
                if form:
                    own.setdefault(tuple(map(stem, form)), (" ".join(form), name))
        yield from own.values()
        for group in _said()["attributes"]:
            known = next((own[stems(form)][1] for form in group if stems(form) in own), None)
            if known:
                yield from ((form, known) for form in group if stems(form) not in own)

    # The kinds of hits

    def _exact(self, tokens: Sequence[Token]) -> Iterator[Mention]:
        """Values as stored. An everyday word counts where its place shows it, or beside a value of its kind."""
        firm: list[Mention] = []
        doubtful: list[Mention] = []
        longest = max((len(key) for key in self._typed), default=0)
        for first in range(len(tokens)):
            for last in range(first + 1, min(first + longest, len(tokens)) + 1):
                values = self._typed.get(tuple(token.stem for token in tokens[first:last]))
                if values and not self._is_asked_by(tokens, first, last):
                    mention, is_shown = self._mention(tokens, first, last, values)
                    (firm if is_shown else doubtful).append(mention)
        firm += self._hits(tokens)
        yield from firm
        for mention in doubtful:
            kin = [m for m in firm if m.attribute == mention.attribute]
            apart = any(m.last <= mention.first or m.first >= mention.last for m in kin)
            vague = tokens[mention.first].low in _VAGUE | self._lexicon.people
            touching = not vague and any(mention.first == m.last or mention.last == m.first for m in firm)
            if (apart or touching) and not _is_short(tokens[mention.first : mention.last]):
                yield mention

    def _is_asked_by(self, tokens: Sequence[Token], first: int, last: int) -> bool:
        """Whether the words name an attribute after "which" or "by", though another one has a value of that name."""
        return (
            first > 0
            and tokens[first - 1].low in _ASKS
            and any((hit.first, hit.last) == (0, last - first) for hit in self.names.find(tokens[first:last]))
        )

    def _hits(self, tokens: Sequence[Token]) -> Iterator[Mention]:
        for hit in self._patterns.find(tokens):
            if self._is_asked_by(tokens, hit.first, hit.last):
                continue
            yield Mention(first=hit.first, last=hit.last, places=hit.places, key="attributes", attribute=hit.means.attribute,
                          values=(hit.means.value,), source="synonym", rank=6)  # fmt: skip

    def _mention(
        self, tokens: Sequence[Token], first: int, last: int, values: list[Value]
    ) -> tuple[Mention, bool]:
        """The value that the tokens name, and whether it is sure that they do."""
        names = {hit.means: hit for hit in self._names_beside(tokens, first, last)}
        best = max(values, key=lambda v: (v.attribute in names, len(self._attributes[v.attribute])))
        beside = names.get(best.attribute)
        is_plain = not best.is_everyday and not _is_short(tokens[first:last])
        is_shown = is_plain or beside is not None or self._shown(tokens, first, last)
        if beside:
            first, last = min(first, beside.first), max(last, beside.last)
        return Mention(first=first, last=last, key="attributes", attribute=best.attribute, values=(best.value,),
                       source="value", rank=8), is_shown  # fmt: skip

    def _names_beside(self, tokens: Sequence[Token], first: int, last: int) -> list[Hit[str]]:
        start = max(0, first - 4)
        hits = [
            replace(hit, first=hit.first + start, last=hit.last + start)
            for hit in self.names.find(tokens[start : last + 4])
        ]
        return [hit for hit in hits if hit.last == first or hit.first == last]

    def _shown(self, tokens: Sequence[Token], first: int, last: int) -> bool:
        """Whether a noun after or a preposition before shows that the everyday word is meant as a value."""
        following = tokens[last].low if last < len(tokens) else ""
        if following in self._lexicon.people and following not in {"we", "they", "them", "us", "who"}:
            return True
        token = tokens[first]
        if len(token.text) == 2:
            return token.text.isupper()
        if token.low in _VAGUE:
            ends = all(not after.is_word for after in tokens[last:])
            return ends and first > 0 and tokens[first - 1].low in {"about", "only", "just", "and"}
        before = tokens[first - 1].low if first else ""
        return before in _LEADS or (token.is_capital and first > 0)

    def _flags(self, tokens: Sequence[Token]) -> Iterator[Mention]:
        """Yes or no attributes by their name: churned, not churned."""
        flags = {
            tuple(stem for stem in key if stem not in _FLAGS): name for name, key in self._flag_names.items()
        }
        for key, name in flags.items():
            for first in range(len(tokens) - len(key) + 1) if key else ():
                row = tuple(token.stem for token in tokens[first : first + len(key)])
                if row == key or (normal(name) in _LOST and tokens[first].low in _STAYED):
                    yield from self._flag(tokens, first, first + len(key), name)

    def _flag(self, tokens: Sequence[Token], first: int, last: int, name: str) -> Iterator[Mention]:
        before = [token.low for token in tokens[max(0, first - 2) : first]]
        stayed = tokens[first].low in _STAYED
        negated = [place for place, low in enumerate(reversed(before), 1) if low in {"not", "non", "never"}]
        answers = _NO if bool(negated) != stayed else _YES
        stored = next((value for value in self._attributes[name] if value.casefold() in answers), None)
        if stored is not None:
            start = first - negated[0] if negated else first
            yield Mention(
                first=start,
                last=last,
                key="attributes",
                attribute=name,
                values=(stored,),
                source="value",
                rank=9,
            )


def _spaced(name: str) -> list[str]:
    """The words of an attribute name, whatever joins them."""
    return re.findall(r"[^\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())


def _is_short(tokens: Sequence[Token]) -> bool:
    """Two-letter words of English that are also codes: `us`, `it`, `in`."""
    return len(tokens) == 1 and tokens[0].low in _WORDS
