"""What a group of clauses is called: the phrases that set it apart, a readable name and a sentence.

Phrases are runs of up to three content words, counted once per clause by their stems and shown as customers
most often wrote them. They are ranked by log-odds with an informative Dirichlet prior (Monroe, Colaresi and
Quinn 2008).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.connectives import word_set

PHRASES = 5
LONGEST = 3  # content words of a phrase
LONGEST_NAME = 4  # words of a name
PRIOR = 500.0  # how many phrases the prior weighs
_LEAST_SHARE = 0.05  # of the clauses of a group that hold a phrase
_KEEPS = 0.35  # share of a phrase's clauses in which a longer one holds it, so that the longer one is shown
_WORDS = 4  # telling words of which a name is made when no phrase serves
_OF_A_PAIR = 0.7  # two words joined by "and" read worse than a phrase
UNNAMED = "unnamed theme"
_LINK = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|@\w+")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_BREAK = re.compile(r"[.,;:!?()\[\]\"“”…–—/\n]")

STOP_WORDS = word_set(
    "a about above after again against ago ain't all almost along already also although always am an and another any "
    "anybody anyone anything anyway are aren't around as at away back be became because been before behind being below "
    "between both but by came can can't cannot come comes coming could couldn't did didn't do does doesn't doing don't "
    "done down due during each either else enough especially etc even ever every everybody everyone everything exactly "
    "far few for from gave get gets getting give given gives giving go goes going gone gonna good got gotten had hadn't "
    "has hasn't have haven't having he he'd he'll he's hello her here here's hers herself hey hi him himself his how how's however "
    "i i'd i'll i'm i've if im in instead into is isn't it it'd it'll it's its itself ive just kind kinda know least less let let's lets "
    "like literally lot lots made make makes making many may maybe me might mine more most mostly much must my myself "
    "near need needed needs neither never no nobody none nor not nothing now of off often oh ok okay on once one ones only "
    "onto or other others our ours ourselves out over own per perhaps please pretty probably put quite rather really "
    "s said same saw say saying says see seem seemed seems seen she she'd she'll she's should shouldn't since so some somebody "
    "someone something sometimes soon sort still stuff such super sure take taken takes taking than thank thanks that that's thats the "
    "their theirs them themselves then there there's these they they'd they'll they're they've thing things think this "
    "those though thought through thus till to together too took totally toward towards truly try trying tried u under until up "
    "upon ur us use used using usually ve very via want wanted wants was wasn't way we we'd we'll we're we've well went were "
    "weren't what what's whatever when where whether which while who who's whole whom whose why will with within "
    "without won't wont would wouldn't yes yet you you'd you'll you're you've your yours yourself cant dont didnt doesnt isnt wasnt "
    "actually able absolutely anymore basically best better big bit definitely extremely find found feel feels felt great happen "
    "happened keep keeps long look looking looks looked love loved nice real right thru tell told"
)
# What may stand inside a phrase: "end of the month", "waiting for my refund", "app not working".
_INSIDE = word_set(
    "of for to in on at from with without by the a an my your our this that not is are was no and or"
)


Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Naming:
    """Name, phrases and a one-sentence definition of a group."""

    name: str
    phrases: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class _Phrase:
    """A phrase with its stems, how many clauses of the group hold it, and its z score against the others."""

    stems: tuple[str, ...]
    text: str
    n: int
    z: float


class Namer:
    """Names groups of `texts`, each against all other texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._held = [self._phrases(text) for text in texts]
        self._counts = Counter(stems for held in self._held for stems in held)
        self._total = sum(self._counts.values())
        self._names: set[str] = set()

    def name(self, members: Sequence[int]) -> Naming:
        """The words of a group given by rows, the most typical first.

        A name is given once as long as there is another, so name the most important group first.
        """
        ranked = self._ranked(members)
        phrases = _apart(ranked)
        name = self._name(ranked, phrases, members)
        self._names.add(name.casefold())
        return Naming(
            name=name, phrases=tuple(phrase.text for phrase in phrases), sentence=_sentence(phrases, name)
        )

    def _ranked(self, members: Sequence[int]) -> list[_Phrase]:
        """Phrases that enough clauses of the group hold, the most telling first."""
        own = Counter(stems for member in members for stems in self._held[member])
        least = max(2.0, _LEAST_SHARE * len(members))
        found = [stems for stems, n in own.items() if n >= least]
        if not found:
            return []
        scores = _log_odds(
            np.array([own[stems] for stems in found], np.float64),
            np.array([self._counts[stems] for stems in found], np.float64),
            sum(own.values()),
            self._total,
        )
        phrases = [
            _Phrase(stems=stems, text=self._text(stems, members), n=own[stems], z=float(z))
            for stems, z in zip(found, scores, strict=True)
        ]
        return sorted(phrases, key=lambda phrase: (-phrase.z, phrase.stems))

    def _text(self, stems: tuple[str, ...], members: Sequence[int]) -> str:
        """How the clauses of the group mostly write a phrase."""
        forms = Counter(self._held[member][stems] for member in members if stems in self._held[member])
        return min(forms, key=lambda form: (-forms[form], len(form), form))

    def _name(self, ranked: list[_Phrase], phrases: list[_Phrase], members: Sequence[int]) -> str:
        """The phrase of two to four words whose words tell most, or two words that tell more together."""
        telling = {phrase.stems[0]: phrase.z for phrase in ranked if len(phrase.stems) == 1}
        words = [phrase for phrase in ranked if len(phrase.stems) == 1][:_WORDS]
        scores: dict[str, float] = {}
        for phrase in ranked:
            if phrase.z > 0 and _reads_as_name(phrase.text):
                told = np.mean([telling.get(stem, 0.0) for stem in phrase.stems])
                scores.setdefault(phrase.text, float(told) * (1 + phrase.n / len(members)))
        for one, other in combinations(words, 2):
            scores.setdefault(f"{one.text} and {other.text}", _OF_A_PAIR * (one.z + other.z) / 2)
        nearest = [text for text in self._held[members[0]].values() if _reads_as_name(text)]
        longest = [phrase.text for phrase in phrases if len(phrase.text.split()) > 1]
        names = [*sorted(scores, key=lambda name: (-scores[name], name)), *nearest, *longest]
        free = [name for name in names if name.casefold() not in self._names]
        return next(iter([*free, *names]), UNNAMED)

    def _phrases(self, text: str) -> dict[tuple[str, ...], str]:
        """The phrases of a text by their stems, as written first."""
        found: dict[tuple[str, ...], str] = {}
        for part in _BREAK.split(_LINK.sub(". ", text).replace("’", "'")):
            words = [match.group() for match in _WORD.finditer(part)]
            content = [at for at, word in enumerate(words) if is_content(word)]
            for first in range(len(content)):
                for last in range(first, min(first + LONGEST, len(content))):
                    if _gaps_read(words, content[first : last + 1]):
                        stems = tuple(_stem(words[at].lower()) for at in content[first : last + 1])
                        found.setdefault(stems, _written(words[content[first] : content[last] + 1]))
        return found


def is_content(word: str) -> bool:
    """True for a word that says what a text is about: no stop word, no number, no single letter."""
    plain = word.lower().replace("’", "'")
    return len(plain) > 1 and any(letter.isalpha() for letter in plain) and plain not in STOP_WORDS


def content_words(text: str) -> int:
    """How many content words a text holds."""
    return sum(is_content(match.group()) for match in _WORD.finditer(_LINK.sub(" ", text)))


def _log_odds(own: Floats, both: Floats, own_total: float, total: float) -> Floats:
    """Score in standard deviations of the log-odds ratio of each phrase, in the group against outside it.

    Source: Monroe, Colaresi and Quinn 2008, equations 16, 18 and 22; the prior is the share in all texts.
    """
    prior = PRIOR * both / max(total, 1)
    other, other_total = both - own, total - own_total
    # Where a text holds one phrase only nothing is left beside it: half a phrase stands for that.
    here = np.log((own + prior) / np.maximum(own_total + PRIOR - own - prior, 0.5))
    there = np.log((other + prior) / np.maximum(other_total + PRIOR - other - prior, 0.5))
    return np.asarray((here - there) / np.sqrt(1 / (own + prior) + 1 / (other + prior)))


def _apart(ranked: list[_Phrase]) -> list[_Phrase]:
    """The first `PHRASES` phrases of which none is part of another; a longer one stands in if it is as usual."""
    kept: list[_Phrase] = []
    for phrase in ranked:
        longer = [
            other
            for other in ranked
            if len(other.stems) > len(phrase.stems)
            and _within(phrase.stems, other.stems)
            and other.n >= _KEEPS * phrase.n
        ]
        best = max(longer, key=lambda other: (other.z, other.stems), default=phrase)
        if best.z > 0 and not any(_overlap(best.stems, other.stems) for other in kept):
            kept.append(best)
        if len(kept) == PHRASES:
            break
    return kept


def _within(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    return any(long[at : at + len(short)] == short for at in range(len(long) - len(short) + 1))


def _overlap(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return _within(one, other) or _within(other, one)


def _gaps_read(words: Sequence[str], content: Sequence[int]) -> bool:
    """True when only small words, two at most, stand between the content words."""
    for one, other in pairwise(content):
        between = [word.lower() for word in words[one + 1 : other]]
        if len(between) > 2 or not set(between) <= _INSIDE:
            return False
    return True


def _reads_as_name(text: str) -> bool:
    words = text.split()
    return 2 <= len(words) <= LONGEST_NAME and len(set(words)) == len(words) and not words[-1].endswith("ly")


def _written(words: Sequence[str]) -> str:
    """Words in small letters, but names such as `iPhone` and `ATM` as they are."""
    return " ".join(
        word if sum(letter.isupper() for letter in word) > 1 and len(word) < 5 else word.lower()
        for word in words
    )


def _sentence(phrases: Sequence[_Phrase], name: str) -> str:
    said = [phrase.text for phrase in phrases[:3]] or [name]
    listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
    return f"Customers speak of {listed}."


@cache
def _stem(word: str) -> str:
    return str(_stemmer().stemWord(word.removesuffix("'s")))


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")
