"""Are the numbers and quotes true: every fact counted again item by item, every quote looked up in its item."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.ask.answer import Answer, Citation, Fact
from assistant.ask.asker import Asker
from assistant.insight.statistics import wilson
from assistant.measuring.rates import Progress, Rate
from index.records import StoredItem

_CLOSE = 1e-9
_TAGS = {
    "sentiment": "sentiment",
    "emotions": "emotion",
    "empathy_gaps": "gap",
    "churn": "churn",
    "effort": "effort",
    "intents": "intent",
}


@dataclass
class _Counts:
    facts: int = 0
    counted: int = 0
    shares: int = 0
    exact: int = 0
    quotes: int = 0
    literal: int = 0
    shown: int = 0
    listed: int = 0
    carried: int = 0
    placed: int = 0
    telling: int = 0


def receipts(
    asker: Asker,
    items: Sequence[StoredItem],
    attributes: Mapping[str, Mapping[str, str]],
    questions: Iterable[str],
    *,
    today: dt.date,
    progress: Progress,
) -> list[Rate]:
    """Ask, then check each number and quote by reading all items, with code that shares nothing with the answer's.

    Args:
        asker: what answers.
        items: all stored items.
        attributes: what is known of customers, by their id.
        questions: what is asked.
        today: what "last month" is measured from.
        progress: told how far it is.
    """
    by_id = {one.item.id: one for one in items}
    terms = {one.item.id: _terms(one, attributes) for one in items}
    counts = _Counts()
    asked = list(questions)
    for at, question in enumerate(asked):
        progress("asking and counting again", at, len(asked))
        _check(asker.ask(question, today=today), by_id, terms, counts)
    return [
        Rate(name="numbers that a recount gives", n=counts.counted, of=counts.facts, target="100 %"),
        Rate(
            name="shares and intervals that a recount gives", n=counts.exact, of=counts.shares, target="100 %"
        ),
        Rate(name="quotes that stand in their item", n=counts.literal, of=counts.quotes, target="100 %"),
        Rate(
            name="quotes whose item is one of those counted", n=counts.shown, of=counts.quotes, target="95 %"
        ),
        Rate(
            name="quotes that show the label of their claim",
            n=counts.telling,
            of=counts.placed,
            target="95 %",
        ),
        Rate(name="claims of a list with a quote", n=counts.carried, of=counts.listed, target="100 %"),
    ]


def _check(
    answer: Answer, by_id: Mapping[str, StoredItem], terms: Mapping[str, frozenset[str]], counts: _Counts
) -> None:
    found = {fact.id: _found(fact, by_id, terms) for fact in answer.facts}
    for fact in answer.facts:
        counts.facts += 1
        counts.counted += len(found[fact.id]) == fact.n
        if fact.ci and fact.test is None and fact.of:
            counts.shares += 1
            is_share = abs(fact.value - fact.n / fact.of) < _CLOSE
            counts.exact += (
                is_share
                and max(abs(a - b) for a, b in zip(fact.ci, wilson(fact.n, fact.of), strict=True)) < _CLOSE
            )
    citations = {one.id: one for one in answer.citations}
    labels = {fact.id: fact.label for fact in answer.facts}
    for claim in answer.claims:
        if claim.facts and claim.text.startswith("**"):
            counts.listed += 1
            counts.carried += bool(claim.citations)
        for name in claim.citations:
            quote = citations[name]
            counts.quotes += 1
            counts.literal += by_id[quote.item].item.text[slice(*quote.span)] == quote.text
            counts.shown += not claim.facts or any(quote.item in found[fact] for fact in claim.facts)
            shows = _shows(
                quote, labels.get(claim.facts[0], "") if claim.facts else "", by_id[quote.item].tags
            )
            counts.placed += shows is not None
            counts.telling += shows is True


def _shows(quote: Citation, label: str, tags: Mapping[str, Any]) -> bool | None:
    """Whether a quote shares a character with what shows a theme, gap or wish to leave; None for labels without a place."""
    field, _, name = label.partition("=")
    name = name.removesuffix(":-").removesuffix(":+")
    carriers = {
        "theme": [tag for tag in tags["themes"] if tag["label"] == name],
        "sub": [tag for tag in tags["themes"] if tag["sub"] == name],
        "gap": [tag for tag in tags["empathy_gaps"] if tag["label"] == name],
        "churn": [tag for tag in [tags["churn"]] if tag and tag["label"] == name],
    }.get(field)
    if carriers is None:
        return None
    first, last = quote.span
    return any(first < end and start < last for tag in carriers for start, end in tag["spans"])


def _found(fact: Fact, by_id: Mapping[str, StoredItem], terms: Mapping[str, frozenset[str]]) -> set[str]:
    return {id_ for id_, one in by_id.items() if _matches(fact.filter, one, terms[id_])}


def _terms(one: StoredItem, attributes: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
    known = attributes.get(one.item.customer or "", {})
    more = {f"attr.{name}={value}" for name, value in known.items()} | ({"copy=yes"} if one.copy else set())
    return one.terms | more


def _matches(scope: Mapping[str, Any], one: StoredItem, terms: frozenset[str]) -> bool:
    """Whether an item is meant by a scope in its JSON form, key by key."""
    for key, wanted in scope.items():
        if wanted is None or key in ("polarity", "exclude", "also"):
            continue
        if not _has(key, wanted, scope.get("polarity"), one, terms):
            return False
    polarity = scope.get("polarity")
    is_bare = polarity and not scope.get("themes") and not scope.get("forces")
    if is_bare and not any(term.startswith("theme=") and term.endswith(f":{polarity}") for term in terms):
        return False
    if not all(_matches(other, one, terms) for other in scope.get("also") or ()):
        return False
    return not _excluded(scope.get("exclude") or {}, one, terms)


def _excluded(scope: Mapping[str, Any], one: StoredItem, terms: frozenset[str]) -> bool:
    """Whether any single part of an exclusion holds."""
    polarity = scope.get("polarity")
    parts = [
        {key: value} | ({"polarity": polarity} if polarity and key in ("themes", "forces") else {})
        for key, value in scope.items()
        if value is not None and key not in ("polarity", "also", "terms")
    ]
    parts += [{"terms": [term]} for term in scope.get("terms") or ()]
    if polarity and not scope.get("themes") and not scope.get("forces"):
        parts.append({"polarity": polarity})
    return any(_matches(part, one, terms) for part in [*parts, *(scope.get("also") or ())])


def _has(key: str, wanted: Any, polarity: str | None, one: StoredItem, terms: frozenset[str]) -> bool:
    mark = f":{polarity}" if polarity else ""
    if key == "themes":
        return any(f"{kind}={name}{mark}" in terms for name in wanted for kind in ("theme", "sub"))
    if key == "forces":
        return any(f"force={name}{mark}" in terms for name in wanted)
    if key in _TAGS:
        return any(f"{_TAGS[key]}={value}" in terms for value in wanted)
    if key == "attributes":
        return all(
            any(f"attr.{name}={value}" in terms for value in values) for name, values in wanted.items()
        )
    if key == "terms":
        return all(term in terms for term in wanted)
    if key == "period":
        day = one.item.date
        first, last = wanted.get("from"), wanted.get("to")
        return (
            day is not None
            and (not first or first <= day.isoformat())
            and (not last or day.isoformat() <= last)
        )
    if key == "text":
        return str(wanted).casefold() in one.item.text.casefold()
    raise ValueError(f"a filter with {key!r} cannot be counted again; teach `receipts` what it means")
