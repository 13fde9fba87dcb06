"""From a question to a query plan, by rules: what it names, what it wants, and which part is which."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache

from assistant.ask import followup, intents, refusals
from assistant.ask import lexicon as lexicons
from assistant.ask.assemble import Assembler
from assistant.ask.chips import chips
from assistant.ask.leftover import Leftovers, Meanings
from assistant.ask.lexicon import Label
from assistant.ask.patterns import Patterns
from assistant.ask.plan import QueryPlan, Reading
from assistant.ask.question import Question, Reader
from assistant.ask.relative import WORDS
from assistant.ask.scopes import Draft
from assistant.ask.spelling import Spelling, english_words
from assistant.ask.values import Values
from assistant.ask.vocabulary import Vocabulary
from assistant.ask.words import day
from nlp import labels

_KEPT = 256  # readings: follow-ups that are tried before they are offered come back with every answer
_SHORT = 3  # words of a phrase that can stand for a theme in a question


class Parser:
    """Reads questions about one workspace.

    Args:
        vocabulary: the attributes, themes and days of the data.
        meanings: matches nouns that no list has with themes; None leaves that out.
    """

    def __init__(self, vocabulary: Vocabulary, meanings: Meanings | None = None) -> None:
        lexicon = lexicons.load()
        values = Values(vocabulary.attributes, lexicon)
        spelling = Spelling([*lexicon.words, *WORDS, *values.words(), *_words(vocabulary)], english_words())
        self._vocabulary, self._lexicon, self._values = vocabulary, lexicon, values
        self._reader = Reader(lexicon, values, Patterns(list(_names(vocabulary))), spelling)
        self._assembler = Assembler(lexicon=lexicon, values=values, leftovers=Leftovers(lexicon, meanings))
        self._first = lru_cache(maxsize=_KEPT)(self._read)

    def read(
        self, question: str, today: date, previous: QueryPlan | None = None, earlier: Sequence[QueryPlan] = ()
    ) -> Reading:
        """What the question asks for.

        Args:
            question: in English.
            today: the day from which "last month" counts.
            previous: the plan before in the same conversation, for "and for email?".
            earlier: the plans before that one, oldest first, for "compare the two".
        """
        return self._read(question, today, previous, earlier) if previous else self._first(question, today)

    def _read(
        self, question: str, today: date, previous: QueryPlan | None = None, earlier: Sequence[QueryPlan] = ()
    ) -> Reading:
        taken = self._reader.read(question, today)
        draft, unknown = self._assembler.draft(taken, previous.scope.themes if previous else ())
        follows = previous is not None and followup.continues(taken, draft, self._lexicon)
        if previous and follows:
            plan = followup.Merge(taken, draft, previous, earlier, self._values, self._lexicon).plan()
        else:
            plan = self._alone(taken, draft).plan()
        return Reading(
            plan=plan, chips=chips(taken, draft, plan, self._vocabulary.themes), unused=unknown,
            notes=notes(plan, unknown, self._vocabulary), is_sure=not unknown and _is_sure(draft, follows=follows),
        )  # fmt: skip

    def _alone(self, question: Question, draft: Draft) -> Draft:
        """The draft with the likeliest intent where the words do not say it."""
        if draft.intent:
            return draft
        about_people = question.has("summary", "which") or question.low(0) in {"what", "how"}
        people = about_people and any(token.low in self._lexicon.people for token in question.tokens)
        likely = intents.guess([*draft.scope, *draft.exclude]) or ("summary" if people else None)
        return replace(
            draft, intent=likely or "unsupported", reason=None if likely else refusals.NOTHING_READ
        )


def notes(plan: QueryPlan, unused: Sequence[str], vocabulary: Vocabulary) -> list[str]:
    """What to tell about a plan: words that were not used, and a period outside the days that the data covers."""
    found = [f"I did not use these words of the question: {', '.join(unused)}."] if unused else []
    period, first, last = plan.scope.period, vocabulary.first, vocabulary.last
    if period and first and last:
        early = period.last is not None and period.last < first
        late = period.first is not None and period.first > last
        found += [f"The feedback covers {day(first)} to {day(last)}."] if early or late else []
    return found


def _is_sure(draft: Draft, *, follows: bool) -> bool:
    """Whether its words said what is wanted, and no word is only looked for because nothing knows it."""
    named = [*draft.scope, *draft.outcome, *draft.versus, *draft.exclude]
    is_read = (follows or draft.intent is not None) and draft.reason != refusals.TRIVIA
    return is_read and not any(one.key == "text" and one.is_weak for one in named)


def _names(vocabulary: Vocabulary) -> Iterator[tuple[str, Label]]:
    """Names and ids of themes as patterns; of themes that users made their short phrases too."""
    for name, theme in vocabulary.themes.items():
        own = theme.parent is None and name not in labels.THEMES
        phrases = [text for text in theme.phrases if len(text.split()) <= _SHORT] if own else []
        for text in {_phrase(text) for text in (theme.name, name, *phrases)} - {"", "overall"}:
            yield text, Label(key="themes", values=(name,))


def _phrase(name: str) -> str:
    """A name as a pattern: its words only, without an article before them."""
    words = re.findall(r"[^\W_]+", name.lower())
    return " ".join(words[1:] if len(words) > 1 and words[0] in {"the", "a", "an"} else words)


def _words(vocabulary: Vocabulary) -> Iterator[str]:
    for theme in vocabulary.themes.values():
        yield from theme.name.lower().split()
