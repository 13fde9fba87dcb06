"""What is new or growing, against the weeks before."""

from collections.abc import Iterable
from datetime import date, timedelta

from pyroaring import BitMap

from assistant.ask.answer import Fact
from assistant.ask.candidates import scope_of
from assistant.ask.ledger import Ledger, View, counted
from assistant.ask.plan import QueryPlan
from assistant.ask.trends import covered
from assistant.ask.voices import quotes
from assistant.ask.words import number, of, percent, period, points, split, upper
from assistant.insight.emerging import LEAST_NOW, LEAST_WEEKS, Rise, emerging
from assistant.insight.shares import distinct
from assistant.scope import Period, Scope

SHOWN = 5
RECENT_WEEKS = 4  # when the question names no time


def new(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer an `emerging` plan: labels whose share has risen beyond chance."""
    everything = counted(plan.scope.model_copy(update={"period": None}))
    times = _times(view, plan.scope.period, view.items(everything))
    if times is None:
        _too_short(view, plan, ledger, everything)
        return
    recent, earlier = times
    now, before = (everything.narrowed(Scope(period=when)) for when in (recent, earlier))
    lately = view.items(now)
    found = emerging(lately, view.items(before), dict(growing(view, plan.scope)))
    shown = distinct(found.rises, lambda rise: view.items(scope_of(rise.label)) & lately)[
        : plan.limit or SHOWN
    ]
    grown = [(rise, *_facts(ledger, now, before, rise)) for rise in shown]
    _headline(view, plan, ledger, grown, now, recent)
    for rise, fact, other in grown:
        text = f"**{upper(view.names.noun(rise.label))}**: {_against(rise, fact, other)}, {points(rise.change, rise.ci)}."
        voices = quotes(ledger, view.items(now.narrowed(scope_of(rise.label))), rise.label, 2)
        ledger.say("list", text, facts=[fact, other], citations=voices, title="What is new or growing")
    ledger.caveats.append(
        f"{number(found.tested)} labels were compared {period(recent)} with the time {period(earlier)}; those named "
        "have risen beyond chance with the false discovery rate held at 5 % (exact binomial test, Benjamini-Hochberg)."
    )
    ledger.caveats.append("What the themes have no name for is not seen here.")


def _times(view: View, asked: Period | None, items: BitMap) -> tuple[Period, Period] | None:
    """The recent time and the baseline before it; None when the baseline has too few whole weeks."""
    days = covered(view, None, items)
    if days is None:
        return None
    low, high = days
    last = min(asked.last if asked and asked.last else _last_sunday(high), high)
    first = asked.first if asked and asked.first else last - timedelta(weeks=RECENT_WEEKS) + timedelta(days=1)
    if first > last or (first - low).days < 7 * LEAST_WEEKS:
        return None
    return Period(first=first, last=last), Period(first=low, last=first - timedelta(days=1))


def _last_sunday(day: date) -> date:
    """The end of the last whole week."""
    return day - timedelta(days=(day.weekday() + 1) % 7)


def growing(view: View, scope: Scope) -> Iterable[tuple[str, BitMap]]:
    """Themes and sub-themes in the polarity asked for, complaints when none is; and empathy gaps."""
    mark = scope.polarity or "-"
    fixed = {*scope.themes, *scope.empathy_gaps, "overall"}
    for field in ("theme", "sub", "gap") if mark == "-" else ("theme", "sub"):
        for term, items in view.terms.terms(f"{field}=").items():
            _, label, its = split(term)
            if label not in fixed and (field == "gap" or its == mark):
                yield term, items


def _facts(ledger: Ledger, now: Scope, before: Scope, rise: Rise) -> tuple[Fact, Fact]:
    """The receipts of a rise: lately, and before."""
    fact = ledger.fact(
        "rise", rise.label, now.narrowed(scope_of(rise.label)), rise.now.of,
        value=rise.change, ci=rise.ci, test="exact binomial, volume as offset", p=rise.p, q=rise.q,
    )  # fmt: skip
    return fact, ledger.fact("before", rise.label, before.narrowed(scope_of(rise.label)), rise.before.of)


def _headline(
    view: View,
    plan: QueryPlan,
    ledger: Ledger,
    grown: list[tuple[Rise, Fact, Fact]],
    now: Scope,
    recent: Period,
) -> None:
    whole = ledger.fact("share", "scope", now, len(view.items(now)))
    scope = view.names.scope(plan.scope.model_copy(update={"period": recent}))
    read = f"{number(whole.n)} {scope} were compared with those before."
    if not grown:
        ledger.say(
            "head", f"Nothing that was tested is new or has grown beyond chance. {read}", facts=[whole]
        )
        return
    rise, fact, other = grown[0]
    shares = f"from {percent(rise.before.value)} ({of(other.n, other.of)}) to {percent(rise.now.value)} ({of(fact.n, fact.of)})"
    text = f"What has grown most: {view.names.noun(rise.label)}, {shares}. {read}"
    ledger.say("head", text, facts=[other, fact, whole])


def _against(rise: Rise, fact: Fact, other: Fact) -> str:
    return f"{percent(rise.now.value)} ({of(fact.n, fact.of)}) against {percent(rise.before.value)} before ({of(other.n, other.of)})"


def _too_short(view: View, plan: QueryPlan, ledger: Ledger, everything: Scope) -> None:
    fact = ledger.fact("share", "scope", everything, len(view.items(everything)))
    ledger.say(
        "head",
        f"Too little time to tell what is new: it takes {LEAST_WEEKS} weeks of dated feedback before the time asked for "
        f"({number(fact.n)} {view.names.scope(plan.scope.model_copy(update={'period': None}))}).",
        facts=[fact],
    )
    ledger.caveats.append(f"A rise is told from {LEAST_NOW} items.")
