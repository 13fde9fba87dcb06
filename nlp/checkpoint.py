"""A tagger's folder on disk: weights, sizes, labels, thresholds, calibration. Safetensors and JSON only."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.blend import ThemeBlend
from nlp.calibrate import Calibration, Thresholds
from nlp.encoder import encoder_folder
from nlp.gap import GapModel
from nlp.heads import HEADS, REPLY_HEADS, Head
from nlp.own_themes import OwnThemeModel

SHIPPED = Path(__file__).parent / "weights" / "earmark-tagger-1"
FILES = ("model.safetensors", "config.json", "labels.json", "thresholds.json", "calibration.json")


class WeightsError(Exception):
    """A tagger's folder is incomplete or does not fit this version of Earmark."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """What stands in a tagger's folder beside the tensors.

    Attributes:
        model: name and version, written into every tag.
        encoder: name of the sentence encoder that the fork was cut from, None for the shipped one.
        encoder_sha256: SHA-256 of that encoder's weights.
        languages: ISO 639-1 codes that the tagger was trained for.
    """

    model: str
    encoder: str | None
    encoder_sha256: str
    languages: tuple[str, ...]
    calibration: Calibration
    thresholds: Thresholds
    reply_calibration: Calibration
    reply_thresholds: Thresholds
    gap: GapModel
    blend: ThemeBlend | None = None
    own_themes: OwnThemeModel | None = None


def labels_json() -> dict[str, Any]:
    """The fields and labels of this version, in the order of the logits."""

    def fields(heads: tuple[Head, ...]) -> dict[str, dict[str, Any]]:
        return {head.field: {"kind": head.kind, "labels": list(head.labels)} for head in heads}

    return {"items": fields(HEADS), "replies": fields(REPLY_HEADS)}


def encoder_sum(source: str | Path | None) -> str:
    """SHA-256 of an encoder's weights."""
    return weights_sum(encoder_folder(source))


def weights_sum(folder: Path) -> str:
    """SHA-256 of the weights in a folder."""
    with (folder / "model.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_checkpoint(folder: Path, checkpoint: Checkpoint) -> None:
    """Writes the JSON files of a tagger's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "model": checkpoint.model,
        "encoder": checkpoint.encoder,
        "encoder_sha256": checkpoint.encoder_sha256,
        "languages": list(checkpoint.languages),
    }
    items, replies = checkpoint.calibration, checkpoint.reply_calibration
    _write(folder / "config.json", config)
    _write(folder / "labels.json", labels_json())
    _write(
        folder / "calibration.json",
        {
            "items": items.to_json(),
            "replies": replies.to_json(),
            "gap": checkpoint.gap.to_json(),
            "blend": checkpoint.blend.to_json() if checkpoint.blend else None,
            "own_themes": checkpoint.own_themes.to_json() if checkpoint.own_themes else None,
        },
    )
    _write(
        folder / "thresholds.json",
        {"items": checkpoint.thresholds.to_json(), "replies": checkpoint.reply_thresholds.to_json()},
    )


def read_checkpoint(folder: Path) -> Checkpoint:
    """Reads a tagger's folder. Raises WeightsError when it is incomplete or has other labels."""
    missing = [file for file in FILES if not (folder / file).is_file()]
    if missing:
        raise WeightsError(
            f"{folder} is no tagger: {', '.join(missing)} missing. Give a folder written by `earmark train`."
        )
    if _read(folder / "labels.json") != labels_json():
        raise WeightsError(f"{folder} was trained for other labels. Train it again with this version.")
    config = _read(folder / "config.json")
    calibration, thresholds = _read(folder / "calibration.json"), _read(folder / "thresholds.json")
    return Checkpoint(
        model=config["model"],
        encoder=config["encoder"],
        encoder_sha256=config["encoder_sha256"],
        languages=tuple(config["languages"]),
        calibration=Calibration.from_json(HEADS, calibration["items"]),
        thresholds=Thresholds.from_json(HEADS, thresholds["items"]),
        reply_calibration=Calibration.from_json(REPLY_HEADS, calibration["replies"]),
        reply_thresholds=Thresholds.from_json(REPLY_HEADS, thresholds["replies"]),
        gap=GapModel.from_json(calibration["gap"]),
        blend=ThemeBlend.from_json(calibration["blend"]) if calibration.get("blend") else None,
        own_themes=OwnThemeModel.from_json(calibration["own_themes"])
        if calibration.get("own_themes")
        else None,
    )


def _write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
