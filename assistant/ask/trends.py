"""How it moves: the share of what is asked for, period by period."""

from collections.abc import Mapping
from datetime import date, timedelta

from pyroaring import BitMap

from assistant.ask.answer import Fact
from assistant.ask.ledger import Ledger, View, counted, population
from assistant.ask.plan import QueryPlan
from assistant.ask.voices import quotes, shown_term
from assistant.ask.words import day, of, percent, points, upper
from assistant.insight.shares import EPOCH, Point, Share, Trend, Unit, trend, unit_for
from assistant.scope import Period, Scope
from index.terms import numbers_of

SIGNIFICANT = 0.05
LEAST_PERIODS = 3
UNITS: Mapping[str, Unit] = {"day": "day", "week": "week", "month": "month"}


def moving(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer a `trend` plan: the share by period, tested for a trend."""
    scope = counted(plan.scope)
    wanted = scope.narrowed(plan.outcome) if plan.outcome else scope
    base = scope if plan.outcome else population(scope)
    items, whole = view.items(wanted), view.items(base)
    ends = covered(view, plan.scope.period, whole)
    if ends is None:
        ledger.say("head", "The items in scope carry no dates, so no change over time can be shown.")
        return
    unit = UNITS.get(plan.by or "") or unit_for(*ends)
    found = trend(items, whole, view.terms.day, unit, *ends)
    facts = [_point(ledger, point, wanted, base) for point in found.points]
    _say_trend(view, plan, ledger, found, facts, unit, wanted)
    if undated := len(items) - sum(fact.n for fact in facts) if plan.scope.period is None else 0:
        ledger.caveats.append(f"{undated:,} items without a date are left out.")
    for voice in quotes(ledger, items, shown_term(plan), 2):
        ledger.say("quotes", "", citations=[voice], title="Recent voices")


def covered(view: View, asked: Period | None, whole: BitMap) -> tuple[date, date] | None:
    """First and last day: as asked, where data exists; None without dates."""
    days = view.terms.day[numbers_of(whole)]
    days = days[days >= 0]
    if not len(days):
        return None
    low, high = EPOCH + timedelta(days=int(days.min())), EPOCH + timedelta(days=int(days.max()))
    period = asked or Period()
    return max(period.first or low, low), min(period.last or high, high)


def _point(ledger: Ledger, point: Point, wanted: Scope, base: Scope) -> Fact:
    when = Scope(period=Period(first=point.first, last=point.last))
    total = len(ledger.view.items(base.narrowed(when)))
    return ledger.fact("point", f"{point.first}..{point.last}", wanted.narrowed(when), total)


def _say_trend(
    view: View, plan: QueryPlan, ledger: Ledger, found: Trend, facts: list[Fact], unit: Unit, wanted: Scope
) -> None:
    what = view.names.scope(plan.scope.model_copy(update={"period": None}))
    if plan.outcome:
        what = f"{view.names.who(plan.outcome)} among {what}"
    before, after = found.before, found.after
    if not before.of or not after.of or len(found.points) < LEAST_PERIODS:
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
            facts=[half(ledger, wanted, after), half(ledger, wanted, before)],
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


def half(ledger: Ledger, wanted: Scope, share: Share) -> Fact:
    """The receipt of one half of a trend."""
    first, last = (date.fromisoformat(part) for part in share.label.split(".."))
    return ledger.fact(
        "half", share.label, wanted.narrowed(Scope(period=Period(first=first, last=last))), share.of
    )


def course(view: View, base: Scope, wanted: Scope, asked: Period | None) -> Trend | None:
    """How the share of `wanted` in `base` moves; None when there is too little time."""
    whole = view.items(base)
    ends = covered(view, asked, whole)
    if ends is None:
        return None
    found = trend(view.items(wanted), whole, view.terms.day, unit_for(*ends), *ends)
    return found if found.before.of and found.after.of and len(found.points) > LEAST_PERIODS else None


def _when(point: Point, unit: Unit) -> str:
    if unit == "month":
        return f"{point.first:%B %Y}"
    return day(point.first) if unit == "day" else f"the week of {day(point.first)}"
