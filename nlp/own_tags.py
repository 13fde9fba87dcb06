"""Adds the themes of one's own to the tags of documents."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nlp.decode import GENERAL_THEME, MOST_CLAUSES, PLACE, Scores, joined
from nlp.labels import SENTIMENTS
from nlp.own_themes import OwnThemes, ThemeHit
from nlp.phrase_vectors import Embed, Vectors
from nlp.sub_themes import text_of
from nlp.tags import Document, Polarity, ThemeTag

_POLARITY: dict[str, Polarity] = {"negative": "-", "positive": "+", "neutral": "0", "mixed": "0"}


def add_own_themes(
    documents: Sequence[Document],
    scores: Sequence[Scores | None],
    judged: Sequence[dict[str, Any]],
    vectors: Vectors,
    embed: Embed,
    matcher: OwnThemes,
) -> None:
    """Add own themes to `judged`; `vectors` are those of the documents.

    Clauses are chosen by their vectors in company and then read alone: all of them would double the work.
    """
    looked: list[tuple[int, int]] = []
    texts: list[list[str]] = []
    for row, (document, one) in enumerate(zip(documents, scores, strict=True)):
        spans = one.clauses if one is not None and not judged[row]["abstained"] else ()
        texts.append([text_of(document)[start:end] for start, end in spans])
        if one is not None and one.vectors is not None:
            worth = matcher.candidates(texts[row], one.vectors, vectors[row])
            looked += [(row, int(number)) for number in worth]
    if not looked:
        return
    alone = embed([texts[row][number] for row, number in looked])
    for row in sorted({row for row, _ in looked}):
        places = [at for at, (of, _) in enumerate(looked) if of == row]
        numbers = [looked[at][1] for at in places]
        hits = matcher.match([texts[row][number] for number in numbers], alone[places], vectors[row])
        one = scores[row]
        if hits and one is not None:
            own = [_tag(hit, [numbers[at] for at in hit.clauses], one) for hit in hits]
            kept = [tag for tag in judged[row]["themes"] if tag.label != GENERAL_THEME]
            judged[row]["themes"] = [*kept, *own]


def _tag(hit: ThemeHit, clauses: Sequence[int], scores: Scores) -> ThemeTag:
    """The tag, with the tone of the clauses that carry it as its polarity."""
    tone = scores.clause[list(clauses)][:, PLACE["sentiment"]].mean(axis=0)
    return ThemeTag(
        label=hit.theme,
        score=round(hit.score, 4),
        polarity=_POLARITY[SENTIMENTS[int(np.argmax(tone))]],
        spans=joined(clauses[:MOST_CLAUSES], scores.clauses),
    )
