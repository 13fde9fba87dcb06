"""`earmark tag`: tags for a file of texts, nothing stored."""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.intake.documents import documents_of
from assistant.models import load_tagger
from assistant.settings import Settings
from nlp.tags import Document

BATCH = 512  # documents per call: enough to sort by length, little enough to show progress


def tag_file(settings: Settings, file: Path, output: Path | None) -> None:
    """Write one line of tags per document, in the order of the file.

    Raises:
        InputError: naming the line that is no document.
    """
    documents = list(documents_of(file))
    tagger = load_tagger(settings)
    console = Console(stderr=True)
    columns = (TextColumn("Tagging"), BarColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with _open(output) as out, Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(documents), rate="")
        for chunk in _chunks(documents):
            for tagged in tagger.tag(chunk):
                out.write(tagged.tags.model_dump_json() + "\n")
            progress.advance(task, len(chunk))
            progress.update(task, rate=f"{progress.tasks[0].speed or 0:.0f} items/s")
    if output:
        console.print(f"{len(documents)} items tagged to {output}")


def _chunks(documents: list[Document]) -> Iterator[list[Document]]:
    for start in range(0, len(documents), BATCH):
        yield documents[start : start + BATCH]


def _open(output: Path | None) -> "TextIO | nullcontext[TextIO]":
    if output is None:
        return nullcontext(sys.stdout)
    output.parent.mkdir(parents=True, exist_ok=True)
    return output.open("w", encoding="utf-8")
