"""Texts to token windows, each token knowing the clause that it belongs to.

A text longer than the encoder can read becomes several windows, cut between clauses where possible.
Nothing is dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from nlp.tags import Span

BESIDE_TOKENS = 2  # [CLS] and [SEP] stand in every window


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A stretch of one text: `ids` and, per token, the number of its clause in that text (-1: special token)."""

    ids: NDArray[np.int32]
    clauses: NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Windows padded to one length, with clauses and items numbered through the batch.

    Attributes:
        ids: (windows, tokens) token ids.
        mask: (windows, tokens), true where there is a token.
        clause_of: (windows, tokens) clause number; `clauses` for tokens that belong to none.
        item_of_window: (windows,) item number.
        item_of_clause: (clauses,) item number.
        items: number of items.
    """

    ids: Tensor
    mask: Tensor
    clause_of: Tensor
    item_of_window: Tensor
    item_of_clause: Tensor
    items: int

    @property
    def clauses(self) -> int:
        """Number of clauses in the batch."""
        return len(self.item_of_clause)


def windows(
    texts: Sequence[str], clauses: Sequence[Sequence[Span]], tokenizer: Tokenizer, max_tokens: int
) -> list[list[Window]]:
    """The windows of each text. `clauses` holds the clause spans of each text, in order."""
    encodings = tokenizer.encode_batch(list(texts))
    return [
        _cut(np.array(e.ids, np.int32), _clause_of(e.offsets, spans), max_tokens)
        for e, spans in zip(encodings, clauses, strict=True)
    ]


def _clause_of(offsets: list[tuple[int, int]], spans: Sequence[Span]) -> NDArray[np.int32]:
    """Clause number per token; a token between two clauses belongs to the one before it."""
    starts = np.array([start for start, _ in spans] or [0])
    tokens = np.array(offsets)
    number = np.maximum(np.searchsorted(starts, tokens[:, 0], side="right") - 1, 0)
    number[tokens[:, 1] == tokens[:, 0]] = -1
    return number.astype(np.int32)


def _cut(ids: NDArray[np.int32], clauses: NDArray[np.int32], max_tokens: int) -> list[Window]:
    if len(ids) <= max_tokens:
        return [Window(ids=ids, clauses=clauses)]
    first, last = ids[:1], ids[-1:]
    outside = np.array([-1], np.int32)
    body, owner = ids[1:-1], clauses[1:-1]
    out, start = [], 0
    while start < len(body):
        end = _end(owner, start, max_tokens - BESIDE_TOKENS)
        out.append(
            Window(
                ids=np.concatenate([first, body[start:end], last]),
                clauses=np.concatenate([outside, owner[start:end], outside]),
            )
        )
        start = end
    return out


def _end(owner: NDArray[np.int32], start: int, room: int) -> int:
    """Where a window that starts at `start` ends: the last clause boundary in its second half, or the limit."""
    limit = start + room
    if limit >= len(owner):
        return len(owner)
    boundaries = np.flatnonzero(np.diff(owner[start : limit + 1])) + start + 1
    return int(boundaries[-1]) if len(boundaries) and boundaries[-1] > start + room // 2 else limit


def pack(items: Sequence[Sequence[Window]], clause_counts: Sequence[int], pad: int) -> Batch:
    """Pads the windows of several items to one batch."""
    flat = [(number, window) for number, group in enumerate(items) for window in group]
    longest = max(len(window.ids) for _, window in flat)
    first_clause = np.concatenate([[0], np.cumsum(clause_counts)])
    ids = np.full((len(flat), longest), pad, np.int64)
    owner = np.full((len(flat), longest), first_clause[-1], np.int64)
    mask = np.zeros((len(flat), longest), bool)
    for row, (number, window) in enumerate(flat):
        length = len(window.ids)
        ids[row, :length] = window.ids
        mask[row, :length] = True
        owned = window.clauses >= 0
        owner[row, :length][owned] = window.clauses[owned] + first_clause[number]
    return Batch(
        ids=torch.from_numpy(ids),
        mask=torch.from_numpy(mask),
        clause_of=torch.from_numpy(owner),
        item_of_window=torch.tensor([number for number, _ in flat]),
        item_of_clause=torch.from_numpy(np.repeat(np.arange(len(items)), clause_counts)),
        items=len(items),
    )
