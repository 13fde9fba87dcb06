"""Which most: groups by how many items they have, or by how often something happens in them."""

from collections.abc import Mapping

from pyroaring import BitMap

from assistant.ask.answer import Fact
from assistant.ask.candidates import scope_of
from assistant.ask.journey import touchpoints
from assistant.ask.ledger import Ledger, View, counted, known_words, population, with_known
from assistant.ask.plan import QueryPlan
from assistant.ask.voices import mark_of, quotes, shown_term
from assistant.ask.words import KINDS, interval, of, percent, split, upper
from assistant.insight.shares import LEAST_TOTAL, Share, ranked, tied_with_next
from assistant.insight.statistics import FALSE_DISCOVERY, Table, benjamini_hochberg, fisher_mid_p
from assistant.scope import Scope

SHOWN = 5
VOICES = 5  # groups that get a quote
# `by` of the plan -> prefix of the index terms; anything else is an attribute
FIELDS = {
    "theme": "theme=", "sub_theme": "sub=", "emotion": "emotion=", "empathy_gap": "gap=", "force": "force=",
    "spectrum": "spectrum=", "value": "value=", "sentiment": "sentiment=", "churn": "churn=", "effort": "effort=",
    "intent": "intent=",
}  # fmt: skip
TONED = frozenset({"theme", "sub_theme", "force", "touchpoint"})
SEVERAL = frozenset(
    {"theme", "sub", "emotion", "gap", "force", "value", "touchpoint"}
)  # of these one item may have


def rank(view: View, plan: QueryPlan, ledger: Ledger) -> None:
    """Answer a `rank` plan: groups by their share of the items, or by the share with the outcome in them."""
    by = plan.by or "theme"
    groups = _groups(view, plan, by)
    kind = KINDS.get(by, f"values of {by}")
    if plan.outcome:
        _by_rate(view, plan, ledger, groups, kind)
    else:
        _by_share(view, plan, ledger, groups, kind)


def _groups(view: View, plan: QueryPlan, by: str) -> dict[str, BitMap]:
    """Terms of the field or attribute asked for; themes and forces in the polarity asked for."""
    mark = plan.scope.polarity or ""
    if not mark and by in TONED and set(plan.scope.sentiment) == {"negative"}:
        mark = "-"
    if by == "touchpoint" and not view.terms.terms("attr.touchpoint="):
        return dict(touchpoints(view.terms, mark))
    if by not in FIELDS:
        return dict(view.terms.terms(f"attr.{by}="))
    if by == "force" and not mark:
        mark = "+" if set(plan.scope.sentiment) == {"positive"} else "-"
    silent = {"churn=none", "effort=none"}
    fixed = {*plan.scope.themes, *plan.scope.emotions, *plan.scope.empathy_gaps, *plan.scope.forces}
    return {
        term: items
        for term, items in view.terms.terms(FIELDS[by]).items()
        if split(term)[2] == mark and term not in silent and split(term)[1] not in fixed
    }


def _by_share(view: View, plan: QueryPlan, ledger: Ledger, groups: Mapping[str, BitMap], kind: str) -> None:
    scope = counted(plan.scope)
    shares = ranked(view.items(scope), groups)
    limit = plan.limit or SHOWN
    if not shares:
        whole = ledger.fact("share", "scope", scope, len(view.items(scope)))
        ledger.say(
            "head",
            f"None of the {whole.n:,} {view.names.scope(plan.scope)} carries any of the {kind}.",
            facts=[whole],
        )
        return
    facts = [
        ledger.fact("rank", share.label, scope.narrowed(scope_of(share.label)), share.of)
        for share in shares[:limit]
    ]
    _lead(view, plan, ledger, facts[0])
    for at, fact in enumerate(facts):
        _place(
            view,
            ledger,
            scope,
            fact,
            shares,
            at,
            f"The {kind}, most frequent first",
            _own_rate(view, plan, ledger, fact),
        )
    if len(shares) > limit:
        ledger.caveats.append(f"{len(shares) - limit} further {kind} are less frequent.")
    if split(facts[0].label)[0] in SEVERAL:
        ledger.caveats.append("One item may carry several of them, so the shares do not add up to 100 %.")


def _lead(view: View, plan: QueryPlan, ledger: Ledger, first: Fact) -> None:
    text = (
        f"Most frequent: {view.names.noun(first.label)}, in {percent(first.value)} of {view.names.scope(plan.scope)} "
        f"({of(first.n, first.of)}; 95 % interval {interval(first.ci or (0, 1))})."
    )
    ledger.say("head", text, facts=[first])


def _place(
    view: View,
    ledger: Ledger,
    scope: Scope,
    fact: Fact,
    shares: list[Share],
    at: int,
    title: str,
    rate: Fact | None,
) -> None:
    text = f"**{upper(view.names.noun(fact.label))}**: {percent(fact.value)} ({of(fact.n, fact.of)})."
    if rate:
        text += f" That is {percent(rate.value)} of its own items ({of(rate.n, rate.of)})."
    if at + 1 < len(shares) and tied_with_next(shares, at):
        text += " Its lead over the next is within chance."
    items = view.items(scope.narrowed(scope_of(fact.label)))
    voices = quotes(ledger, items, _in_tone(fact.label, scope), 1) if at < VOICES else []
    ledger.say("list", text, facts=[fact, rate] if rate else [fact], citations=voices, title=title)


def _in_tone(label: str, scope: Scope) -> str:
    """The label that a quote should show: of a theme in the tone of what is asked for."""
    field, _, mark = split(label)
    asked = mark_of(scope)
    return f"{label}:{asked}" if asked and not mark and field in ("theme", "sub", "touchpoint") else label


def _own_rate(view: View, plan: QueryPlan, ledger: Ledger, fact: Fact) -> Fact | None:
    """How often a group says it, among all that the group says: a large group has most of everything."""
    scope, everything = counted(plan.scope), counted(population(plan.scope))
    if plan.by in FIELDS or split(fact.label)[2] or view.items(scope) == view.items(everything):
        return None
    group = scope_of(fact.label)
    return ledger.fact("rate", fact.label, scope.narrowed(group), len(view.items(everything.narrowed(group))))


def _by_rate(view: View, plan: QueryPlan, ledger: Ledger, groups: Mapping[str, BitMap], kind: str) -> None:
    """Groups by the share of their items that have the outcome, each tested against all other groups."""
    outcome = plan.outcome or Scope()
    asked = with_known(view, counted(plan.scope), outcome)
    # Where groups are values of an attribute, items without it belong to no side.
    named = Scope(
        attributes={
            term.partition("=")[0].removeprefix("attr."): [] for term in groups if term.startswith("attr.")
        }
    )
    scope = with_known(view, asked, named)
    items, inside = view.items(scope), view.items(scope.narrowed(outcome))
    present = {term: found & items for term, found in groups.items() if found & items}
    sized = {term: found for term, found in present.items() if len(found) >= LEAST_TOTAL}
    if not sized:
        ledger.say("head", f"No group has {LEAST_TOTAL} items, so their shares are not compared.")
        return
    tables = {term: _versus_others(found, items, inside) for term, found in sized.items()}
    q = dict(zip(tables, benjamini_hochberg(fisher_mid_p(list(tables.values()))), strict=True))
    order = sorted(sized, key=lambda term: (-tables[term].shares[0], term))[: plan.limit or SHOWN]
    facts = [_rate(ledger, scope, outcome, term, len(sized[term]), float(q[term])) for term in order]
    whole = ledger.fact("share", "all", scope.narrowed(outcome), len(items))
    _highest(view, ledger, outcome, facts[0], whole, known_words(asked, scope, named))
    for fact in facts:
        note = "beyond chance" if (fact.q or 0) < FALSE_DISCOVERY else "not beyond chance"
        text = f"**{upper(view.names.noun(fact.label))}**: {percent(fact.value)} ({of(fact.n, fact.of)}), {note} against the others."
        own = view.items(scope.narrowed(scope_of(fact.label), outcome))
        voices = quotes(ledger, own, _shown(outcome), 1) if len(ledger.citations) < VOICES else []
        ledger.say("list", text, facts=[fact], citations=voices, title=f"The {kind}, highest share first")
    if small := len(present) - len(sized):
        ledger.caveats.append(f"{small} {kind} with fewer than {LEAST_TOTAL} items are not ranked.")


def _shown(outcome: Scope) -> str | None:
    """The index term that a quote about an outcome should show."""
    return shown_term(QueryPlan(intent="quotes", scope=outcome))


def _rate(ledger: Ledger, scope: Scope, outcome: Scope, term: str, size: int, q: float) -> Fact:
    within = scope.narrowed(scope_of(term), outcome)
    return ledger.fact("rate", term, within, size, test="Fisher mid-p against the others", q=q)


def _highest(view: View, ledger: Ledger, outcome: Scope, top: Fact, whole: Fact, known: str) -> None:
    if (top.q or 0) >= FALSE_DISCOVERY:
        ledger.say("head", "None of them stands out beyond chance.")
    text = (
        f"The share of {view.names.who(outcome)} is highest for {view.names.noun(top.label)}: "
        f"{percent(top.value)} ({of(top.n, top.of)}; 95 % interval {interval(top.ci or (0, 1))}), against "
        f"{percent(whole.value)} of all{known} ({of(whole.n, whole.of)})."
    )
    ledger.say("head", text, facts=[top, whole])


def _versus_others(group: BitMap, items: BitMap, inside: BitMap) -> Table:
    """Outcome and not, inside the group and outside of it."""
    a, others = group.intersection_cardinality(inside), items - group
    c = others.intersection_cardinality(inside)
    return Table(a=a, b=len(group) - a, c=c, d=len(others) - c)
