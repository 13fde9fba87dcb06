"""Text in, tags and embedding out, in one pass through the network."""

import hashlib
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer

from nlp.backbone import read_backbone
from nlp.blend import strongest
from nlp.calibrate import FloatArray, shifted, sigmoid, softmax
from nlp.checkpoint import (
    SHIPPED,
    Checkpoint,
    WeightsError,
    encoder_sum,
    read_checkpoint,
    weights_sum,
)
from nlp.churn import settle
from nlp.conversation import agent_turns, closing_pair, reply_pair, reply_tags, resolution, worst_turn
from nlp.decode import Scores, fields
from nlp.encoder import encoder_folder
from nlp.gap import conversation_features
from nlp.heads import HEADS, slices
from nlp.labels import THEMES
from nlp.language import Reason, abstention, detect
from nlp.network import Network
from nlp.own_tags import add_own_themes
from nlp.own_themes import OwnThemeModel, OwnThemes
from nlp.pieces import Piece, message, of_document, pair, whole
from nlp.sub_themes import name_sub_themes
from nlp.tags import Abstention, ConversationTags, Document, Tags, ThemeTag, is_untagged, transcript
from nlp.themes import SubThemes, Taxonomy, Theme
from nlp.windows import Batch, Window, pack, windows

logger = logging.getLogger(__name__)
FloatVector = NDArray[np.float32]
ENGLISH = "en"
THEMES_AT = slices(HEADS)["themes"]
MOOD_AT = slices(HEADS)["sentiment"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tagged:
    """The tags of one document and its embedding, (384,) float32 of unit length."""

    tags: Tags | ConversationTags
    vector: FloatVector


class Tagger:
    """Tags documents, for one thread at a time: others wait their turn."""

    def __init__(
        self,
        network: Network,
        tokenizer: Tokenizer,
        checkpoint: Checkpoint,
        *,
        weights: str,
        cache: Path | None = None,
    ) -> None:
        self._network = network.eval()
        self._tokenizer = tokenizer
        self._checkpoint = checkpoint
        self._weights = weights
        self._turn = threading.RLock()
        self._cache = cache
        self.taxonomy = Taxonomy.load()
        self.sub_themes = SubThemes(self.taxonomy, self.embed, cache=cache)
        self._named_below = self.sub_themes
        self._own: OwnThemes | None = None
        self._shifts: Mapping[tuple[str, str], float] = {}

    @classmethod
    def load(
        cls,
        folder: Path | None = None,
        encoder: str | Path | None = None,
        threads: int | None = None,
        cache: Path | None = None,
    ) -> "Tagger":
        """Reads the shipped tagger, or one from a folder written by `train`.

        Raises WeightsError when the folder is incomplete or was trained on another encoder, and
        EncoderError when the encoder can't be read. `threads` sets torch's threads for the process.
        """
        if threads is not None:
            torch.set_num_threads(threads)
        folder = folder or SHIPPED
        checkpoint = read_checkpoint(folder)
        source = encoder if encoder is not None else checkpoint.encoder
        if source is not None and encoder_sum(source) != checkpoint.encoder_sha256:
            raise WeightsError(
                f"{folder} was trained on another encoder than {source}. Run `earmark train` with this encoder."
            )
        backbone = read_backbone(encoder_folder(source))
        network = Network(backbone)
        tensors = {
            name: tensor.to(torch.float32) for name, tensor in load_file(folder / "model.safetensors").items()
        }
        if set(tensors) != set(network.trained()):
            raise WeightsError(f"{folder} does not fit this version. Train it again.")
        network.load_state_dict(tensors, strict=False)
        return cls(
            network.only_read(), backbone.tokenizer, checkpoint, weights=weights_sum(folder), cache=cache
        )

    def beside(self) -> "Tagger":
        """Another tagger on the same network, with themes and adjustments of its own; they take turns."""
        made = Tagger(
            self._network, self._tokenizer, self._checkpoint, weights=self._weights, cache=self._cache
        )
        made._turn = self._turn
        return made

    @property
    def model_id(self) -> str:
        """Name and version of the tagger, as written into its tags."""
        return self._checkpoint.model

    @property
    def own_theme_model(self) -> OwnThemeModel | None:
        """How own themes are weighed; None in weights that were made before they could be tagged."""
        return self._checkpoint.own_themes

    @property
    def version(self) -> str:
        """Names all that decides the tags: the weights and the taxonomy. Other tags may differ from today's."""
        learned = (
            hashlib.sha256(repr(sorted(self._shifts.items())).encode()).hexdigest() if self._shifts else ""
        )
        return ".".join(
            part[:8] if at else part
            for at, part in enumerate((self.model_id, self._weights, self.taxonomy.digest, learned))
            if part
        )

    def matcher(self, themes: Sequence[Theme], model: OwnThemeModel) -> OwnThemes:
        """What matches themes with clauses, by this tagger's embeddings."""
        return OwnThemes(themes, self.embed, model, cache=self._cache)

    def use(self, taxonomy: Taxonomy) -> None:
        """Tag by another taxonomy from now on: its own themes, and all of its sub-themes.

        Weights that were made before own themes could be tagged leave these out, with a warning.
        """
        own = [theme for theme in taxonomy.themes if theme.id not in THEMES]
        model = self._checkpoint.own_themes
        if own and model is None:
            logger.warning("%s cannot tag own themes; train it again with this version", self.model_id)
        with self._turn:
            self._named_below = SubThemes(taxonomy, self.embed, cache=self._cache)
            self._own = self.matcher(own, model) if own and model else None
            self.taxonomy = taxonomy
            self._adjust_own()

    def _adjust_own(self) -> None:
        if self._own is not None:
            self._own.adjust({label: by for (field, label), by in self._shifts.items() if field == "themes"})

    def adjust(self, shifts: Mapping[tuple[str, str], float]) -> None:
        """Move the log-odds of (field, label) pairs from now on; pairs that the tagger does not know are passed over."""
        known = {(head.field, label) for head in HEADS for label in head.labels}
        known |= {("themes", theme.id) for theme in self.taxonomy.themes}
        with self._turn:
            self._shifts = {pair: by for pair, by in shifts.items() if pair in known}
            self._adjust_own()

    def tag(self, documents: Sequence[Document], batch_size: int = 64) -> list[Tagged]:
        """Tags and embeds documents; the answers come in the order of the documents."""
        with self._turn:
            scores, vectors = self._run([of_document(document) for document in documents], batch_size)
            talks = {n: transcript(d.turns) for n, d in enumerate(documents) if d.turns}
            vectors[list(talks)] = self.embed(list(talks.values()), batch_size)
            judged = [self._judged(document, one) for document, one in zip(documents, scores, strict=True)]
            if self._own is not None:
                self._add_own_themes(documents, scores, judged, vectors, self._own)
            name_sub_themes(documents, scores, judged, vectors, self.embed, self._named_below)
            return [
                Tagged(tags=self._tags(document, one, fields_), vector=vector)
                for document, one, fields_, vector in zip(documents, scores, judged, vectors, strict=True)
            ]

    def try_theme(self, theme: Theme, documents: Sequence[Document]) -> list[ThemeTag | None]:
        """What a theme that is not in use would tag, document by document. Raises WeightsError as `use`."""
        model = self._checkpoint.own_themes
        if model is None:
            raise WeightsError(f"{self.model_id} cannot tag own themes. Train it again with this version.")
        with self._turn:
            matcher = self.matcher([theme], model)
            scores, vectors = self._run([of_document(document) for document in documents], 64)
            judged = [self._judged(document, one) for document, one in zip(documents, scores, strict=True)]
            self._add_own_themes(documents, scores, judged, vectors, matcher)
        return [next((tag for tag in one["themes"] if tag.label == theme.id), None) for one in judged]

    def embed(self, texts: Sequence[str], batch_size: int = 64) -> FloatVector:
        """Embeddings (texts, 384), the same as the sentence encoder's; long texts by the mean of their windows."""
        pieces = [whole(text) for text in texts]
        out = self._empty(len(texts))
        for rows, batch in self._batches(pieces, batch_size):
            with self._turn, torch.inference_mode():
                out[rows] = self._network.embed(self._network.shared(batch), batch).numpy()
        return out

    def likeness(self, texts: Sequence[str], batch_size: int = 64) -> tuple[FloatArray, FloatArray]:
        """How alike each text is to each theme, and whether it names it, by clause; (texts, themes) each."""
        out = np.zeros((len(texts), THEMES_AT.stop - THEMES_AT.start))
        named = out.copy()
        for row, (said, vectors) in enumerate(self.clauses(texts, batch_size)):
            if said:
                out[row] = self.sub_themes.likeness(vectors).max(0)
                named[row] = self.sub_themes.named(said).max(0)
        return out, named

    def theme_likeness(self, vectors: FloatVector) -> FloatVector:
        """How alike clauses, embedded alone (n, 384), are to each trained theme (n, themes)."""
        return self.sub_themes.likeness(vectors)

    def clauses(self, texts: Sequence[str], batch_size: int = 64) -> list[tuple[list[str], FloatVector]]:
        """The clauses of each text with their embeddings (clauses, 384); none for an empty text."""
        pieces = [message(text) for text in texts]
        out: list[tuple[list[str], FloatVector]] = [([], self._empty(0)) for _ in texts]
        for rows, batch in self._batches(pieces, batch_size):
            chosen = [pieces[row] for row in rows]
            with self._turn, torch.inference_mode():
                vectors = self._network.embed_parts(self._network.shared(batch), batch).clause.numpy()
            ends = np.cumsum([len(piece.spans) for piece in chosen])
            for row, piece, part in zip(rows, chosen, np.split(vectors, ends[:-1]), strict=True):
                out[row] = ([piece.text[slice(*span)] for span in piece.spans], part)
        return out

    def probabilities(self, texts: Sequence[str], batch_size: int = 64) -> list[Scores | None]:
        """Calibrated probabilities of each text, None for empty ones; for measuring."""
        return self._run([message(text) for text in texts], batch_size)[0]

    def _run(self, pieces: list[Piece], batch_size: int) -> tuple[list[Scores | None], FloatVector]:
        scores: list[Scores | None] = [None] * len(pieces)
        vectors = self._empty(len(pieces))
        for rows, batch in self._batches(pieces, batch_size):
            found, embedded = self._score([pieces[row] for row in rows], batch)
            for row, one, vector in zip(rows, found, embedded, strict=True):
                scores[row], vectors[row] = one, vector
        return scores, vectors

    def _empty(self, rows: int) -> FloatVector:
        return np.zeros((rows, self._network.config.hidden_size), np.float32)

    def _batches(self, pieces: Sequence[Piece], size: int) -> Iterator[tuple[list[int], Batch]]:
        """Rows of up to `size` non-empty pieces and their batch; pieces with as many tokens come together."""
        rows = [row for row, piece in enumerate(pieces) if piece.text.strip()]
        cut = dict(zip(rows, self._windows([pieces[row] for row in rows]), strict=True))
        rows.sort(key=lambda row: sum(len(window.ids) for window in cut[row]))
        for start in range(0, len(rows), size):
            some = rows[start : start + size]
            counts = [len(pieces[row].spans) for row in some]
            yield some, pack([cut[row] for row in some], counts)

    def _windows(self, pieces: Sequence[Piece]) -> list[list[Window]]:
        limit = self._network.config.max_tokens
        return windows([p.text for p in pieces], [p.spans for p in pieces], self._tokenizer, limit)

    def _score(self, pieces: list[Piece], batch: Batch) -> tuple[list[Scores], FloatVector]:
        with torch.inference_mode():
            states = self._network.shared(batch)
            embedded = self._network.embed_parts(states, batch)
            logits = self._network(states, batch)
        clause_vectors = embedded.clause.numpy()
        calibration = self._checkpoint.calibration
        item = calibration.probabilities(logits.item.double().numpy())
        clause = calibration.probabilities(logits.clause.double().numpy())
        polarity = softmax(logits.polarity.double().numpy())
        why = sigmoid(logits.why.double().numpy())
        ends = np.cumsum([len(p.spans) for p in pieces])
        blend = self._checkpoint.blend
        if blend is not None:
            alike = self.sub_themes.likeness(clause_vectors)
            named = self.sub_themes.named([p.text[slice(*span)] for p in pieces for span in p.spans])
            item[:, THEMES_AT] = blend.probabilities(
                logits.item[:, THEMES_AT].numpy(), strongest(alike, ends), strongest(named, ends)
            )
            clause[:, THEMES_AT] = blend.probabilities(logits.clause[:, THEMES_AT].numpy(), alike, named)
        item = shifted(item, self._shifts)
        item, said = settle(item, self._checkpoint.thresholds.decide(item))
        out = []
        for number, (piece, end) in enumerate(zip(pieces, ends, strict=True)):
            own = slice(int(end) - len(piece.spans), int(end))
            out.append(
                Scores(
                    item=item[number],
                    said=said[number],
                    clause=clause[own],
                    polarity=polarity[number],
                    why=why[own],
                    clauses=piece.stored,
                    vectors=clause_vectors[own],
                )
            )
        return out, embedded.item.numpy()

    def read(self, document: Document, scores: Scores | None) -> Tags | ConversationTags:
        """The tags of a document from the scores of its text, without sub-themes; for measuring."""
        return self._tags(document, scores, self._judged(document, scores))

    def _add_own_themes(
        self,
        documents: Sequence[Document],
        scores: Sequence[Scores | None],
        judged: Sequence[dict[str, Any]],
        vectors: FloatVector,
        matcher: OwnThemes,
    ) -> None:
        def tone(texts: list[str]) -> FloatArray:
            alone = self._run([message(text) for text in texts], 64)[0]
            return np.stack([one.item[MOOD_AT] for one in alone if one is not None])

        add_own_themes(documents, scores, judged, vectors, matcher, embed=self.embed, tone=tone)

    def _judged(self, document: Document, scores: Scores | None) -> dict[str, Any]:
        """The fields that are judged from the text, and what is known of a document that is not."""
        language, reason = self._language(_said(document))
        judged = {} if scores is None or reason else fields(scores, self._checkpoint.thresholds)
        silent = {"abstained": [Abstention(field="all", reason=reason)]} if reason else {}
        return {**_NOTHING, **judged, **silent, "language": language}

    def _tags(
        self, document: Document, scores: Scores | None, judged: dict[str, Any]
    ) -> Tags | ConversationTags:
        common = {**judged, "id": document.id, "model": self.model_id}
        if document.turns is None:
            return Tags(**common)
        is_judged = scores is not None and not is_untagged(judged["abstained"])
        return ConversationTags(
            **common, **(self._met(document.turns, scores) if is_judged and scores else _NOT_MET)
        )

    def _language(self, said: str) -> tuple[str, Reason | None]:
        """Language of the customer's words, and why they are not judged."""
        reason = abstention(said)
        if reason in ("empty", "too_short"):
            return "und", reason
        if reason == "language":
            code = detect(said).code
            return code, None if code in self._checkpoint.languages else reason
        return ENGLISH, reason

    def reply_probabilities(self, turns: Sequence[tuple[str, str]]) -> FloatArray:
        """Calibrated probabilities of each agent turn and, last, of the closing: (agent turns + 1, reply labels)."""
        pairs = [*(reply_pair(turns, number) for number in agent_turns(turns)), closing_pair(turns)]
        pieces = [pair(one) for one in pairs]
        batch = pack(self._windows(pieces), [len(p.spans) for p in pieces])
        with torch.inference_mode():
            pooled = self._network.pool(self._network.shared(batch), batch)
            logits = self._network.heads.replies(pooled)
        return self._checkpoint.reply_calibration.probabilities(logits.double().numpy())

    def _met(self, turns: Sequence[tuple[str, str]], customer: Scores) -> dict[str, Any]:
        """How the replies met the customer; nothing where nobody replied."""
        if not agent_turns(turns):
            return _NOT_MET
        replies = self.reply_probabilities(turns)
        gap = self._checkpoint.gap.grade(conversation_features(customer.item, replies))
        return {
            "replies": reply_tags(turns, replies, self._checkpoint.reply_thresholds),
            "gap": gap,
            "gap_turn": worst_turn(turns, replies) if gap else None,
            "resolved": resolution(replies, self._checkpoint.reply_thresholds),
        }


def _said(document: Document) -> str:
    if document.turns is None:
        return document.text
    return " ".join(text for role, text in document.turns if role == "C")


_NOT_MET: dict[str, Any] = {"replies": [], "gap": None, "gap_turn": None, "resolved": None}
_NOTHING: dict[str, Any] = {
    "sentiment": None,
    "emotions": [],
    "intensity": None,
    "fine_emotions": [],
    "themes": [],
    "empathy_gaps": [],
    "churn": None,
    "effort": None,
    "urgency": None,
    "intent": None,
    "forces": [],
    "spectrum": None,
    "values": [],
    "why": [],
    "abstained": [],
}
