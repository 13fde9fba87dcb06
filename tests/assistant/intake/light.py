"""A tagger for tests: deterministic, instant, and it counts what it was given."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from nlp.tags import ConversationTags, Document, Tag, Tags, transcript

DIM = 8


@dataclass(frozen=True)
class Tagged:
    """What a tagger gives back."""

    tags: Tags
    vector: np.ndarray


class LightTagger:
    """Finds everything positive; `delay_s` per call makes it slow enough to be killed."""

    model_id = "light-1"
    version = "light-1"

    def __init__(self, delay_s: float = 0.0) -> None:
        self.delay_s = delay_s
        self.seen: list[str] = []

    def tag(self, documents: Sequence[Document]) -> list[Tagged]:
        time.sleep(self.delay_s)
        self.seen += [document.id for document in documents]
        return [self._one(document) for document in documents]

    def _one(self, document: Document) -> Tagged:
        text = transcript(document.turns) if document.turns else document.text
        common = {
            "id": document.id,
            "language": "en",
            "sentiment": Tag(label="positive", score=0.9),
            "intensity": 0,
            "churn": None,
            "effort": None,
            "urgency": 0,
            "intent": None,
            "spectrum": None,
            "model": self.model_id,
        }
        lists = (
            "emotions",
            "fine_emotions",
            "themes",
            "empathy_gaps",
            "forces",
            "values",
            "why",
            "abstained",
        )
        common |= {name: [] for name in lists}
        vector = np.random.default_rng(crc32(text.encode())).standard_normal(DIM).astype(np.float32)
        if document.turns:
            return Tagged(
                ConversationTags(**common, replies=[], gap=0, gap_turn=None, resolved="yes"), vector
            )
        return Tagged(Tags(**common), vector)
