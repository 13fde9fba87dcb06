"""`earmark themes`: what people change, and what it changed."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from assistant.curation.retagging import Change, changes_of
from assistant.curation.taxonomies import read_yaml, theme_id
from assistant.curation.trying import try_theme as tried
from assistant.errors import BusyError, InputError
from nlp.labels import THEMES
from nlp.taxonomy import Theme

if TYPE_CHECKING:
    from assistant.wiring import Product

_SHOWN = 8
_LOOK_S = 1.0  # between two looks at another process's work


def list_themes(product: "Product", *, as_json: bool, subs: bool) -> None:
    """Print the themes, those that were added last."""
    product.index.refresh()
    terms = product.index.terms.view
    themes = sorted(product.taxonomy.themes, key=lambda theme: theme.id not in THEMES)
    if as_json:
        rows = [
            {**theme.model_dump(mode="json"), "items": len(terms.get(f"theme={theme.id}"))}
            for theme in themes
        ]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    table = Table("id", "theme", "items", "negative", "positive", "", box=None, header_style="dim")
    for column in (2, 3, 4):
        table.columns[column].justify = "right"
    for theme in themes:
        counts = [len(terms.get(f"theme={theme.id}{mark}")) for mark in ("", ":-", ":+")]
        table.add_row(
            theme.id, theme.name, *(f"{n:,}" for n in counts), "" if theme.id in THEMES else "added here"
        )
        for sub in theme.sub_themes if subs else ():
            n = len(terms.get(f"sub={sub.id}"))
            table.add_row(f"  {sub.id}", f"  {sub.name}", f"{n:,}", "", "", "", style="dim")
    Console().print(table)


def try_theme(product: "Product", name: str, sentence: str, phrases: Sequence[str]) -> None:
    """Print what a theme would tag."""
    console = Console()
    looked_at, found = tried(product.index, product.tagger, _theme(name, sentence, phrases))
    console.print(f"Of the {looked_at:,} items nearest to its words, {len(found):,} would be tagged:")
    for one in found[:_SHOWN]:
        text = Text(f"{one.score:.0%} ", style="dim")
        text.append(one.item.text[slice(*one.span)].strip(), style="bold")
        text.append(f"  {one.item.id}", style="dim")
        console.print(text)
    if len(found) > _SHOWN:
        console.print(f"and {len(found) - _SHOWN:,} more", style="dim")


def add_theme(product: "Product", name: str, sentence: str, phrases: Sequence[str]) -> None:
    """Add a theme and bring stored items up to date."""
    product.taxonomies.add(_theme(name, sentence, phrases))
    retag(product)


def remove_theme(product: "Product", id_: str) -> None:
    """Remove a theme and bring stored items up to date."""
    version = product.taxonomies.remove(id_)
    Console().print(f"{version.what}; `earmark themes restore {version.number - 1}` takes it back")
    retag(product)


def export_themes(product: "Product", file: Path | None) -> None:
    """Write the themes as YAML."""
    text = product.taxonomy.to_yaml()
    if file is None:
        print(text, end="")
    else:
        file.write_text(text, encoding="utf-8")
        Console(stderr=True).print(f"{len(product.taxonomy.themes)} themes: {file}")


def import_themes(product: "Product", file: Path) -> None:
    """Take themes over and bring stored items up to date."""
    product.taxonomies.replace(
        read_yaml(file.read_text(encoding="utf-8"), file.name), f"imported {file.name}"
    )
    retag(product)


def history(product: "Product") -> None:
    """Print the versions."""
    table = Table("version", "when", "what", box=None, header_style="dim")
    for version in product.taxonomies.history():
        when = version.changed.astimezone().strftime("%Y-%m-%d %H:%M") if version.changed else ""
        table.add_row(str(version.number), when, version.what)
    Console().print(table)


def restore(product: "Product", number: int) -> None:
    """Go back to a version and bring stored items up to date."""
    product.taxonomies.restore(number)
    retag(product)


def retag(product: "Product") -> None:
    """Tag what has earlier tags again, and print what changed."""
    console = Console()
    job = product.retagger.start()
    if job is None:
        console.print("All items have today's tags.")
        return
    columns = (TextColumn("tagging again"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=None)
        changes = _followed(
            product, job.id, lambda done, total: progress.update(task, completed=done, total=total)
        )
    product.index.refresh()
    if not changes:
        console.print("No tag has changed.")
        return
    table = Table("tag", "gained", "lost", box=None, header_style="dim")
    for term, change in list(changes.items())[:_SHOWN]:
        table.add_row(term, f"{change.gained:,}", f"{change.lost:,}")
    console.print(table)


def _followed(
    product: "Product", job_id: str, on_progress: Callable[[int, int], None]
) -> Mapping[str, Change]:
    """Work on a re-tagging, or watch the process that does."""
    jobs = product.index.jobs
    while True:
        try:
            return product.retagger.run(job_id, on_progress=on_progress)
        except BusyError:
            job = jobs.get(job_id)
            if job.state in ("failed", "cancelled"):
                raise InputError(
                    f"job {job_id} is {job.state}: {job.error or 'somebody stopped it'}"
                ) from None
            if job.state == "finished":
                return changes_of(job.report)
            on_progress(job.done, job.total or job.done)
            time.sleep(_LOOK_S)


def discover(product: "Product") -> None:
    """Find what the taxonomy misses, with a progress bar, and print the candidates."""
    console = Console()
    columns = (
        TextColumn("reading what no theme covers"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=None)
        found = product.discoverer.run(
            product.discoverer.start().id,
            on_progress=lambda done, total: progress.update(task, completed=done, total=total),
        )
    covered = found.looked_at - found.outliers
    sample = "" if found.read == found.uncovered else f" (a sample of {found.uncovered:,})"
    console.print(
        f"{found.read:,} clauses that no theme covers were read{sample}; {found.looked_at:,} of them are like no theme, "
        f"{covered:,} of these fall into {len(found.candidates):,} candidates"
    )
    for one in found.candidates:
        growth = "" if one.growth is None else f", {one.growth:.1f} times as often in the last 8 weeks"
        console.print(
            f"\n[bold]{one.name}[/]  {one.items:,} items{growth}, stability {one.stability:.0%}, "
            f"nearest theme {one.nearest[0]}  [dim]{one.id}[/]"
        )
        for quote in one.quotes:
            console.print(
                Text(f"  “{' '.join(quote.text[slice(*quote.span)].split())}”  {quote.item}", style="dim")
            )
    if found.candidates:
        console.print("\nMake a theme of one: earmark themes accept ID [--name NAME] [--sentence SENTENCE]")


def accept(product: "Product", id_: str, name: str | None, sentence: str | None) -> None:
    """Make a theme of a candidate and bring stored items up to date."""
    product.discoverer.accept(id_, name, sentence)
    retag(product)


def dismiss(product: "Product", id_: str, *, undo: bool) -> None:
    """Do not offer a candidate again, or do."""
    if undo:
        product.discoverer.restore(id_)
        Console().print("It is offered again: earmark themes discover")
        return
    product.discoverer.dismiss(id_)
    Console().print(f"It is not offered again; `earmark themes dismiss {id_} --undo` takes that back")


def _theme(name: str, sentence: str, phrases: Sequence[str]) -> Theme:
    return Theme(id=theme_id(name), name=name, sentence=sentence, phrases=tuple(phrases))
