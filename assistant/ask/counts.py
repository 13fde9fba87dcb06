"""How many, which most, and how it moves: shares of all matching items."""

from collections.abc import Mapping
from datetime import date, timedelta

from pyroaring import BitMap

from assistant.ask.answer import Fact
from assistant.ask.drivers import MOST_VALUES, scope_of
from assistant.ask.ledger import Ledger, View, counted
from assistant.ask.plan import QueryPlan
from assistant.ask.voices import quotes
from assistant.ask.words import KINDS, day, interval, listed, of, percent, points, split, upper
from assistant.insight.shares import (
    EPOCH,
    LEAST_TOTAL,
    Point,
    Share,
    Trend,
    Unit,
    ranked,
    tied_with_next,
    trend,
    unit_for,
)
from assistant.insight.statistics import Table, benjamini_hochberg, fisher_mid_p
from assistant.scope import Period, Scope
from index.terms import numbers_of

SHOWN = 5
SIGNIFICANT = 0.05
# `by` of the plan -> prefix of the index terms
FIELDS = {
    "theme": "theme=", "sub_theme": "sub=", "emotion": "emotion=", "empathy_gap": "gap=", "force": "force=",
    "spectrum": "spectrum=", "value": "value=", "sentiment": "sentiment=", "churn": "churn=", "effort": "effort=",
    "intent": "intent=",
}  # fmt: skip
UNITS: Mapping[str, Unit] = {"day": "day", "week": "week", "month": "month"}


def population(scope: Scope) -> Scope:
    """What a share is a share of: the same channel, segment and time, whatever the items say."""
    exclude = Scope(terms=scope.exclude.terms) if scope.exclude else None
    return Scope(attributes=scope.attributes, period=scope.period, exclude=exclude)


def count(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer a `count` plan: so many of so many, and if asked by group."""
    if plan.by in UNITS:
        moving(view, plan, ledger)
        return
    if plan.by:
        rank(view, plan, ledger)
        return
    scope = counted(plan.scope)
    base = scope if plan.outcome else population(scope)
    wanted = scope.narrowed(plan.outcome) if plan.outcome else scope
    total = len(view.items(base))
    fact = ledger.fact("share", "count", wanted, total)
    what = _what(view, plan)
    if wanted == base:
        ledger.say("head", f"There are {fact.n:,} {what}.", facts=[fact])
    else:
        whole = view.names.scope(base if plan.outcome is None else plan.scope)
        text = f"{of(fact.n, fact.of)} {whole} ({percent(fact.value)}, 95 % interval {interval(fact.ci or (0, 1))}) are {what}."
        if plan.outcome:
            text = (
                f"{of(fact.n, fact.of)} {whole} ({percent(fact.value)}, 95 % interval {interval(fact.ci or (0, 1))}) "
                f"come from customers who {view.names.outcome(plan.outcome)}."
            )
        ledger.say("head", text, facts=[fact])
    _customers(view, ledger, wanted, fact)
    for voice in quotes(ledger, view.items(wanted), _term_of(plan), 2):
        ledger.say("quotes", "", citations=[voice], title="For example")


def _what(view: View, plan: QueryPlan) -> str:
    """The counted items without the frame (channel, time) that the denominator shares."""
    return view.names.scope(
        plan.scope.model_copy(update={"attributes": {}, "period": None})
        if plan.outcome is None
        else plan.scope
    )


def _customers(view: View, ledger: Ledger, scope: Scope, fact: Fact) -> None:
    """How many different customers stand behind the items, where ids are known."""
    numbers = numbers_of(view.items(scope))
    known = view.terms.customer[numbers]
    known = known[known >= 0]
    if (len(known) and len(known) < fact.n) or len(known) != len(set(known.tolist())):
        people = len(set(known.tolist()))
        text = f"They come from {people:,} known customers" + (
            f"; {fact.n - len(known):,} items name no customer." if len(known) < fact.n else "."
        )
        ledger.say("text", text, facts=[fact])


def _term_of(plan: QueryPlan) -> str | None:
    """The index term that a quote should show."""
    for scope in (plan.outcome, plan.scope):
        if scope is None:
            continue
        mark = f":{scope.polarity}" if scope.polarity else ""
        if scope.empathy_gaps:
            return f"gap={scope.empathy_gaps[0]}"
        if scope.themes:
            return f"theme={scope.themes[0]}{mark}"
        if scope.churn:
            return f"churn={scope.churn[0]}"
    return None


def rank(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer a `rank` plan: groups by how many items carry them, or by the share with the outcome."""
    by = plan.by or "theme"
    scope = counted(plan.scope)
    groups = _groups(view, plan, by)
    kind = KINDS.get(by, f"values of {by}")
    if plan.outcome:
        _rank_by_rate(view, plan, ledger, groups, kind)
        return
    items = view.items(scope)
    shares = ranked(items, groups)
    limit = plan.limit or SHOWN
    if not shares:
        ledger.say(
            "head", f"None of the {len(items):,} {view.names.scope(plan.scope)} carries any of the {kind}."
        )
        return
    facts = [
        ledger.fact("rank", share.label, scope.narrowed(scope_of(share.label)), share.of)
        for share in shares[:limit]
    ]
    first = facts[0]
    lead = upper(view.names.noun(first.label))
    ledger.say(
        "head",
        f"{lead} leads: {percent(first.value)} of {view.names.scope(plan.scope)} ({of(first.n, first.of)}; 95 % interval "
        f"{interval(first.ci or (0, 1))}).",
        facts=[first],
    )
    for at, fact in enumerate(facts):
        text = f"**{upper(view.names.noun(fact.label))}**: {percent(fact.value)} ({of(fact.n, fact.of)})."
        if at + 1 < len(shares) and tied_with_next(shares, at):
            text += " Its lead over the next is within chance."
        voices = (
            quotes(ledger, view.items(scope.narrowed(scope_of(fact.label))), fact.label, 1) if at < 3 else []
        )
        ledger.say("list", text, facts=[fact], citations=voices, title=f"The {kind}, most frequent first")
    if len(shares) > limit:
        ledger.caveats.append(f"{len(shares) - limit} further {kind} are less frequent.")
    if by not in ("sentiment", "churn", "effort", "intent", "spectrum") and by in FIELDS:
        ledger.caveats.append("One item may carry several of them, so the shares do not add up to 100 %.")


def _groups(view: View, plan: QueryPlan, by: str) -> dict[str, BitMap]:
    """Terms of the field or attribute asked for; themes and forces in the polarity asked for."""
    if by not in FIELDS:
        return dict(view.terms.terms(f"attr.{by}="))
    mark = plan.scope.polarity or ""
    if not mark and by in ("theme", "sub_theme", "force") and set(plan.scope.sentiment) == {"negative"}:
        mark = "-"
    silent = {"churn=none", "effort=none"}
    fixed = {*plan.scope.themes, *plan.scope.emotions, *plan.scope.empathy_gaps, *plan.scope.forces}
    return {
        term: items
        for term, items in view.terms.terms(FIELDS[by]).items()
        if split(term)[2] == mark and term not in silent and split(term)[1] not in fixed
    }


def _rank_by_rate(
    view: View, plan: QueryPlan, ledger: Ledger, groups: Mapping[str, BitMap], kind: str
) -> None:
    """Groups by the share of their items that have the outcome, each tested against all other groups."""
    scope, outcome = counted(plan.scope), plan.outcome or Scope()
    items = view.items(scope)
    inside = view.items(scope.narrowed(outcome))
    sized = {term: found & items for term, found in groups.items()}
    sized = {term: found for term, found in sized.items() if len(found) >= LEAST_TOTAL}
    small = sum(1 for term, found in groups.items() if term not in sized and found & items)
    if not sized:
        ledger.say("head", f"No group has {LEAST_TOTAL} items, so their shares are not compared.")
        return
    tables = {term: _versus_others(found, items, inside) for term, found in sized.items()}
    q = dict(zip(tables, benjamini_hochberg(fisher_mid_p(list(tables.values()))), strict=True))
    order = sorted(sized, key=lambda term: (-tables[term].shares[0], term))[: plan.limit or SHOWN]
    facts = {}
    for term in order:
        within = scope.narrowed(scope_of(term))
        facts[term] = ledger.fact(
            "rate",
            term,
            within.narrowed(outcome),
            len(sized[term]),
            test="Fisher mid-p against the others",
            q=float(q[term]),
        )
    whole = ledger.fact("share", "all", scope.narrowed(outcome), len(items))
    top = facts[order[0]]
    ledger.say(
        "head",
        f"{upper(view.names.noun(order[0]))} has the highest share of customers who {view.names.outcome(outcome)}: "
        f"{percent(top.value)} ({of(top.n, top.of)}; 95 % interval {interval(top.ci or (0, 1))}), against {percent(whole.value)} "
        f"overall ({of(whole.n, whole.of)}).",
        facts=[top, whole],
    )
    for term in order:
        fact = facts[term]
        note = "beyond chance" if q[term] < SIGNIFICANT else "not beyond chance"
        text = f"**{upper(view.names.noun(term))}**: {percent(fact.value)} ({of(fact.n, fact.of)}), {note} against the others."
        ledger.say("list", text, facts=[fact], title=f"The {kind}, highest share first")
    if small:
        ledger.caveats.append(f"{small} {kind} with fewer than {LEAST_TOTAL} items are not ranked.")


def _versus_others(group: BitMap, items: BitMap, inside: BitMap) -> Table:
    """Outcome and not, inside the group and outside of it."""
    a, others = group.intersection_cardinality(inside), items - group
    c = others.intersection_cardinality(inside)
    return Table(a=a, b=len(group) - a, c=c, d=len(others) - c)


def moving(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer a `trend` plan: the share by period, tested for a trend."""
    scope = counted(plan.scope)
    wanted = scope.narrowed(plan.outcome) if plan.outcome else scope
    base = scope if plan.outcome else population(scope)
    items, whole = view.items(wanted), view.items(base)
    first, last = _ends(view, plan, whole)
    if first is None or last is None:
        ledger.say("head", "The items in scope carry no dates, so no change over time can be shown.")
        return
    unit = UNITS.get(plan.by or "") or unit_for(first, last)
    found = trend(items, whole, view.terms.day, unit, first, last)
    facts = [_point(ledger, point, wanted, base) for point in found.points]
    _say_trend(view, plan, ledger, found, facts, unit)
    if undated := len(items) - sum(fact.n for fact in facts) if plan.scope.period is None else 0:
        ledger.caveats.append(f"{undated:,} items without a date are left out.")
    for voice in quotes(ledger, items, _term_of(plan), 2):
        ledger.say("quotes", "", citations=[voice], title="Recent voices")


def _ends(view: View, plan: QueryPlan, whole: BitMap) -> tuple[date | None, date | None]:
    """First and last day: as asked, where data exists."""
    days = view.terms.day[numbers_of(whole)]
    days = days[days >= 0]
    if not len(days):
        return None, None
    low, high = EPOCH + timedelta(days=int(days.min())), EPOCH + timedelta(days=int(days.max()))
    period = plan.scope.period or Period()
    return max(period.first or low, low), min(period.last or high, high)


def _point(ledger: Ledger, point: Point, wanted: Scope, base: Scope) -> Fact:
    when = Scope(period=Period(first=point.first, last=point.last))
    total = len(ledger.view.items(base.narrowed(when)))
    return ledger.fact("point", f"{point.first}..{point.last}", wanted.narrowed(when), total)


def _say_trend(
    view: View, plan: QueryPlan, ledger: Ledger, found: Trend, facts: list[Fact], unit: Unit
) -> None:
    what = view.names.scope(plan.scope.model_copy(update={"period": None}))
    if plan.outcome:
        what = f"customers who {view.names.outcome(plan.outcome)} among {what}"
    before, after = found.before, found.after
    if not before.of or not after.of or len(found.points) < 3:
        ledger.say(
            "head",
            f"Too little time to speak of a trend in {what}: {len(found.points)} periods.",
            facts=facts,
        )
    else:
        moved = "has risen" if found.change > 0 else "has fallen"
        if found.p >= SIGNIFICANT:
            moved = "shows no steady trend"
        ledger.say(
            "head",
            f"The share of {what} {moved}: {percent(after.value)} ({of(after.n, after.of)}) in the second half of the time "
            f"against {percent(before.value)} ({of(before.n, before.of)}) in the first, {points(found.change, found.ci)}.",
            facts=[_half(ledger, plan, after), _half(ledger, plan, before)],
        )
        peak = facts[list(found.points).index(found.peak)]
        ledger.say(
            "text",
            f"It was highest in {_when(found.peak, unit)} with {percent(peak.value)} ({of(peak.n, peak.of)}).",
            facts=[peak],
        )
    for point, fact in zip(found.points, facts, strict=True):
        note = " (not a whole period)" if point.partial else ""
        text = f"{upper(_when(point, unit))}: {percent(fact.value)} ({of(fact.n, fact.of)}){note}"
        ledger.say("points", text, facts=[fact], title=f"By {unit}")
    ledger.caveats.append(
        "Shares are of all feedback of the same kind and period, so that more feedback alone is no rise. "
        f"Cochran-Armitage test for a trend over whole periods: p = {found.p:.3g}."
    )


def _half(ledger: Ledger, plan: QueryPlan, share: Share) -> Fact:
    first, last = (date.fromisoformat(part) for part in share.label.split(".."))
    scope = counted(plan.scope).narrowed(Scope(period=Period(first=first, last=last)))
    return ledger.fact("half", share.label, scope.narrowed(plan.outcome) if plan.outcome else scope, share.of)


def _when(point: Point, unit: Unit) -> str:
    if unit == "month":
        return f"{point.first:%B %Y}"
    return day(point.first) if unit == "day" else f"the week of {day(point.first)}"


def parts(facts: list[Fact], view: View) -> str:
    """Facts as `negative 40 % (40 of 100) and positive 30 % (30 of 100)`."""
    return listed(
        [f"{view.names.noun(fact.label)} {percent(fact.value)} ({of(fact.n, fact.of)})" for fact in facts]
    )


__all__ = ["MOST_VALUES", "count", "moving", "parts", "population", "rank"]
