"""Readers of the training data: every source becomes `Example`s in the words of `nlp/labels.py`.

A field that a source does not know is left out of `labels` and takes no part in the loss.
"""

import csv
import json
import random
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nlp.conversation import Pair, closing_pair, reply_pair
from nlp.labels import FINE_EMOTIONS
from nlp.references import dataset, texts_by_reference
from nlp.tags import Span

OWN_TEXTS = Path(__file__).parent / "training_texts"
OWN_LABELS = Path(__file__).parent / "training_labels"
OWN_CONVERSATIONS = Path(__file__).parent / "training_conversations"
LABEL_FIELDS = (
    "sentiment", "emotions", "intensity", "themes", "empathy_gaps", "churn", "effort", "urgency", "intent",
    "forces", "spectrum", "values", "why",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One text and what is known about it.

    Attributes:
        labels: known fields, as in the labelling guide.
        judged: field -> the labels whose presence or absence is known, where that is not all of them.
        parts: for a pair of customer context and agent reply: the spans of both in `text`.
        group: industry or source; groups stay together when texts are held out.
        talk: id of the conversation that a pair or a customer's side comes from.
        turn: agent turn of a pair, None for the pair that shows the end of a conversation.
    """

    text: str
    source: str
    labels: Mapping[str, Any]
    judged: Mapping[str, frozenset[str]] = field(default_factory=dict)
    parts: tuple[Span, Span] | None = None
    group: str = ""
    talk: str = ""
    turn: int | None = None


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file. Raises ValueError with file and line when one can't be read."""
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                yield json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(
                    f"{path.name}, line {number} is not JSON: {error.msg}. Correct the line."
                ) from error


def labelled(path: Path) -> list[Example]:
    """Single messages labelled by the guide."""
    return [
        Example(
            text=row["text"],
            source=row.get("source", path.stem),
            labels={name: row[name] for name in LABEL_FIELDS if name in row},
            group=row.get("industry") or row.get("source", path.stem),
        )
        for row in json_lines(path)
        if "text" in row
    ]


# Data sets that `labels/train.jsonl` draws on too, under names of its own: held out together.
_SAME_SOURCE = {
    "cfpb": "cfpb_sample", "natcs_intents": "natcs", "hospitality_reviews": "sktod", "goemotions": "goemotions_posts",
}  # fmt: skip


def referenced(path: Path, texts: Mapping[str, str]) -> list[Example]:
    """Labels of ours for texts of public data: each names its text by `ref`, and `why` is `[start, end)` in it.

    Raises ValueError for a reference that `texts` (see `nlp/references.py`) does not hold.
    """
    found = []
    for row in json_lines(path):
        if row["ref"] not in texts:
            raise ValueError(
                f"{path.name} names {row['ref']}, which the data folder does not hold. "
                f"Give the folder that holds {dataset(row['ref'])}."
            )
        text = texts[row["ref"]]
        why = text[slice(*row["why"])] if row["why"] else ""
        labels = {name: row[name] for name in LABEL_FIELDS if name in row} | {"why": why}
        source = _SAME_SOURCE.get(dataset(row["ref"]), dataset(row["ref"]))
        found.append(Example(text=text, source=source, labels=labels, group=_group(row["ref"], source)))
    return found


def _group(ref: str, source: str) -> str:
    """Products and places of FewSum are apart, so that not all of it is held out at once."""
    if source != "fewsum":
        return source
    return "fewsum_products" if ref.startswith("fewsum/amazon") else "fewsum_places"


def goemotions(path: Path) -> list[Example]:
    """GoEmotions: short comments with the numbers of their fine emotions."""
    examples = []
    for line in path.read_text(encoding="utf-8").splitlines():
        text, numbers, _ = line.split("\t")
        fine = [FINE_EMOTIONS[int(number)] for number in numbers.split(",")]
        examples.append(Example(text=text, source="goemotions", labels={"fine_emotions": fine}))
    return examples


# Fine emotions of GoEmotions -> the emotion of the guide that holds them; None where none does.
_TEN = {
    "anger": "anger", "annoyance": "anger", "disgust": "anger", "disappointment": "disappointment",
    "sadness": "disappointment", "grief": "disappointment", "remorse": "disappointment", "fear": "anxiety",
    "nervousness": "anxiety", "confusion": "confusion", "gratitude": "gratitude", "joy": "joy", "excitement": "joy",
    "love": "joy", "amusement": "joy", "approval": "approval", "admiration": "approval", "relief": "relief",
    "surprise": "surprise", "desire": "desire", "curiosity": None, "realization": None, "neutral": None,
}  # fmt: skip
_GOOD = {
    "admiration", "amusement", "approval", "caring", "desire", "excitement", "gratitude", "joy", "love", "optimism",
    "pride", "relief",
}  # fmt: skip
_BAD = {
    "anger", "annoyance", "disappointment", "disapproval", "disgust", "embarrassment", "fear", "grief", "nervousness",
    "remorse", "sadness",
}  # fmt: skip


def with_tone(examples: Iterable[Example]) -> list[Example]:
    """GoEmotions comments with the sentiment and the emotions of the guide, where their fine emotions settle them.

    The grouping into positive and negative is that of the GoEmotions paper (Demszky et al. 2020).
    """
    return [
        replace(one, labels={**one.labels, **_tone(set(one.labels["fine_emotions"]))}) for one in examples
    ]


def _tone(fine: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for sentiment, group in (("positive", _GOOD), ("negative", _BAD), ("neutral", {"neutral"})):
        if fine <= group:
            found["sentiment"] = sentiment
    if fine <= _TEN.keys():
        found["emotions"] = sorted({ten for name in fine if (ten := _TEN[name])})
    return found


_MAMS_THEMES = {
    "food": "food_drink",
    "staff": "staff_in_person",
    "price": "price_value",
    "ambience": "facilities_comfort",
}
_MAMS_POLARITY = {"positive": "+", "negative": "-", "neutral": "0"}


def mams(path: Path) -> list[Example]:
    """MAMS: restaurant sentences whose aspects differ in polarity. A neutral aspect is a bare mention."""
    examples = []
    for sentence in ET.parse(path).getroot():  # noqa: S314 - a local training file
        found = {aspect.get("category"): aspect.get("polarity") for aspect in sentence.iter("aspectCategory")}
        themes = {
            _MAMS_THEMES[category or ""]: _MAMS_POLARITY[polarity or ""]
            for category, polarity in found.items()
            if category in _MAMS_THEMES
        }
        bare = {theme for theme, polarity in themes.items() if polarity == "0"}
        judged = frozenset(_MAMS_THEMES.values()) - bare
        examples.append(
            Example(
                text=sentence.findtext("text", ""),
                source="mams_acsa",
                labels={"themes": themes},
                judged={"themes": judged},
            )
        )
    return examples


def clothing(path: Path) -> list[Example]:
    """Clothing reviews: sentiment from clear ratings."""
    sentiment = {"1": "negative", "2": "negative", "5": "positive"}
    examples = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text = " ".join((row["Title"] + ". " + row["Review Text"]).split()).removeprefix(". ")
            if row["Rating"] in sentiment and text:
                examples.append(
                    Example(
                        text=text, source="clothing_ratings", labels={"sentiment": sentiment[row["Rating"]]}
                    )
                )
    return examples


_BANKING_THEMES = (
    ("delivery", ("card_arrival", "card_delivery_estimate")),
    ("account_security", ("lost_or_stolen", "compromised", "passcode", "pin_blocked", "verify_", "edit_personal",
                          "unable_to_verify", "not_recognised", "lost_phone", "why_verify")),
    ("cancellation_contract", ("terminate_account",)),
    ("setup_onboarding", ("activate_my_card", "card_linking")),
    ("returns_refunds", ("request_refund", "refund_not_showing")),
    ("billing_payment", ("charge", "fee", "charged", "declined", "failed", "payment", "balance_not", "pending_",
                         "wrong_", "direct_debit", "cash_withdrawal", "top_up")),
    ("features_content", ("supported", "fiat_currency", "age_limit", "country_support", "disposable", "virtual_card")),
)  # fmt: skip
_NEVER_IN_BANKING = {"food_drink", "fit_and_description", "facilities_comfort", "belongings", "overall"}


def banking(path: Path) -> list[Example]:
    """Banking questions: the theme of the intent where it is plain; nothing about empathy or leaving in them."""
    examples = []
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            theme = _banking_theme(row["category"])
            labels: dict[str, Any] = {"empathy_gaps": []}
            if row["category"] != "terminate_account":
                labels["churn"] = "none"
            if row["text"].rstrip().endswith("?"):
                labels["intent"] = "question"
            if theme:
                labels["themes"] = {theme: None}
            judged = frozenset(_NEVER_IN_BANKING | ({theme} if theme else set()))
            examples.append(
                Example(text=row["text"], source="banking77", labels=labels, judged={"themes": judged})
            )
    return examples


def _banking_theme(category: str) -> str | None:
    for theme, cues in _BANKING_THEMES:
        if any(cue in category for cue in cues):
            return theme
    return None


def spoken_requests(path: Path) -> list[Example]:
    """Spoken requests to a contact centre: calm, wanting something done."""
    calm = {"sentiment": "neutral", "emotions": [], "intensity": 0, "empathy_gaps": []}
    return [
        Example(
            text=row["utterance"],
            source="natcs_intents",
            labels=calm
            if row["intent"].startswith(("Close", "Cancel", "Report", "Dispute"))
            else calm | {"churn": "none"},
        )
        for row in json_lines(path)
    ]


def reply_pairs(conversation: Mapping[str, Any]) -> list[Example]:
    """One example per agent turn of a labelled conversation, and one that shows how it ended."""
    turns = [(role, text) for role, text in conversation["turns"]]
    examples = []
    for reply in conversation["replies"]:
        labels = {key: value for key, value in reply.items() if key != "turn"}
        if conversation["gap"] == 0 or reply["turn"] == conversation["gap_turn"]:
            labels["gap"] = conversation["gap"]
        examples.append(_pair_example(conversation, reply_pair(turns, reply["turn"]), labels, reply["turn"]))
    resolved = {"resolved": conversation["resolved"]}
    return [*examples, _pair_example(conversation, closing_pair(turns), resolved, None)]


def _pair_example(
    conversation: Mapping[str, Any], pair: Pair, labels: Mapping[str, Any], turn: int | None
) -> Example:
    return Example(
        text=pair.text,
        source="replies",
        labels={"reply": labels},
        parts=pair.parts,
        group=conversation.get("industry", "conversations"),
        talk=conversation["id"],
        turn=turn,
    )


def customer_side(conversation: Mapping[str, Any]) -> Example:
    """What the customer says in a conversation, with the labels of the whole."""
    return Example(
        text="\n".join(" ".join(turn.split()) for role, turn in conversation["turns"] if role == "C"),
        source="conversations",
        labels={name: conversation[name] for name in LABEL_FIELDS if name in conversation},
        group=conversation.get("industry", "conversations"),
        talk=conversation["id"],
    )


def read_labelled(labels_dir: Path, data_dir: Path | None) -> list[Example]:
    """Everything labelled by the guide that may be trained on: `train`, `authored_*`, our own texts.

    With `data_dir`, also the public texts that we labelled; these are kept by reference.
    """
    files = [
        labels_dir / "train.jsonl",
        *sorted(labels_dir.glob("authored_*.jsonl")),
        *sorted(OWN_TEXTS.glob("*.jsonl")),
    ]
    texts = texts_by_reference(data_dir) if data_dir else {}
    own = [
        example
        for file in sorted(OWN_LABELS.glob("*.jsonl"))
        if data_dir
        for example in referenced(file, texts)
    ]
    return [*(example for file in files for example in labelled(file)), *own]


def read_conversations(labels_dir: Path) -> list[dict[str, Any]]:
    """Labelled conversations that may be trained on."""
    files = [labels_dir / "conversations_authored.jsonl", *sorted(OWN_CONVERSATIONS.glob("*.jsonl"))]
    return [row for file in files for row in json_lines(file)]


def conversation_examples(conversations: Iterable[Mapping[str, Any]]) -> list[Example]:
    """The customer's side of each conversation, and a pair for each reply."""
    return [e for row in conversations for e in (customer_side(row), *reply_pairs(row))]


def read_public(data_dir: Path, *, seed: int, sizes: Mapping[str, int]) -> list[Example]:
    """Public sources that know some of the fields, each cut to `sizes` by a seeded sample."""
    sources: dict[str, Iterable[Example]] = {
        "mams_acsa": [
            e for part in ("train", "val") for e in mams(data_dir / "mams" / "ACSA" / f"{part}.xml")
        ],
        "clothing_ratings": clothing(data_dir / "womens_clothing" / "reviews.csv"),
        "banking77": banking(data_dir / "banking77" / "train.csv"),
        "natcs_intents": [
            e for f in sorted((data_dir / "natcs_intents").glob("*.jsonl")) for e in spoken_requests(f)
        ],
    }
    chance = random.Random(seed)  # noqa: S311 - sampling, not secrecy
    out = []
    for name, examples in sources.items():
        pool = list(examples)
        out += chance.sample(pool, min(sizes.get(name, 0), len(pool)))
    return out
