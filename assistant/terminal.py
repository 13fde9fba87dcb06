"""What the command line prints: answers, tables, progress."""

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.markdown import Markdown
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from assistant.ask.answer import Answer, Citation
from assistant.ask.words import Names, day, of, percent, points

BAR = 24  # characters of a full bar


def show_answer(console: Console, answer: Answer, names: Names) -> None:
    """Print an answer: what was understood, the text, the drivers as bars, the quotes with their item ids."""
    if answer.understood:
        console.print(_understood(answer))
    body = answer.answer.replace("**Bear in mind**", "---\n\n**Bear in mind**")
    console.print(Markdown(body))
    if table := _bars(answer, names):
        console.print(Padding(table, (1, 0, 0, 0)))
    if answer.citations:
        console.print(Padding(_sources(answer.citations), (1, 0, 0, 0)))
    if answer.suggestions:
        console.print(Padding(_suggested(answer.suggestions), (1, 0, 0, 0)))
    seen = answer.coverage
    console.print(
        Text(
            f"\n{seen.in_scope:,} of {seen.items:,} items in scope, {seen.untagged:,} not tagged", style="dim"
        )
    )


def _understood(answer: Answer) -> RenderableType:
    text = Text("Understood as  ", style="dim")
    for chip in answer.understood:
        text.append(f" {chip.slot}: {chip.value} ", style="reverse")
        text.append("  ")
    return Group(text, Text(""))


def _bars(answer: Answer, names: Names) -> Table | None:
    """Drivers side by side: share with the outcome against share of the rest."""
    pairs = [(fact, other) for fact, other in zip(answer.facts, answer.facts[1:], strict=False)
             if fact.kind in ("driver", "frequent") and other.kind == "rest"]  # fmt: skip
    if not pairs:
        return None
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for title in ("", "with the outcome", "the rest", "difference (95 %)", "q", "receipts"):
        table.add_column(title)
    for fact, other in pairs:
        table.add_row(
            names.noun(fact.label),
            _bar(fact.n / fact.of, "red") + Text(f" {percent(fact.n / fact.of)}"),
            _bar(other.value, "blue") + Text(f" {percent(other.value)}"),
            points(fact.value, fact.ci or (0, 0)),
            f"{fact.q:.2g}" if fact.q is not None else "",
            f"{fact.id} {of(fact.n, fact.of)}, {other.id} {of(other.n, other.of)}",
        )
    return table


def _bar(share: float, style: str) -> Text:
    full = round(share * BAR / 2)
    return Text("█" * full + "░" * (BAR // 2 - full), style=style)


def _sources(citations: Iterable[Citation]) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="dim")
    for title in ("quote", "item", "characters", "channel", "date"):
        table.add_column(title)
    for quote in citations:
        table.add_row(
            quote.id,
            quote.item,
            f"{quote.span[0]} to {quote.span[1]}",
            quote.channel or "",
            day(quote.date) if quote.date else "",
        )
    return table


def _suggested(suggestions: Iterable[str]) -> RenderableType:
    return Group(Text("You could ask next", style="dim"), *(Text(f"  › {text}") for text in suggestions))
