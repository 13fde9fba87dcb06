"""Stems of English words: only inflection is taken off, so that "quite" is not "quit" nor "helpful" "help"."""

from functools import lru_cache


def bag(words: str) -> frozenset[str]:
    """A set of words, written as one text."""
    return frozenset(words.split())


_VOWELS = frozenset("aeiouy")
_WHOLE = bag(
    "news series always ios this thus was has does is us as its yes less plus perhaps whereas nothing "
    "something anything everything during morning evening ceiling wedding spring string bring thing "
    "king ring sing need speed feed"
)
_KEEP_E = frozenset({"theme", "quite", "plane", "state"})  # without the e they are other words
_SHORTEST = 4  # letters; shorter words only lose nothing


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """A lower-case word without plural, -ed and -ing; a final e and doubled letters of long words go too."""
    if len(word) < _SHORTEST or word in _WHOLE or not word.isalpha():
        return word
    return _end(_participle(_singular(word)))


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > _SHORTEST:
        return word[:-3] + "y"
    if word.endswith(("xes", "ches", "shes", "sses", "zzes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _participle(word: str) -> str:
    if word.endswith("ied") and len(word) > _SHORTEST:
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and not word.endswith("eed") and len(base) > 1 and _VOWELS & set(base):
            return _restored(base)
    return word


def _restored(base: str) -> str:
    """The base form of what -ed or -ing leaves: `shipp` -> ship, `siz` -> size, `us` -> use."""
    if len(base) > 2 and base[-1] == base[-2] and base[-1] not in "lsfzeo":
        return base[:-1]
    closed = base[-1] not in _VOWELS | {"w", "x"} and base[-2] in _VOWELS
    if len(base) == 2 and closed:
        return base + "e"
    return base + "e" if len(base) == 3 and closed and base[0] not in _VOWELS else base


def _end(word: str) -> str:
    """One form for `charge` and `charg`, `cancell` and `cancel`."""
    if word in _KEEP_E:
        return word
    if len(word) > _SHORTEST and word.endswith("e") and not word.endswith("ee"):
        word = word[:-1]
    return word[:-1] if len(word) > _SHORTEST and word.endswith("ll") else word
