"""A watch from a question in plain English, or from the plan of an answer."""

import re

from assistant.ask.ledger import population
from assistant.ask.plan import QueryPlan
from assistant.ask.words import Names, upper
from assistant.errors import InputError
from assistant.insight.weekly import Direction
from assistant.scope import Scope
from assistant.watching.models import WatchIn

_DOWN = re.compile(
    r"\b(fall(s|ing)?|drop(s|ping)?|declin(e|es|ing)|decreas(e|es|ing)|shrinks?|goes down|go down|going down|fewer|less)\b",
    re.IGNORECASE,
)
WITHOUT_SCOPE = frozenset({"help", "unsupported"})


def watch_of(plan: QueryPlan, names: Names, question: str = "") -> WatchIn:
    """What a plan asks for, as a watch: its outcome among its scope, else its scope among the same kind of feedback.

    Raises:
        InputError: when the plan names nothing that could be watched.
    """
    scope = plan.scope.model_copy(update={"period": None})
    wanted, base = (plan.outcome, scope) if plan.outcome else (scope, population(scope))
    if plan.intent in WITHOUT_SCOPE or wanted.is_empty() or wanted == base:
        raise InputError(
            "This names nothing whose share could be watched; say what customers say or feel, for instance: "
            "tell me when complaints about refunds rise."
        )
    direction: Direction = "fall" if _DOWN.search(question) else "rise"
    name = upper(names.scope(scope.narrowed(wanted) if plan.outcome else wanted))
    return WatchIn(name=name[:200], filter=_plain(wanted), of=_plain(base), direction=direction)


def _plain(scope: Scope) -> Scope:
    """Without keys that say nothing, so that it reads as it was meant."""
    return Scope.model_validate(scope.model_dump(mode="json", by_alias=True, exclude_defaults=True))
