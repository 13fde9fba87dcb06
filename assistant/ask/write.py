"""Rewording a composed answer with a language model. What it writes is shown only as far as it has been verified."""

import importlib.util
import json
import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from assistant.ask.answer import Claim
from assistant.ask.ledger import Block, Ledger
from assistant.ask.plan import QueryPlan
from assistant.ask.verify import Verdict, verify
from assistant.ask.wording.draft import Draft, DraftClaim
from assistant.ask.wording.language_model import DraftError, LanguageModel, Message
from assistant.ask.wording.material import KEY, Material, Source, gather, rendered
from assistant.errors import SettingsError
from assistant.settings import Settings
from prompts import Prompt, load

logger = logging.getLogger(__name__)
LEAST_KEPT = 0.6  # share of the key facts that must stand in verified claims
MOST = 60  # claims of a draft that are looked at
PACKAGES = {"openai": "langchain_openai", "anthropic": "langchain_anthropic", "ollama": "langchain_ollama"}


class Writer(Protocol):
    """Rewords the claims of a ledger; None means that the composed answer is to be sent."""

    def write(self, plan: QueryPlan, ledger: Ledger) -> list[Block] | None: ...


def writer_for(settings: Settings) -> Writer | None:
    """The writer that the settings name, or none.

    Raises:
        SettingsError: when the package for the provider is not installed.
    """
    if settings.llm is None:
        return None
    provider = settings.llm.partition(":")[0]
    package = PACKAGES.get(provider)
    if package and importlib.util.find_spec(package) is None:
        msg = f"EARMARK_LLM names {provider}, and {package} is not installed; run pip install 'earmark[{provider}]'."
        raise SettingsError(msg)
    key = settings.llm_api_key
    model = LanguageModel(
        name=settings.llm,
        base_url=settings.llm_base_url,
        api_key=key.get_secret_value() if key else None,
        timeout_s=settings.llm_timeout_s,
        max_tokens=settings.llm_max_tokens,
    )
    return LedgerWriter(model, load("writer"))


class LedgerWriter:
    """Has a language model reword the claims, verifies each, and sends what fails back once."""

    def __init__(self, model: LanguageModel, prompt: Prompt) -> None:
        self._model = model
        self._prompt = prompt

    def write(self, plan: QueryPlan, ledger: Ledger) -> list[Block] | None:
        """The ledger's blocks with verified claims in place of computed ones; None when too few got through.

        Whatever goes wrong with the model is logged and never raised.
        """
        material = gather(plan, ledger)
        if not material.key_facts():
            return None
        kept = self._rounds(material)
        share = _share(kept, material)
        if share < LEAST_KEPT:
            logger.info("The composed answer is sent: %.0f %% of its key facts were reworded.", share * 100)
            return None
        return woven(ledger.blocks, material, kept)

    def _rounds(self, material: Material) -> Mapping[int, Verdict]:
        """Source -> the verdict of the claim that may stand in its place, after at most two drafts."""
        start, sheet = time.monotonic(), _Sheet(material)
        data = json.dumps(material.plain(), ensure_ascii=False, indent=1)
        messages: list[Message] = [
            ("system", self._prompt.system),
            ("user", self._prompt.asked(material=data)),
        ]
        try:
            draft = self._model.draft(messages, self._model.timeout_s)
            reasons = sheet.add(draft)
            if reasons or _share(sheet.kept, material) < LEAST_KEPT:
                left = self._model.timeout_s - (time.monotonic() - start)
                again = self._prompt.repaired(reasons="\n".join(reasons or sheet.missing()))
                sheet.add(self._model.draft([*messages, ("assistant", _json(draft)), ("user", again)], left))
        except DraftError as error:
            logger.warning("The language model was no help (%s); see EARMARK_LLM and its settings.", error)
        return sheet.kept


@dataclass
class _Sheet:
    """The verified claims so far, by source."""

    material: Material
    kept: dict[int, Verdict] = field(default_factory=dict)

    def add(self, draft: Draft) -> list[str]:
        """Take the claims of a draft that hold. Returns the reasons against the others."""
        wrong = []
        for claim in draft.claims[:MOST]:
            verdict = verify(claim, self.material)
            if verdict.reasons:
                wrong.append(_refused(claim, verdict.reasons))
            elif verdict.source is not None:
                self.kept.setdefault(verdict.source, verdict)
        return wrong

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


def _json(draft: Draft) -> str:
    return draft.model_dump_json()
