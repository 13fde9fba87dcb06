"""What the lexicon does not know: nouns that name a theme by meaning, or a text to look for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from assistant.ask.lexicon import Lexicon
from assistant.ask.mentions import Mention
from assistant.ask.question import Question
from assistant.ask.stems import stem
from assistant.ask.vocabulary import ThemeWords

Embed = Callable[[Sequence[str]], np.ndarray]
_LEADS = frozenset(
    [
        "about",
        "on",
        "of",
        "with",
        "for",
        "to",
        "mention",
        "mentions",
        "mentioned",
        "mentioning",
        "regarding",
        "around",
        "re",
        "like",
        "love",
        "hate",
        "concerning",
        "after",
        "vs",
        "versus",
        "from",
        "in",
        "than",
        "without",
        "against",
        "and",
        "or",
        "not",
        "buy",
        "bought",
        "towards",
        "toward",
        "sentiment",
        "feel",
    ]
)
_ARTICLES = frozenset(
    [
        "the",
        "our",
        "a",
        "an",
        "this",
        "that",
        "these",
        "those",
        "your",
        "any",
        "some",
        "new",
        "their",
        "its",
        "all",
    ]
)
_LONGEST = 6  # words of a name to look for


class Meanings:
    """Themes by the similarity of their sentences and phrases to a few words.

    Args:
        themes: themes and sub-themes by id.
        embed: texts -> unit vectors.
        threshold: least cosine similarity that counts.
        margin: least lead over the next theme.
    """

    def __init__(
        self, themes: Mapping[str, ThemeWords], embed: Embed, threshold: float = 0.5, margin: float = 0.03
    ) -> None:
        self._embed, self._threshold, self._margin = embed, threshold, margin
        self._owners: list[str] = []
        self._themes = themes
        self._vectors: np.ndarray | None = None

    def nearest(self, words: str) -> str | None:
        """The theme that the words mean, or None when none is near or two are alike."""
        if self._vectors is None:
            texts = [
                (name, text)
                for name, theme in self._themes.items()
                for text in (theme.name, theme.sentence, *theme.phrases)
                if text
            ]
            self._owners = [name for name, _ in texts]
            self._vectors = self._embed([text for _, text in texts]) if texts else np.zeros((0, 1))
        if not self._owners:
            return None
        near = self._vectors @ self._embed([words])[0]
        best: dict[str, float] = {}
        for name, similarity in zip(self._owners, near, strict=True):
            top = self._themes[name].parent or name
            best[top] = max(best.get(top, -1.0), float(similarity))
        ranked = sorted(best.items(), key=lambda entry: -entry[1])
        clear = len(ranked) < 2 or ranked[0][1] - ranked[1][1] >= self._margin
        return ranked[0][0] if ranked[0][1] >= self._threshold and clear else None


class Leftovers:
    """Turns unknown nouns of a question into mentions."""

    def __init__(self, lexicon: Lexicon, meanings: Meanings | None) -> None:
        self._lexicon, self._meanings = lexicon, meanings
        self._plain = lexicon.plain | lexicon.people | lexicon.feedback
        self._plain_stems = frozenset(stem(word) for word in lexicon.plain)

    def mentions(self, question: Question) -> tuple[list[Mention], list[str]]:
        """The mentions with those made of unknown nouns, and the words that stayed unknown."""
        runs, eaten = self._runs(question)
        kept = [m for m in question.mentions if m not in eaten]
        unknown: list[str] = []
        found: list[Mention] = []
        for first, last in runs:
            if self._is_topic(question, first, last):
                found.append(self._mention(question, first, last))
            else:
                unknown.append(question.words(first, last))
        return sorted([*kept, *found], key=lambda m: m.first), unknown

    def _runs(self, question: Question) -> tuple[list[tuple[int, int]], list[Mention]]:
        """Stretches of unknown words, with the things beside them ("sofa" takes "bed" along)."""
        things = {m.first: m for m in question.mentions if m.key in {"themes", "attributes"} and m.last == m.first + 1
                  and m.source == "synonym" and question.low(m.first) in self._lexicon.things}  # fmt: skip
        unknown = [self._is_unknown(question, place) for place in range(len(question.tokens))]
        runs: list[tuple[int, int]] = []
        eaten: list[Mention] = []
        place = 0
        while place < len(unknown):
            end = place
            while end < len(unknown) and (unknown[end] or end in things):
                end += 1
            if any(unknown[place:end]):
                runs.append((place, end))
                eaten += [things[p] for p in range(place, end) if p in things]
            place = max(end, place + 1)
        return runs, eaten

    def _is_unknown(self, question: Question, place: int) -> bool:
        token = question.tokens[place]
        if (
            not token.is_word
            or place in question.silent
            or any(m.first <= place < m.last for m in question.mentions)
        ):
            return False
        if any(hit.first <= place < hit.last for hit in (*question.dimensions, *question.excludes)):
            return False
        if token.number is not None:
            return False
        return token.low not in self._plain and token.stem not in self._plain_stems

    def _is_topic(self, question: Question, first: int, last: int) -> bool:
        """Whether the words stand where a topic stands, or are a name."""
        if last - first > _LONGEST:
            return False
        if any(token.is_capital for token in question.tokens[max(first, 1) : last]):
            return True
        if last - first == 1 and question.low(first).endswith(("ly", "ed")):
            return False
        before = first - 1
        while question.low(before) in _ARTICLES:
            before -= 1
        after = question.low(last)
        beside = any(
            last == m.first or (before + 1 == m.last and m.key == "themes")
            for m in question.mentions
            if m.key in {"themes", "tones", "attributes"}
        )
        short = sum(token.is_word for token in question.tokens) <= _LONGEST
        return (
            question.low(before) in _LEADS or after in self._lexicon.feedback or beside or short or before < 0
        )

    def _mention(self, question: Question, first: int, last: int) -> Mention:
        words = question.words(first, last)
        text = Mention(first=first, last=last, key="text", values=(words,), source="rule")
        is_name = any(token.is_capital for token in question.tokens[max(first, 1) : last])
        if self._meanings is None or is_name:
            return text
        theme = self._meanings.nearest(words)
        return replace(text, key="themes", values=(theme,), source="meaning") if theme else text
