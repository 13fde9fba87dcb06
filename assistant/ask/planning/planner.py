"""The planner: where the rules are unsure, a language model proposes slots, and code decides on each of them."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assistant.ask import lexicon as lexicons
from assistant.ask.llm.budget import Budget
from assistant.ask.llm.cache import Cache, key
from assistant.ask.llm.language_model import LanguageModel, Message, ModelError
from assistant.ask.parse import notes
from assistant.ask.plan import Chip, QueryPlan, Reading, Reads
from assistant.ask.planning.draft import PlanDraft
from assistant.ask.planning.ground import Ground, is_certain, key_of
from assistant.ask.planning.material import material
from assistant.ask.planning.slots import SlotError, flat, known, plan_of
from assistant.ask.tokens import tokenise
from assistant.ask.vocabulary import Vocabulary
from assistant.ask.words import period
from prompts import Prompt

logger = logging.getLogger(__name__)
SHARE = 0.5  # of the time, so that some is left for the writer
MOST = 24  # slots of a draft that are looked at
UNPLANNED = frozenset({"help", "unsupported"})
READ_BY_MODEL = (
    "The rules were unsure about this question, and a language model read it: check what was understood."
)


class Planner:
    """Has a language model read what the rules are unsure of; a draft that does not hold goes back once.

    The model sees the question, the plans, the day and names, and no feedback. Its plan may hold known slots with known
    values only, each with words of the question that ask for it: it can select what whoever asks may ask for anyway.
    """

    def __init__(self, model: LanguageModel, prompt: Prompt) -> None:
        self._model = model
        self._prompt = prompt
        self._cache: Cache[PlanDraft] = Cache()

    def over(self, rules: Reads, vocabulary: Vocabulary, budget: Budget) -> Reads:
        """A reader that asks the model where `rules` are unsure."""
        return _Planned(planner=self, rules=rules, vocabulary=vocabulary, budget=budget)

    def plan(self, case: "Case", budget: Budget) -> Reading | None:
        """The reading that the model's slots make, or None when none of its drafts holds. Never raises."""
        data = json.dumps(case.material(), ensure_ascii=False)
        name = key(self._model.name, self._prompt.name, self._prompt.version, data)
        if kept := self._cache.get(name):
            return case.checked(kept)[0]
        messages: list[Message] = [
            ("system", self._prompt.system), ("user", self._prompt.asked(material=data))
        ]  # fmt: skip
        end = budget.until(SHARE)
        try:
            draft = self._model.ask(PlanDraft, messages, budget, end)
            reading, reasons = case.checked(draft)
            if reading is None:
                again = self._prompt.repaired(reasons="\n".join(reasons))
                repaired = [*messages, ("assistant", draft.model_dump_json()), ("user", again)]
                draft = self._model.ask(PlanDraft, repaired, budget, end)
                reading, reasons = case.checked(draft)
        except ModelError as error:
            budget.failure = str(error)
            logger.warning("The language model was no help with the question (%s); see EARMARK_LLM.", error)
            return None
        if reading is None:
            logger.info(
                "The plan of the rules stands: %d reasons against the language model's.", len(reasons)
            )
            return None
        self._cache.put(name, draft)
        return reading


@dataclass(frozen=True, kw_only=True)
class _Planned:
    planner: Planner
    rules: Reads
    vocabulary: Vocabulary
    budget: Budget

    def read(
        self, question: str, today: date, previous: QueryPlan | None = None, earlier: Sequence[QueryPlan] = ()
    ) -> Reading:
        read = self.rules.read(question, today, previous, earlier)
        if read.is_sure:
            return read
        case = Case(question=question, read=read, vocabulary=self.vocabulary, today=today, previous=previous)
        return self.planner.plan(case, self.budget) or read


@dataclass(frozen=True, kw_only=True)
class Case:
    """One question that the rules are unsure of."""

    question: str
    read: Reading
    vocabulary: Vocabulary
    today: date
    previous: QueryPlan | None

    def material(self) -> dict[str, object]:
        """What the model is given."""
        return material(self.question, self.read, self.vocabulary, self.today, self.previous)

    def checked(self, draft: PlanDraft) -> tuple[Reading | None, list[str]]:
        """The reading that a draft makes, or the reasons against it."""
        slots, words, reasons = self._slots(draft)
        reasons += self._lost(slots)
        if reasons:
            return None, reasons
        try:
            plan = plan_of(slots)
        except SlotError as error:
            return None, [str(error)]
        if plan.intent in UNPLANNED or plan == self.read.plan:
            return self.read, []
        return self._reading(plan, words), []

    def _slots(self, draft: PlanDraft) -> tuple[dict[str, list[str]], dict[str, str], list[str]]:
        """Slots with their values, the words of those that are new, and what is wrong with the others."""
        ground = Ground.of(self.question, self.read.chips, lexicons.load())
        stands = [flat(self.read.plan), flat(self.previous)]
        slots: dict[str, list[str]] = {}
        words: dict[str, str] = {}
        reasons = []
        for one in draft.slots[:MOST]:
            try:
                values = known(one, self.question, self.vocabulary)
            except SlotError as error:
                reasons.append(str(error))
                continue
            if one.slot in slots:
                reasons.append(f"{one.slot}: it stands there twice")
            slots[one.slot] = values
            if any(sorted(before.get(one.slot, ())) == sorted(values) for before in stands):
                continue
            words[one.slot] = ground.stretch(one.words)
            if wrong := ground.wrong(one.slot, one.words) or _number(one.slot, values, one.words):
                reasons.append(wrong)
        return slots, words, reasons

    def _lost(self, slots: Mapping[str, Sequence[str]]) -> list[str]:
        """Values that the rules read off the question for certain may change their place, but not go missing."""
        read, found = flat(self.read.plan), [(key_of(slot), value) for slot in slots for value in slots[slot]]
        lost = [
            chip.slot for chip in self.read.chips if is_certain(chip)
            for value in read.get(chip.slot, ()) if (key_of(chip.slot), value) not in found
        ]  # fmt: skip
        return [f"{slot}: the question names it; keep it" for slot in dict.fromkeys(lost)]

    def _reading(self, plan: QueryPlan, words: Mapping[str, str]) -> Reading:
        read, before = flat(self.read.plan), {chip.slot: chip for chip in self.read.chips}
        chips = [
            before[slot]
            if slot in before and read.get(slot) == values
            else Chip(
                slot=slot, value=self._shown(slot, values, plan),
                source="meaning" if slot in words else "previous" if slot in flat(self.previous) else "rule",
                words=words.get(slot, ""),
            )
            for slot, values in flat(plan).items()
        ]  # fmt: skip
        said = {token.low for chip in chips for token in tokenise(chip.words)}
        dropped = [chip.words for slot, chip in before.items() if chip.words and slot not in flat(plan)]
        unused = [
            text for text in (*self.read.unused, *dropped) if not {one.low for one in tokenise(text)} & said
        ]
        return Reading(
            plan=plan, chips=chips, unused=unused,
            notes=[READ_BY_MODEL, *notes(plan, unused, self.vocabulary)], is_sure=False,
        )  # fmt: skip

    def _shown(self, slot: str, values: Sequence[str], plan: QueryPlan) -> str:
        """Values as a chip shows them."""
        name = slot.rpartition(".")[2]
        if name == "polarity":
            return {"-": "complaints", "+": "praise", "0": "neutral"}[values[0]]
        if name == "period":
            scope = plan.scope if slot == "scope.period" else plan.versus or plan.outcome or plan.scope
            return period(scope.period) if scope.period else " to ".join(values)
        themes = self.vocabulary.themes
        plain = slot in ("intent", "by") or ".attributes." in slot or name == "text"
        return " or ".join(
            themes[one].name if one in themes else one if plain else one.replace("_", " ") for one in values
        )


def _number(slot: str, values: Sequence[str], words: str) -> str | None:
    """A limit is a number that the question writes."""
    numbers = [token.number for token in tokenise(words)]
    return None if slot != "limit" or float(values[0]) in numbers else "limit: the question names no number"
