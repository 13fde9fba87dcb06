"""What the network reads of a document: a text, its clauses, and where they stand in what is stored."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.conversation import Pair, customer_spans
from nlp.sentences import clauses
from nlp.tags import Document, Span, transcript


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """A text to run.

    Attributes:
        text: what is tokenised.
        spans: clauses of `text`, at least one; states are pooled over each.
        stored: the same clauses as spans of the stored text.
    """

    text: str
    spans: Sequence[Span]
    stored: Sequence[Span]


def message(text: str) -> Piece:
    """A single message with its clauses."""
    spans = clauses(text) or [(0, len(text))]
    return Piece(text=text, spans=spans, stored=spans)


def whole(text: str) -> Piece:
    """A text as one clause."""
    return Piece(text=text, spans=[(0, len(text))], stored=[(0, len(text))])


def pair(said_and_answered: Pair) -> Piece:
    """A customer's words and the reply to them, pooled apart."""
    spans = list(said_and_answered.parts)
    return Piece(text=said_and_answered.text, spans=spans, stored=spans)


def customer_side(turns: Sequence[tuple[str, str]], stored_text: str) -> Piece:
    """The customer's turns of a conversation as one text; spans are stored as those of the transcript."""
    texts, spans, stored = [], [], []
    start = 0
    for first, last in customer_spans(turns):
        turn = stored_text[first:last]
        for a, b in clauses(turn) or [(0, len(turn))]:
            spans.append((start + a, start + b))
            stored.append((first + a, first + b))
        texts.append(turn)
        start += len(turn) + 1
    if not texts:
        return whole("")
    return Piece(text="\n".join(texts), spans=spans, stored=stored)


def of_document(document: Document) -> Piece:
    """The piece of a document that its tags are read from."""
    if document.turns is None:
        return message(document.text)
    return customer_side(document.turns, transcript(document.turns))
