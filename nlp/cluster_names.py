"""What a group of clauses is called: the phrases that set it apart, a readable name and a sentence.

Phrases are runs of up to three content words, counted once per clause by their stems and shown as customers
most often wrote them. They are ranked by log-odds with an informative Dirichlet prior (Monroe, Colaresi and
Quinn 2008).
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from nlp.connectives import word_set
from nlp.content_words import LINK, WORD, is_content, stem

PHRASES = 5
LONGEST = 3  # content words of a phrase
LONGEST_NAME = 4  # words of a name
PRIOR = 500.0  # how many phrases the prior weighs
_LEAST_SHARE = 0.05  # of the clauses of a group that hold a phrase
_KEEPS = 0.35  # share of a phrase's clauses in which a longer one holds it, so that the longer one is shown
_WORDS = 4  # telling words of which a name is made when no phrase serves
_OF_A_PAIR = 0.7  # two words joined by "and" read worse than a phrase
UNNAMED = "unnamed theme"
_BREAK = re.compile(r"[.,;:!?()\[\]\"“”…–—/\n]")

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
        for part in _BREAK.split(LINK.sub(". ", text).replace("’", "'")):
            words = [match.group() for match in WORD.finditer(part)]
            content = [at for at, word in enumerate(words) if is_content(word)]
            for first in range(len(content)):
                for last in range(first, min(first + LONGEST, len(content))):
                    if _gaps_read(words, content[first : last + 1]):
                        stems = tuple(stem(words[at].lower()) for at in content[first : last + 1])
                        found.setdefault(stems, _written(words[content[first] : content[last] + 1]))
        return found


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
