"""Why does it happen: what sets the items with the outcome apart, and what their customers state as reason."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap

from assistant.ask.answer import Fact
from assistant.ask.ledger import Ledger, View, counted
from assistant.ask.plan import RISK, QueryPlan
from assistant.ask.trends import course, half
from assistant.ask.voices import quotes
from assistant.ask.words import interval, listed, number, of, percent, points, split, times, upper
from assistant.insight.drivers import FALSE_DISCOVERY, LEAST_OUTCOME, Contrast, Driver, contrast
from assistant.insight.shares import Share, ranked
from assistant.scope import Scope
from index.terms import bitmap, numbers_of

SHOWN = 4  # drivers, when the question names no number
MOST_VALUES = 12  # an attribute with more values is no segment
LEAST_STATED = 3  # items behind a stated reason
COMMON = 0.08  # share of the scope from which a label is worth a word though it distinguishes nothing
SAME = 0.8  # overlap from which a weaker driver is not listed beside the stronger
REASONS = ("theme", "sub", "gap", "effort")


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question for reasons: the items compared, and what happens in some of them."""

    view: View
    plan: QueryPlan
    ledger: Ledger
    scope: Scope
    outcome: Scope

    @property
    def both(self) -> Scope:
        return self.scope.narrowed(self.outcome)

    @property
    def is_leaving(self) -> bool:
        return bool(self.outcome.churn) and set(self.outcome.churn) <= set(RISK)


def drivers(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer a `drivers` plan into the ledger."""
    outcome = plan.outcome or Scope(sentiment=["negative", "mixed"])
    case = Case(view=view, plan=plan, ledger=ledger, scope=counted(plan.scope), outcome=outcome)
    items, inside = view.items(case.scope), view.items(case.both)
    found = contrast(
        items, inside, dict(_candidates(view, plan.scope, outcome)), _strata(view, items, outcome)
    )
    if found.is_thin:
        _thin(case, len(items))
        return
    shown = _distinct(found.drivers, plan.limit or SHOWN)
    _headline(case, found, shown)
    _drivers(case, shown)
    _stated(case)
    _alike(case, found)
    _segments(case, found)
    _course(case)
    _caveats(case, found)


def scope_of(term: str) -> Scope:
    """The scope that an index term stands for."""
    field, label, mark = split(term)
    polarity = {"polarity": mark} if mark else {}
    keys = {
        "gap": "empathy_gaps",
        "churn": "churn",
        "effort": "effort",
        "emotion": "emotions",
        "sentiment": "sentiment",
        "intent": "intents",
    }
    if field in ("theme", "sub"):
        return Scope.model_validate({"themes": [label], **polarity})
    if field == "force":
        return Scope.model_validate({"forces": [label], **polarity})
    if field in keys:
        return Scope.model_validate({keys[field]: [label]})
    if field.startswith("attr."):
        return Scope(attributes={field.removeprefix("attr."): [label]})
    return Scope(terms=[term])


def _own(term: str, outcome: Scope) -> Scope:
    """The scope of a label whose evidence is not merely what shows the wish to leave."""
    field, label, _ = split(term)
    scope = scope_of(term)
    if outcome.churn and field in ("theme", "sub", "gap"):
        return scope.model_copy(update={"exclude": Scope(terms=[f"cue={label}"])})
    return scope


def _candidates(view: View, scope: Scope, outcome: Scope) -> Iterator[tuple[str, BitMap]]:
    """Labels that could set the outcome apart: not what defines the scope or the outcome itself."""
    fixed = {*scope.themes, *outcome.themes, *scope.empathy_gaps, *outcome.empathy_gaps}
    for term, items in _reasons(view, outcome):
        field, label, _ = split(term)
        if label in fixed or (field == "effort" and (label == "none" or outcome.effort or scope.effort)):
            continue
        own = items
        if outcome.churn and field in ("theme", "sub", "gap"):
            own = items - view.terms.get(f"cue={label}")
        yield term, own
    yield from _segment_terms(view, {*scope.attributes, *outcome.attributes})


def _reasons(view: View, outcome: Scope) -> Iterator[tuple[str, BitMap]]:
    """Terms that name a reason, in the polarity in which they can be one."""
    mark = _mark(outcome)
    for field in ("theme", "sub"):
        for term, items in view.terms.terms(f"{field}=").items():
            if split(term)[2] == mark and term != f"theme=overall{':' + mark if mark else ''}":
                yield term, items
    for field in ("gap", "effort") if mark != "+" else ("effort",):
        yield from view.terms.terms(f"{field}=").items()


def _mark(outcome: Scope) -> str:
    """`-` for reasons of trouble, `+` for reasons of staying, none where the outcome is a sentiment itself."""
    if outcome.churn:
        return "+" if set(outcome.churn) == {"loyal"} else "-"
    return (
        ""
        if outcome.sentiment or outcome.emotions or outcome.themes
        else "-"
        if not _is_good(outcome)
        else "+"
    )


def _is_good(outcome: Scope) -> bool:
    ratings = [
        float(v) for values in outcome.attributes.values() for v in values if v.replace(".", "", 1).isdigit()
    ]
    return bool(ratings) and min(ratings) >= 4 and max(ratings) <= 10


def _segment_terms(view: View, taken: Iterable[str]) -> Iterator[tuple[str, BitMap]]:
    by_name: dict[str, dict[str, BitMap]] = {}
    for term, items in view.terms.terms("attr.").items():
        by_name.setdefault(split(term)[0].removeprefix("attr."), {})[term] = items
    skipped = {*taken, "rating", "churned", "churned_on"}
    for name, values in by_name.items():
        if name not in skipped and 1 < len(values) <= MOST_VALUES:
            yield from values.items()


def _strata(view: View, items: BitMap, outcome: Scope) -> list[BitMap]:
    """Like tone and like length: long and negative texts carry more of every label."""
    numbers = numbers_of(items)
    words = view.terms.words[numbers]
    cuts = np.quantile(words, [1 / 3, 2 / 3]) if len(words) else [0, 0]
    thirds = np.digitize(words, cuts)
    lengths = [bitmap(numbers[thirds == third]) for third in range(3)]
    if outcome.sentiment:
        return lengths
    bad = view.terms.any(["sentiment=negative", "sentiment=mixed"])
    return [part for length in lengths for part in (length & bad, length - bad)]


def _distinct(found: Iterable[Driver], limit: int) -> list[Driver]:
    """The strongest reasons; one that mostly coincides with a stronger one gives way to another."""
    shown: list[Driver] = []
    for driver in found:
        if split(driver.label)[0].startswith("attr."):
            continue
        if (
            driver.overlaps
            and driver.overlaps[1] >= SAME
            and any(d.label == driver.overlaps[0] for d in shown)
        ):
            continue
        shown.append(driver)
    return shown[:limit]


def _headline(case: Case, found: Contrast, shown: list[Driver]) -> None:
    names = case.view.names
    fact = case.ledger.fact("outcome", "outcome", case.both, len(found.outcome) + len(found.rest))
    text = (
        f"{percent(fact.value)} of {names.scope(case.plan.scope)} ({of(fact.n, fact.of)}; 95 % interval "
        f"{interval(fact.ci or (0, 1))}) {names.happens(case.outcome)}."
    )
    lead = listed([names.noun(driver.label) for driver in shown[:2]])
    verb = "set" if len(shown) > 1 or lead.endswith("s") else "sets"
    first = (
        f"{upper(lead)} {verb} them apart most." if shown else "Nothing that was tested distinguishes them."
    )
    case.ledger.say("head", f"{first} {text}", facts=[fact])


def _drivers(case: Case, shown: list[Driver]) -> None:
    for driver in shown:
        own = _own(driver.label, case.outcome)
        fact, other = _pair(case, driver, own)
        voices = quotes(case.ledger, case.view.items(case.both.narrowed(own)), driver.label, 2)
        text = f"**{upper(case.view.names.noun(driver.label))}**: {_against(driver, fact, other)}, {_points(driver)}."
        if driver.adjusted:
            text += f" At like tone and length of text the odds are {times(driver.adjusted.ratio)} as high."
        if driver.overlaps:
            name, share = driver.overlaps
            text += f" It coincides with {case.view.names.noun(name)} in {percent(share)} of cases."
        case.ledger.say("list", text, facts=[fact, other], citations=voices, title="What sets them apart")
    if shown:
        _dissent(case, shown[0])


def _pair(case: Case, driver: Driver, own: Scope, kind: str = "driver") -> tuple[Fact, Fact]:
    """The two receipts of a contrast: with the outcome, and the rest."""
    table = driver.table
    fact = case.ledger.fact(
        kind, driver.label, case.both.narrowed(own), table.a + table.b,
        value=table.difference, ci=table.interval, test="Fisher mid-p", p=driver.p, q=driver.q,
    )  # fmt: skip
    rest = case.scope.without(case.outcome).narrowed(own)
    return fact, case.ledger.fact("rest", driver.label, rest, table.c + table.d)


def _against(driver: Driver, fact: Fact, other: Fact) -> str:
    one, rest = driver.table.shares
    return f"{percent(one)} of them ({of(fact.n, fact.of)}) against {percent(rest)} of the rest ({of(other.n, other.of)})"


def _points(driver: Driver) -> str:
    return points(driver.table.difference, driver.table.interval)


def _dissent(case: Case, driver: Driver) -> None:
    """A voice that has the same trouble and stays."""
    if not case.is_leaving:
        return
    loyal = case.view.items(case.scope.narrowed(scope_of(driver.label), Scope(churn=["loyal"])))
    if voice := quotes(case.ledger, loyal, "churn=loyal", 1):
        text = f"Not everybody who mentions {case.view.names.noun(driver.label)} goes."
        case.ledger.say("text", text, citations=voice)


def _stated(case: Case) -> None:
    """What they give as reason in their own words; kept apart from what the comparison shows."""
    taken = {*case.plan.scope.themes, *case.outcome.themes}
    shares = stated_reasons(case.view, case.view.items(case.both), taken)
    top = [share for share in shares if share.n >= LEAST_STATED][:3]
    for share in top:
        within = case.both.narrowed(Scope(terms=[share.label]))
        fact = case.ledger.fact("stated", share.label, within, share.of)
        name = case.view.names.theme(split(share.label)[1])
        text = f"**{upper(name)}**: named by {percent(fact.value)} of them ({of(fact.n, fact.of)})."
        voices = quotes(case.ledger, case.view.items(within), share.label, 1)
        case.ledger.say("list", text, facts=[fact], citations=voices, title="The trouble in their own words")


def stated_reasons(view: View, items: BitMap, taken: set[str]) -> list[Share]:
    """Sub-themes (or gaps) that the stated reason speaks of; a theme only where no sub-theme of it fits."""
    terms: Mapping[str, BitMap] = view.terms.terms("why=")
    subs = {split(term)[1] for term in view.terms.terms("sub=")}
    return ranked(items, {term: found for term, found in terms.items() if split(term)[1] in subs - taken})


def _alike(case: Case, found: Contrast) -> None:
    """What is common on both sides and so explains nothing."""
    least = COMMON * (len(found.outcome) + len(found.rest))
    common = [d for d in found.alike if split(d.label)[0] in REASONS and d.table.a + d.table.c >= least][:2]
    parts, facts = [], []
    for driver in common:
        fact, other = _pair(case, driver, _own(driver.label, case.outcome), "alike")
        facts += [fact, other]
        parts.append(f"{case.view.names.noun(driver.label)}, {_against(driver, fact, other)}")
    if facts:
        case.ledger.say("text", f"What does not set them apart: {'; '.join(parts)}.", facts=facts)


def _segments(case: Case, found: Contrast) -> None:
    """Who is over-represented among them."""
    for driver in [d for d in found.drivers if split(d.label)[0].startswith("attr.")][:2]:
        fact, other = _pair(case, driver, scope_of(driver.label), "segment")
        text = f"Over-represented: {case.view.names.noun(driver.label)}, {_against(driver, fact, other)}."
        case.ledger.say("text", text, facts=[fact, other])


def _course(case: Case) -> None:
    """How often it has happened over time, where that moves beyond chance."""
    moved = course(case.view, case.scope, case.both, case.plan.scope.period)
    if moved is None or moved.p >= FALSE_DISCOVERY:
        return
    after = half(case.ledger, case.both, moved.after)
    before = half(case.ledger, case.both, moved.before)
    verb = "risen" if moved.change > 0 else "fallen"
    text = (
        f"Their share has {verb} over time: {percent(before.value)} ({of(before.n, before.of)}) in the first half of the "
        f"period, {percent(after.value)} ({of(after.n, after.of)}) in the second."
    )
    case.ledger.say("text", text, facts=[before, after])


def _caveats(case: Case, found: Contrast) -> None:
    case.ledger.caveats.append(
        f"{number(len(found.tested))} labels were compared; those named differ beyond chance with the false discovery "
        "rate held at 5 % (Benjamini-Hochberg). This is association, not proof of cause."
    )
    if turned := [d for d in found.tested if d.reversed and d.q < FALSE_DISCOVERY]:
        names = listed([case.view.names.noun(d.label) for d in turned[:3]])
        case.ledger.caveats.append(
            f"Not ranked because the direction turns round at like tone and length: {names}."
        )
    if case.is_leaving:
        case.ledger.caveats.append("Leaving is what customers say, not what they have done.")


def _thin(case: Case, total: int) -> None:
    """Too few to compare: the count, and what they say."""
    fact = case.ledger.fact("outcome", "outcome", case.both, total)
    names = case.view.names
    text = f"Too few to compare: {of(fact.n, fact.of)} {names.scope(case.plan.scope)} {names.happens(case.outcome)}."
    case.ledger.say("head", text, facts=[fact])
    for voice in quotes(case.ledger, case.view.items(case.both), None, 4):
        case.ledger.say("quotes", "", citations=[voice], title="What they say")
    case.ledger.caveats.append(f"Reasons are compared from {LEAST_OUTCOME} items on each side.")
