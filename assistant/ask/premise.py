"""What a question takes for granted is looked at first: "why did complaints double?", "why do most customers hate it?"."""

import re
from typing import Literal

from assistant.ask import spans
from assistant.ask.answer import Fact
from assistant.ask.ledger import Ledger, View, counted, population, with_known
from assistant.ask.plan import QueryPlan
from assistant.ask.trends import course, half
from assistant.ask.words import interval, number, of, percent, period, points, times, upper
from assistant.insight.statistics import FISHER, Table, fisher_mid_p
from assistant.scope import Period, Scope

Moved = Literal["rise", "fall"]
Share = Literal["most", "few", "all"]  # `all`: of all that is said, and not of what is said about the topic
Premise = Moved | Share
SIGNIFICANT = 0.05
HALF = 0.5
LEAST = 5  # items in both times together, from which a change is told
_RISE = re.compile(
    r"\b(ris(e|es|ing|en)|rose|increas(e|es|ed|ing)|grow(s|ing|n)?|grew|doubl(e|es|ed|ing)|tripl(e|es|ed|ing)|quadrupl\w+|"
    r"soar\w*|jump(s|ed|ing)?|spik(e|es|ed|ing)|surg(e|es|ed|ing)|climb(s|ed|ing)?|(go|goes|going|gone|went|shot) up|"
    r"more and more|explod(e|es|ed|ing)|mount(s|ed|ing))\b",
    re.IGNORECASE,
)
_FALL = re.compile(
    r"\b(fall(s|ing|en)?|fell|drop(s|ped|ping)?|declin(e|es|ed|ing)|decreas(e|es|ed|ing)|shr(ink|inks|ank|unk|inking)|"
    r"halv(e|es|ed|ing)|(go|goes|going|gone|went) down|fewer and fewer|less and less|plummet\w*|dwindl(e|es|ed|ing)|"
    r"collaps(e|es|ed|ing)|slump\w*|tumbl(e|es|ed|ing)|s(i|a|u)nk(s|ing)?|plung(e|es|ed|ing))\b",
    re.IGNORECASE,
)
_BECOMES = r"(get|gets|getting|got|gotten|become|becomes|becoming|became|grown|turned|turning)( (so|much|even|a lot|far|any))*"
_WORSE = re.compile(
    rf"\b(worsen\w*|deteriorat\w*|{_BECOMES} (worse|harder|slower|more difficult))\b", re.IGNORECASE
)
_BETTER = re.compile(rf"\b(improv(es|ed|ing)|{_BECOMES} (better|easier|faster))\b", re.IGNORECASE)
# Who is said to do it, where the subject of the question stands.
_ASKS = r"\b(why (is|are|do|does|did|was|were|have|has)|how come|what (makes|made|drives|drove|causes|caused))( so| such)?"
_MOST = re.compile(
    rf"{_ASKS} (most|(nearly |almost )?(all|every(one|body)?)|(the|a) majority)\b", re.IGNORECASE
)
_FEW = re.compile(
    rf"{_ASKS} ((hardly|barely) any(one|body)?|nobody|no one|none|(very )?(few|little))\b", re.IGNORECASE
)
_MORE = re.compile(rf"{_ASKS} (there )?((so )?(many|much)|even|still)? ?more\b", re.IGNORECASE)
_FEWER = re.compile(rf"{_ASKS} (there )?((so )?(many|much)|even|far)? ?(fewer|less)\b", re.IGNORECASE)
_THAN = re.compile(r"\bthan\b", re.IGNORECASE)
_SPEAKS = re.compile(r"\b(complain|talk|speak|write|moan|grumble|mention)(s|ing)?\b", re.IGNORECASE)
_PLEASANT = {"positive", "loyal", "gratitude", "joy", "approval", "relief", "low", "praise", "+"}


def premise_of(question: str, plan: QueryPlan) -> Premise | None:
    """The change, or the large or small share, that a question for reasons takes for granted."""
    if plan.intent != "drivers":
        return None
    is_good = _is_pleasant(plan)
    worse, better = _WORSE.search(question), _BETTER.search(question)
    rise = _RISE.search(question) or (better if is_good else worse) or _more(_MORE, question, plan)
    fall = _FALL.search(question) or (worse if is_good else better) or _more(_FEWER, question, plan)
    if rise or fall:
        return None if rise and fall else "rise" if rise else "fall"
    if _MOST.search(question):
        return "all" if _SPEAKS.search(question) else "most"
    return "few" if _FEW.search(question) else None


def _more(pattern: re.Pattern[str], question: str, plan: QueryPlan) -> bool:
    """Whether there are said to be more, or fewer, of them than before; than in another group is no change."""
    is_over_time = not _THAN.search(question) or bool(plan.versus and plan.versus.period)
    return is_over_time and bool(pattern.search(question))


def _is_pleasant(plan: QueryPlan) -> bool:
    """Whether what is asked about is good news: then it gets better when there is more of it."""
    said = plan.outcome or plan.scope
    values = {*said.sentiment, *said.churn, *said.emotions, *said.effort, *said.intents, said.polarity or ""}
    return bool(values & _PLEASANT)


def check(view: View, plan: QueryPlan, ledger: Ledger, premise: Premise) -> None:
    """Say first whether what the question takes for granted is so, with its numbers."""
    match premise:
        case "rise" | "fall":
            _check_change(view, plan, ledger, premise)
        case _:
            _check_share(view, plan, ledger, premise)


def _check_share(view: View, plan: QueryPlan, ledger: Ledger, premise: Share) -> None:
    """Whether it is most of them, or few; half of them is what divides the two."""
    outcome = plan.outcome or Scope(sentiment=["negative", "mixed"])
    asked = population(plan.scope) if premise == "all" else plan.scope
    scope = with_known(view, counted(asked), outcome)
    inside = scope.narrowed(counted(plan.scope), outcome) if premise == "all" else scope.narrowed(outcome)
    fact = ledger.fact("share", "premise", inside, len(view.items(scope)))
    low, high = fact.ci or (0.0, 1.0)
    is_denied = low > HALF if premise == "few" else high < HALF
    if is_denied:
        ledger.abstain("premise")
    quantity = "few" if premise == "few" else "most"
    happens = view.names.happens(_named(plan) if premise == "all" else outcome)
    text = (
        f"{f'It is not {quantity}: ' if is_denied else ''}{percent(fact.value)} of {view.names.scope(asked)} {happens} "
        f"({of(fact.n, fact.of)}; 95 % interval {interval((low, high))})."
    )
    ledger.say("text", text, facts=[fact])


def _check_change(view: View, plan: QueryPlan, ledger: Ledger, premise: Moved) -> None:
    wanted = counted(plan.scope).narrowed(plan.outcome) if plan.outcome else counted(plan.scope)
    sides = _sides(view, ledger, plan, wanted)
    what = upper(view.names.scope(_named(plan)))
    if sides is None or sides[0].n + sides[1].n < LEAST:
        ledger.say("text", f"{what}: there is too little to tell whether they have {_done(premise)}.")
        return
    now, before = sides
    table = Table(a=now.n, b=now.of - now.n, c=before.n, d=before.of - before.n)
    p = float(fisher_mid_p([table])[0])
    real: Moved | None = None if p >= SIGNIFICANT else "rise" if table.difference > 0 else "fall"
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


def _done(premise: Moved) -> str:
    return {"rise": "risen", "fall": "fallen"}[premise]


def _named(plan: QueryPlan) -> Scope:
    scope = plan.scope.model_copy(update={"period": None})
    return scope.merged(plan.outcome) if plan.outcome else scope


def _sides(view: View, ledger: Ledger, plan: QueryPlan, wanted: Scope) -> tuple[Fact, Fact] | None:
    """What is asked for in the time asked about and in the time before; its halves where there is no time before."""
    timeless = wanted.model_copy(update={"period": None})
    base = counted(population(plan.scope)).model_copy(update={"period": None})
    asked = plan.scope.period
    if asked and asked.first:
        named = plan.versus.period if plan.versus else None
        earlier = named or spans.before(spans.of_period(asked)).period
        if all(view.items(base.narrowed(Scope(period=when))) for when in (asked, earlier)):
            return _fact(view, ledger, timeless, base, asked), _fact(view, ledger, timeless, base, earlier)
    found = course(view, base, timeless, asked)
    return (half(ledger, timeless, found.after), half(ledger, timeless, found.before)) if found else None


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
