"""A question that takes a change for granted ("why did complaints double?") is first told what has changed."""

import re
from typing import Literal

from assistant.ask import spans
from assistant.ask.answer import Fact
from assistant.ask.ledger import Ledger, View, counted, population
from assistant.ask.plan import QueryPlan
from assistant.ask.trends import course, half
from assistant.ask.words import number, of, percent, period, points, times, upper
from assistant.insight.statistics import FISHER, Table, fisher_mid_p
from assistant.scope import Period, Scope

Premise = Literal["rise", "fall"]
SIGNIFICANT = 0.05
LEAST = 5  # items in both times together, from which a change is told
_RISE = re.compile(
    r"\b(ris(e|es|ing|en)|rose|increas(e|es|ed|ing)|grow(s|ing|n)?|grew|doubl(e|es|ed|ing)|tripl(e|es|ed|ing)|quadrupl\w+|"
    r"soar\w*|jump(s|ed|ing)?|spik(e|es|ed|ing)|surg(e|es|ed|ing)|climb(s|ed|ing)?|(go|goes|going|gone|went|shot) up|"
    r"more and more|explod(e|es|ed|ing)|mount(s|ed|ing))\b",
    re.IGNORECASE,
)
_FALL = re.compile(
    r"\b(fall(s|ing|en)?|fell|drop(s|ped|ping)?|declin(e|es|ed|ing)|decreas(e|es|ed|ing)|shr(ink|inks|ank|unk|inking)|"
    r"halv(e|es|ed|ing)|(go|goes|going|gone|went) down|fewer and fewer|less and less|plummet\w*|dwindl(e|es|ed|ing))\b",
    re.IGNORECASE,
)


def premise_of(question: str, plan: QueryPlan) -> Premise | None:
    """The change that a question for reasons takes for granted."""
    if plan.intent != "drivers":
        return None
    rise, fall = _RISE.search(question), _FALL.search(question)
    return "rise" if rise and not fall else "fall" if fall and not rise else None


def check(view: View, plan: QueryPlan, ledger: Ledger, premise: Premise) -> None:
    """Say first whether what the question takes for granted is so, with the numbers of both times."""
    wanted = counted(plan.scope).narrowed(plan.outcome) if plan.outcome else counted(plan.scope)
    sides = _sides(view, ledger, plan, wanted)
    what = upper(view.names.scope(_named(plan)))
    if sides is None or sides[0].n + sides[1].n < LEAST:
        ledger.say("text", f"{what}: there is too little to tell whether they have {_done(premise)}.")
        return
    now, before = sides
    table = Table(a=now.n, b=now.of - now.n, c=before.n, d=before.of - before.n)
    p = float(fisher_mid_p([table])[0])
    real: Premise | None = None if p >= SIGNIFICANT else "rise" if table.difference > 0 else "fall"
    if real != premise:
        ledger.abstain("premise")
    verdict = {
        premise: f"They have {_done(premise)}",
        None: f"They have not {_done(premise)} beyond chance",
    }.get(real, f"They have not {_done(premise)}: they have {_done(real or premise)}")
    factor = f", {times(now.value / before.value)} as often" if real and before.n and now.n else ""
    text = (
        f"{what}: {verdict[0].lower()}{verdict[1:]}. {upper(_when(now))} they were {percent(now.value)} of all feedback "
        f"({of(now.n, now.of)}), {_when(before)} {percent(before.value)} ({of(before.n, before.of)}){factor}; "
        f"{points(table.difference, table.interval)}."
    )
    ledger.say("text", text, facts=[now, before])
    ledger.caveats.append(
        f"The change was tested between {number(now.of)} and {number(before.of)} items ({FISHER}, p = {p:.2g})."
    )


def _done(premise: Premise) -> str:
    return {"rise": "risen", "fall": "fallen"}[premise]


def _named(plan: QueryPlan) -> Scope:
    scope = plan.scope.model_copy(update={"period": None})
    return scope.merged(plan.outcome) if plan.outcome else scope


def _sides(view: View, ledger: Ledger, plan: QueryPlan, wanted: Scope) -> tuple[Fact, Fact] | None:
    """What is asked for in the time asked about and in the time before; halves of all where no time is named."""
    timeless = wanted.model_copy(update={"period": None})
    base = counted(population(plan.scope)).model_copy(update={"period": None})
    asked = plan.scope.period
    if asked is None:
        found = course(view, base, timeless, None)
        return (half(ledger, timeless, found.after), half(ledger, timeless, found.before)) if found else None
    if asked.first is None:
        return None
    earlier = spans.before(spans.of_period(asked)).period
    now, before = (_fact(view, ledger, timeless, base, when) for when in (asked, earlier))
    return (now, before) if now.of and before.of else None


def _fact(view: View, ledger: Ledger, wanted: Scope, base: Scope, when: Period) -> Fact:
    time = Scope(period=when)
    return ledger.fact(
        "half", f"{when.first}..{when.last}", wanted.narrowed(time), len(view.items(base.narrowed(time)))
    )


def _when(fact: Fact) -> str:
    first, last = fact.label.split("..")
    return period(
        Period.model_validate(
            {"from": None if first == "None" else first, "to": None if last == "None" else last}
        )
    )
