"""Adds the themes of one's own to the tags of documents."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from nlp.calibrate import FloatArray
from nlp.decode import GENERAL_THEME, MOST_CLAUSES, Scores, joined
from nlp.labels import SENTIMENTS
from nlp.own_themes import OwnThemes, ThemeHit
from nlp.phrase_vectors import Embed, Vectors
from nlp.sub_themes import text_of
from nlp.tags import Document, Polarity, Span, ThemeTag

Tone = Callable[[list[str]], FloatArray]  # n texts -> probabilities of the sentiments (n, 4)
_POLARITY: dict[str, Polarity] = {"negative": "-", "positive": "+", "neutral": "0", "mixed": "0"}


def add_own_themes(
    documents: Sequence[Document],
    scores: Sequence[Scores | None],
    judged: Sequence[dict[str, Any]],
    vectors: Vectors,
    matcher: OwnThemes,
    *,
    embed: Embed,
    tone: Tone,
) -> None:
    """Add own themes to `judged`; `vectors` are those of the documents.

    Clauses are chosen by their vectors in company and then read alone: all of them would double the work. The
    tone of what carries a theme is read alone too, since the rest of a text colours its clauses.
    """
    found: list[tuple[int, ThemeTag]] = []
    for row, hit, spans in _hits(documents, scores, judged, vectors, matcher, embed):
        tag = ThemeTag(label=hit.theme, score=round(hit.score, 4), polarity="0", spans=spans)
        found.append((row, tag))
    said = [" ".join(text_of(documents[row])[start:end] for start, end in tag.spans) for row, tag in found]
    for (row, tag), mood in zip(found, tone(said) if said else (), strict=True):
        polarity = _POLARITY[SENTIMENTS[int(np.argmax(mood))]]
        kept = [other for other in judged[row]["themes"] if other.label != GENERAL_THEME]
        judged[row]["themes"] = [*kept, tag.model_copy(update={"polarity": polarity})]


def _hits(
    documents: Sequence[Document],
    scores: Sequence[Scores | None],
    judged: Sequence[dict[str, Any]],
    vectors: Vectors,
    matcher: OwnThemes,
    embed: Embed,
) -> Iterator[tuple[int, ThemeHit, list[Span]]]:
    """Row, hit and the spans that carry it."""
    looked: list[tuple[int, Scores, list[int], list[str]]] = []
    for row, one in enumerate(scores):
        if one is None or one.vectors is None or judged[row]["abstained"]:
            continue
        texts = [text_of(documents[row])[start:end] for start, end in one.clauses]
        worth = matcher.candidates(texts, one.vectors, vectors[row]).tolist()
        if worth:
            looked.append((row, one, worth, [texts[number] for number in worth]))
    every = [text for *_, texts in looked for text in texts]
    ends = np.cumsum([len(texts) for *_, texts in looked])[:-1]
    alone = np.split(embed(every), ends) if every else []
    for (row, one, worth, texts), own in zip(looked, alone, strict=True):
        for hit in matcher.match(texts, own, vectors[row]):
            clauses = [worth[at] for at in hit.clauses][:MOST_CLAUSES]
            yield row, hit, joined(clauses, one.clauses)
