"""From a change in the counts to an alert with its receipts and quotes."""

from collections.abc import Sequence
from datetime import date, timedelta

from assistant.ask.answer import Citation, Fact
from assistant.ask.candidates import scope_of
from assistant.ask.ledger import Ledger, View, counted
from assistant.ask.plan import QueryPlan
from assistant.ask.voices import quotes, shown_term
from assistant.ask.words import day, of, percent, upper
from assistant.insight.emerging import Rise
from assistant.insight.weekly import Change, Weeks
from assistant.scope import Period, Scope
from assistant.watching.models import NEW, Alert, Before, Place, WatchIn

QUOTED = 2
WEEK = timedelta(days=6)
BINOMIAL = "exact binomial, volume as offset"
CUSUM = "self-starting CUSUM, reference 0.5, limit 5"


def of_change(view: View, watch: WatchIn, watch_id: str, found: Weeks, change: Change) -> Alert:
    """The alert of a week, or of a drift, that stands out for a watch."""
    now = Period(first=found.monday(change.first), last=found.monday(change.at) + WEEK)
    before = Period(first=found.monday(change.baseline), last=found.monday(change.first) - timedelta(days=1))
    is_drift = change.kind.startswith("drift")
    ledger, base = Ledger(view), counted(watch.of)
    wanted = base.narrowed(watch.filter)
    facts = (
        ledger.fact(change.kind, "now", wanted.narrowed(Scope(period=now)), change.of),
        ledger.fact("before", "before", wanted.narrowed(Scope(period=before)), change.before_of),
    )
    moved = {"rise": "rose", "fall": "fell", "drift up": "has crept up", "drift down": "has crept down"}[
        change.kind
    ]
    what = upper(view.names.scope(watch.filter))
    term = shown_term(QueryPlan(intent="quotes", scope=watch.filter))
    voices = quotes(ledger, view.items(wanted.narrowed(Scope(period=now))), term, QUOTED)
    return _alert(
        watch_id, watch.name, change.kind, None, (now, before), facts, voices,
        text=f"{what}: the share {moved}. {_against(facts, now, before)}", ci=change.ci, p=change.p, q=None,
        test=CUSUM if is_drift else BINOMIAL, mark="drift" if is_drift else "week",
    )  # fmt: skip


def of_rise(view: View, rise: Rise, now: Period, before: Period) -> Alert:
    """The alert of a label that has grown beyond chance over all that was tested."""
    ledger, wanted = Ledger(view), counted(Scope()).narrowed(scope_of(rise.label))
    facts = (
        ledger.fact("rise", rise.label, wanted.narrowed(Scope(period=now)), rise.now.of),
        ledger.fact("before", rise.label, wanted.narrowed(Scope(period=before)), rise.before.of),
    )
    voices = quotes(ledger, view.items(wanted.narrowed(Scope(period=now))), rise.label, QUOTED)
    name = upper(view.names.noun(rise.label))
    return _alert(
        NEW, name, "new", rise.label, (now, before), facts, voices,
        text=f"{name}: new or growing. {_against(facts, now, before)}", ci=rise.ci, p=rise.p, q=rise.q,
        test=f"{BINOMIAL}; Benjamini-Hochberg over all labels", mark=rise.label,
    )  # fmt: skip


def _against(facts: tuple[Fact, Fact], now: Period, before: Period) -> str:
    one, other = facts
    return (
        f"{percent(one.value)} ({of(one.n, one.of)}) {_when(now)}, against {percent(other.value)} "
        f"({of(other.n, other.of)}) {_weeks(before)} before."
    )


def _when(now: Period) -> str:
    first, last = now.first or date.min, now.last or date.max
    return f"in the week of {day(first)}" if last - first == WEEK else f"from {day(first)} to {day(last)}"


def _weeks(before: Period) -> str:
    count = ((before.last or date.max) - (before.first or date.min)).days // 7 + 1
    return "in the week" if count == 1 else f"in the {count} weeks"


def _alert(
    watch: str,
    name: str,
    kind: str,
    label: str | None,
    times: tuple[Period, Period],
    facts: tuple[Fact, Fact],
    voices: Sequence[Citation],
    *,
    text: str,
    ci: tuple[float, float],
    p: float | None,
    q: float | None,
    test: str,
    mark: str,
) -> Alert:
    (now, before), (one, other) = times, facts
    return Alert.model_validate(
        {
            "id": f"{watch}.{now.last}.{mark}", "watch": watch, "name": name, "kind": kind, "label": label,
            "first": now.first, "last": now.last, "text": text, "n": one.n, "of": one.of, "share": one.value,
            "ci": ci, "p": p, "q": q, "test": test, "filter": one.filter,
            "before": Before(first=before.first or date.min, last=before.last or date.max, n=other.n, of=other.of,
                             share=other.value, filter=other.filter),
            "places": [Place(item=voice.item, span=voice.span) for voice in voices],
            "created": 0.0, "is_seen": False, "is_past": False,
        }
    )  # fmt: skip
