"""Does it know when it does not know: questions that have no answer, among others like them that have one."""

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.ask.answer import Answer
from assistant.errors import InputError
from assistant.measuring.plans import SILENT, parser
from assistant.measuring.rates import Progress, Rate
from assistant.measuring.written import written_asker


class Case(BaseModel):
    """A question and what is expected of it.

    With `attributes` it is only read, as if it were asked of feedback with these; without, it is asked of the written
    corpus.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    question: str
    today: dt.date
    attributes: dict[str, list[str]] | None = None
    expect: Literal["answer", "help", "unsupported", "nothing", "thin", "premise"]
    note: str = ""


class Asks(Protocol):
    """What answers a question."""

    def ask(self, question: str, *, today: dt.date) -> Answer: ...


@dataclass(kw_only=True)
class Scores:
    """`refused` of `due` questions were not answered, `declined` were not in all; `fitting` gave the reason expected."""

    asked: int = 0
    due: int = 0
    declined: int = 0
    refused: int = 0
    fitting: int = 0


def abstaining(folder: Path, progress: Progress) -> list[Rate]:
    """F1 of abstaining over the sets `abstain*.jsonl` of a folder, and how often for the right reason.

    Raises:
        InputError: when a set cannot be read.
    """
    cases = [case for path in sorted(folder.glob("abstain*.jsonl")) for case in read(path)]
    if not cases:
        return []
    with written_asker() as asker:
        found = scored(cases, asker, progress)
    answerable = found.asked - found.due
    return [
        Rate(name="abstaining, F1", n=2 * found.refused, of=found.due + found.declined, target="90 %"),
        Rate(name="abstaining where there is no answer", n=found.refused, of=found.due, target=""),
        Rate(name="abstaining for the right reason", n=found.fitting, of=found.due, target=""),
        Rate(name="answering what has an answer", n=answerable - found.declined + found.refused, of=answerable, target=""),
    ]  # fmt: skip


def read(path: Path) -> list[Case]:
    """The cases of a set, one JSON object per line. Raises InputError naming the line that cannot be read."""
    cases = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            cases.append(Case.model_validate_json(line))
        except ValidationError as error:
            raise InputError(f"{path}, line {number}, is no case: {error}") from error
    return cases


def scored(
    cases: Iterable[Case], asker: Asks, progress: Progress, on_wrong: Any = lambda _case, _said: None
) -> Scores:
    """Ask or read every case, and compare what is said with what is expected."""
    scores, asked = Scores(), list(cases)
    for at, case in enumerate(asked):
        progress("asking what has no answer", at, len(asked))
        said = _said(case, asker)
        is_due = case.expect != "answer"
        scores.asked += 1
        scores.due += is_due
        scores.declined += said is not None
        scores.refused += is_due and said is not None
        scores.fitting += said == case.expect
        if is_due != (said is not None):
            on_wrong(case, said)
    return scores


def _said(case: Case, asker: Asks) -> str | None:
    """Why the question was not answered; None when it was."""
    if case.attributes is None:
        return asker.ask(case.question, today=case.today).abstained
    plan = parser(json.dumps(case.attributes)).read(case.question, case.today).plan
    return plan.intent if plan.intent in SILENT else None
