"""An encoder for several languages, by folder: read as its own library reads it, trained, and used."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
from transformers import XLMRobertaConfig, XLMRobertaModel

from nlp.backbone import read_backbone
from nlp.fitting import Recipe
from nlp.network import Network
from nlp.pieces import whole
from nlp.tagger import Tagger
from nlp.tags import Document, is_untagged
from nlp.train import Plan, train
from nlp.windows import pack, windows

GERMAN = "Das Paket kam drei Wochen zu spät, und niemand hat auf meine Nachrichten geantwortet."
SAID = [
    GERMAN,
    "Der Kundendienst war sehr freundlich, vielen Dank dafür.",
    "La livraison a pris trois semaines et personne ne répond.",
    "The parcel came three weeks late and nobody answers my mails.",
]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory) -> Path:
    """A small XLM-RoBERTa with random weights and a SentencePiece-like tokenizer."""
    folder = tmp_path_factory.mktemp("xlmr")
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(vocab_size=150, special_tokens=special, unk_token="<unk>")
    tokenizer.train_from_iterator(SAID, trainer)
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(5)
    config = XLMRobertaConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=32, num_hidden_layers=4, num_attention_heads=4,
        intermediate_size=64, max_position_embeddings=130, type_vocab_size=1, pad_token_id=1,
    )  # fmt: skip
    XLMRobertaModel(config, add_pooling_layer=False).eval().save_pretrained(folder)
    return folder


def test_its_embedding_is_that_of_its_own_library(encoder):
    """Positions start behind the padding token, as RoBERTa numbers them."""
    backbone = read_backbone(encoder)
    pieces = [whole(text) for text in SAID]
    cut = windows(
        [p.text for p in pieces], [p.spans for p in pieces], backbone.tokenizer, backbone.config.max_tokens
    )
    batch = pack(cut, [len(p.spans) for p in pieces])
    network = Network(backbone).eval()
    model = XLMRobertaModel.from_pretrained(encoder, add_pooling_layer=False).eval()

    with torch.inference_mode():
        ours = network.embed(network.shared(batch), batch).numpy()
        theirs = [model(torch.tensor(window.ids[None])).last_hidden_state[0] for [window] in cut]
    means = np.stack([states.mean(0).numpy() for states in theirs])

    np.testing.assert_allclose(ours, means / np.linalg.norm(means, axis=1, keepdims=True), atol=1e-4)


def test_a_tagger_trained_on_it_judges_its_languages(encoder, small_data, tmp_path, monkeypatch):
    """German is judged when it was named, and left alone when it was not."""
    for name in ("OWN_TEXTS", "OWN_LABELS", "OWN_CONVERSATIONS"):
        monkeypatch.setattr(f"nlp.data.{name}", tmp_path / "none")
    data, labels = small_data
    plan = Plan(
        public=Recipe(epochs=1),
        labelled=Recipe(epochs=1),
        folds=2,
        held_out=0,
        model="many-1",
        languages=("en", "de"),
    ).seeded(3)

    made = train(data, labels, tmp_path / "out", plan=plan, encoder=encoder, progress=lambda _said: None)

    [german] = Tagger.load(made.folder).tag([Document(id="a", text=GERMAN)])
    [french] = Tagger.load(made.folder).tag(
        [Document(id="b", text=SAID[2] + " Très mauvais service, jamais vu.")]
    )
    assert json.loads((made.folder / "config.json").read_text())["encoder"] == str(encoder)
    assert german.tags.language == "de"
    assert not is_untagged(german.tags.abstained)
    assert german.vector.shape == (32,)
    assert [one.reason for one in french.tags.abstained] == ["language"]
    assert plan == replace(plan)
