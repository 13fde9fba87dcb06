"""`earmark ask`: one question to the screen, or a file of questions to a file of answers."""

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assistant.errors import InputError
from assistant.terminal import show_answer

if TYPE_CHECKING:
    from assistant.wiring import Product


def answer_one(
    product: "Product", question: str, conversation: str | None, today: date | None, *, as_json: bool
) -> None:
    """Print the answer to one question."""
    answer = product.asker.ask(question, conversation=conversation, today=today)
    if as_json:
        print(answer.model_dump_json(indent=2))
    else:
        show_answer(Console(), answer, product.snapshot().view.names)


def answer_file(product: "Product", file: Path, output: Path | None, today: date | None) -> None:
    """Answer every line of a file, in order; lines of one conversation build on one another.

    A conversation begins with its first line in the file, so that the same file gives the same answers again.

    Raises:
        InputError: naming the line that is no question.
    """
    talks: dict[str, str] = {}
    asked = [
        _question(line, at)
        for at, line in enumerate(file.read_text("utf-8-sig").splitlines(), 1)
        if line.strip()
    ]
    if output is None:
        for one in asked:
            print(_answered(product, one, today, talks))
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    console = Console(stderr=True)
    columns = (TextColumn("Answering"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with output.open("w", encoding="utf-8") as out, Progress(*columns, console=console) as progress:
        task = progress.add_task("", total=len(asked))
        for one in asked:
            out.write(_answered(product, one, today, talks) + "\n")
            progress.advance(task)
    console.print(f"{len(asked)} answers written to {output}")


def _question(line: str, at: int) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except json.JSONDecodeError as error:
        msg = f"Line {at} is no JSON ({error.msg}). Each line holds an object with id and question."
        raise InputError(msg) from error
    if not isinstance(found, dict) or not isinstance(found.get("question"), str):
        msg = f"Line {at} has no question. Each line holds an object with id and question."
        raise InputError(msg)
    return found


def _answered(product: "Product", one: dict[str, Any], today: date | None, talks: dict[str, str]) -> str:
    """The answer as one line of JSON, with the id of its question; an unusable question gets its error.

    `talks` keeps under which id each conversation of the file is stored.
    """
    name = one.get("conversation")
    try:
        answer = product.asker.ask(one["question"], conversation=talks.get(str(name)), today=today)
    except InputError as error:
        return json.dumps({"id": one.get("id"), "error": str(error)}, ensure_ascii=False)
    found = {"id": one.get("id"), **answer.model_dump(mode="json")}
    if name is not None:
        talks[str(name)] = answer.conversation
        found["conversation"] = name
    return json.dumps(found, ensure_ascii=False)
