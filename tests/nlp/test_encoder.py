import hashlib

import pytest

from nlp.backbone import UnsupportedEncoderError, read_backbone
from nlp.encoder import EncoderChangedError, EncoderMissingError, check_sum, encoder_folder, shipped_encoder


def test_the_shipped_encoder_is_the_published_one():
    """Its folder holds the files that are read, with the published checksum."""
    folder = shipped_encoder()

    assert {"model.safetensors", "config.json", "tokenizer.json"} <= {path.name for path in folder.iterdir()}


def test_changed_weights_are_refused(tmp_path):
    """A file that differs in one byte is named, with both sums."""
    path = tmp_path / "model.safetensors"
    path.write_bytes(b"other")

    with pytest.raises(EncoderChangedError, match="Reinstall"):
        check_sum(path, hashlib.sha256(b"published").hexdigest())


def test_missing_weights_are_named(tmp_path):
    """The message names the file and says what to do."""
    with pytest.raises(EncoderMissingError, match=r"is missing\. Reinstall"):
        check_sum(tmp_path / "model.safetensors", "")


def test_a_folder_is_taken_as_it_is(tmp_path):
    """Another encoder may lie anywhere."""
    assert encoder_folder(tmp_path) == tmp_path


def test_an_unknown_name_says_how_to_fetch_it(monkeypatch, tmp_path):
    """Nothing is downloaded at run time; the message names the command that does it once."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))

    with pytest.raises(EncoderMissingError, match="hf download some/encoder"):
        encoder_folder("some/encoder")


def test_an_incomplete_folder_is_named(tmp_path):
    """The first missing file stands in the message."""
    with pytest.raises(EncoderMissingError, match=r"config\.json is missing"):
        read_backbone(tmp_path)


def test_an_encoder_of_another_family_is_refused(tmp_path):
    """Only BERT layers can be forked."""
    for name in ("model.safetensors", "tokenizer.json"):
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "config.json").write_text('{"model_type": "mpnet"}', encoding="utf-8")

    with pytest.raises(UnsupportedEncoderError, match="mpnet"):
        read_backbone(tmp_path)
