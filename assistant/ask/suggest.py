"""Follow-up questions that were tried before they are offered: each is understood and has items."""

from collections.abc import Iterator, Sequence
from datetime import date

from assistant.ask.answer import Fact
from assistant.ask.ledger import View, counted
from assistant.ask.plan import RISK, QueryPlan, Reads
from assistant.ask.words import period, split

OFFERED = 3
LEAST = 10  # items from which a question is worth asking


def suggestions(
    view: View, parser: Reads, plan: QueryPlan, today: date, facts: Sequence[Fact] = ()
) -> list[str]:
    """Up to three further questions, each with an answer in the data."""
    found: list[str] = []
    for text in _candidates(view, plan, facts):
        if len(found) == OFFERED:
            break
        if text not in found and _has_answer(view, parser, plan, text, today):
            found.append(text)
    return found


def _has_answer(view: View, parser: Reads, plan: QueryPlan, text: str, today: date) -> bool:
    read = parser.read(text, today).plan
    if read.intent in ("unsupported", "help") or read == plan:
        return False
    items = view.items(counted(read.scope))
    if read.outcome:
        items &= view.items(read.outcome)
    return len(items) >= LEAST


def _candidates(view: View, plan: QueryPlan, facts: Sequence[Fact]) -> Iterator[str]:
    topic = view.names.theme(plan.scope.themes[0]) if plan.scope.themes else None
    when = f" {period(plan.scope.period)}" if plan.scope.period else ""
    strongest = [
        split(fact.label)[1] for fact in facts if fact.kind in ("driver", "frequent", "rank", "key_point")
    ]
    named = [view.names.theme(name) for name in strongest if name in view.names.themes]
    leaving = plan.outcome is not None and set(plan.outcome.churn) & set(RISK)
    if leaving and topic:
        yield f"How has the share of leaving customers among {topic} feedback changed by month?"
    for name in named[:2]:
        yield f"Show quotes about {name}{when}"
        yield f"How has {name} changed over time?"
    if topic and not leaving:
        yield f"Why are customers who mention {topic} leaving?"
    if topic:
        yield f"What do customers think of {topic}?"
        yield f"Which channel has the most {topic} feedback?"
    yield "Why are customers leaving?"
    yield "What is new in the last four weeks?"
    yield "Which themes do customers complain about most?"
    yield "What should we fix first?"
    for name in _top_themes(view):
        yield f"What do customers think of {name}?"
        yield f"Why are customers unhappy with {name}?"
    yield "How many customers say they are leaving?"
    yield "Why do customers stay?"


def _top_themes(view: View) -> list[str]:
    terms = {
        term: len(items)
        for term, items in view.terms.terms("theme=").items()
        if split(term)[2] == "-" and "overall" not in term
    }
    return [view.names.theme(split(term)[1]) for term in sorted(terms, key=lambda term: -terms[term])[:2]]
