"""An encoder of the BERT or RoBERTa family read straight from its files: embeddings, layers.

Reading the files directly instead of through `transformers` saves seconds at start; a test holds the
result to what `sentence-transformers` computes.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from nlp.encoder import EncoderError, EncoderMissingError
from nlp.windows import Groups

_FEW = 4

# RoBERTa and its multilingual kin number positions from behind the padding token, BERT from 0.
FAMILIES = {"bert": False, "roberta": True, "xlm-roberta": True}


class UnsupportedEncoderError(EncoderError):
    """The encoder is of no family whose layers can be forked."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BackboneConfig:
    """Sizes of a BERT encoder, named as in its `config.json`."""

    hidden_size: int
    num_attention_heads: int
    num_hidden_layers: int
    intermediate_size: int
    layer_norm_eps: float
    max_tokens: int


class Linear(nn.Linear):
    """`nn.Linear`, each row of which is the same whatever stands beside it.

    For fewer rows than four the processor's matrix product adds in another order.
    """

    def forward(self, rows: Tensor) -> Tensor:
        """`rows` (n, in) -> (n, out)."""
        if len(rows) >= _FEW:
            return super().forward(rows)
        return super().forward(torch.cat([rows, rows.new_zeros(_FEW - len(rows), rows.shape[1])]))[
            : len(rows)
        ]


class Layer(nn.Module):
    """One BERT layer: attention over the tokens of a text, then a feed-forward step."""

    def __init__(self, config: BackboneConfig, dropout: float = 0.0) -> None:
        super().__init__()
        size = config.hidden_size
        self.heads = config.num_attention_heads
        self.qkv = Linear(size, 3 * size)
        self.attended = Linear(size, size)
        self.norm_1 = nn.LayerNorm(size, eps=config.layer_norm_eps)
        self.up = Linear(size, config.intermediate_size)
        self.down = Linear(config.intermediate_size, size)
        self.norm_2 = nn.LayerNorm(size, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, groups: Groups) -> Tensor:
        """`states` (tokens, size) of texts one behind the other, `groups` (texts, tokens of each) of like length."""
        mixed = self._mixed(self.qkv(states), groups)
        states = self.norm_1(states + self.dropout(self.attended(mixed)))
        return self.norm_2(states + self.dropout(self.down(functional.gelu(self.up(states)))))  # type: ignore[no-any-return]

    def _mixed(self, qkv: Tensor, groups: Groups) -> Tensor:
        """Attention inside each text."""
        size = qkv.shape[1] // 3
        parts, start = [], 0
        for texts, tokens in groups:
            end = start + texts * tokens
            rows = qkv[start:end].view(texts, tokens, 3, self.heads, size // self.heads)
            query, key, value = rows.permute(2, 0, 3, 1, 4)
            mixed = functional.scaled_dot_product_attention(query, key, value)
            parts.append(mixed.transpose(1, 2).reshape(texts * tokens, size))
            start = end
        return torch.cat(parts)


class Embeddings(nn.Module):
    """Token ids to vectors: word, position and type, normalised."""

    def __init__(self, config: BackboneConfig, vocabulary: int, positions: int) -> None:
        super().__init__()
        self.words = nn.Embedding(vocabulary, config.hidden_size)
        self.positions = nn.Embedding(positions, config.hidden_size)
        self.kind = nn.Parameter(torch.zeros(config.hidden_size))
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)

    def forward(self, ids: Tensor, positions: Tensor) -> Tensor:
        """`ids` and `positions` (tokens,) -> (tokens, size)."""
        return self.norm(self.words(ids) + self.positions(positions) + self.kind)  # type: ignore[no-any-return]


class Encoding(Protocol):
    """What the tokenizer returns for one text."""

    ids: list[int]
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Backbone:
    """A frozen encoder: tokenizer, embeddings and layers, ready for inference."""

    config: BackboneConfig
    tokenizer: Tokenizer
    embeddings: Embeddings
    layers: nn.ModuleList
    name: str


def read_backbone(folder: Path) -> Backbone:
    """Reads an encoder (`config.json`, `model.safetensors`, `tokenizer.json`) from a folder."""
    for file in ("config.json", "model.safetensors", "tokenizer.json"):
        if not (folder / file).is_file():
            raise EncoderMissingError(f"{folder / file} is missing. Give the folder of a sentence encoder.")
    raw = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    family = raw.get("model_type", "bert")
    if family not in FAMILIES:
        raise UnsupportedEncoderError(
            f"{folder} holds a {family} model. Only encoders of these families can be used: {', '.join(FAMILIES)}."
        )
    first = raw["pad_token_id"] + 1 if FAMILIES[family] else 0
    config = _config(raw, folder, first)
    tensors = {
        name.removeprefix("bert.").removeprefix("roberta."): tensor
        for name, tensor in load_file(folder / "model.safetensors").items()
    }
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    layers = nn.ModuleList(_layer(config, tensors, i) for i in range(config.num_hidden_layers))
    embeddings = _embeddings(config, tensors, first)
    for module in (embeddings, layers):
        module.requires_grad_(requires_grad=False).eval()
    return Backbone(
        config=config,
        tokenizer=tokenizer,
        embeddings=embeddings,
        layers=layers,
        name=raw.get("_name_or_path", ""),
    )


def _config(raw: dict[str, Any], folder: Path, first: int) -> BackboneConfig:
    """Sizes; `first` is the row of the position embeddings that the first token has."""
    limits = folder / "sentence_bert_config.json"
    limit = json.loads(limits.read_text(encoding="utf-8")).get("max_seq_length") if limits.is_file() else None
    fields = ("hidden_size", "num_attention_heads", "num_hidden_layers", "intermediate_size")
    return BackboneConfig(
        **{field: raw[field] for field in fields},
        layer_norm_eps=raw["layer_norm_eps"],
        max_tokens=min(limit or raw["max_position_embeddings"], raw["max_position_embeddings"] - first),
    )


def _embeddings(config: BackboneConfig, tensors: dict[str, Tensor], first: int) -> Embeddings:
    words = tensors["embeddings.word_embeddings.weight"]
    positions = tensors["embeddings.position_embeddings.weight"][first:]
    module = Embeddings(config, len(words), len(positions))
    module.load_state_dict(
        {
            "words.weight": words,
            "positions.weight": positions,
            "kind": tensors["embeddings.token_type_embeddings.weight"][0],
            "norm.weight": tensors["embeddings.LayerNorm.weight"],
            "norm.bias": tensors["embeddings.LayerNorm.bias"],
        }
    )
    return module


def _layer(config: BackboneConfig, tensors: dict[str, Tensor], number: int) -> Layer:
    start = f"encoder.layer.{number}."
    names = {
        "attended": "attention.output.dense",
        "norm_1": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm_2": "output.LayerNorm",
    }
    state = {
        f"{ours}.{part}": tensors[f"{start}{theirs}.{part}"]
        for ours, theirs in names.items()
        for part in ("weight", "bias")
    }
    for part in ("weight", "bias"):
        parts = [tensors[f"{start}attention.self.{side}.{part}"] for side in ("query", "key", "value")]
        state[f"qkv.{part}"] = torch.cat(parts)
    layer = Layer(config)
    layer.load_state_dict(state)
    return layer
