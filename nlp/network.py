"""The tagger network: one pass over the shared lower layers gives the embedding and the tags.

tokens -> lower layers (frozen) -+-> upper layers of the encoder (frozen) -> embedding
`-> fork of the upper layers (trained)   -> heads
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from nlp.backbone import Backbone, Layer, Linear
from nlp.heads import HEADS, POLARITIES, REPLY_HEADS, slices, width
from nlp.windows import Batch, Groups

THEME_SLICE = slices(HEADS)["themes"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Pooled:
    """Mean token states: `item` (items, size) and `clause` (clauses, size)."""

    item: Tensor
    clause: Tensor


@dataclass(frozen=True, kw_only=True, slots=True)
class Logits:
    """Raw outputs: `item` (items, labels), `clause` (clauses, labels), `polarity` (items, themes, 3), `why` (clauses,)."""

    item: Tensor
    clause: Tensor
    polarity: Tensor
    why: Tensor


def segment_mean(values: Tensor, segments: Tensor, count: int) -> Tensor:
    """Mean of the rows of `values` (rows, size) in each of `count` segments; rows numbered `count` are left out."""
    sums = values.new_zeros(count + 1, values.shape[1]).index_add(0, segments, values)
    sizes = values.new_zeros(count + 1).index_add(0, segments, torch.ones_like(segments, dtype=values.dtype))
    return sums[:count] / sizes[:count].clamp(min=1).unsqueeze(1)


def segment_softmax(values: Tensor, segments: Tensor, count: int) -> Tensor:
    """Softmax of `values` (rows, columns) inside each segment, per column."""
    index = segments.unsqueeze(1).expand_as(values)
    peak = values.new_full((count, values.shape[1]), -torch.inf)
    peak = peak.scatter_reduce(0, index, values.detach(), "amax")
    powers = (values - peak[segments]).exp()
    sums = values.new_zeros(count, values.shape[1]).index_add(0, segments, powers)
    return powers / sums[segments]


class Heads(nn.Module):
    """Linear heads on item and clause means, joined by a soft maximum over the clauses."""

    def __init__(self, size: int) -> None:
        super().__init__()
        labels = width(HEADS)
        self.item = Linear(size, labels)
        self.clause = Linear(size, labels, bias=False)
        self.polarity = nn.Linear(2 * size, len(POLARITIES))
        self.why = Linear(2 * size, 1)
        self.reply = Linear(4 * size, width(REPLY_HEADS))

    def forward(self, pooled: Pooled, item_of_clause: Tensor) -> Logits:
        """Logits of items and clauses. A clause is judged as if it were an item of its own."""
        items = len(pooled.item)
        local = self.clause(pooled.clause)
        clause = self.item(pooled.clause) + local
        focus = segment_softmax(local, item_of_clause, items)
        strongest = (
            torch.zeros_like(self.item.bias).expand(items, -1).index_add(0, item_of_clause, focus * local)
        )
        item = self.item(pooled.item) + strongest
        return Logits(
            item=item,
            clause=clause,
            polarity=self._polarity(pooled, clause, item_of_clause),
            why=self.why(torch.cat([pooled.clause, pooled.item[item_of_clause]], 1)).squeeze(1),
        )

    def _polarity(self, pooled: Pooled, clause: Tensor, item_of_clause: Tensor) -> Tensor:
        """Polarity of each theme, read from the clauses in proportion to how much they carry it."""
        items, size = pooled.item.shape
        share = segment_softmax(clause[:, THEME_SLICE], item_of_clause, items)
        weighted = share.unsqueeze(2) * pooled.clause.unsqueeze(1)
        themed = pooled.clause.new_zeros(items, share.shape[1], size).index_add(0, item_of_clause, weighted)
        whole = pooled.item.unsqueeze(1).expand_as(themed)
        return self.polarity(torch.cat([themed, whole], 2))  # type: ignore[no-any-return]

    def replies(self, pooled: Pooled) -> Tensor:
        """Reply logits (pairs, labels) of items that are pairs of two parts: what the customer said, the answer."""
        said, answer = pooled.clause[0::2], pooled.clause[1::2]
        return self.reply(torch.cat([said, answer, said * answer, pooled.item], 1))  # type: ignore[no-any-return]


def has_fast_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 matrices itself; emulated, they are a hundred times slower."""
    able = torch.cpu.get_capabilities()
    return bool(able.get("avx512_bf16") or able.get("amx_bf16"))


class Network(nn.Module):
    """Frozen encoder, trained fork and heads."""

    def __init__(self, backbone: Backbone, dropout: float = 0.0) -> None:
        super().__init__()
        self.config = backbone.config
        self.in_bfloat16 = has_fast_bfloat16()
        split = backbone.config.num_hidden_layers // 2
        self.embeddings = backbone.embeddings
        self.lower = nn.ModuleList(backbone.layers[:split])
        self.upper = nn.ModuleList(backbone.layers[split:])
        self.fork = nn.ModuleList(Layer(backbone.config, dropout) for _ in self.upper)
        self.fork.load_state_dict(self.upper.state_dict())
        self.heads = Heads(backbone.config.hidden_size)
        self.alone = _clauses_as_they_are(backbone.config.hidden_size)

    def only_read(self) -> "Network":
        """For inference alone: the layers' weights in the type in which they are multiplied, not cast at every pass."""
        if self.in_bfloat16:
            for layer in (*self.lower, *self.upper, *self.fork):
                for part in layer.children():
                    if isinstance(part, Linear):
                        part.to(torch.bfloat16)
        return self

    def trained(self) -> dict[str, Tensor]:
        """The tensors that training changes: fork, heads, and the map of clause vectors."""
        changed = ("fork.", "heads.", "alone.")
        return {name: tensor for name, tensor in self.state_dict().items() if name.startswith(changed)}

    def _run(self, layers: nn.ModuleList, states: Tensor, groups: Groups) -> Tensor:
        """Layers in half precision where that is fast; what comes out is float32 again."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.in_bfloat16):
            for layer in layers:
                states = layer(states, groups)
        return states.float()

    def shared(self, batch: Batch) -> Tensor:
        """States after the lower layers, (tokens, size). Never trained."""
        with torch.no_grad():
            return self._run(self.lower, self.embeddings(batch.ids, batch.positions), batch.groups)

    def embed(self, states: Tensor, batch: Batch) -> Tensor:
        """The encoder's own embedding (items, size) of unit length; mean over the windows of long items."""
        with torch.no_grad():
            return self.clause_inputs(states, batch).item

    def embed_parts(self, states: Tensor, batch: Batch) -> Pooled:
        """As `embed`, and for each clause what `embed` would give it alone, all of unit length.

        The tokens of a clause were read in their item and carry its other clauses too; `alone` maps them back.
        """
        with torch.no_grad():
            both = self.clause_inputs(states, batch)
            item = both.item[batch.item_of_clause]
            clause = self.alone(torch.cat([both.clause, item], 1))
            return Pooled(item=both.item, clause=functional.normalize(clause))

    def clause_inputs(self, states: Tensor, batch: Batch) -> Pooled:
        """Mean states of items and clauses after the upper layers, of unit length: what `alone` is fitted on."""
        states = self._run(self.upper, states, batch.groups)
        clause = segment_mean(states, batch.clause_of, batch.clauses)
        return Pooled(
            item=functional.normalize(_item_mean(states, batch)), clause=functional.normalize(clause)
        )

    def pool(self, states: Tensor, batch: Batch) -> Pooled:
        """Runs the fork and pools its states by item and by clause."""
        states = self._run(self.fork, states, batch.groups)
        clause = segment_mean(states, batch.clause_of, batch.clauses)
        return Pooled(item=_item_mean(states, batch), clause=clause)

    def forward(self, states: Tensor, batch: Batch) -> Logits:
        """Logits from the states of `shared`."""
        logits: Logits = self.heads(self.pool(states, batch), batch.item_of_clause)
        return logits


def _clauses_as_they_are(size: int) -> nn.Linear:
    """A map of clause and item vectors (clauses, 2 * size) that gives the clause's back; fitted in training."""
    layer = Linear(2 * size, size)
    with torch.no_grad():
        layer.weight.copy_(torch.cat([torch.eye(size), torch.zeros(size, size)], 1))
        layer.bias.zero_()
    return layer.requires_grad_(requires_grad=False)


def _item_mean(states: Tensor, batch: Batch) -> Tensor:
    """Mean token state per item: [CLS] and [SEP] included, as the encoder was trained."""
    return segment_mean(states, batch.item_of, batch.items)
