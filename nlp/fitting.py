"""The training loop: fork and heads on cached states of the frozen lower layers."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from nlp.data import Example
from nlp.heads import HEADS, REPLY_HEADS
from nlp.losses import ClassWeights, clause_losses, fields_loss
from nlp.network import Network, Pooled
from nlp.targets import Targets, targets
from nlp.windows import Batch, Window, in_order, pack, windows

Progress = Callable[[str], None]
Cutter = Callable[[str], list[tuple[int, int]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Recipe:
    """The knobs of training.

    Attributes:
        rate_fork, rate_heads: peak learning rates of AdamW, warmed up over `warmup` of the steps, then linear to 0.
        batch_tokens: most tokens in one batch, each example counted as the longest; at most `batch_items` items.
        shares: per source, the share of its examples seen in each epoch (1 when not named).
        trust: per source, the weight of its items in the loss (1 when not named).
    """

    epochs: float = 6
    rate_fork: float = 2e-4
    rate_heads: float = 1e-3
    weight_decay: float = 0.01
    warmup: float = 0.06
    dropout: float = 0.1
    batch_tokens: int = 2048
    batch_items: int = 32
    seed: int = 7
    shares: tuple[tuple[str, float], ...] = ()
    trust: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """Examples ready to train on: windows with cached states, targets, clause counts."""

    examples: list[Example]
    windows: list[list[Window]]
    targets: list[Targets]
    states: list[list[NDArray[np.float16]]]  # per example: the states of the tokens of each of its windows

    def lengths(self) -> NDArray[np.int64]:
        """Tokens per example."""
        return np.array([sum(len(w.ids) for w in group) for group in self.windows])

    def rows(self, chosen: NDArray[np.bool_]) -> "Prepared":
        """Only some of the examples; the states are shared, not copied."""
        kept = np.flatnonzero(chosen).tolist()
        return Prepared(
            examples=[self.examples[row] for row in kept],
            windows=[self.windows[row] for row in kept],
            targets=[self.targets[row] for row in kept],
            states=[self.states[row] for row in kept],
        )


def prepare(network: Network, tokenizer: object, examples: Sequence[Example], cut: Cutter) -> Prepared:
    """Cuts, tokenises and runs the frozen lower layers once, so that training needs only the fork."""
    kept = [example for example in examples if example.text.strip()]
    spans = [list(e.parts) if e.parts else cut(e.text) or [(0, len(e.text))] for e in kept]
    cut_up = windows([e.text for e in kept], spans, tokenizer, network.config.max_tokens)  # type: ignore[arg-type]
    return Prepared(
        examples=kept,
        windows=cut_up,
        targets=[targets(e, s) for e, s in zip(kept, spans, strict=True)],
        states=_lower_states(network, cut_up),
    )


def _lower_states(
    network: Network, groups: list[list[Window]], size: int = 64
) -> list[list[NDArray[np.float16]]]:
    """The states of the tokens of each window, by example."""
    flat = in_order(groups)
    found: list[list[NDArray[np.float16]]] = [[np.empty(0, np.float16)] * len(group) for group in groups]
    for start in range(0, len(flat), size):
        part = flat[start : start + size]
        states = network.shared(pack([[w] for _, _, w in part], [1] * len(part))).to(torch.float16).numpy()
        ends = np.cumsum([len(window.ids) for _, _, window in part])
        for (number, place, _), rows in zip(part, np.split(states, ends[:-1]), strict=True):
            found[number][place] = rows.copy()
    return found


def cached_batch(data: Prepared, rows: Sequence[int]) -> tuple[Tensor, Batch]:
    """States (tokens, size) and layout of some of the prepared examples."""
    chosen = [data.windows[row] for row in rows]
    states = [data.states[rows[number]][place] for number, place, _ in in_order(chosen)]
    batch = pack(chosen, [len(data.targets[row].why) for row in rows])
    return torch.from_numpy(np.concatenate(states).astype(np.float32)), batch


def batches(
    lengths: NDArray[np.int64], rows: NDArray[np.int64], recipe: Recipe, chance: np.random.Generator
) -> list[NDArray[np.int64]]:
    """Shuffled batches of examples of like length."""
    rough = lengths[rows] * chance.uniform(0.85, 1.15, len(rows))
    ordered = rows[np.argsort(rough)]
    out, start = [], 0
    while start < len(ordered):
        end, longest = start, 0
        while end < len(ordered) and end - start < recipe.batch_items:
            longest = max(longest, int(lengths[ordered[end]]))
            if end > start and longest * (end - start + 1) > recipe.batch_tokens:
                break
            end += 1
        out.append(ordered[start:end])
        start = end
    chance.shuffle(out)
    return out


def loss_of(
    network: Network, data: Prepared, rows: NDArray[np.int64], weights: ClassWeights, trust: Tensor
) -> Tensor:
    """The training loss of one batch: messages by the item heads, pairs by the reply heads."""
    total = torch.zeros(())
    is_pair = np.array([data.examples[r].parts is not None for r in rows])
    for part, pairs in ((rows[~is_pair], False), (rows[is_pair], True)):
        if len(part):
            share = len(part) / len(rows)
            total = total + share * _part_loss(network, data, part.tolist(), weights, trust, pairs=pairs)
    return total


def _part_loss(
    network: Network, data: Prepared, rows: list[int], weights: ClassWeights, trust: Tensor, *, pairs: bool
) -> Tensor:
    states, batch = cached_batch(data, rows)
    pooled = network.pool(states, batch)
    wanted = [data.targets[r] for r in rows]
    return _pooled_loss(network, pooled, batch.item_of_clause, wanted, weights, trust[rows], pairs=pairs)


def _pooled_loss(
    network: Network,
    pooled: Pooled,
    item_of_clause: Tensor,
    wanted: Sequence[Targets],
    weights: ClassWeights,
    share: Tensor,
    *,
    pairs: bool,
) -> Tensor:
    if pairs:
        labels, known = _stack([t.reply for t in wanted]), _stack([t.reply_known for t in wanted])
        return fields_loss(REPLY_HEADS, network.heads.replies(pooled), labels, known, weights.reply, share)
    logits = network.heads(pooled, item_of_clause)
    labels, known = _stack([t.labels for t in wanted]), _stack([t.known for t in wanted])
    polarity = torch.from_numpy(np.stack([t.polarity for t in wanted]))
    why = torch.from_numpy(np.concatenate([t.why for t in wanted]))
    return fields_loss(HEADS, logits.item, labels, known, weights.labels, share) + clause_losses(
        logits, polarity, why, item_of_clause, weights.polarity
    )


def _stack(rows: list[NDArray[np.float32]]) -> Tensor:
    return torch.from_numpy(np.stack(rows))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """A batch as the fork reads it, for training the heads alone."""

    rows: list[int]
    pooled: Pooled
    item_of_clause: Tensor
    pairs: bool


def fit_heads(
    network: Network, data: Prepared, weights: ClassWeights, *, epochs: int = 12, rate: float = 5e-3
) -> None:
    """Trains the heads on the fork as it stands, so that random heads do not spoil it later."""
    network.eval()
    everyone = torch.ones(len(data.examples))
    reads = [read for pairs in (False, True) for read in _read_all(network, data, pairs=pairs)]
    optimizer = torch.optim.AdamW(network.heads.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.05, epochs * len(reads))
    for number in np.concatenate([np.random.default_rng(n).permutation(len(reads)) for n in range(epochs)]):
        read = reads[number]
        wanted = [data.targets[row] for row in read.rows]
        loss = _pooled_loss(
            network, read.pooled, read.item_of_clause, wanted, weights, everyone[read.rows], pairs=read.pairs
        )
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()


def _read_all(network: Network, data: Prepared, *, pairs: bool, size: int = 128) -> Iterator[_Read]:
    chosen = np.flatnonzero([(e.parts is not None) == pairs for e in data.examples])
    ordered = chosen[np.argsort(data.lengths()[chosen])]
    for start in range(0, len(ordered), size):
        rows = ordered[start : start + size].tolist()
        states, batch = cached_batch(data, rows)
        with torch.no_grad():
            pooled = network.pool(states, batch)
        yield _Read(rows=rows, pooled=pooled, item_of_clause=batch.item_of_clause, pairs=pairs)


def fit(network: Network, data: Prepared, weights: ClassWeights, recipe: Recipe, progress: Progress) -> None:
    """Trains fork and heads in place."""
    chance = np.random.default_rng(recipe.seed)
    torch.manual_seed(recipe.seed)
    trust = dict(recipe.trust)
    item_trust = torch.tensor([trust.get(e.source, 1.0) for e in data.examples])
    plan = list(_plan(data, recipe, chance))
    optimizer = torch.optim.AdamW(
        [
            {"params": list(network.fork.parameters()), "lr": recipe.rate_fork},
            {"params": list(network.heads.parameters()), "lr": recipe.rate_heads},
        ],
        weight_decay=recipe.weight_decay,
    )
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: _pace(step, len(plan), recipe.warmup)
    )
    network.fork.train()
    average, begun = 0.0, time.monotonic()
    for step, rows in enumerate(plan, 1):
        loss = loss_of(network, data, rows, weights, item_trust)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_([p for p in network.parameters() if p.requires_grad], 1.0)
        optimizer.step()
        schedule.step()
        average += (float(loss.detach()) - average) / min(step, 100)
        if step % 100 == 0 or step == len(plan):
            progress(f"step {step} of {len(plan)}, loss {average:.3f}, {time.monotonic() - begun:.0f} s")
    network.eval()


def _plan(data: Prepared, recipe: Recipe, chance: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """All batches of all epochs; sources with a share below 1 are sampled anew in each epoch."""
    shares, lengths = dict(recipe.shares), data.lengths()
    keep = np.array([shares.get(e.source, 1.0) for e in data.examples])
    left = recipe.epochs
    while left > 0:
        rows = np.flatnonzero(chance.random(len(keep)) < keep * min(left, 1))
        # A share above 1 shows a source that many times in each epoch.
        for extra in range(1, math.ceil(float(keep.max()))):
            rows = np.concatenate(
                [rows, np.flatnonzero(chance.random(len(keep)) < np.clip(keep - extra, 0, 1))]
            )
        yield from batches(lengths, rows, recipe, chance)
        left -= 1


def _pace(step: int, steps: int, warmup: float) -> float:
    rise = max(1, int(steps * warmup))
    return step / rise if step < rise else max(0.0, (steps - step) / max(1, steps - rise))
