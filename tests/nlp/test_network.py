import numpy as np
import pytest
import torch

from nlp.backbone import Backbone, read_backbone
from nlp.encoder import load_encoder, shipped_encoder
from nlp.heads import HEADS, width
from nlp.network import Network, segment_mean, segment_softmax
from nlp.sentences import clauses
from nlp.windows import Batch, pack, windows

TEXTS = [
    "Good app",
    "The parcel came on Friday, but nobody answered my mails and the label was missing.",
    "Kettle works. " * 12,
]


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return read_backbone(shipped_encoder())


def batch_of(texts: list[str], backbone: Backbone) -> Batch:
    spans = [clauses(text) for text in texts]
    cut = windows(texts, spans, backbone.tokenizer, backbone.config.max_tokens)
    return pack(cut, [len(one) for one in spans])


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
def test_the_embedding_is_the_plain_encoders(backbone):
    """One pass through the network gives the very vectors that sentence-transformers computes."""
    network = Network(backbone)
    network.in_bfloat16 = False
    with torch.no_grad():
        network.fork[0].up.weight.zero_()
    batch = batch_of(TEXTS, backbone)

    found = network.embed(network.shared(batch), batch).numpy()

    expected = load_encoder().encode(TEXTS, normalize_embeddings=True, show_progress_bar=False)
    np.testing.assert_allclose(found, expected, atol=2e-6)
    assert found.dtype == np.float32


def test_half_precision_changes_the_embedding_hardly(backbone):
    """On processors that have bfloat16, vectors stay the same to three digits and are float32."""
    network = Network(backbone)
    batch = batch_of(TEXTS[:2], backbone)
    network.in_bfloat16 = False
    exact = network.embed(network.shared(batch), batch)
    network.in_bfloat16 = True
    quick = network.embed(network.shared(batch), batch)

    assert quick.dtype == torch.float32
    assert float((exact * quick).sum(1).min()) > 0.999


def test_a_text_beyond_the_encoders_length_counts_to_its_end(backbone):
    """What stands after the encoder's 256 tokens still changes embedding and tags."""
    network = Network(backbone).eval()
    start = "The room was clean and quiet. " * 60
    batch = batch_of([start, start + "But the staff shouted at my daughter."], backbone)

    states = network.shared(batch)
    first, second = network.embed(states, batch)

    assert float(first @ second) < 0.9999
    assert not torch.allclose(*network(states, batch).item)


@pytest.mark.parametrize("in_bfloat16", [False, True])
def test_a_text_is_judged_alike_alone_and_in_a_batch(backbone, in_bfloat16):
    """Neighbours change nothing, not even the last digit."""
    network = Network(backbone).eval()
    network.in_bfloat16 = in_bfloat16
    together = batch_of([*TEXTS, *TEXTS[1:]], backbone)

    with torch.no_grad():
        many = network(network.shared(together), together).item
        for number, text in enumerate(TEXTS):
            alone = batch_of([text], backbone)
            one = network(network.shared(alone), alone).item[0]
            torch.testing.assert_close(one, many[number], atol=0, rtol=0)


def test_only_fork_and_heads_are_trained(backbone):
    """A loss changes the fork and the heads and leaves the shared encoder alone."""
    network = Network(backbone)
    batch = batch_of(TEXTS, backbone)

    network(network.shared(batch), batch).item.sum().backward()

    moved = {name for name, parameter in network.named_parameters() if parameter.grad is not None}
    assert moved
    assert all(name.startswith(("fork.", "heads.")) for name in moved)
    assert not any(p.requires_grad for p in [*network.upper.parameters(), *network.lower.parameters()])


def test_logits_have_the_documented_shapes(backbone):
    """Items, clauses and themes come out in their numbers."""
    network = Network(backbone).eval()
    batch = batch_of(TEXTS, backbone)

    logits = network(network.shared(batch), batch)

    assert logits.item.shape == (3, width(HEADS))
    assert logits.clause.shape == (batch.clauses, width(HEADS))
    assert logits.polarity.shape == (3, 25, 3)
    assert logits.why.shape == (batch.clauses,)


def test_segment_mean_leaves_out_rows_without_segment():
    """Rows numbered `count` belong to no segment."""
    rows = torch.tensor([[1.0], [3.0], [5.0], [100.0]])

    assert segment_mean(rows, torch.tensor([0, 0, 1, 2]), 2).tolist() == [[2.0], [5.0]]


def test_segment_softmax_sums_to_one_in_each_segment():
    """Each column is normalised within its segment, also for large values."""
    rows = torch.tensor([[1000.0, 0.0], [1000.0, 0.0], [7.0, -900.0]])

    found = segment_softmax(rows, torch.tensor([0, 0, 1]), 2)

    assert found.tolist() == [[0.5, 0.5], [0.5, 0.5], [1.0, 1.0]]
