"""Which language a text is in, and whether the tagger should keep silent about it.

py3langid (a byte n-gram naive Bayes model inside its package) is weak below about ten words: it calls
"Good" Oromo. So its probabilities are joined with lists of common words, and English starts ahead.
"""

import json
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal

from nlp.machine_text import is_machine_made

SUPPORTED = frozenset({"en"})
UNKNOWN = "und"  # ISO 639-3, undetermined

Reason = Literal["language", "empty", "too_short", "machine_made"]

_WORDS_FILE = Path(__file__).with_name("words.json")
_READ_CHARS = 2000
_READ_WORDS = 200
_CLEAR = 12.0  # log odds; eight English words more than of any other language spare the byte model
_NOISE = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|@\w+|[A-Za-z]*\d[A-Za-z\d]*")
# UTF-8 read as Latin-1 or Windows-1252, as in "Ã©" or "ðŸ‘"
_MOJIBAKE = re.compile(r"[\u00c0-\u00ff][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u2122]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_STRETCHED = re.compile(r"(\w)\1{2,}")
_SCRIPTS = {
    "kana": (re.compile(r"[\u3040-\u30ff\uff66-\uff9d]"), ("ja",)),
    "hangul": (re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]"), ("ko",)),
    "han": (re.compile(r"[\u3400-\u9fff]"), ("zh",)),
    "cyrillic": (re.compile(r"[\u0400-\u052f]"), ("ru", "uk", "be", "bg", "sr", "mk", "kk", "ky", "mn", "tg")),
    "greek": (re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]"), ("el",)),
    "hebrew": (re.compile(r"[\u0590-\u05ff]"), ("he",)),
    "arabic": (re.compile(r"[\u0600-\u06ff\u0750-\u077f]"), ("ar", "fa", "ur", "ps")),
    "devanagari": (re.compile(r"[\u0900-\u097f]"), ("hi", "mr", "ne")),
    "thai": (re.compile(r"[\u0e00-\u0e7f]"), ("th",)),
    "south_asian": (re.compile(r"[\u0980-\u0dff]"), ("bn", "as", "pa", "gu", "or", "ta", "te", "kn", "ml", "si")),
    "other": (re.compile(r"[\u0530-\u058f\u10a0-\u10ff\u1200-\u137f\u0e80-\u0fff\u1000-\u109f\u1780-\u17ff]"), ("hy", "ka", "am", "lo", "my", "km")),
}  # fmt: skip
_LATIN = (
    *(
        "en",
        "es",
        "pt",
        "fr",
        "de",
        "it",
        "nl",
        "sv",
        "da",
        "no",
        "nn",
        "fi",
        "is",
        "pl",
        "cs",
        "sk",
        "sl",
        "hr",
        "bs",
    ),
    *(
        "hu",
        "ro",
        "tr",
        "az",
        "uz",
        "vi",
        "id",
        "ms",
        "tl",
        "sw",
        "af",
        "ca",
        "gl",
        "eu",
        "et",
        "lv",
        "lt",
        "sq",
        "ga",
    ),
    *("cy", "mt", "lb"),
)
_IN_LATIN_LETTERS = ("hi",)  # often typed in Latin letters, which the byte model never saw


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """An ISO 639-1 code, or `und` where nothing can be told, and how sure that is in [0, 1]."""

    code: str
    confidence: float


class LanguageDetector:
    """Joins py3langid's byte model with common words.

    `word_weight` is what one common word adds to the log odds of its language and `english_lead` what
    English starts with; both were set on English texts and on sentences written for the tests.
    """

    def __init__(self, *, word_weight: float = 1.5, english_lead: float = 2.0) -> None:
        self.word_weight = word_weight
        self.english_lead = english_lead
        self._models: dict[tuple[str, ...], Any] = {}

    def detect(self, text: str) -> Language:
        """The language of `text`; its first 2,000 characters decide."""
        plain = _NOISE.sub(" ", unicodedata.normalize("NFKC", _repair(text[:_READ_CHARS])))
        words = [match.group().lower().replace("’", "'") for match in _WORD.finditer(plain)]
        letters = sum(map(len, words))
        if not letters:
            return Language(code=UNKNOWN, confidence=0.0)
        script, count = _main_script(plain)
        if script and count * 2 > letters - count:
            return self._foreign_script(plain, script)
        return self._latin(plain, words[:_READ_WORDS])

    def _foreign_script(self, plain: str, script: str) -> Language:
        codes = _SCRIPTS[script][1]
        if len(codes) == 1:
            return Language(code=codes[0], confidence=1.0)
        probabilities = self._byte_model(plain, codes)
        code = max(probabilities, key=lambda code: probabilities[code])
        return Language(code=code, confidence=probabilities[code])

    def _latin(self, plain: str, words: Sequence[str]) -> Language:
        evidence = self._word_evidence(words)
        if (
            evidence["en"] - max((weight for code, weight in evidence.items() if code != "en"), default=0.0)
            >= _CLEAR
        ):
            return Language(code="en", confidence=1.0)
        shares = dict.fromkeys(_IN_LATIN_LETTERS, 0.01) | self._byte_model(plain, _LATIN)
        scores = {code: math.log(share + 1e-9) + evidence[code] for code, share in shares.items()}
        scores["en"] += self.english_lead
        top = max(scores.values())
        odds = {code: math.exp(score - top) for code, score in scores.items()}
        code = max(odds, key=lambda code: odds[code])
        confidence = odds[code] / sum(odds.values())
        if code != "en" and not evidence[code] and (len(words) < 3 or confidence < 0.5) and plain.isascii():
            # a short word that no list holds is far more often slang than a foreign language
            return Language(code="en", confidence=odds["en"] / sum(odds.values()))
        return Language(code=code, confidence=confidence)

    def _word_evidence(self, words: Sequence[str]) -> defaultdict[str, float]:
        """Weight per language for its common words; words that English shares say nothing."""
        found: defaultdict[str, float] = defaultdict(float)
        for word in words:
            codes = _languages_of(word)
            if "en" in codes and len(codes) > 1:
                continue
            for code in codes:
                found[code] += self.word_weight
        return found

    def _byte_model(self, plain: str, codes: tuple[str, ...]) -> dict[str, float]:
        """Probabilities of py3langid among `codes`."""
        if codes not in self._models:
            self._models[codes] = copy(self._all_languages)
            self._models[codes].set_languages(codes)
        return dict(self._models[codes].rank(plain))

    @cached_property
    def _all_languages(self) -> Any:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detect(text: str) -> Language:
    """The language of `text`, with the shipped detector (loaded at the first call)."""
    return _shipped_detector().detect(text)


def abstention(text: str) -> Reason | None:
    """Why `text` should not be tagged, or None when it should."""
    if not text.strip():
        return "empty"
    if not any(map(str.isalpha, text)):
        return "too_short"
    if is_machine_made(text):
        return "machine_made"
    return None if detect(text).code in SUPPORTED | {UNKNOWN} else "language"


@lru_cache(maxsize=1)
def _shipped_detector() -> LanguageDetector:
    return LanguageDetector()


@lru_cache(maxsize=1)
def _common_words() -> dict[str, frozenset[str]]:
    """Language code -> its most common words, lower case."""
    lists: dict[str, str] = json.loads(_WORDS_FILE.read_text(encoding="utf-8"))
    return {code: frozenset(words.split()) for code, words in lists.items()}


@lru_cache(maxsize=20_000)
def _languages_of(word: str) -> tuple[str, ...]:
    """Languages whose lists hold `word`, also when a letter of it is stretched as in `goooood`."""
    forms = {word, word.removesuffix("'s"), _STRETCHED.sub(r"\1\1", word), _STRETCHED.sub(r"\1", word)}
    return tuple(code for code, words in _common_words().items() if not forms.isdisjoint(words))


def _main_script(plain: str) -> tuple[str, int]:
    """The most used script other than Latin and its number of letters; empty when there is none."""
    if plain.isascii():
        return "", 0
    counts = {name: len(pattern.findall(plain)) for name, (pattern, _) in _SCRIPTS.items()}
    if counts["kana"]:
        counts["kana"] += counts["han"]
    name = max(counts, key=lambda name: counts[name])
    return (name, sum(counts.values())) if counts[name] else ("", 0)


def _repair(text: str) -> str:
    """`text` with its encoding repaired when it looks as if UTF-8 was read as Windows-1252."""
    if not _MOJIBAKE.search(text):
        return text
    import ftfy

    return str(ftfy.fix_encoding(text))
