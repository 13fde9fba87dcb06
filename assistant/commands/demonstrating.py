"""`earmark demo`: the sample of an invented online retailer, from files to a cited answer."""

from datetime import date
from pathlib import Path

from rich.console import Console

import assistant
from assistant.commands.asking import answer_one
from assistant.commands.importing import import_file
from assistant.commands.serving import serve as serve_until_stopped
from assistant.settings import Settings
from assistant.wiring import Product

SAMPLE = Path(assistant.__file__).parent / "sample"
FILES = ("customers.csv", "feedback.jsonl", "conversations.jsonl")
QUESTION = "why are customers leaving after returns?"
TODAY = date(2026, 9, 30)  # the last day of the sample


def demonstrate(settings: Settings, *, serve: bool) -> None:
    """Import the sample into the workspace `demo`, answer a question, and serve the web chat on loopback."""
    settings = settings.model_copy(update={"workspace": "demo", "company": "Tidewell"})
    console = Console()
    console.rule("[bold]Earmark: feedback of Tidewell, an invented online retailer")
    product = Product.open(settings)
    try:
        for name in FILES:
            import_file(product, SAMPLE / name, [])
        console.rule(f"[bold]{QUESTION}")
        answer_one(product, QUESTION, None, TODAY, as_json=False)
    finally:
        product.close()
    if serve:
        console.rule("[bold]The web chat")
        serve_until_stopped(settings)
