"""Texts to token windows, each token knowing the clause that it belongs to.

A text longer than the encoder can read becomes several windows, cut between clauses where possible.
Nothing is dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from nlp.tags import Span

Groups = tuple[tuple[int, int], ...]

BESIDE_TOKENS = 2  # [CLS] and [SEP] stand in every window


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """A stretch of one text: `ids` and, per token, the number of its clause in that text (-1: special token)."""

    ids: NDArray[np.int32]
    clauses: NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """The tokens of all windows one behind the other, without padding; clauses and items numbered through the batch.

    Attributes:
        ids: (tokens,) token ids.
        positions: (tokens,) place in the window, from 0.
        groups: (windows, tokens of each) of windows of one length, in order.
        clause_of: (tokens,) clause number; `clauses` for tokens that belong to none.
        item_of: (tokens,) item number.
        item_of_clause: (clauses,) item number.
        items: number of items.
    """

    ids: Tensor
    positions: Tensor
    groups: Groups
    clause_of: Tensor
    item_of: Tensor
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


def in_order(items: Sequence[Sequence[Window]]) -> list[tuple[int, int, Window]]:
    """(item, place in it, window) by length: the order in which a batch holds them."""
    flat = [
        (number, place, window) for number, group in enumerate(items) for place, window in enumerate(group)
    ]
    return sorted(flat, key=lambda one: len(one[2].ids))


def pack(items: Sequence[Sequence[Window]], clause_counts: Sequence[int]) -> Batch:
    """One batch of the windows of several items.

    Attention then runs over windows of one length at a time, so that what comes out for a text does not depend on those
    beside it: padding would change the order in which the processor adds, and in bfloat16 the third decimal.
    """
    flat = in_order(items)
    lengths = [len(window.ids) for _, _, window in flat]
    first_clause = np.concatenate([[0], np.cumsum(clause_counts)])
    owner = [
        np.where(window.clauses >= 0, window.clauses + first_clause[number], first_clause[-1])
        for number, _, window in flat
    ]
    return Batch(
        ids=torch.from_numpy(np.concatenate([window.ids for _, _, window in flat]).astype(np.int64)),
        positions=torch.from_numpy(np.concatenate([np.arange(length) for length in lengths])),
        groups=tuple((len(list(same)), length) for length, same in groupby(lengths)),
        clause_of=torch.from_numpy(np.concatenate(owner).astype(np.int64)),
        item_of=torch.from_numpy(np.repeat([number for number, _, _ in flat], lengths)),
        item_of_clause=torch.from_numpy(np.repeat(np.arange(len(items)), clause_counts)),
        items=len(items),
    )
