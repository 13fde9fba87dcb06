"""The tag schema: what is known about one piece of feedback.

The words are those of `nlp/labels.py`. Scores are calibrated probabilities in [0, 1]; spans are
`[start, end)` character offsets into the item's text as it is stored.
"""

from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel, ConfigDict

Span = tuple[int, int]
Polarity = Literal["-", "+", "0"]


class Tag(BaseModel):
    """One label with its calibrated probability."""

    model_config = ConfigDict(frozen=True)

    label: str
    score: float


class SpanTag(Tag):
    """A label and the sentences or clauses that carry it."""

    spans: list[Span] = []


class ThemeTag(Tag):
    """A theme, how the customer values it, and the sub-theme when one is clear."""

    polarity: Polarity
    sub: str | None = None
    spans: list[Span] = []


class ForceTag(Tag):
    """A relational need and whether it was met (`+`) or missed (`-`)."""

    polarity: Literal["-", "+"]


class Abstention(BaseModel):
    """What was not judged (`field` is a field of `Tags` or `all`) and why; `low_confidence` of single fields only."""

    model_config = ConfigDict(frozen=True)

    field: str
    reason: Literal["language", "empty", "too_short", "machine_made", "low_confidence"]


def is_untagged(abstained: Sequence[Abstention]) -> bool:
    """Whether nothing at all was judged."""
    return any(one.field == "all" for one in abstained)


class ReplyTags(BaseModel):
    """How one agent turn meets the customer: 0 not at all, 1 partly or by formula, 2 fully."""

    turn: int
    acknowledges: int
    understands: int
    explores: int
    acts: int
    scripted: bool


class Tags(BaseModel):
    """Everything said about one item. A field that was not judged is null or empty."""

    id: str
    language: str
    sentiment: Tag | None
    emotions: list[Tag]
    intensity: int | None
    fine_emotions: list[Tag]
    themes: list[ThemeTag]
    empathy_gaps: list[SpanTag]
    churn: SpanTag | None
    effort: Tag | None
    urgency: int | None
    intent: Tag | None
    forces: list[ForceTag]
    spectrum: Tag | None
    values: list[Tag]
    why: list[Span]
    abstained: list[Abstention]
    model: str


class ConversationTags(Tags):
    """Tags of a whole conversation and of each agent turn. Spans refer to `transcript(turns)`."""

    replies: list[ReplyTags]
    gap: int | None
    gap_turn: int | None
    resolved: Literal["yes", "no", "unclear"] | None


class Document(BaseModel):
    """A text to tag: a single message, or the turns of a conversation (`C` customer, `A` agent)."""

    model_config = ConfigDict(frozen=True)

    id: str
    text: str = ""
    turns: tuple[tuple[Literal["C", "A"], str], ...] | None = None


def transcript(turns: tuple[tuple[Literal["C", "A"], str], ...]) -> str:
    """One line per turn, led by `Customer: ` or `Agent: `. This is the text that is stored and quoted."""
    who = {"C": "Customer", "A": "Agent"}
    return "\n".join(f"{who[role]}: {' '.join(text.split())}" for role, text in turns)
