"""`earmark doctor`: is everything well, and what to do where it is not."""

import json
import time
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from assistant.errors import SettingsError
from assistant.settings import Settings
from index.health import Finding


def examine(settings: Settings, *, as_json: bool, mend: bool = False) -> bool:
    """Check the store, the indexes and the models; print each finding; say whether all is well.

    With `mend`, what is derived from SQL and not well is made again before the checks are printed.
    """
    found = [*_indexes(settings, mend=mend), *_models(settings), *_language_model(settings)]
    if as_json:
        print(json.dumps([asdict(finding) for finding in found], indent=2))
    else:
        _show(found)
    return all(finding.ok for finding in found)


def _indexes(settings: Settings, *, mend: bool) -> list[Finding]:
    import index
    from index import health

    with_store = index.open(
        settings.home / settings.workspace, settings.database_url, chroma_url=settings.chroma_url
    )
    try:
        for name in health.mend(with_store) if mend else ():
            Console(stderr=True).print(f"{name}: made again from SQL")
        return list(health.check(with_store))
    finally:
        with_store.close()


def _models(settings: Settings) -> list[Finding]:
    """Whether the encoder is the published one and the tagger answers."""
    from assistant.models import load_tagger
    from nlp.tags import Document

    try:
        tagger = load_tagger(settings)
        tags = tagger.tag([Document(id="check", text="The parcel came late and nobody answered my mail.")])[
            0
        ].tags
    except (OSError, ValueError) as error:
        return [
            Finding(
                name="models",
                ok=False,
                detail=str(error),
                fix="Reinstall earmark, or correct EARMARK_ENCODER and EARMARK_WEIGHTS.",
            )
        ]
    label = tags.sentiment.label if tags.sentiment else "nothing"
    return [
        Finding(
            name="models",
            ok=label == "negative",
            detail=f"{tagger.model_id} tags a complaint as {label}",
            fix="Reinstall earmark: the weights are damaged.",
        )
    ]


def _language_model(settings: Settings) -> list[Finding]:
    """Whether the language model answers, where one is set. Without it questions are answered by rules alone."""
    from assistant.ask.llm.language_model import ModelError
    from assistant.ask.support import model_for

    start, failure = time.monotonic(), None
    try:
        model = model_for(settings)
        if model is None:
            return []
        model.check()
    except (ModelError, SettingsError) as error:
        failure = str(error)
    took = time.monotonic() - start
    return [
        Finding(
            name="language model",
            ok=failure is None,
            detail=f"{settings.llm}: {failure or f'answered in {took:.1f} s'}",
            fix="Correct EARMARK_LLM, EARMARK_LLM_BASE_URL, EARMARK_LLM_API_KEY or EARMARK_LLM_TIMEOUT_S. Until then "
            "answers are composed by rules, with the same numbers and quotes.",
        )
    ]


def _show(found: list[Finding]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for title in ("", "check", "finding", "what to do"):
        table.add_column(title)
    for finding in found:
        mark = "[green]✓[/]" if finding.ok else "[red]✗[/]"
        table.add_row(mark, finding.name, finding.detail, "" if finding.ok else finding.fix)
    Console().print(table)
