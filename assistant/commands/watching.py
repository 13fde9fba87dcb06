"""`earmark watches`: what is looked at every week, and what stood out."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from assistant.watching.asking import watch_of
from assistant.watching.models import Alert

if TYPE_CHECKING:
    from assistant.wiring import Product

SHOWN = 20


def check(product: "Product") -> None:
    """Look at the last whole weeks, and print the latest alerts, new ones marked."""
    new = {alert.id for alert in product.watcher.check()}
    alerts = product.watcher.alerts()[:SHOWN]
    for alert in alerts:
        _print(alert, is_new=alert.id in new)
    if not alerts:
        Console().print("Nothing has stood out in the last whole weeks.")


def listed(product: "Product") -> None:
    """Print the watches."""
    table = Table("id", "watch", "when it", "", box=None, header_style="dim")
    for watch in product.watcher.watches():
        way = {"rise": "rises", "fall": "falls", "either": "moves"}[watch.direction]
        table.add_row(watch.id, watch.name, way, "" if watch.is_on else "off")
    Console().print(table)


def add(product: "Product", question: str) -> None:
    """Watch what a question asks for; print what it would have said lately."""
    from datetime import date

    today = product.index.store.counts().last or date.today()  # noqa: DTZ011
    snapshot = product.snapshot()
    plan = snapshot.parser.read(question, today).plan
    made = product.watcher.add(watch_of(plan, snapshot.view.names, question))
    Console().print(f"Watching, as {made.id}: {made.name}")
    for alert in product.watcher.alerts():
        if alert.watch == made.id:
            _print(alert, is_new=False)


def remove(product: "Product", watch: str) -> None:
    """Stop watching."""
    product.watcher.remove(watch)
    Console().print(f"No longer watched: {watch}")


def _print(alert: Alert, *, is_new: bool) -> None:
    mark = "[bold]new[/bold] " if is_new else ""
    Console(highlight=False).print(f"{mark}[dim]{alert.last}[/dim] {alert.text}")
