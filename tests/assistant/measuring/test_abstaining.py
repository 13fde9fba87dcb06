"""Knowing when not to answer: the written corpus holds what it says, and wrong answers and refusals lower the rate."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.ask.answer import Abstained, Answer
from assistant.ask.asker import Asker
from assistant.errors import InputError
from assistant.measuring.abstaining import Case, abstaining, read, scored
from assistant.measuring.written import entries, written_asker

TODAY = dt.date(2026, 9, 30)


@pytest.fixture(scope="module")
def asker() -> Iterator[Asker]:
    with written_asker() as made:
        yield made


def quiet(_what: str, _done: int, _of: int) -> None:
    """Progress that nobody watches."""


def case(question: str, expect: str, attributes: dict[str, list[str]] | None = None) -> Case:
    entry = {"id": "a1", "question": question, "today": TODAY, "attributes": attributes, "expect": expect}
    return Case.model_validate(entry)


CASES = [
    case("What do customers think of the app?", "answer"),
    case("Why are customers leaving?", "answer"),
    case("What do customers think of the food?", "nothing"),
    case("Why are customers on the islands unhappy?", "thin"),
    case("Why did complaints about bills double since June?", "premise"),
    case("Which store gets the most complaints?", "unsupported", {"channel": ["email"]}),
    case("Which store gets the most complaints?", "answer", {"store": ["Leeds", "York"]}),
    case("what can you do?", "help", {"channel": ["email"]}),
]


class Always:
    """Says the same of every question."""

    def __init__(self, answer: Answer, abstained: Abstained | None) -> None:
        self.answer = answer.model_copy(update={"abstained": abstained})

    def ask(self, _question: str, *, today: dt.date) -> Answer:
        del today
        return self.answer


def test_the_corpus_holds_what_the_table_says() -> None:
    """Outages rise from 2 a month to 14, bills stay, six items come from the islands, and no text is a copy."""
    items = list(entries())
    months = Counter(
        one.item.date.month for one in items if "theme=service_disruption" in one.terms if one.item.date
    )
    bills = Counter(one.item.date.month for one in items if "theme=billing_payment:-" in one.terms
                    if one.item.date and one.item.attributes["region"] != "islands")  # fmt: skip
    assert [months[month] for month in range(1, 10)] == [2, 2, 3, 4, 5, 7, 10, 12, 14]
    assert set(bills.values()) == {8}
    assert sum(one.item.attributes["region"] == "islands" for one in items) == 6
    assert len({one.item.text for one in items}) == len(items)


def test_leaving_is_shown_apart_from_what_goes_with_it(asker: Asker) -> None:
    """So that what drives it can be found: who was not heard leaves."""
    answer = asker.ask("Why are customers leaving?", today=TODAY)
    assert "gap=unheard" in {fact.label for fact in answer.facts if fact.kind == "driver"}


def test_right_answers_and_refusals_are_counted(asker: Asker) -> None:
    """Four of eight have an answer, the rest are refused, each for its reason."""
    found = scored(CASES, asker, quiet)
    assert (found.asked, found.due, found.declined, found.refused, found.fitting) == (8, 5, 5, 5, 5)


def test_answering_everything_and_refusing_everything_are_caught(asker: Asker) -> None:
    """Each spoils what it gets wrong: answers where none is due, refusals where one is."""
    asked = [one for one in CASES if one.attributes is None]
    answer = asker.ask("What do customers think of the app?", today=TODAY)
    bold = scored(asked, Always(answer, None), quiet)
    assert (bold.due, bold.declined, bold.refused) == (3, 0, 0)
    shy = scored(asked, Always(answer, "nothing"), quiet)
    assert (shy.due, shy.declined, shy.refused, shy.fitting) == (3, 5, 3, 1)


def test_what_is_wrong_is_shown(asker: Asker) -> None:
    """The case, and what was said instead."""
    wrong: list[tuple[str, str | None]] = []
    scored(
        [case("What do customers think of the app?", "thin")],
        asker,
        quiet,
        lambda one, said: wrong.append((one.expect, said)),
    )
    assert wrong == [("thin", None)]


def test_the_sets_of_a_folder_are_rated(tmp_path: Path) -> None:
    """F1, and both ways to be wrong; nothing without a set; a line that is no case is named."""
    assert abstaining(tmp_path, quiet) == []
    told = [
        json.loads(one.model_dump_json())
        for one in (*CASES, case("What do customers think of the food?", "answer"))
    ]
    path = tmp_path / "abstain.jsonl"
    path.write_text("".join(f"{json.dumps(one)}\n" for one in told), encoding="utf-8")

    rates = {rate.name: (rate.n, rate.of) for rate in abstaining(tmp_path, quiet)}

    assert rates["abstaining, F1"] == (10, 11)
    assert rates["abstaining where there is no answer"] == (5, 5)
    assert rates["answering what has an answer"] == (3, 4)
    path.write_text('{"id": "a1"}\n', encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        read(path)
