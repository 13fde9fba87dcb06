"""What the lexicon does not know: nouns that name a theme by meaning, or a text to look for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from assistant.ask.lexicon import Lexicon
from assistant.ask.mentions import Mention
from assistant.ask.question import Question
from assistant.ask.stems import bag
from assistant.ask.vocabulary import ThemeWords

Embed = Callable[[Sequence[str]], np.ndarray]
_LEADS = bag(
    "about re on of with for to mention mentions mentioned mentioning regarding around re like love hate "
    "concerning vs versus from without against and or towards toward sentiment"
)
_ARTICLES = bag("the our a an this that these those your any some new their its all")
_LONGEST = 6  # words of a name to look for


class Meanings:
    """Themes by the similarity of their names, sentences and phrases to a few words.

    The defaults are calibrated on 121 phrases that the lexicon lacks and 60 nouns that are no theme: of what
    was matched 86 % was right, a quarter of the phrases was found. A miss is harmless: the words are searched for.

    Args:
        themes: themes and sub-themes by id; a sub-theme speaks for its theme, with its name only.
        embed: texts -> unit vectors.
        threshold: least cosine similarity that counts.
        margin: least lead over the next theme.
    """

    def __init__(
        self, themes: Mapping[str, ThemeWords], embed: Embed, threshold: float = 0.6, margin: float = 0.06
    ) -> None:
        self.themes = themes
        self._embed, self._threshold, self._margin = embed, threshold, margin
        self._texts = [
            (theme.parent or name, text)
            for name, theme in themes.items()
            for text in ((theme.name,) if theme.parent else (theme.name, theme.sentence, *theme.phrases))
            if text and name != "overall" and theme.parent != "overall"
        ]
        self._vectors: np.ndarray | None = None

    def nearest(self, words: str) -> str | None:
        """The theme that the words mean, or None when none is near or two are alike."""
        if not self._texts:
            return None
        if self._vectors is None:
            self._vectors = self._embed([text for _, text in self._texts])
        best: dict[str, float] = {}
        for (name, _), similarity in zip(self._texts, self._vectors @ self._embed([words])[0], strict=True):
            best[name] = max(best.get(name, -1.0), float(similarity))
        ranked = sorted(best.items(), key=lambda entry: -entry[1])
        clear = len(ranked) < 2 or ranked[0][1] - ranked[1][1] >= self._margin
        return ranked[0][0] if ranked[0][1] >= self._threshold and clear else None


class Leftovers:
    """Turns unknown nouns of a question into mentions."""

    def __init__(self, lexicon: Lexicon, meanings: Meanings | None) -> None:
        self._lexicon, self._meanings = lexicon, meanings
        self._plain = lexicon.plain | lexicon.people | lexicon.feedback

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
        things = {m.first: m for m in question.mentions if self._is_thing(question, m)}
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

    def _is_thing(self, question: Question, mention: Mention) -> bool:
        """Whether a single word may be part of a longer name: a thing ("bed"), or written with a capital ("Club")."""
        place = mention.first
        if (
            mention.last > place + 1
            or mention.key not in {"themes", "attributes"}
            or mention.source != "synonym"
        ):
            return False
        if question.low(place) in self._lexicon.things:
            return True
        return place > 0 and question.tokens[place].is_capital and question.tokens[place - 1].is_capital

    def _is_unknown(self, question: Question, place: int) -> bool:
        token = question.tokens[place]
        if not token.is_word or place in question.silent | question.known or place in question.named:
            return False
        if any(hit.first <= place < hit.last for hit in (*question.dimensions, *question.excludes)):
            return False
        if token.number is not None:
            return False
        return not self._plain & {token.low, *(token.low.removesuffix(end) for end in ("s", "ed", "d"))}

    def _is_topic(self, question: Question, first: int, last: int) -> bool:
        """Whether the words stand where a topic stands, or are a name."""
        if last - first > _LONGEST:
            return False
        if any(token.is_capital for token in question.tokens[max(first, 1) : last]):
            return True
        if last - first == 1 and question.low(first).endswith(("ly", "ed")):
            return False
        if any(m.first < first and last < m.last for m in question.mentions):
            return True
        if question.low(first - 1) in {"the", "our"} and question.low(first - 2) in {
            "is",
            "are",
            "was",
            "were",
        }:
            return True
        before = first - 1
        while question.low(before) in _ARTICLES or question.low(before) == ":":
            before -= 1
        after = question.low(last)
        beside = any(
            last == m.first or (before + 1 == m.last and m.key in {"themes", "tones"})
            for m in question.mentions
            if m.key in {"themes", "tones", "attributes"}
        )
        short = not question.cues and sum(token.is_word for token in question.tokens) <= _LONGEST
        return (
            question.low(before) in _LEADS or after in self._lexicon.feedback or beside or short or before < 0
        )

    def _mention(self, question: Question, first: int, last: int) -> Mention:
        words = question.words(first, last)
        is_name = any(token.is_capital for token in question.tokens[max(first, 1) : last])
        text = Mention(
            first=first, last=last, key="text", values=(words,), source="rule", is_weak=not is_name
        )
        if self._meanings is None or is_name:
            return text
        theme = self._meanings.nearest(words)
        if theme is None:
            return text
        return replace(text, key="themes", values=(theme,), source="meaning", is_weak=False)
