"""What a count would be if the detector made no errors, beside what it counted."""

from collections.abc import Mapping

from assistant.ask.ledger import Ledger
from assistant.ask.plan import RISK, QueryPlan
from assistant.ask.words import interval, percent
from assistant.insight.prevalence import corrected as true_share
from assistant.scope import Scope
from nlp.labels import EMPATHY_GAPS
from nlp.quality import RISK as ANY_RISK
from nlp.quality import Confusion, FieldQuality

LEAST = 20  # items on either side of the sample, from which its error rates are worth using
# key of a scope -> tag field
_FIELDS = {
    "themes": "themes", "sentiment": "sentiment", "emotions": "emotions", "empathy_gaps": "empathy_gaps",
    "churn": "churn", "effort": "effort", "intents": "intent",
}  # fmt: skip
_FRAME = {"attributes", "period"}


def corrected(plan: QueryPlan, ledger: Ledger, quality: Mapping[str, FieldQuality]) -> None:
    """Add to a count of one label the share that remains once errors of the detector are taken out."""
    if plan.intent != "count" or plan.by:
        return
    fact = next((fact for fact in ledger.facts if fact.label == "count"), None)
    sample = _sample(plan.outcome or plan.scope, quality)
    if fact is None or sample is None or fact.n == fact.of:
        return
    found = true_share(
        fact.n, fact.of, found=sample.found, missed=sample.missed, false=sample.false, passed=sample.passed
    )
    if found is None:
        return
    true = ledger.fact(
        "corrected", fact.label, Scope.model_validate(fact.filter), fact.of,
        value=found.share, ci=found.ci, test="Rogan-Gladen, Lang-Reiczigel interval",
    )  # fmt: skip
    have = sample.found + sample.missed
    ledger.say(
        "text",
        f"The detector errs: of {have:,} held-out texts with it it found {sample.found:,}, of "
        f"{sample.false + sample.passed:,} without it marked {sample.false:,}. Were it as good here, the true share "
        f"would be about {percent(found.share)} ({interval(found.ci)}).",
        facts=[true],
    )


def _sample(scope: Scope, quality: Mapping[str, FieldQuality]) -> Confusion | None:
    """The held-out texts that tell how the detector errs on what is counted; None unless that is a single label."""
    keys = {key for key in scope.plain() if key not in _FRAME}
    if len(keys) != 1 or not keys <= _FIELDS.keys():
        return None
    key = keys.pop()
    field, chosen = _FIELDS[key], list(getattr(scope, key))
    if set(chosen) == set(RISK):
        label = ANY_RISK
    elif set(chosen) == set(EMPATHY_GAPS):
        field, label = "any_gap", "any_gap"
    elif len(chosen) == 1:
        label = chosen[0]
    else:
        return None
    sample = quality[field].labels.get(label) if field in quality else None
    if sample is None or min(sample.found + sample.missed, sample.false + sample.passed) < LEAST:
        return None
    return sample
