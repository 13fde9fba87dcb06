"""`earmark import`: from a file to tagged, stored and indexed feedback, with everything said that was decided."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from assistant.intake import ColumnMapping, ImportReport, Preview
from assistant.intake import Progress as Done

if TYPE_CHECKING:
    from assistant.wiring import Product

USES = {"attribute": "attribute", "skip": "not used"}


def import_file(
    product: "Product",
    file: Path,
    mapping: Sequence[str],
    *,
    sheet: str | None = None,
    refused: Path | None = None,
    dry_run: bool = False,
) -> None:
    """Show how the file is read, import it with a progress bar, and report what came of it."""
    console = Console()
    found = product.importer.preview(file, mapping, sheet=sheet)
    _show_mapping(console, found)
    if dry_run:
        _show_rows(console, found)
        return
    job = product.importer.start(file, mapping, sheet=sheet)
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
        TextColumn("{task.fields[rate]}"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(file.name, total=None, rate="")

        def advance(done: Done) -> None:
            rate = f"{done.rate:.0f} rows/s" if done.rate else ""
            progress.update(task, completed=done.rows, total=max(done.total, done.rows), rate=rate)

        report = product.importer.run(job, on_progress=advance)
        progress.update(task, completed=report.rows, total=report.rows or 1)
    product.index.refresh()
    _show_report(console, report)
    if refused and report.refused:
        refused.write_text("".join(product.importer.refused_csv(job)), encoding="utf-8")
        console.print(f"Refused rows: {refused}")


def _show_mapping(console: Console, found: Preview) -> None:
    mapping: ColumnMapping = found.mapping
    table = Table("column", "read as", "because", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in mapping.columns:
        use = USES.get(column.use, column.use)
        name = f"{use} {column.name}" if column.use == "attribute" and column.name != column.column else use
        table.add_row(column.column, name, column.reason, style="dim" if column.use == "skip" else "")
    console.print(f"[bold]{found.file}[/] {found.description}: {mapping.kind}")
    console.print(table)
    for note in mapping.notes:
        console.print(f"Note: {note}")


def _show_rows(console: Console, found: Preview) -> None:
    for row in found.rows:
        console.print({name: value for name, value in row.items() if value})
    for line, reason in found.refused:
        console.print(f"Line {line} would be refused: {reason}", style="yellow")


def _show_report(console: Console, report: ImportReport) -> None:
    counts = (report.added, report.updated, report.unchanged, report.duplicates, report.refused)
    names = ("added", "updated", "unchanged", "duplicate", "refused")
    said = (
        ", ".join(f"{count:,} {name}" for count, name in zip(counts, names, strict=True) if count)
        or "nothing to do"
    )
    rate = f" in {report.seconds:.0f} s ({report.rate:.0f}/s)" if report.seconds >= 1 else ""
    console.print(f"[bold]{report.rows:,} rows[/]: {said}{rate}")
    for reason, count in report.reasons.items():
        console.print(f"  refused {count:,}: {reason}", style="yellow")
    if report.redactions:
        console.print(
            "  redacted: "
            + ", ".join(f"{count:,} {kind}" for kind, count in sorted(report.redactions.items()))
        )
    for note in report.notes:
        console.print(f"  {note}")


def pull(product: "Product") -> None:
    """Fetch what is new in every source, and report what came of it."""
    console = Console()
    with console.status("Pulling …"):
        found = product.puller.run(product.puller.start().id)
    product.index.refresh()
    for name, one in found.items():
        counts = ", ".join(f"{n:,} {what}" for what, n in one.items() if isinstance(n, int))
        console.print(
            f"{name}: {one.get('problem') or counts or 'nothing new'}", markup=False, highlight=False
        )
        for reason, times in one.get("reasons", {}).items():
            console.print(f"  {times:,} times: {reason}", markup=False, highlight=False)
