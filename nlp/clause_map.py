"""Fits the map from clauses as read in their item to the same clauses read alone.

Themes are described by single sentences, and how alike a clause is to them helps to decide on its theme (`blend.py`).
A clause read in its item carries the rest of the item too, which pulls it away from them; reading every clause again
would cost a second pass. A linear map of clause and item vector, fitted by ridge regression on texts without any
label, wins part of it back (cosine to the clause alone .79, .63 without). Sub-themes need more: `sub_themes.py`.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from nlp.network import Network
from nlp.pieces import Piece, message, whole
from nlp.windows import Batch, pack, windows

RIDGE = 0.3


def fit_clause_map(
    network: Network, tokenizer: Tokenizer, texts: Sequence[str], *, ridge: float = RIDGE
) -> None:
    """Fits `network.alone` in place on the clauses of texts."""
    pieces = [message(text) for text in texts if text.strip()]
    size = network.config.hidden_size
    inner, outer = torch.zeros(2 * size + 1, 2 * size + 1), torch.zeros(2 * size + 1, size)
    for part in _parts(pieces):
        inputs, wanted = _read(network, tokenizer, part)
        inner += inputs.T @ inputs
        outer += inputs.T @ wanted
    solved = torch.linalg.solve(inner + ridge * torch.eye(len(inner)), outer)
    with torch.no_grad():
        network.alone.weight.copy_(solved[:-1].T)
        network.alone.bias.copy_(solved[-1])


def _parts(pieces: Sequence[Piece], size: int = 48) -> Iterator[list[Piece]]:
    """Pieces of like length together."""
    ordered = sorted(pieces, key=lambda piece: len(piece.text))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def _read(network: Network, tokenizer: Tokenizer, pieces: Sequence[Piece]) -> tuple[Tensor, Tensor]:
    """Inputs of the map (clauses, 2 * size + 1) with a column of ones, and the clauses alone (clauses, size)."""
    alone = [whole(piece.text[slice(*span)]) for piece in pieces for span in piece.spans]
    batch = _pack(network, tokenizer, pieces)
    order = np.argsort([len(piece.text) for piece in alone])
    wanted = torch.zeros(len(alone), network.config.hidden_size)
    with torch.no_grad():
        found = network.clause_inputs(network.shared(batch), batch)
        for rows in np.array_split(order, max(1, len(order) // 64)):
            chosen = _pack(network, tokenizer, [alone[row] for row in rows])
            wanted[rows] = network.embed(network.shared(chosen), chosen)
    inputs = torch.cat([found.clause, found.item[batch.item_of_clause], torch.ones(len(alone), 1)], 1)
    return inputs, wanted


def _pack(network: Network, tokenizer: Tokenizer, pieces: Sequence[Piece]) -> Batch:
    config = network.config
    cut = windows([p.text for p in pieces], [p.spans for p in pieces], tokenizer, config.max_tokens)
    return pack(cut, [len(p.spans) for p in pieces])
