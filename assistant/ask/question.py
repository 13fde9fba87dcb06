"""A question taken apart: its tokens, what they name, and the cues of how it is put."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.ask.dates import find_periods
from assistant.ask.lexicon import Label, Lexicon
from assistant.ask.mentions import Mention, resolve
from assistant.ask.patterns import Hit, Patterns
from assistant.ask.spelling import Spelling
from assistant.ask.stems import stem
from assistant.ask.tokens import Token, tokenise
from assistant.ask.values import Values

_RANKS = {"tones": 3, "themes": 5, "ignore": 4, "exclude": 6}
_DATED = frozenset({"one_before"})  # cues that are no cues as part of a period
_ALWAYS = frozenset({"comparative", "superlative", "compare"})  # cues even inside a label: "less satisfied"
_TROUBLE = frozenset(stem(word) for word in ("problem", "issue", "complaint", "complain", "trouble"))
_POOR = frozenset(
    [
        "bad",
        "poor",
        "terrible",
        "awful",
        "horrible",
        "dreadful",
        "lousy",
        "appalling",
        "shoddy",
        "disappointing",
        "crappy",
        "rubbish",
        "dire",
        "abysmal",
    ]
)
_FINE = frozenset(
    [
        "good",
        "great",
        "excellent",
        "lovely",
        "brilliant",
        "fantastic",
        "wonderful",
        "amazing",
        "superb",
        "perfect",
        "outstanding",
    ]
)
_LEAVE = stem("leave")
_SILENT = {"ignore", "exclude"}
_QUOTED = re.compile(r"[\"“”„«]([^\"“”„«»]{2,80})[\"“”»]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What was read of a question; places are indexes into `tokens`."""

    text: str
    tokens: tuple[Token, ...]
    today: date
    mentions: tuple[Mention, ...]
    cues: Mapping[str, tuple[Hit[str], ...]]
    dimensions: tuple[Hit[str], ...]
    excludes: tuple[Hit[str], ...]
    silent: frozenset[int]  # tokens of greetings and polite phrases
    known: frozenset[int]  # tokens that were recognised and found to say nothing

    def has(self, *cues: str) -> bool:
        return any(cue in self.cues for cue in cues)

    @property
    def named(self) -> frozenset[int]:
        """The tokens that name something."""
        return frozenset(place for mention in self.mentions for place in mention.covered)

    def low(self, place: int) -> str:
        return self.tokens[place].low if 0 <= place < len(self.tokens) else ""

    def words(self, first: int, last: int) -> str:
        """The characters of the question that the tokens stand for."""
        return self.text[self.tokens[first].start : self.tokens[last - 1].end]

    def mentioned(self, *keys: str) -> list[Mention]:
        return [mention for mention in self.mentions if mention.key in keys]


class Reader:
    """Takes questions apart with one lexicon and one workspace's values and theme names."""

    def __init__(self, lexicon: Lexicon, values: Values, names: Patterns[Label], spelling: Spelling) -> None:
        self.lexicon = lexicon
        self.values = values
        self._names = names
        self._spelling = spelling

    def read(self, text: str, today: date) -> Question:
        tokens = tokenise(text, self.lexicon.forms, self._spelling.correct)
        silent = _silent(self.lexicon.wrappers.find(tokens), tokens)
        named = [m for m in self._mentions(text, tokens, today) if not silent & m.covered]
        found = _without_grading(resolve(named), tokens)
        tones = [*_toned(tokens, found, named), *_judged(tokens, found)]
        mentions = tuple(m for m in [*found, *tones] if m.key not in _SILENT)
        return Question(
            text=text, tokens=tuple(tokens), today=today, mentions=mentions,
            cues=_cues(self.lexicon.cues.find(tokens), found, silent),
            dimensions=self._dimensions(tokens, mentions, silent),
            excludes=tuple(Hit(first=m.first, last=m.last, means="") for m in found if m.key == "exclude"),
            silent=silent,
            known=frozenset(p for m in named if m.is_weak or m.key == "ignore" for p in m.covered),
        )  # fmt: skip

    def _mentions(self, text: str, tokens: Sequence[Token], today: date) -> Iterable[Mention]:
        for hit in find_periods(tokens, today):
            yield Mention(first=hit.first, last=hit.last, key="period", source="date", date=hit, rank=10)
        values = list(self.values.find(tokens))
        yield from values
        yield from _quoted(text, tokens, {place for value in values for place in value.covered})
        for named in self._names.find(tokens):
            yield _label(named, "name", 7)
        for label in self.lexicon.labels.find(tokens):
            yield _label(label, "synonym", 1 if label.means.is_weak else _RANKS.get(label.means.key, 5))
        for hit_ in self.lexicon.ignore.find(tokens):
            yield Mention(
                first=hit_.first, last=hit_.last, places=hit_.places, key="ignore", rank=_RANKS["ignore"]
            )
        for lead in self.lexicon.exclude.find(tokens):
            if tokens[lead.first].low == "ignore" and lead.first > 1:
                continue
            yield Mention(
                first=lead.first, last=lead.last, places=lead.places, key="exclude", rank=_RANKS["exclude"]
            )

    def _dimensions(
        self, tokens: Sequence[Token], mentions: Sequence[Mention], silent: frozenset[int]
    ) -> tuple[Hit[str], ...]:
        """Names of what an answer can be broken down by; the longest where they overlap."""
        hits = [*self.values.names.find(tokens), *self.lexicon.dimensions.find(tokens)]
        taken = {place for m in mentions if m.key in {"attributes", "period"} for place in m.covered} | silent
        chosen: list[Hit[str]] = []
        for hit in sorted(hits, key=lambda h: h.first - h.last):
            span = set(range(hit.first, hit.last))
            if not span & taken:
                taken |= span
                chosen.append(hit)
        return tuple(sorted(chosen, key=lambda h: h.first))


def _quoted(text: str, tokens: Sequence[Token], taken: set[int]) -> Iterator[Mention]:
    """Words between quotation marks are looked for as they stand, unless they are an attribute's value."""
    for found in _QUOTED.finditer(text):
        inside = [at for at, token in enumerate(tokens) if found.start(1) <= token.start < found.end(1)]
        if inside and not taken & set(inside):
            words = (found.group(1).strip(),)
            yield Mention(
                first=inside[0], last=inside[-1] + 1, key="text", values=words, source="rule", rank=20
            )


def _without_grading(found: Sequence[Mention], tokens: Sequence[Token]) -> list[Mention]:
    """Without the wish to leave in "leave low scores"."""
    graded = {m.first for m in found if m.key == "attributes" and m.source == "value"}
    return [
        m
        for m in found
        if not (
            m.key == "churn" and m.last - m.first == 1 and m.last in graded and tokens[m.first].stem == _LEAVE
        )
    ]


def _judged(tokens: Sequence[Token], found: Sequence[Mention]) -> Iterator[Mention]:
    """The complaint or praise in an adjective right before a theme: "poor fabric", "lovely staff"."""
    taken = {place for m in found for place in m.covered}
    for theme in found:
        place = theme.first - 1
        if theme.key != "themes" or place < 0 or place in taken:
            continue
        tone = "complaint" if tokens[place].low in _POOR else "praise" if tokens[place].low in _FINE else None
        if tone:
            yield Mention(first=place, last=place + 1, key="tones", values=(tone,), source="rule")


def _toned(tokens: Sequence[Token], found: Sequence[Mention], named: Sequence[Mention]) -> list[Mention]:
    """The complaint inside a theme: "login problems" are account security with a complaint."""
    themes = [m for m in found if m.key == "themes"]
    return [
        tone
        for tone in named
        if tone.key == "tones"
        and any(tokens[place].stem in _TROUBLE for place in tone.covered)
        and any(tone.covered < m.covered for m in themes)
    ]


def _label(hit: Hit[Label], source: str, rank: int) -> Mention:
    return Mention(
        first=hit.first, last=hit.last, places=hit.places, key=hit.means.key, values=hit.means.values, rank=rank,
        source="name" if source == "name" else "synonym", is_weak=hit.means.is_weak,
    )  # fmt: skip


def _silent(hits: Iterable[Hit[str]], tokens: Sequence[Token]) -> frozenset[int]:
    """Tokens of polite phrases that stand before or after everything else."""
    silent: set[int] = set()
    found = list(hits)
    places = set(range(len(tokens)))
    marks = {place for place in places if not tokens[place].is_word}
    for _ in found:
        for hit in found:
            before, after = set(range(hit.first)), set(range(hit.last, len(tokens)))
            span = set(range(hit.first, hit.last))
            if not span & silent and (before <= silent | marks or after <= silent | marks):
                silent |= span
    return frozenset(silent)


def _cues(
    hits: Iterable[Hit[str]], mentions: Sequence[Mention], silent: frozenset[int]
) -> Mapping[str, tuple[Hit[str], ...]]:
    """Cues by name, without those that are only a part of something that was named."""
    cues: dict[str, tuple[Hit[str], ...]] = {}
    for hit in hits:
        within = any(
            (hit.places < m.covered and hit.means not in _ALWAYS)
            or (m.key == "period" and hit.means in _DATED and hit.places & m.covered)
            or (m.key == "attributes" and hit.means == "emerging" and hit.places & m.covered)
            for m in mentions
        )
        if not within and (hit.means == "watch" or not silent & set(range(hit.first, hit.last))):
            cues[hit.means] = (*cues.get(hit.means, ()), hit)
    return cues
