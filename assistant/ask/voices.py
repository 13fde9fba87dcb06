"""Choosing quotes: exact stretches of stored texts that show a label, from different customers."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from pyroaring import BitMap

from assistant.ask.answer import Citation
from assistant.ask.journey import STAGES
from assistant.ask.ledger import Ledger, Stored
from assistant.ask.plan import QueryPlan
from assistant.ask.words import split
from assistant.scope import Scope
from assistant.terms import overlaps
from index.terms import numbers_of

READ = 16  # of them, whose sentences are looked at
LOOKED_AT = 60  # newest items among which the quotes are chosen
SHORTEST, LONGEST = 25, 260  # characters of a quote that reads well
ALIKE = 0.5  # share of common words from which two quotes say the same
TELLING, MOST_SHOWN = 0.15, 3  # for each tag that the sentence shows, up to so many
# index field -> field of the tags, where the tag has no span
PLACELESS = {
    "emotion": "emotions", "force": "forces", "spectrum": "spectrum", "value": "values", "effort": "effort",
    "sentiment": "sentiment", "intent": "intent",
}  # fmt: skip
PLEASANT = frozenset({"gratitude", "joy", "approval", "relief"})
UNPLEASANT = frozenset({"anger", "disappointment", "anxiety"})

Span = tuple[int, int]


def quotes(ledger: Ledger, items: BitMap, term: str | None, k: int = 2) -> list[Citation]:
    """Up to `k` quotes that show `term`, each from another customer, none twice in one answer.

    Args:
        ledger: where the citations are written down.
        items: the items to choose from.
        term: index term that the quote must show (`sub=refund_slow:-`); None for the main reason.
        k: how many.
    """
    likely = sorted(_candidates(ledger, items, term), key=lambda found: -found[0])[:READ]
    read = [
        (stored, readable(stored.item.text, span, ledger.view.sentences(stored.item.text)), score)
        for _, stored, span, score in likely
    ]
    candidates = sorted(read, key=lambda found: -_worth(found[0], found[1], found[2], term))
    chosen: list[tuple[Stored, Span]] = []
    for stored, span, _ in candidates:
        if len(chosen) == k:
            break
        if not any(_same(stored, span, *other) for other in chosen):
            chosen.append((stored, span))
    return [ledger.quote(stored, span) for stored, span in chosen]


def _candidates(
    ledger: Ledger, items: BitMap, term: str | None
) -> Iterator[tuple[float, Stored, Span, float]]:
    """Worth as it stands, item, span and score of the tag."""
    for stored in ledger.view.load(newest(items, ledger.view.terms.day, LOOKED_AT)):
        if ledger.is_quoted(stored.item.id):
            continue
        for span, score in spans_for(stored.tags, term, len(stored.item.text)):
            yield _worth(stored, span, score, term), stored, span, score


def newest(items: BitMap, day: np.ndarray, most: int) -> list[int]:
    """The numbers of the latest items, those of one day by number; `day` by item number, -1 for none."""
    numbers = numbers_of(items)
    days = day[numbers]
    if len(numbers) > most:
        # All of the day on which the last one falls stay in the running, so that numbers decide among them.
        kept = days >= np.partition(days, len(days) - most)[len(days) - most]
        numbers, days = numbers[kept], days[kept]
    return [int(number) for number in numbers[np.lexsort((numbers, -days))][:most]]


def shown_term(plan: QueryPlan) -> str | None:
    """The index term that a quote should show."""
    for scope in (plan.outcome, plan.scope):
        if scope is None:
            continue
        mark = f":{mark}" if (mark := scope.polarity or mark_of(scope)) else ""
        if scope.empathy_gaps:
            return f"gap={scope.empathy_gaps[0]}"
        if scope.themes:
            return f"theme={scope.themes[0]}{mark}"
        if scope.churn:
            return f"churn={scope.churn[0]}"
        if scope.emotions:
            return f"emotion={scope.emotions[0]}"
    return None


def mark_of(scope: Scope) -> str:
    """`-` or `+` where all that is asked for is felt in one tone, else nothing."""
    tones = {_tone(f"emotion={name}") for name in scope.emotions}
    tones |= {_tone(f"sentiment={name}") for name in scope.sentiment}
    tones |= {_tone(f"effort={name}") for name in scope.effort}
    tones |= {"positive" if name == "loyal" else "negative" for name in scope.churn}
    tones |= {"negative" for _ in scope.empathy_gaps}
    return {"negative": "-", "positive": "+"}.get(tones.pop() or "", "") if len(tones) == 1 else ""


def spans_for(tags: Any, term: str | None, length: int) -> list[tuple[Span, float]]:
    """Where in the text a term shows, with the score of the tag."""
    why = [(tuple(span), 1.0) for span in tags["why"]]
    if term is None:
        return why or [((0, length), 0.5)]
    field, label, mark = split(term)
    # A plan names themes and sub-themes alike; their ids never meet.
    themed = _toned([tag for tag in tags["themes"] if label in (tag["label"], tag["sub"])], mark)
    carriers = {
        "theme": themed,
        "sub": themed,
        "touchpoint": [tag for tag in _toned(tags["themes"], mark) if tag["label"] in STAGES.get(label, ())],
        "gap": [tag for tag in tags["empathy_gaps"] if tag["label"] == label],
        "churn": [tags["churn"]] if tags["churn"] and tags["churn"]["label"] == label else [],
        "why": themed,
    }.get(field)
    if carriers is None:
        score, tone = _score(tags, field, label), _tone(term)
        shown = [span for span, _ in _evidence(tags, tone) or (why if tone != "positive" else [])]
        return [(span, score) for span in shown] or [((0, length), score - 0.5)]
    return [((span[0], span[1]), tag["score"]) for tag in carriers for span in tag["spans"]]


def _toned(themes: Sequence[Any], mark: str) -> Sequence[Any]:
    """The themes in that polarity; all where there are none."""
    return [tag for tag in themes if tag["polarity"] == mark] or themes


def _score(tags: Any, field: str, label: str) -> float:
    """How sure the detector is of a tag that has no place in the text; 1 where it is no matter of detection."""
    held = tags.get(PLACELESS.get(field, ""), None)
    found = held if isinstance(held, list) else [held] if held else []
    return max((tag["score"] for tag in found if tag["label"] == label), default=1.0)


def _evidence(tags: Any, tone: str | None) -> list[tuple[Span, float]]:
    """Where the text shows themes in that tone, what the customer missed, and the wish to leave."""
    marks = {"negative": "-", "positive": "+"}
    carriers = [tag for tag in tags["themes"] if tone is None or tag["polarity"] == marks[tone]]
    if tone != "positive":
        carriers += tags["empathy_gaps"] + ([tags["churn"]] if tags["churn"] else [])
    return [((span[0], span[1]), tag["score"]) for tag in carriers for span in tag.get("spans", ())]


def readable(text: str, span: Span, sentences: Iterable[Span]) -> Span:
    """The sentence around a span when it is short enough to quote, else the span itself, cut at a word."""
    for start, end in sentences:
        if start <= span[0] < end and end - start <= LONGEST:
            return (start, max(end, span[1])) if max(end, span[1]) - start <= LONGEST else (start, end)
    if span[1] - span[0] <= LONGEST:
        return span
    cut = text.rfind(" ", span[0], span[0] + LONGEST)
    return (span[0], cut if cut > span[0] else span[0] + LONGEST)


def _worth(stored: Stored, span: Span, score: float, term: str | None) -> float:
    """Clear, of readable length, from a text in the tone of the label, and the stated reason if there is one."""
    length = span[1] - span[0]
    worth = score + (
        0.3 if any(overlaps(span, why) for why in stored.tags["why"]) and term is not None else 0.0
    )
    if (tone := _tone(term)) and stored.tags["sentiment"]:
        worth += {tone: 0.4, "mixed": -0.2}.get(stored.tags["sentiment"]["label"], -0.6)
    shown = sum(overlaps(span, other) for other, _ in _evidence(stored.tags, _tone(term)))
    worth += TELLING * min(shown, MOST_SHOWN)
    return worth - (0.5 if length < SHORTEST else 0.0) - (0.2 if length > LONGEST * 0.8 else 0.0)


def _tone(term: str | None) -> str | None:
    """The sentiment in which a label is best shown, where it has one."""
    if term is None:
        return None
    field, label, mark = split(term)
    if mark in ("-", "+"):
        return "negative" if mark == "-" else "positive"
    if field == "emotion":
        return "positive" if label in PLEASANT else "negative" if label in UNPLEASANT else None
    if field == "sentiment":
        return label if label in ("negative", "positive") else None
    return {"gap": "negative", "effort=high": "negative", "effort=low": "positive"}.get(
        field if field == "gap" else f"{field}={label}"
    )


def _same(one: Stored, span: Span, other: Stored, other_span: Span) -> bool:
    """Same customer, same item, or nearly the same words."""
    if one.item.id == other.item.id or (one.item.customer and one.item.customer == other.item.customer):
        return True
    first, second = _words(one.item.text[slice(*span)]), _words(other.item.text[slice(*other_span)])
    return len(first & second) > ALIKE * max(1, min(len(first), len(second)))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w{3,}", text.casefold()))
