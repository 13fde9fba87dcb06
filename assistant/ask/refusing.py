"""When there is no answer: say why, and what can be asked instead."""

from collections.abc import Iterator

from assistant.ask.ledger import Ledger, View, counted
from assistant.ask.plan import QueryPlan
from assistant.ask.voices import quotes, shown_term
from assistant.ask.words import either, listed, number, of
from assistant.insight.drivers import LEAST_OUTCOME
from assistant.scope import Scope

TOPIC = frozenset({"themes", "text"})
VOICES = 4  # quotes where there are too few items for numbers


def assist(_view: View, _plan: QueryPlan, ledger: Ledger) -> None:
    """Answer a `help` plan."""
    ledger.abstain("help")
    ledger.say(
        "head",
        "I answer questions about the feedback in this workspace: why something happens, how many say it, which "
        "theme, emotion or group leads, how it moves over time, what is new, what is at stake, what people say in their own words.",
    )
    ledger.say(
        "text",
        "Every number comes from all matching items and carries the filter that finds them again; every quote is copied "
        "from a stored item. I know nothing beyond the feedback, and what goes together need not be cause and effect.",
    )


def unsupported(_view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer an `unsupported` plan with its reason."""
    ledger.abstain("unsupported")
    reason = (plan.reason or "it is not something that feedback can tell").rstrip(".")
    ledger.say("head", f"I cannot answer this from the feedback: {reason}.")


def nothing(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """No item is in scope: say so, and offer the nearest scope that has some."""
    ledger.abstain("nothing")
    fact = ledger.fact("share", "scope", counted(plan.scope), len(view.items(counted(Scope()))))
    if not fact.of:
        ledger.say(
            "head",
            "There is no tagged feedback here yet, so there is nothing to count. Import a file on the Import page or with "
            "`earmark import FILE`, then ask again.",
            facts=[fact],
        )
        return
    text = f"There are no {view.names.scope(plan.scope)} ({of(fact.n, fact.of)})."
    ledger.say("head", text, facts=[fact])
    wider = [(key, scope, len(view.items(counted(scope)))) for key, scope in _wider(plan.scope)]
    # What it is about is the last to be given up: prices by whomever are nearer than whatever by prepaid customers.
    kept = [found for found in wider if found[2] and found[0] not in TOPIC] or [
        found for found in wider if found[2]
    ]
    if best := max(kept, key=lambda found: found[2], default=None):
        near = ledger.fact("share", "nearest", counted(best[1]), fact.of)
        ledger.say(
            "text",
            f"Without {_limit(best[0], plan.scope)} there are {near.n:,} {view.names.scope(best[1])}.",
            facts=[near],
        )


def few(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Too few items for shares and an order: their number, and what they say."""
    ledger.abstain("thin")
    scope = counted(plan.scope)
    fact = ledger.fact("share", "scope", scope, len(view.items(scope)))
    text = f"Only {number(fact.n)} {view.names.scope(plan.scope)}: too few for shares."
    ledger.say("head", text, facts=[fact])
    for voice in quotes(ledger, view.items(scope), shown_term(plan), VOICES):
        ledger.say("quotes", "", citations=[voice], title="What they say")
    ledger.caveats.append(f"Shares are given, and groups ranked, from {LEAST_OUTCOME} items on.")


LIMITS = {
    "period": "the limit in time", "themes": "the theme", "polarity": "asking for praise or complaints alone",
    "sentiment": "the limit to one mood", "emotions": "the emotion", "empathy_gaps": "the empathy gap",
    "churn": "the limit to who leaves or stays", "effort": "the effort", "intents": "the kind of message",
    "forces": "the force", "exclude": "what was left out",
}  # fmt: skip


def _limit(key: str, scope: Scope) -> str:
    """What a key of a scope asks for, in words."""
    if key == "text":
        return f"the words “{scope.text}”"
    if key == "attributes":
        return listed([f"{name} {either(values)}" for name, values in scope.attributes.items()])
    return LIMITS.get(key, key)


def _wider(scope: Scope) -> Iterator[tuple[str, Scope]]:
    """The scope with one key less, for each key that is set."""
    for key in sorted(scope.plain()):
        name = "period" if key == "period" else key
        yield name, scope.model_copy(update={key: Scope.model_fields[key].get_default()})
