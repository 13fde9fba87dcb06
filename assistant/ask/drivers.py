"""Why does it happen: what sets the items with the outcome apart, and what their customers state as reason."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pyroaring import BitMap

from assistant.ask.answer import Fact
from assistant.ask.candidates import by_tone, candidates, own_scope, scope_of, strata
from assistant.ask.importance import say_importance
from assistant.ask.ledger import Ledger, View, counted, known_words, with_known
from assistant.ask.plan import RISK, QueryPlan
from assistant.ask.trends import course, half
from assistant.ask.voices import quotes
from assistant.ask.words import interval, listed, number, of, percent, points, split, times, upper
from assistant.insight.drivers import LEAST_OUTCOME, Contrast, Driver, contrast
from assistant.insight.shares import Share, ranked
from assistant.insight.statistics import FALSE_DISCOVERY, FISHER
from assistant.scope import Scope

SHOWN = 4  # drivers, when the question names no number
FREQUENT = 3  # labels merely more frequent,
FEW = 2  # shown where there are fewer drivers than this
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
    def held(self) -> str:
        """What is held alike in the comparison."""
        return "tone and length" if by_tone(self.outcome) else "length"

    @property
    def population(self) -> str:
        """Whose items are compared: "items about delivery with a rating"."""
        known = known_words(self.plan.scope, self.scope, self.outcome)
        return f"{self.view.names.scope(self.plan.scope)}{known}"

    @property
    def is_leaving(self) -> bool:
        return bool(self.outcome.churn) and set(self.outcome.churn) <= set(RISK)


def drivers(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer a `drivers` plan into the ledger."""
    outcome = plan.outcome or Scope(sentiment=["negative", "mixed"])
    scope = with_known(view, counted(plan.scope), outcome)
    case = Case(view=view, plan=plan, ledger=ledger, scope=scope, outcome=outcome)
    items, inside = view.items(case.scope), view.items(case.both)
    found = contrast(items, inside, dict(candidates(view, plan.scope, outcome)), strata(view, items, outcome))
    if len(found.outcome) < LEAST_OUTCOME:
        _thin(case, len(items))
        return
    if len(found.rest) < LEAST_OUTCOME:
        _nearly_all(case)
        return
    shown = named(found.drivers, plan.limit or SHOWN)
    frequent = named(found.frequent, FREQUENT) if len(shown) < FEW else []
    _headline(case, found, shown, frequent)
    _drivers(case, shown)
    _frequent(case, frequent)
    for attribute in outcome.attributes:
        say_importance(view, ledger, case.scope, attribute)
    _stated(case)
    _alike(case, found)
    _segments(case, found)
    _course(case)
    _caveats(case, found)


def named(found: Iterable[Driver], limit: int) -> list[Driver]:
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


def _headline(case: Case, found: Contrast, shown: list[Driver], frequent: list[Driver]) -> None:
    names = case.view.names
    fact = case.ledger.fact("outcome", "outcome", case.both, len(found.outcome) + len(found.rest))
    text = (
        f"{percent(fact.value)} of {case.population} ({of(fact.n, fact.of)}; 95 % interval "
        f"{interval(fact.ci or (0, 1))}) {names.happens(case.outcome)}."
    )
    leading = (shown or frequent)[:2]
    lead = upper(listed([names.noun(driver.label) for driver in leading]))
    are_many = len(leading) > 1 or lead.endswith("s")
    if shown:
        first = f"{lead} {'set' if are_many else 'sets'} them apart most."
    elif frequent:
        first = (
            f"{lead} {'are' if are_many else 'is'} more frequent among them, though not beyond chance more than in "
            f"other texts of like {case.held}."
        )
    else:
        first = "Nothing that was tested sets them apart beyond chance."
    case.ledger.say("head", f"{first} {text}", facts=[fact])


def _drivers(case: Case, shown: list[Driver]) -> None:
    for driver in shown:
        own = own_scope(driver.label, case.outcome)
        fact, other = _pair(case, driver, own)
        voices = quotes(case.ledger, case.view.items(case.both.narrowed(own)), driver.label, 2)
        text = f"**{upper(case.view.names.noun(driver.label))}**: {_against(driver, fact, other)}, {_points(driver)}."
        if driver.adjusted:
            text += f" At like {case.held} of text the odds are {times(driver.adjusted.ratio)} as high."
        if driver.overlaps and _is_news(case, driver.label, driver.overlaps[0]):
            name, share = driver.overlaps
            text += f" It coincides with {case.view.names.noun(name)} in {percent(share)} of cases."
        case.ledger.say("list", text, facts=[fact, other], citations=voices, title="What sets them apart")
    if shown:
        _dissent(case, shown[0])


def _frequent(case: Case, frequent: list[Driver]) -> None:
    """What goes with it, but no more than tone and length alone would have it."""
    for driver in frequent:
        own = own_scope(driver.label, case.outcome)
        fact, other = _pair(case, driver, own, "frequent")
        voices = quotes(case.ledger, case.view.items(case.both.narrowed(own)), driver.label, 2)
        text = f"**{upper(case.view.names.noun(driver.label))}**: {_against(driver, fact, other)}, {_points(driver)}."
        title = f"More frequent among them, though not surely at like {case.held} of text"
        case.ledger.say("list", text, facts=[fact, other], citations=voices, title=title)


def _is_news(case: Case, label: str, other: str) -> bool:
    """Whether it is worth a word that a label coincides with another: not with a segment, nor with its own theme."""
    parents, one, two = case.view.names.parents, split(label)[1], split(other)[1]
    return not other.startswith("attr.") and parents.get(one) != two and parents.get(two) != one


def _pair(case: Case, driver: Driver, own: Scope, kind: str = "driver") -> tuple[Fact, Fact]:
    """The two receipts of a contrast: with the outcome, and the rest."""
    table = driver.table
    test, p, q = (
        (FISHER, driver.plain_p, driver.plain_q)
        if kind in {"frequent", "alike"}
        else ("Fisher mid-p and Mantel-Haenszel, the larger p", driver.p, driver.q)
    )
    fact = case.ledger.fact(
        kind, driver.label, case.both.narrowed(own), table.a + table.b,
        value=table.difference, ci=table.interval, test=test, p=p, q=q,
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
        fact, other = _pair(case, driver, own_scope(driver.label, case.outcome), "alike")
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
            f"Not ranked because the direction turns round at like {case.held}: {names}."
        )
    if case.is_leaving:
        case.ledger.caveats.append("Leaving is what customers say, not what they have done.")


def _thin(case: Case, total: int) -> None:
    """Too few to compare: the count, and what they say."""
    case.ledger.abstain("thin" if case.view.items(case.both) else "nothing")
    fact = case.ledger.fact("outcome", "outcome", case.both, total)
    names = case.view.names
    text = f"Too few to compare: {of(fact.n, fact.of)} {case.population} {names.happens(case.outcome)}."
    case.ledger.say("head", text, facts=[fact])
    for voice in quotes(case.ledger, case.view.items(case.both), None, 4):
        case.ledger.say("quotes", "", citations=[voice], title="What they say")
    case.ledger.caveats.append(f"Reasons are compared from {LEAST_OUTCOME} items on each side.")


def _nearly_all(case: Case) -> None:
    """Hardly any item is without the outcome: nothing can set it apart, but what they name can be told."""
    fact = case.ledger.fact("outcome", "outcome", case.both, len(case.view.items(case.scope)))
    text = (
        f"{percent(fact.value)} of {case.population} ({of(fact.n, fact.of)}) {case.view.names.happens(case.outcome)}: too few do "
        "not for a comparison that tells what sets them apart."
    )
    case.ledger.say("head", text, facts=[fact])
    _stated(case)
    for voice in quotes(case.ledger, case.view.items(case.both), None, 3):
        case.ledger.say("quotes", "", citations=[voice], title="What they say")
    _course(case)
    case.ledger.caveats.append(f"Reasons are compared from {LEAST_OUTCOME} items on each side.")
