"""One customer, all around: what they said over time, how they felt, what they were failed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from assistant.ask.answer import Fact
from assistant.ask.candidates import scope_of
from assistant.ask.ledger import Ledger, Stored, View, counted
from assistant.ask.words import day as spoken
from assistant.ask.words import number, upper
from assistant.insight.relationship import SIGNALS, scores, signals, strength
from assistant.insight.shares import ranked
from assistant.scope import Scope

LEAST_FOR_INTERVAL = 3  # items of a customer
MOST_MISSED = 5
EXCERPT = 200  # characters of a text that are shown
_MOODS = {"positive": 1.0, "negative": -1.0}


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """One item on the course of a relationship. `score` is its part in the strength, -1 (strain) to 1 (bond)."""

    item: str
    kind: str
    date: date | None
    channel: str | None
    excerpt: str
    mood: float
    score: float
    sentiment: str | None
    emotion: str | None
    intensity: int | None
    effort: str | None
    churn: str | None
    themes: Sequence[tuple[str, str]]
    gaps: Sequence[str]
    conversation_gap: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """One signal of the strength: its mean over the `items` that show it, -1 to 1."""

    name: str
    mean: float
    items: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """A customer's feedback as a whole. `strength` is 0 to 100; `ci` its 95 % interval (Student's t over items), from
    three items on. `earlier` is the strength before the last three items, where there are three before them too.
    """

    said: Fact
    headline: str
    strength: float | None
    ci: tuple[float, float] | None
    earlier: float | None
    parts: Sequence[Part]
    missed: Sequence[Fact]
    course: Sequence[Moment]


def profile(view: View, ledger: Ledger, code: int, attributes: Mapping[str, str]) -> Profile:
    """The profile of the customer with a code.

    Args:
        view: the feedback.
        ledger: takes the receipts.
        code: of the customer, as items carry it.
        attributes: what operations know of the customer.
    """
    scope = counted(Scope(terms=[f"customer={code}"]))
    items = view.items(scope)
    found = scores(view.terms, items)
    stored = {one.number: one for one in view.load(list(items))}
    course = [_moment(stored[number], float(score)) for number, score in zip(items, found, strict=True)]
    course.sort(key=lambda moment: (moment.date or date.min, moment.item))
    ordered = np.array([moment.score for moment in course])
    whole, before = strength(ordered), strength(ordered[:-LEAST_FOR_INTERVAL])
    said = ledger.fact("share", f"customer={code}", scope, len(view.items(counted(Scope()))))
    missed = _missed(view, ledger, scope)
    return Profile(
        said=said,
        headline=_headline(view, course, missed, attributes),
        strength=whole.index if whole else None,
        ci=whole.ci if whole and len(ordered) >= LEAST_FOR_INTERVAL else None,
        earlier=before.index if before and len(ordered) >= 2 * LEAST_FOR_INTERVAL else None,
        parts=_parts(view, scope),
        missed=missed,
        course=course,
    )


def _moment(stored: Stored, score: float) -> Moment:
    tags, item = stored.tags, stored.item
    emotions = sorted(tags["emotions"], key=lambda tag: -tag["score"])
    label = {name: tags[name]["label"] if tags[name] else None for name in ("sentiment", "effort", "churn")}
    return Moment(
        item=item.id,
        kind=item.kind,
        date=item.date,
        channel=item.attributes.get("channel"),
        excerpt=_excerpt(item.text),
        mood=_MOODS.get(label["sentiment"] or "", 0.0),
        score=score,
        sentiment=label["sentiment"],
        emotion=emotions[0]["label"] if emotions else None,
        intensity=tags["intensity"],
        effort=label["effort"],
        churn=label["churn"],
        themes=[(tag["sub"] or tag["label"], tag["polarity"]) for tag in tags["themes"]],
        gaps=[tag["label"] for tag in tags["empathy_gaps"]],
        conversation_gap=tags.get("gap"),
    )


def _excerpt(text: str) -> str:
    """The beginning of a text in one line, cut at a word."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT].rsplit(' ', 1)[0]} …"


def _missed(view: View, ledger: Ledger, scope: Scope) -> list[Fact]:
    """Empathy gaps and forces that the customer was failed in, most frequent first."""
    items = view.items(scope)
    terms = {**view.terms.terms("gap="), **_ending(view.terms.terms("force="), ":-")}
    return [
        ledger.fact("missed", share.label, scope.narrowed(scope_of(share.label)), share.of)
        for share in ranked(items, terms)[:MOST_MISSED]
    ]


def _ending(terms: Mapping[str, Any], mark: str) -> dict[str, Any]:
    return {term: items for term, items in terms.items() if term.endswith(mark)}


def _parts(view: View, scope: Scope) -> list[Part]:
    found = signals(view.terms, view.items(scope))
    shown = ~np.isnan(found)
    return [
        Part(name=name, mean=float(row[is_shown].mean()), items=int(is_shown.sum()))
        for name, row, is_shown in zip(SIGNALS, found, shown, strict=True)
        if is_shown.any()
    ]


def _headline(
    view: View, course: Sequence[Moment], missed: Sequence[Fact], attributes: Mapping[str, str]
) -> str:
    """What somebody has to know who takes this customer's call, in a sentence or three."""
    if not course:
        return "Nothing has been heard from this customer."
    dated = [moment.date for moment in course if moment.date]
    last = course[-1]
    contacts = "1 contact" if len(course) == 1 else f"{number(len(course))} contacts"
    when = ""
    if dated:
        when = f" on {spoken(dated[-1])}" if len(dated) == 1 else f", the last on {spoken(dated[-1])}"
    by = f" by {view.names.value(last.channel)}" if last.channel else ""
    parts = [f"{contacts}{when}{by}", _latest(view, last)]
    sentences = [": ".join(part for part in parts if part) + "."]
    often = [fact for fact in missed if fact.n > 1]
    if often:
        worst = min(often, key=lambda fact: (not fact.label.startswith("gap="), -fact.n))
        sentences.append(f"More than once: {view.names.noun(worst.label)} ({worst.n} of {worst.of}).")
    if known := _known(attributes):
        sentences.append(f"{upper(known)}.")
    return " ".join(sentences)


def _latest(view: View, last: Moment) -> str:
    """What the last contact was about, and how it was."""
    topics = [view.names.theme(name) for name, _ in last.themes][:2]
    about = f"about {' and '.join(topics)}" if topics else ""
    gaps = [view.names.noun(f"gap={gap}") for gap in last.gaps][:1]
    leaving = {"left": "has left", "leaving": "says they are leaving", "at_risk": "might leave"}
    told = [part for part in (last.sentiment, about) if part]
    return ", ".join(
        [" ".join(told), *gaps, *([leaving[last.churn]] if last.churn in leaving else [])]
    ).strip(", ")


def _known(attributes: Mapping[str, str]) -> str:
    """A few of the attributes, segment and worth first."""
    first = [name for name in ("segment", "plan", "tier", "country", "lifetime_value") if name in attributes]
    return ", ".join(f"{name.replace('_', ' ')} {attributes[name]}" for name in first[:3])
