"""What measures the answers finds what is wrong with them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from assistant.ask.answer import Answer
from assistant.measuring.baseline import baseline
from assistant.measuring.corpora import OUTCOME, Pool
from assistant.measuring.reasons import reasons
from assistant.measuring.receipts import receipts
from assistant.wiring import Product
from tests.assistant.api.homes import Homes

TODAY = dt.date(2026, 9, 30)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product with invented feedback."""
    opened = Homes(tmp_path_factory.mktemp("homes")).product(tmp_path_factory.mktemp("home"))
    opened.index.refresh()
    yield opened
    opened.close()


def quiet(_what: str, _done: int, _of: int) -> None:
    """Progress that nobody watches."""


def test_a_corpus_has_the_outcome_that_was_decided(product: Product):
    """Its rate and its difference between labels are those of the formula."""
    pool = Pool.of(product.snapshot().view)
    label = next(
        name for name in pool.names if name.startswith("theme=") and 0.1 < pool.row(name).mean() < 0.5
    )
    probability = pool.planted([label], 5.0)

    corpus = pool.draw(probability, 40_000, np.random.default_rng(1))

    outcome, carriers = corpus.terms.get(OUTCOME), corpus.terms.get(label)
    rest = corpus.terms.all - outcome
    difference = len(outcome & carriers) / len(outcome) - len(rest & carriers) / len(rest)
    assert len(outcome) / 40_000 == pytest.approx(probability.mean(), abs=0.01)
    assert difference == pytest.approx(pool.differences(probability)[label], abs=0.02)


def test_reasons_are_rated(product: Product):
    """Every rate has something it was counted on."""
    rates = {one.name: one for one in reasons(product.snapshot().view, corpora=3, seed=1, progress=quiet)}

    assert all(one.of > 0 for one in rates.values())
    assert rates["false drivers, outcome by chance"].of == 3
    assert rates["intervals of differences that cover"].value > 0.85


def test_true_answers_pass_and_lies_are_counted(product: Product):
    """A number, an interval and a quote that were changed are each found."""
    store = product.index.store
    items = store.get_many(list(product.index.terms.view.all))

    def checked(asker: Any) -> dict[str, int]:
        rates = receipts(asker, items, {}, ["why are customers leaving?"], today=TODAY, progress=quiet)
        return {one.name: one.of - one.n for one in rates}

    class Liar:
        def ask(self, question: str, *, today: dt.date) -> Answer:
            told = product.asker.ask(question, today=today)
            fact = told.facts[0]
            assert fact.ci
            told.facts[0] = fact.model_copy(update={"n": fact.n + 1, "ci": (0.0, fact.ci[1])})
            told.citations[0] = told.citations[0].model_copy(update={"text": "never said"})
            return told

    assert set(checked(product.asker).values()) == {0}
    wrong = checked(Liar())
    assert wrong["numbers that a recount gives"] == 1
    assert wrong["shares and intervals that a recount gives"] == 1
    assert wrong["quotes that stand in their item"] == 1

    class Elsewhere:
        def ask(self, question: str, *, today: dt.date) -> Answer:
            told = product.asker.ask(question, today=today)
            told.citations[:] = [one.model_copy(update={"span": (9_000, 9_001)}) for one in told.citations]
            return told

    assert checked(Elsewhere())["quotes that show the label of their claim"] > 0


def test_counting_everything_beats_the_nearest_few(product: Product):
    """Shares and leading labels: all items are right, and what retrieval alone would say is measured beside it."""
    view = product.snapshot().view

    def nearest(question: str, k: int) -> list[int]:
        return [near[0] for near in product.index.vectors.search(product.embed([question])[0], k)]

    rates = {rate.name: rate for rate in baseline(view, product.asker, nearest, today=TODAY, progress=quiet)}

    assert rates["shares within five points, Earmark"].value == 1
    assert rates["leading label named, Earmark"].value == 1
    assert rates["shares within five points, the nearest 10 read without error"].value < 0.8
    assert all(rate.of >= 3 for rate in rates.values())


def test_a_wrong_answer_is_counted_as_wrong(product: Product):
    """An asker that says the same to everything is seldom right."""
    view = product.snapshot().view
    once = product.asker.ask("What share of feedback about delivery is negative?", today=TODAY)

    class Same:
        def ask(self, _question: str, today: dt.date) -> Answer:
            del today
            return once

    rates = baseline(view, Same(), lambda _question, _k: [], today=TODAY, progress=quiet)  # type: ignore[arg-type]

    assert rates[0].value < 0.7
    assert [rate.n for rate in rates[1:3]] == [0, 0]
    assert rates[3].n == 0
