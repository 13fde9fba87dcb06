"""`earmark train` and `earmark evaluate`."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from assistant.models import load_tagger
from assistant.settings import Settings
from assistant.wiring import Product
from nlp.data import Example
from nlp.evaluate import Report
from nlp.metrics import Figure, LabelScore


def train(
    settings: Settings,
    data: Path,
    labels: Path,
    out: Path,
    seed: int,
    *,
    runs: int = 1,
    languages: Sequence[str] = ("en",),
    with_corrections: bool = False,
) -> None:
    """Train the tagger, with what people said of stored items if wished, and say where the weights are."""
    from nlp.train import Plan
    from nlp.train import train as train_tagger

    console = Console(stderr=True)
    plan = replace(Plan().seeded(seed), languages=tuple(languages), runs=runs)
    extra = _corrections(settings) if with_corrections else []
    if with_corrections:
        console.log(f"{len(extra):,} items with verdicts of people")
    made = train_tagger(
        data, labels, out, plan=plan, encoder=settings.encoder, extra=extra, progress=console.log
    )
    console.print(
        f"Trained on {made.examples:,} texts. Weights and card: {made.folder}. Use them with EARMARK_WEIGHTS={made.folder}"
    )


def _corrections(settings: Settings) -> list[Example]:
    from assistant.curation.learning import examples

    product = Product.open(settings)
    try:
        return examples(product.corrections.all(), product.index.store)
    finally:
        product.close()


def evaluate(settings: Settings, data: Path | None, labels: Path, *, as_json: bool) -> None:
    """Measure the tagger and print every score."""
    from nlp.evaluate import evaluate as measure

    progress = Console(stderr=True)
    report = measure(load_tagger(settings), data, labels, progress=progress.log)
    if as_json:
        print(json.dumps(asdict(report), indent=2))
    else:
        _show(Console(), report)


def _show(console: Console, report: Report) -> None:
    console.print(_labels(report.labels))
    console.print(_figures("Overall", report.figures))
    for source, figures in report.sources.items():
        console.print(_figures(source, figures))
    console.print(f"{report.model}; abstained from {report.abstained:.1%} of the messages")


def _labels(rows: list[LabelScore]) -> Table:
    table = Table(
        "field",
        "label",
        "precision",
        "recall",
        "F1",
        "support",
        "ECE",
        box=None,
        title="Labels",
        title_justify="left",
    )
    for row in rows:
        ece = "" if row.ece is None else f"{row.ece:.3f}"
        table.add_row(
            row.field,
            row.label,
            f"{row.precision:.2f}",
            f"{row.recall:.2f}",
            f"{row.f1:.2f}",
            str(row.support),
            ece,
        )
    return table


def _figures(title: str, figures: list[Figure]) -> Table:
    table = Table("figure", "value", "95 % interval", "items", box=None, title=title, title_justify="left")
    for one in figures:
        table.add_row(one.name, f"{one.value:.3f}", f"{one.low:.3f} to {one.high:.3f}", str(one.n))
    return table
