"""Rewording a composed answer with a language model. What it writes is shown only as far as it has been verified."""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.ask.answer import Claim
from assistant.ask.ledger import Block, Ledger
from assistant.ask.llm.budget import Budget
from assistant.ask.llm.cache import Cache, key
from assistant.ask.llm.language_model import LanguageModel, Message, ModelError
from assistant.ask.plan import QueryPlan
from assistant.ask.verify import Verdict, verify
from assistant.ask.wording.draft import Draft, DraftClaim
from assistant.ask.wording.material import KEY, Material, Source, gather, rendered
from prompts import Prompt

logger = logging.getLogger(__name__)
LEAST_KEPT = 0.6  # share of the key facts that must stand in verified claims
MOST = 60  # claims of a draft that are looked at


class LedgerWriter:
    """Has a language model reword the claims, verifies each, and sends what fails back once."""

    def __init__(self, model: LanguageModel, prompt: Prompt) -> None:
        self._model = model
        self._prompt = prompt
        self._cache: Cache[tuple[DraftClaim, ...]] = Cache()

    def write(self, plan: QueryPlan, ledger: Ledger, budget: Budget) -> list[Block] | None:
        """The ledger's blocks with verified claims in place of computed ones; None when too few got through.

        Whatever goes wrong with the model is logged and never raised.
        """
        material = gather(plan, ledger)
        if not material.key_facts():
            return None
        kept = self._kept(material, budget)
        share = _share(kept, material)
        if share < LEAST_KEPT:
            logger.info("The composed answer is sent: %.0f %% of its key facts were reworded.", share * 100)
            return None
        return woven(ledger.blocks, material, kept)

    def _kept(self, material: Material, budget: Budget) -> Mapping[int, Verdict]:
        """Source -> the verdict of the claim that may stand in its place; from before, where nothing has changed."""
        data = json.dumps(material.plain(), ensure_ascii=False, indent=1)
        name = key(self._model.name, self._prompt.name, self._prompt.version, data)
        sheet = _Sheet(material)
        for claim in self._cache.get(name) or ():
            sheet.take(claim)
        if not sheet.kept:
            self._rounds(sheet, data, budget)
            if _share(sheet.kept, material) >= LEAST_KEPT:
                self._cache.put(name, tuple(sheet.claims))
        return sheet.kept

    def _rounds(self, sheet: "_Sheet", data: str, budget: Budget) -> None:
        """Fill the sheet from at most two drafts."""
        messages: list[Message] = [
            ("system", self._prompt.system),
            ("user", self._prompt.asked(material=data)),
        ]
        try:
            draft = self._model.ask(Draft, messages, budget)
            reasons = sheet.add(draft)
            if reasons or _share(sheet.kept, sheet.material) < LEAST_KEPT:
                again = self._prompt.repaired(reasons="\n".join(reasons or sheet.missing()))
                repaired = [*messages, ("assistant", draft.model_dump_json()), ("user", again)]
                sheet.add(self._model.ask(Draft, repaired, budget))
        except ModelError as error:
            budget.failure = str(error)
            logger.warning("The language model was no help (%s); see EARMARK_LLM and its settings.", error)


@dataclass
class _Sheet:
    """The verified claims so far, by source."""

    material: Material
    kept: dict[int, Verdict] = field(default_factory=dict)
    claims: list[DraftClaim] = field(default_factory=list)

    def add(self, draft: Draft) -> list[str]:
        """Take the claims of a draft that hold. Returns the reasons against the others."""
        wrong = [(claim, self.take(claim)) for claim in draft.claims[:MOST]]
        return [_refused(claim, reasons) for claim, reasons in wrong if reasons]

    def take(self, claim: DraftClaim) -> tuple[str, ...]:
        """Take one claim if it holds. Returns the reasons against it."""
        verdict = verify(claim, self.material)
        if not verdict.reasons and verdict.source is not None and verdict.source not in self.kept:
            self.kept[verdict.source] = verdict
            self.claims.append(claim)
        return verdict.reasons

    def missing(self) -> list[str]:
        """What is still to be reworded, as reasons."""
        left = [
            one for at, one in enumerate(self.material.sources) if at not in self.kept and one.kind in KEY
        ]
        return [f"The claim of the facts {', '.join(source.claim.facts)} is missing." for source in left]


def woven(blocks: Sequence[Block], material: Material, kept: Mapping[int, Verdict]) -> list[Block]:
    """The blocks of an answer with verified claims in place of the computed ones that they reword."""
    made = {(source.block, source.place): _claim(source, kept[at], material)
            for at, source in enumerate(material.sources) if at in kept}  # fmt: skip
    return [
        Block(
            kind=block.kind,
            title=block.title,
            claims=[made.get((at, place), claim) for place, claim in enumerate(block.claims)],
        )
        for at, block in enumerate(blocks)
    ]


def _claim(source: Source, verdict: Verdict, material: Material) -> Claim:
    """The claim with its verified sentences; those that were not reworded stay as computed."""
    parts = [
        rendered(verdict.sentences.get(at, one.text), material) for at, one in enumerate(source.sentences)
    ]
    text = " ".join(parts)
    if source.label:
        label = rendered(source.label, material)
        text = f"**{label}**{text.removeprefix(label)}"
    return Claim(text=text, facts=source.claim.facts, citations=source.claim.citations, status="verified")


def _share(kept: Mapping[int, Verdict], material: Material) -> float:
    """Share of the key facts whose sentences were reworded and verified."""
    wanted = material.key_facts()
    sentences = (
        material.sources[at].sentences[place] for at, verdict in kept.items() for place in verdict.sentences
    )
    found = {fact for sentence in sentences for fact in sentence.facts}
    return len(found & wanted) / len(wanted) if wanted else 0.0


def _refused(claim: DraftClaim, reasons: Iterable[str]) -> str:
    return json.dumps({"claim": claim.model_dump(), "reasons": list(reasons)}, ensure_ascii=False)
