"""Are questions read right: gold plans of questions and dialogues, and which questions ought not to be answered."""

import datetime as dt
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from assistant.ask.parse import Parser
from assistant.ask.plan import QueryPlan
from assistant.ask.plan_score import SLOTS, score
from assistant.ask.vocabulary import ThemeWords, Vocabulary
from assistant.errors import InputError
from assistant.measuring.rates import Progress, Rate
from nlp import labels

THEMES = {
    name: ThemeWords(name=name.replace("_", " "), sentence=text) for name, text in labels.THEMES.items()
}
SILENT = frozenset({"help", "unsupported"})
Entry = Mapping[str, Any]


@dataclass
class Scores:
    """Counts over questions (or turns) and, for dialogues, over whole dialogues.

    `said` are slots set in the gold plan or in the one that was read, `right` those of them that agree. `refused` of
    `due` questions that ought not to be answered were not; `declined` is how many were not in all.
    """

    questions: int = 0
    exact: int = 0
    intents: int = 0
    said: int = 0
    right: int = 0
    due: int = 0
    refused: int = 0
    declined: int = 0
    dialogues: int = 0
    whole: int = 0
    seconds: float = 0.0
    wrong: Counter[str] = field(default_factory=Counter)

    def shares(self) -> dict[str, float]:
        """Exact plans, intents, slots and whole dialogues, each of its own total."""
        shares = {
            "exact": self.exact / self.questions,
            "intent": self.intents / self.questions,
            "slots": self.right / self.said,
        }
        return shares | ({"dialogues": self.whole / self.dialogues} if self.dialogues else {})


def read(path: Path) -> list[Entry]:
    """The entries of a set, one JSON object per line. Raises InputError naming the line that cannot be read."""
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            entry = json.loads(line)
            turns = entry.get("turns") or [entry]
            [QueryPlan.model_validate(turn["plan"]) for turn in turns]
        except (ValueError, KeyError, AttributeError) as error:
            raise InputError(f"{path}, line {number}, is no case: {error}") from error
        entries.append(entry)
    return entries


def scored(entries: Iterable[Entry], on_wrong: Callable[[str], None] | None = None) -> Scores:
    """Score questions, each as a dialogue of one turn, and dialogues turn by turn."""
    scores = Scores()
    for entry in entries:
        plans: list[QueryPlan] = []
        right = True
        for turn in entry.get("turns") or [entry]:
            gold = QueryPlan.model_validate(turn["plan"])
            start = time.process_time()
            got = _read(entry, turn["question"], plans)
            scores.seconds += time.process_time() - start
            wrong = _add(scores, gold, got)
            right = right and not wrong
            if wrong and on_wrong:
                on_wrong(f"{entry['id']} {turn['question']} {wrong}")
            plans.append(got)
        scores.dialogues += 1
        scores.whole += right
    return scores


def _add(scores: Scores, gold: QueryPlan, got: QueryPlan) -> list[str]:
    """Count one plan; returns the slots that are wrong."""
    slots = score(gold, got)
    wrong = [slot for slot, is_right in slots.items() if not is_right]
    used = [slot for slot in SLOTS if _says(gold, slot) or _says(got, slot)]
    scores.questions += 1
    scores.exact += not wrong
    scores.intents += slots["intent"]
    scores.said += len(used)
    scores.right += sum(slots[slot] for slot in used)
    scores.due += gold.intent in SILENT
    scores.declined += got.intent in SILENT
    scores.refused += gold.intent in SILENT and got.intent in SILENT
    scores.wrong.update(wrong)
    return wrong


def _says(plan: QueryPlan, slot: str) -> bool:
    return bool(getattr(plan, slot, None) or getattr(plan.scope, slot, None))


def _read(entry: Entry, question: str, plans: Sequence[QueryPlan]) -> QueryPlan:
    reader = parser(json.dumps(entry["attributes"]))
    previous = plans[-1] if plans else None
    return reader.read(question, dt.date.fromisoformat(entry["today"]), previous, plans[:-1]).plan


@cache
def parser(attributes: str) -> Parser:
    stored = {name: dict.fromkeys(values, 1) for name, values in json.loads(attributes).items()}
    return Parser(Vocabulary(attributes=stored, themes=THEMES))


def plans(folder: Path, progress: Progress) -> list[Rate]:
    """How well the sets of a folder are read: `questions*.jsonl` with gold plans, `followups*.jsonl` with dialogues of them.

    Abstaining is rated over all questions: F1 of those that ought to be refused or met with help.

    Raises:
        InputError: when a set cannot be read.
    """
    files = [*sorted(folder.glob("questions*.jsonl")), *sorted(folder.glob("followups*.jsonl"))]
    rates = []
    for at, path in enumerate(files):
        progress("reading questions", at, len(files))
        rates += _rates(path.stem.replace("_", " "), scored(read(path)))
    return rates


def _rates(name: str, found: Scores) -> list[Rate]:
    made = [
        Rate(name=f"plan slots right, {name}", n=found.right, of=found.said, target="95 %"),
        Rate(name=f"plans exact, {name}", n=found.exact, of=found.questions, target=""),
    ]
    if name.startswith("followups"):
        return [
            *made,
            Rate(name=f"whole dialogues right, {name}", n=found.whole, of=found.dialogues, target="90 %"),
        ]
    abstained = Rate(
        name=f"abstaining, F1, {name}", n=2 * found.refused, of=found.due + found.declined, target="90 %"
    )
    return [*made, abstained]
