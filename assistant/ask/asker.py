"""Asking: from a question to an answer whose every number and quote can be opened."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from assistant.ask import (
    compare,
    compose,
    counts,
    drivers,
    impact,
    news,
    premise,
    ranking,
    reading,
    refusing,
    trends,
)
from assistant.ask.answer import Answer, Coverage
from assistant.ask.chips import given
from assistant.ask.corrected import corrected
from assistant.ask.ledger import Ledger, View, counted
from assistant.ask.llm.budget import Budget
from assistant.ask.plan import Intent, QueryPlan, Reading, Reads
from assistant.ask.suggest import suggestions
from assistant.ask.support import Support
from assistant.ask.talks import WITHOUT_SCOPE, Talks
from assistant.ask.vocabulary import Vocabulary
from assistant.errors import InputError
from assistant.insight.drivers import LEAST_OUTCOME
from assistant.scope import Scope
from nlp.quality import FieldQuality

LONGEST_QUESTION = 2000
Stage = Callable[[str, dict[str, Any]], None]
Mode = Literal["composed", "written"]
Analysis = Callable[[View, QueryPlan, Ledger], None]

ANALYSES: Mapping[Intent, Analysis] = {
    "drivers": drivers.drivers,
    "count": counts.count,
    "rank": ranking.rank,
    "trend": trends.moving,
    "quotes": reading.show_quotes,
    "summary": reading.summary,
    "compare": compare.compare,
    "emerging": news.new,
    "impact": impact.impact,
    "help": refusing.assist,
    "unsupported": refusing.unsupported,
}
OF_SHARES: frozenset[Intent] = frozenset({"summary", "rank"})

BIAS = (
    "This is the feedback received, not all customers: the very pleased and the very annoyed write more, "
    "and who leaves in silence is missing."
)


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The data at one moment: what can be counted, and the parser that knows its words."""

    view: View
    parser: Reads
    quality: Mapping[str, FieldQuality]  # of the tagger on unseen domains, by tag field
    vocabulary: Vocabulary = field(default_factory=Vocabulary)


class Asker:
    """Answers questions about one workspace, with the support of a language model where there is one."""

    def __init__(
        self, snapshot: Callable[[], Snapshot], talks: Talks, support: Support | None = None
    ) -> None:
        self._snapshot = snapshot
        self._talks = talks
        self._support = support

    def ask(
        self,
        question: str,
        *,
        plan: QueryPlan | None = None,
        conversation: str | None = None,
        earlier: Sequence[str] = (),
        today: date | None = None,
        remember: bool = True,
        on_stage: Stage | None = None,
    ) -> Answer:
        """Answer one question.

        Args:
            question: in plain English, up to 2,000 characters.
            plan: how the question is to be understood, for instance a plan of an earlier answer with a slot changed;
                default is what the parser makes of it.
            conversation: id from an earlier answer, so that "and for email?" is understood.
            earlier: questions that went before, oldest first, where the caller keeps the conversation and not we.
            today: what "last month" is measured from; default is the day of the call.
            remember: whether the conversation keeps this turn.
            on_stage: called with `plan`, `progress` and `claim` as they become known.

        Raises:
            InputError: when the question is empty or too long.
        """
        stage = on_stage or (lambda _name, _data: None)
        text = _checked(question)
        key = conversation or uuid.uuid4().hex
        snapshot = self._snapshot()
        budget = self._support.budget() if self._support else None
        reader = self._reader(snapshot, budget)
        day = today or date.today()  # noqa: DTZ011
        plans = _plans(reader, earlier, day) if earlier else self._talks.plans(conversation)
        found = _understood(snapshot, reader, text, plan, day, plans)
        stage("plan", {"plan": found.plan.plain(), "understood": [chip.model_dump() for chip in found.chips]})
        ledger = self._run(snapshot, found.plan, premise.premise_of(text, found.plan), stage)
        ledger.caveats += found.notes
        mode = self._reword(found.plan, ledger, budget, stage)
        answer = self._answer(snapshot, found, ledger, key, today, mode)
        for claim in answer.claims:
            stage("claim", {"claim": claim.model_dump(mode="json")})
        if remember:
            self._talks.add(key, text, found.plan, is_revised=plan is not None)
        return answer

    def examples(self, today: date | None = None) -> list[str]:
        """Questions that have an answer in the data at hand, for a first visit."""
        snapshot = self._snapshot()
        plan = QueryPlan(intent="help")
        return suggestions(snapshot.view, snapshot.parser, plan, today or date.today())  # noqa: DTZ011

    def _run(
        self, snapshot: Snapshot, plan: QueryPlan, taken: premise.Premise | None, stage: Stage
    ) -> Ledger:
        view = snapshot.view
        ledger = Ledger(view)
        if plan.intent in WITHOUT_SCOPE:
            ANALYSES[plan.intent](view, plan, ledger)
            return ledger
        total = len(view.items(counted(plan.scope)))
        stage("progress", {"what": f"Counting {total:,} {view.names.scope(plan.scope)}", "items": total})
        if taken and total:
            premise.check(view, plan, ledger, taken)
        _analysis(plan.intent, total)(view, plan, ledger)
        if total:
            corrected(plan, ledger, snapshot.quality)
            ledger.caveats += [*_copies(view, plan.scope), *_quality(plan, snapshot.quality), BIAS]
        return ledger

    def _reader(self, snapshot: Snapshot, budget: Budget | None) -> Reads:
        if self._support is None or budget is None:
            return snapshot.parser
        return self._support.reader(snapshot.parser, snapshot.vocabulary, budget)

    def _reword(self, plan: QueryPlan, ledger: Ledger, budget: Budget | None, stage: Stage) -> Mode:
        """Let the writer reword the composed claims; what it does not get verified stays composed."""
        if self._support is None or budget is None or plan.intent in WITHOUT_SCOPE:
            return "composed"
        stage("progress", {"what": "Choosing words and checking them"})
        blocks = self._support.write(plan, ledger, budget)
        if budget.failure:
            stage("progress", {"what": f"The language model was no help: {budget.failure}"})
        if blocks is None:
            return "composed"
        ledger.blocks = blocks
        return "written"

    def _answer(
        self, snapshot: Snapshot, found: Reading, ledger: Ledger, key: str, today: date | None, mode: Mode
    ) -> Answer:
        view, plan = snapshot.view, found.plan
        citations = {citation.id: citation for citation in ledger.citations}
        return Answer(
            answer=compose.markdown(ledger.blocks, citations, ledger.caveats),
            plan=plan.plain(),
            claims=ledger.claims,
            facts=ledger.facts,
            citations=ledger.citations,
            caveats=ledger.caveats,
            suggestions=suggestions(view, snapshot.parser, plan, today or date.today(), ledger.facts),  # noqa: DTZ011
            coverage=Coverage(
                items=len(view.terms.all),
                in_scope=0 if plan.intent in WITHOUT_SCOPE else len(view.items(counted(plan.scope))),
                untagged=len(view.terms.get("untagged=yes")),
            ),
            mode=mode,
            abstained=ledger.abstained,
            conversation=key,
            understood=found.chips,
        )


def _understood(
    snapshot: Snapshot,
    reader: Reads,
    text: str,
    plan: QueryPlan | None,
    today: date,
    plans: Sequence[QueryPlan],
) -> Reading:
    if plan is not None:
        return Reading(plan=plan, chips=given(plan, snapshot.view.names))
    return reader.read(text, today, plans[-1] if plans else None, plans[:-1])


def _plans(reader: Reads, questions: Sequence[str], today: date) -> list[QueryPlan]:
    """What earlier questions meant, each read after those before it."""
    plans: list[QueryPlan] = []
    for question in questions:
        text = " ".join(question.split())[:LONGEST_QUESTION]
        read = reader.read(text, today, plans[-1] if plans else None, plans[:-1]).plan if text else None
        if read is not None and read.intent not in WITHOUT_SCOPE:
            plans.append(read)
    return plans


def _analysis(intent: Intent, total: int) -> Analysis:
    """What answers the intent; less where there are no items, or too few for shares."""
    if not total:
        return refusing.nothing
    return refusing.few if total < LEAST_OUTCOME and intent in OF_SHARES else ANALYSES[intent]


def _checked(question: str) -> str:
    text = " ".join(question.split())
    if not text:
        msg = "The question is empty. Ask, for example: why are customers leaving after returns?"
        raise InputError(msg)
    if len(text) > LONGEST_QUESTION:
        msg = f"The question has {len(text)} characters; keep it under {LONGEST_QUESTION}."
        raise InputError(msg)
    return text


def _copies(view: View, scope: Scope) -> list[str]:
    copies = len(view.items(scope) & view.terms.get("copy=yes"))
    return [f"{copies:,} copies of the same text are counted once."] if copies else []


def _quality(plan: QueryPlan, quality: Mapping[str, FieldQuality]) -> list[str]:
    """How good the detector is for what the numbers rest on."""
    used = {
        "themes": plan.scope.themes
        or plan.by in ("theme", "sub_theme")
        or plan.intent in ("drivers", "summary", "emerging", "impact"),
        "churn": plan.scope.churn or (plan.outcome and plan.outcome.churn),
        "empathy_gaps": plan.scope.empathy_gaps
        or plan.by == "empathy_gap"
        or (plan.outcome and plan.outcome.empathy_gaps),
        "emotions": plan.scope.emotions or plan.by == "emotion" or (plan.outcome and plan.outcome.emotions),
        "sentiment": plan.scope.sentiment
        or plan.by == "sentiment"
        or (plan.outcome and plan.outcome.sentiment),
        "forces": plan.scope.forces or plan.by == "force",
        "spectrum": plan.by == "spectrum",
        "values": plan.by == "value",
    }
    names = {
        "themes": "themes",
        "churn": "wish to leave",
        "empathy_gaps": "empathy gaps",
        "emotions": "emotions",
        "sentiment": "sentiment",
        "forces": "forces",
        "spectrum": "components of the spectrum",
        "values": "value levels",
    }
    known = [
        f"{names[field]} {quality[field].precision:.2f} and {quality[field].recall:.2f}"
        for field, is_used in used.items()
        if is_used and field in quality
    ]
    if not known:
        return []
    return [
        f"Counts are as detected. Precision and recall of the detector on kinds of feedback it had not seen: {'; '.join(known)}."
    ]
