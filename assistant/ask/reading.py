"""What do they say: quotes, and the summary of a set of items."""

from assistant.ask.answer import Fact
from assistant.ask.bonds import by_group, relationship
from assistant.ask.candidates import scope_of
from assistant.ask.key_points import reasons
from assistant.ask.ledger import Ledger, View, counted
from assistant.ask.plan import QueryPlan
from assistant.ask.voices import quotes, shown_term
from assistant.ask.words import interval, listed, of, percent, split, upper
from assistant.insight.shares import Share, distinct, ranked
from assistant.scope import Scope

QUOTES = 5
POINTS = 3
MOST_REASONS = 5
LEAST = 3  # items from which a topic is named


def show_quotes(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer a `quotes` plan: different voices, newest first among equals."""
    scope = counted(plan.scope)
    scope = scope.narrowed(plan.outcome) if plan.outcome else scope
    items = view.items(scope)
    fact = ledger.fact("share", "scope", scope, len(items))
    found = quotes(ledger, items, shown_term(plan), plan.limit or QUOTES)
    ledger.say("head", f"{upper(_some(len(found), fact.n))} {view.names.scope(plan.scope)}:", facts=[fact])
    for voice in found:
        ledger.say("quotes", "", citations=[voice])


def _some(shown: int, total: int) -> str:
    return f"{shown} of {total:,}" if shown < total else f"all {total:,}"


def summary(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer a `summary` plan: mood, what is praised, what is complained about, what is missed; by group, the bond."""
    if plan.by:
        by_group(view, plan, ledger, plan.by)
        return
    scope = counted(plan.scope)
    items = view.items(scope)
    total = len(items)
    mood = [ledger.fact("share", share.label, scope.narrowed(scope_of(share.label)), share.of)
            for share in ranked(items, view.terms.terms("sentiment="))]  # fmt: skip
    whole = ledger.fact("share", "scope", scope, total)
    head = f"Of {whole.n:,} {view.names.scope(plan.scope)}"
    if mood:
        head += (
            f", {percent(mood[0].value)} are {view.names.noun(mood[0].label)} ({of(mood[0].n, mood[0].of)})"
        )
    else:
        head += ", none has a clear mood"
    rest = f"; then come {_parts(mood[1:], view)}" if mood[1:] else ""
    ledger.say("head", f"{head}{rest}.", facts=[whole, *mood])
    unclear = scope.narrowed(Scope(terms=["abstained=sentiment"]))
    if view.items(unclear):
        left = ledger.fact("share", "abstained=sentiment", unclear, total)
        ledger.say(
            "text", f"The mood of {percent(left.value)} ({of(left.n, left.of)}) is not clear.", facts=[left]
        )
    for mark, title in (("-", "What they complain about"), ("+", "What they praise")):
        for share in _points(view, plan, scope, mark):
            _key_point(view, ledger, scope, share, title)
    if plan.scope.themes and not any(fact.kind == "key_point" for fact in ledger.facts):
        _words(view, ledger, scope, plan.scope.themes[0])
    _feelings(view, ledger, scope)
    _losses(view, ledger, scope, total)
    relationship(view, ledger, scope, total)


def _points(view: View, plan: QueryPlan, scope: Scope, mark: str) -> list[Share]:
    """Most frequent topics in one polarity: sub-themes where they are clear, else themes, none inside another.

    Of a theme that was asked for, its own sub-themes alone: what else its items speak of is another question.
    """
    items = view.items(scope)
    if plan.scope.themes:
        own = [share for theme in plan.scope.themes for share in reasons(view, scope, theme, mark)]
        return sorted(own, key=lambda share: (-share.n, share.label))[:MOST_REASONS]
    terms = {
        term: found
        for field in ("sub=", "theme=")
        for term, found in view.terms.terms(field).items()
        if split(term)[2] == mark and split(term)[1] != "overall"
    }
    often = [share for share in ranked(items, terms) if share.n >= LEAST]
    return distinct(often, lambda share: terms[share.label] & items)[:POINTS]


def _key_point(view: View, ledger: Ledger, scope: Scope, share: Share, title: str) -> None:
    within = scope.narrowed(scope_of(share.label))
    fact = ledger.fact("key_point", share.label, within, share.of)
    voices = quotes(ledger, view.items(within), share.label, 1)
    name = view.names.theme(split(share.label)[1])
    text = f"**{upper(name)}**: {percent(fact.value)} ({of(fact.n, fact.of)})."
    ledger.say("list", text, facts=[fact], citations=voices, title=title)


def _words(view: View, ledger: Ledger, scope: Scope, theme: str) -> None:
    """A theme without clear reasons speaks for itself, in both tones."""
    for mark, title in (("-", "What they complain about"), ("+", "What they praise")):
        label = f"theme={theme}:{mark}"
        within = scope.narrowed(scope_of(label))
        if not view.items(within):
            continue
        fact = ledger.fact("key_theme", label, within, len(view.items(scope)))
        voices = quotes(ledger, view.items(within), label, 2)
        ledger.say(
            "list",
            f"{percent(fact.value)} ({of(fact.n, fact.of)}).",
            facts=[fact],
            citations=voices,
            title=title,
        )


def _feelings(view: View, ledger: Ledger, scope: Scope) -> None:
    items = view.items(scope)
    top = ranked(items, view.terms.terms("emotion="))[:3]
    facts = [ledger.fact("share", s.label, scope.narrowed(scope_of(s.label)), s.of) for s in top]
    if facts:
        ledger.say("text", f"The feelings most often heard: {_parts(facts, view)}.", facts=facts)


def _losses(view: View, ledger: Ledger, scope: Scope, total: int) -> None:
    """Empathy gaps, and the wish to leave."""
    facts: list[Fact] = []
    gaps = [s for s in ranked(view.items(scope), view.terms.terms("gap=")) if s.n >= 3][:2]
    if gaps:
        facts = [ledger.fact("share", s.label, scope.narrowed(scope_of(s.label)), s.of) for s in gaps]
        ledger.say("text", f"As people they were failed most by {_parts(facts, view)}.", facts=facts)
    risk = ledger.fact("share", "churn", scope.narrowed(Scope(churn=["left", "leaving", "at_risk"])), total)
    if risk.n:
        text = f"{percent(risk.value)} have left, are leaving or might leave ({of(risk.n, risk.of)}; {interval(risk.ci or (0, 1))})."
        ledger.say("text", text, facts=[risk])


def _parts(facts: list[Fact], view: View) -> str:
    """Facts as `negative 40 % (40 of 100) and positive 30 % (30 of 100)`."""
    return listed(
        [f"{view.names.noun(fact.label)} {percent(fact.value)} ({of(fact.n, fact.of)})" for fact in facts]
    )
