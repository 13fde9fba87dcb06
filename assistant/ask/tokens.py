"""A question as words: lower case, stems, written-out contractions, and where each stood."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from assistant.ask.stems import stem

_TOKEN = re.compile(
    r"\d{4}-\d{1,2}(?:-\d{1,2})?(?!\d)"  # 2026-06-30, 2026-06
    r"|\d{1,2}[./]\d{1,2}[./]\d{2,4}"  # 30/06/2026, 30.6.2026
    r"|\d+(?:[.,]\d+)+"
    r"|[A-Za-z]+\.(?:com|net|org)\b"
    r"|[^\W_]+(?:['’][^\W_]+)*"
    r"|[★⭐*]+|[^\w\s]"
)
_NUMBERS = {
    word: number
    for number, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
        ]
    )
} | {"twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100, "dozen": 12}
_ENDINGS = {"n't": "not", "'ll": "will", "'re": "are", "'ve": "have", "'d": "would", "'m": "am"}
_IRREGULAR = {"won't": ("will", "not"), "can't": ("can", "not"), "shan't": ("shall", "not")}
_BARE = re.compile(r"(do|does|did|is|are|was|were|has|have|had|could|would|should)nt")


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """One word or mark. `low` is what it is read as; `start` and `end` are offsets into the question."""

    text: str
    low: str
    stem: str
    start: int
    end: int
    is_word: bool
    is_joined: bool = False  # by a hyphen, slash or underscore to the token before

    @property
    def number(self) -> float | None:
        """The number that the token writes in digits or letters, if it does."""
        if self.low in _NUMBERS:
            return _NUMBERS[self.low]
        return float(self.low) if re.fullmatch(r"\d{1,15}(?:\.\d+)?", self.low) else None

    @property
    def is_capital(self) -> bool:
        return self.text[:1].isupper()


def stems(text: str) -> tuple[str, ...]:
    """The stems of a name or phrase from the data, whatever joins its words: `Class_Name`, `appStore`."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return tuple(token.stem for token in tokenise(spaced) if token.is_word)


def tokenise(
    text: str, forms: Mapping[str, str] | None = None, correct: Callable[[str], str] | None = None
) -> list[Token]:
    """Split a question.

    Args:
        text: the question.
        forms: spellings of chats and what they stand for (`ppl` -> `people`).
        correct: mends the spelling of one lower-case word.
    """
    tokens: list[Token] = []
    joined = False
    for found in _TOKEN.finditer(text.replace("’", "'")):
        word = found.group()
        if _is_hyphen(text, found.start()):
            joined = True
            continue
        if word in {"'", '"'}:
            continue
        for low in _read(word.lower(), forms or {}):
            mended = correct(low) if correct and low.isalpha() else low
            tokens.append(_token(text, found, mended, is_joined=joined))
            joined = False
    return tokens


def _token(text: str, found: re.Match[str], low: str, *, is_joined: bool) -> Token:
    is_word = low[0].isalnum()
    return Token(
        text=text[found.start() : found.end()], low=low, stem=stem(low) if is_word else low,
        start=found.start(), end=found.end(), is_word=is_word, is_joined=is_joined,
    )  # fmt: skip


def _is_hyphen(text: str, at: int) -> bool:
    """Whether the character joins two words (`app-store`, `app_store`, `Jan-Mar`)."""
    tight = 0 < at < len(text) - 1 and text[at - 1].isalnum() and text[at + 1].isalnum()
    return tight and text[at] in "-_–/"


def _read(low: str, forms: Mapping[str, str]) -> list[str]:
    """The words behind one token: `they'll` -> they will, `ppl` -> people, `1st` -> 1."""
    if low in forms:
        return forms[low].split()
    if low in _IRREGULAR:
        return list(_IRREGULAR[low])
    if bare := _BARE.fullmatch(low):
        return [bare.group(1), "not"]
    for ending, word in _ENDINGS.items():
        if low.endswith(ending) and len(low) > len(ending):
            return [low.removesuffix(ending), word]
    if ordinal := re.fullmatch(r"(\d+)(?:st|nd|rd|th)", low):
        return [ordinal.group(1)]
    if low[0] in "★⭐*":
        return ["star"]
    return [{"&": "and", "…": "."}.get(low, low.removesuffix("'s"))]
