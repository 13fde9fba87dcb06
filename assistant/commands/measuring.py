"""`earmark evaluate answers`: what the answers of a workspace say, against a truth that is known."""

import datetime as dt
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from assistant.errors import InputError
from assistant.measuring.abstaining import abstaining
from assistant.measuring.adversary import adversary
from assistant.measuring.baseline import baseline
from assistant.measuring.plans import plans
from assistant.measuring.questions import QUESTIONS
from assistant.measuring.rates import Progress as OnProgress
from assistant.measuring.rates import Rate
from assistant.measuring.reasons import reasons
from assistant.measuring.receipts import receipts

if TYPE_CHECKING:
    from assistant.wiring import Product


def answers(product: "Product", *, corpora: int, seed: int, cases: Path | None, as_json: bool) -> None:
    """Measure, with a progress bar, and print every rate."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")
        rates = measured(
            product,
            corpora,
            seed,
            cases,
            lambda what, done, of: bar.update(task, description=what, completed=done, total=of),
        )
    if as_json:
        print(json.dumps([asdict(one) | {"value": one.value, "ci": one.ci} for one in rates], indent=2))
    else:
        _show(rates)


def measured(
    product: "Product", corpora: int, seed: int, cases: Path | None, progress: OnProgress
) -> list[Rate]:
    read = _read(cases, progress) if cases else []
    product.index.refresh()
    view, store = product.snapshot().view, product.index.store
    today = store.counts().last or dt.date.today()  # noqa: DTZ011
    try:
        true = reasons(view, corpora=corpora, seed=seed, progress=progress)
    except ValueError as error:
        raise InputError(str(error)) from error
    checked = receipts(
        product.asker,
        store.get_many(list(view.terms.all)),
        {one.id: one.attributes for one in store.customers()},
        QUESTIONS,
        today=today,
        progress=progress,
    )
    compared = baseline(
        view,
        product.asker,
        lambda question, k: [
            near[0] for near in product.index.vectors.search(product.embed([question])[0], k)
        ],
        today=today,
        progress=progress,
    )
    held = adversary(product.snapshot(), QUESTIONS, today=today, seed=seed, progress=progress)
    return [*true, *checked, *compared, *held, *read]


def _read(cases: Path, progress: OnProgress) -> list[Rate]:
    """How the sets of a folder are read and answered. Raises InputError when it has none."""
    rates = [*plans(cases, progress), *abstaining(cases, progress)]
    if not rates:
        message = (
            f"There are no cases in {cases}; it takes questions*.jsonl, followups*.jsonl or abstain*.jsonl."
        )
        raise InputError(message)
    return rates


def _show(rates: list[Rate]) -> None:
    table = Table("measured", "rate", "95 % interval", "of", "aim", box=None, header_style="dim")
    for column in (1, 2, 3):
        table.columns[column].justify = "right"
    for one in rates:
        low, high = one.ci
        table.add_row(one.name, f"{one.value:.1%}", f"{low:.1%} to {high:.1%}", f"{one.of:,}", one.target)
    Console().print(table)
