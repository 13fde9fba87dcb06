"""`GET /v1/model`: which models make the tags and word the answers, and how good the tags were where it was measured."""

import json
from pathlib import Path

from fastapi import APIRouter
from pydantic import BaseModel, Field

from assistant.api.parts import Parts
from assistant.insight.statistics import wilson
from nlp.checkpoint import SHIPPED
from nlp.quality import Confusion, quality

router = APIRouter(prefix="/v1", tags=["Tag"])


class LabelScore(BaseModel):
    """How often a label was right where it was set, how often it was set where it was right, on `support` texts that have it."""

    label: str
    precision: float | None = Field(description="Null where the label was never set")
    precision_interval: tuple[float, float] | None = Field(description="95 % (Wilson)")
    recall: float | None
    recall_interval: tuple[float, float] | None
    f1: float | None
    support: int


class FieldScore(BaseModel):
    """A field of the tags, over all its labels (micro) and each label by itself."""

    field: str
    precision: float
    recall: float
    labels: list[LabelScore]


class Tagger(BaseModel):
    """What makes the tags. Measured on texts of whole industries that it had not seen when it was trained."""

    id: str
    languages: list[str]
    card: str = Field(description="The model card, as Markdown: data, licences, command, scores")
    fields: list[FieldScore]


class Models(BaseModel):
    """The models of this server. `language_model` is null where answers are composed without one."""

    tagger: Tagger
    language_model: str | None


@router.get("/model", summary="The models and their scores")
def models(product: Parts) -> Models:
    """Rare labels have wide intervals: `support` says on how many texts a recall stands."""
    folder = product.settings.weights or SHIPPED
    config = json.loads((folder / "config.json").read_text("utf-8"))
    tagger = Tagger(
        id=config["model"], languages=config["languages"], card=_card(folder), fields=_fields(folder)
    )
    return Models(tagger=tagger, language_model=product.settings.llm)


def _card(folder: Path) -> str:
    path = folder / "README.md"
    return path.read_text("utf-8") if path.is_file() else ""


def _fields(folder: Path) -> list[FieldScore]:
    return [
        FieldScore(
            field=field, precision=one.precision, recall=one.recall,
            labels=[_score(label, counts) for label, counts in one.labels.items()],
        )
        for field, one in quality(folder).items()
    ]  # fmt: skip


def _score(label: str, counts: Confusion) -> LabelScore:
    said, true = counts.found + counts.false, counts.found + counts.missed
    return LabelScore(
        label=label,
        precision=counts.found / said if said else None,
        precision_interval=wilson(counts.found, said) if said else None,
        recall=counts.found / true if true else None,
        recall_interval=wilson(counts.found, true) if true else None,
        f1=2 * counts.found / (said + true) if said + true else None,
        support=true,
    )
