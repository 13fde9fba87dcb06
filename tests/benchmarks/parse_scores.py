"""How many questions and dialogues of the question sets are read right. Prints the scores.

    python tests/benchmarks/parse_scores.py

The rules were developed on the entries with an odd number; those with an even number are the test.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from assistant.ask.parse import Parser
from assistant.ask.plan import QueryPlan
from assistant.ask.plan_score import score
from assistant.ask.vocabulary import ThemeWords, Vocabulary
from nlp import labels

HERE = Path(__file__).parent
THEMES = {
    name: ThemeWords(name=name.replace("_", " "), sentence=text) for name, text in labels.THEMES.items()
}


@dataclass
class Scores:
    """Counts over questions (or turns) and, for dialogues, over whole dialogues."""

    questions: int = 0
    exact: int = 0
    intents: int = 0
    dialogues: int = 0
    whole: int = 0
    seconds: float = 0.0
    wrong: Counter[str] = field(default_factory=Counter)

    def shares(self) -> dict[str, float]:
        shares = {"exact": self.exact / self.questions, "intent": self.intents / self.questions}
        return shares | ({"dialogues": self.whole / self.dialogues} if self.dialogues else {})


def read(name: str, *, odd: bool) -> Iterator[dict[str, Any]]:
    """The entries of a set with an odd, or an even, number."""
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if int(entry["id"][1:]) % 2 == odd:
            yield entry


def dialogues(entries: Iterable[Mapping[str, Any]], on_wrong: Callable[[str], None] | None = None) -> Scores:
    """Score questions, each as a dialogue of one turn, and dialogues turn by turn."""
    scores = Scores()
    for entry in entries:
        turns = entry.get("turns") or [entry]
        plans: list[QueryPlan] = []
        right = True
        for turn in turns:
            gold = QueryPlan.model_validate(turn["plan"])
            start = time.process_time()
            got = _read(entry, turn["question"], plans)
            scores.seconds += time.process_time() - start
            slots = score(gold, got)
            wrong = [slot for slot, is_right in slots.items() if not is_right]
            scores.questions += 1
            scores.exact += not wrong
            scores.intents += slots["intent"]
            scores.wrong.update(wrong)
            right = right and not wrong
            if wrong and on_wrong:
                on_wrong(f"{entry['id']} {turn['question']} {wrong}")
            plans.append(got)
        scores.dialogues += 1
        scores.whole += right
    return scores


def _read(entry: Mapping[str, Any], question: str, plans: list[QueryPlan]) -> QueryPlan:
    parser = _parser(json.dumps(entry["attributes"]))
    previous = plans[-1] if plans else None
    return parser.read(question, date.fromisoformat(entry["today"]), previous, plans[:-1]).plan


@cache
def _parser(attributes: str) -> Parser:
    stored = {name: dict.fromkeys(values, 1) for name, values in json.loads(attributes).items()}
    return Parser(Vocabulary(attributes=stored, themes=THEMES))


def measure() -> dict[str, Scores]:
    """The scores of both sets, developed on and test."""
    return {
        f"{name}_{part}": dialogues(read(f"{name}.jsonl", odd=part == "odd"))
        for name in ("questions", "followups")
        for part in ("odd", "even")
    }


if __name__ == "__main__":
    for part, found in measure().items():
        shares = ", ".join(f"{name} {share:.3f}" for name, share in found.shares().items())
        print(
            f"{part}: {found.questions} questions, {shares}, {1000 * found.seconds / found.questions:.1f} ms"
        )
        print(f"    wrong slots: {dict(found.wrong)}")
