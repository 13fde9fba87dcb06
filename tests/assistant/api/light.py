"""A tagger that knows a few words, for tests: deterministic, instant, with exact spans."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np

from nlp import labels
from nlp.tags import (
    Abstention,
    ConversationTags,
    Document,
    ReplyTags,
    SpanTag,
    Tag,
    Tags,
    ThemeTag,
    transcript,
)
from nlp.taxonomy import Taxonomy, Theme

DIM = 384  # sparse, so that other words are far away
THEMES = {
    "returns_refunds": r"return|refund|sent (it|them) back",
    "delivery": r"deliver|parcel|courier|arrived",
    "support_service": r"support|chat|agent|helpdesk|answer",
    "price_value": r"price|expensive|cheap|worth",
    "product_quality": r"quality|broke|fray|seam|soft",
}
SUBS = {
    "refund_slow": r"refund.*(week|still|wait|slow)|(week|still|wait).*refund",
    "return_cost": r"return fee|charged.*return",
}
BAD = r"\b(not|never|no|still|slow|late|broke|wait|charged|lost|rude|worse|fee|fray)"
GOOD = r"\b(love|lovely|great|quick|thank|soft|perfect|kind|happy)"
LEAVING = r"elsewhere|last time|never again|cancel"
UNHEARD = r"nobody|ignored|no answer|written twice"


@dataclass(frozen=True)
class Tagged:
    """What a tagger gives back."""

    tags: Tags
    vector: np.ndarray


class LightTagger:
    """Tags by regular expressions, sentence by sentence; embeds by hashed words."""

    model_id = "light-1"

    def __init__(self) -> None:
        self.taxonomy = Taxonomy.load()
        self.shifts: Mapping[tuple[str, str], float] = {}

    def beside(self) -> "LightTagger":
        """As the shipped tagger's."""
        return LightTagger()

    @property
    def version(self) -> str:
        """As the shipped tagger's: changes with the themes; `light-1` for those that are shipped."""
        own = [theme.id for theme in self._own()]
        return "-".join(["light-1", *own, *(f"{shift:+}" for shift in self.shifts.values())])

    def use(self, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy

    def adjust(self, shifts: Mapping[tuple[str, str], float]) -> None:
        self.shifts = shifts

    def tag(self, documents: Sequence[Document], batch_size: int = 64) -> list[Tagged]:
        return [self._one(document) for document in documents]

    def try_theme(self, theme: Theme, documents: Sequence[Document]) -> list[ThemeTag | None]:
        return [next(iter(_own_tags([theme], document.text)), None) for document in documents]

    def theme_likeness(self, vectors: np.ndarray) -> np.ndarray:
        """Nothing is like a trained theme."""
        return np.zeros((len(vectors), len(labels.THEMES)), np.float32)

    def _own(self) -> list[Theme]:
        return [theme for theme in self.taxonomy.themes if theme.id not in labels.THEMES]

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        return np.stack([_vector(text) for text in texts])

    def _one(self, document: Document) -> Tagged:
        text = transcript(document.turns) if document.turns else document.text
        tags = tags_of(document.id, text)
        tags = tags.model_copy(update={"themes": [*tags.themes, *_own_tags(self._own(), text)]})
        if document.turns:
            replies = [
                ReplyTags(turn=at, acknowledges=1, understands=0, explores=0, acts=0, scripted=False)
                for at, (role, _) in enumerate(document.turns)
                if role == "A"
            ]
            more = {
                "replies": replies,
                "gap": 1,
                "gap_turn": replies[0].turn if replies else None,
                "resolved": "unclear",
            }
            tags = ConversationTags(**tags.model_dump(exclude={"replies"}), **more)
        return Tagged(tags=tags, vector=_vector(text))


def tags_of(id_: str, text: str) -> Tags:
    if not text.strip():
        return _silent(id_)
    parts = list(_sentences(text))
    themes = [
        ThemeTag(
            label=label, score=0.9, spans=spans, polarity="-" if any(_has(BAD, text[slice(*s)]) for s in spans) else "+",
            sub=next((sub for sub, cue in SUBS.items() if label == "returns_refunds" and _has(cue, text)), None),
        )
        for label, cue in THEMES.items()
        if (spans := _where(cue, text, parts))
    ]  # fmt: skip
    bad, good = _has(BAD, text), _has(GOOD, text)
    mood = "mixed" if bad and good else "negative" if bad else "positive" if good else "neutral"
    leaving = _where(LEAVING, text, parts)
    unheard = _where(UNHEARD, text, parts)
    return Tags(
        id=id_, language="en", sentiment=Tag(label=mood, score=0.9),
        emotions=[Tag(label="anger" if bad else "joy", score=0.8)] if bad or good else [],
        intensity=1, fine_emotions=[], themes=themes,
        empathy_gaps=[SpanTag(label="unheard", score=0.8, spans=unheard)] if unheard else [],
        churn=SpanTag(label="leaving" if leaving else "none", score=0.8, spans=leaving),
        effort=Tag(label="none", score=0.7), urgency=2 if bad else 1,
        intent=Tag(label="complaint" if bad else "praise", score=0.7), forces=[], spectrum=None, values=[],
        why=themes[0].spans if bad and themes else [], abstained=[], model=LightTagger.model_id,
    )  # fmt: skip


def _own_tags(themes: Sequence[Theme], text: str) -> list[ThemeTag]:
    """An own theme is found by the first word of its name."""
    parts = list(_sentences(text))
    found = {theme.id: _where(re.escape(theme.name.split()[0]), text, parts) for theme in themes}
    return [
        ThemeTag(label=id_, score=0.8, polarity="-", spans=spans) for id_, spans in found.items() if spans
    ]


def _silent(id_: str) -> Tags:
    return Tags(
        id=id_, language="und", sentiment=None, emotions=[], intensity=None, fine_emotions=[], themes=[],
        empathy_gaps=[], churn=None, effort=None, urgency=None, intent=None, forces=[], spectrum=None, values=[],
        why=[], abstained=[Abstention(field="all", reason="empty")], model=LightTagger.model_id,
    )  # fmt: skip


def _sentences(text: str) -> Iterator[tuple[int, int]]:
    for found in re.finditer(r"[^.!?\n]+[.!?]*", text):
        start = found.start() + len(found.group()) - len(found.group().lstrip())
        if start < found.end():
            yield start, found.end()


def _has(cue: str, text: str) -> bool:
    return re.search(cue, text, re.IGNORECASE) is not None


def _where(cue: str, text: str, parts: list[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(start, end) for start, end in parts if _has(cue, text[start:end])]


def _vector(text: str) -> np.ndarray:
    found = np.zeros(DIM, np.float32)
    for word in re.findall(r"\w{3,}", text.casefold()):
        found[crc32(word[:5].encode()) % DIM] += 1
    length = float(np.linalg.norm(found))
    return found / length if length else found
