"""Whether the words that a slot is said to rest on stand in the question, and are free to carry it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.ask.lexicon import Lexicon
from assistant.ask.plan import Chip
from assistant.ask.tokens import Token, tokenise

_CERTAIN = frozenset({"name", "value", "date"})
LONGEST = 10  # words that one slot may rest on


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """The words of a question: which of them name something for certain, and which say nothing by themselves."""

    question: str
    tokens: tuple[Token, ...]  # words only
    taken: Mapping[str, frozenset[str]]  # word -> the keys of the slots that it has given
    plain: frozenset[str]

    @classmethod
    def of(cls, question: str, chips: Sequence[Chip], lexicon: Lexicon) -> "Ground":
        taken: dict[str, frozenset[str]] = {}
        for chip in chips:
            for word in _words(chip.words) if is_certain(chip) else ():
                taken[word] = taken.get(word, frozenset()) | {key_of(chip.slot)}
        plain = lexicon.plain | lexicon.people | lexicon.feedback
        return cls(question=question, tokens=_tokens(question), taken=taken, plain=plain)

    def stretch(self, said: str) -> str:
        """The part of the question that was copied, as it stands there; empty when there is none."""
        at, many = self._place(_words(said)), len(_words(said))
        return "" if at is None else self.question[self.tokens[at].start : self.tokens[at + many - 1].end]

    def wrong(self, slot: str, said: str) -> str | None:
        """The reason why a slot may not rest on these words, or None."""
        words = _words(said)
        if not words:
            return f"{slot}: name the words of the question that ask for it"
        if len(words) > LONGEST:
            return f"{slot}: copy the {LONGEST} words or fewer that ask for it"
        if self._place(words) is None:
            return f"{slot}: its words do not stand in the question"
        if slot != "intent" and not any(self._carries(slot, word) for word in words):
            return f"{slot}: no word of the question asks for it; leave it out"
        return None

    def _place(self, words: Sequence[str]) -> int | None:
        """Where the words stand in the question, one after the other."""
        low, many = tuple(token.low for token in self.tokens), len(words)
        places = range(len(low) - many + 1) if words else ()
        return next((at for at in places if low[at : at + many] == tuple(words)), None)

    def _carries(self, slot: str, word: str) -> bool:
        keys = self.taken.get(word)
        return key_of(slot) in keys if keys else word not in self.plain


def is_certain(chip: Chip) -> bool:
    """Whether the rules read a slot off the question: names, values and dates, and words for values ("German")."""
    return chip.source in _CERTAIN or (chip.source == "synonym" and ".attributes." in chip.slot)


def key_of(slot: str) -> str:
    """What a slot is about, wherever it stands: `scope.exclude.themes` is "themes"."""
    parts = slot.split(".")
    return ".".join(parts[parts.index("attributes") :]) if "attributes" in parts else parts[-1]


def _words(text: str) -> tuple[str, ...]:
    return tuple(token.low for token in _tokens(text))


def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(token for token in tokenise(text) if token.is_word)
