"""The map from clauses as read in their item to clauses read alone."""

import pytest
import torch

from nlp.backbone import read_backbone
from nlp.clause_map import fit_clause_map
from nlp.encoder import shipped_encoder
from nlp.network import Network
from nlp.pieces import message, whole
from nlp.windows import pack, windows

TEXTS = [
    "The refund took nine weeks. The lady on the phone was kind, but nobody wrote.",
    "Room smelled of paint; breakfast was the best of the trip.",
    "App froze twice at the till and the queue behind me groaned. Price was fair though.",
    "They moved my appointment without telling me. I had taken a day off for it.",
    "Sleeves too long, colour perfect.",
    "Cancelled in March, charged again in April. Two chats later it is still open.",
]


@pytest.fixture(scope="module")
def network() -> Network:
    """A network that was not trained."""
    return Network(read_backbone(shipped_encoder())).eval()


def clause_vectors(network: Network, text: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Clauses of a text as read in it, and alone."""
    tokenizer = read_backbone(shipped_encoder()).tokenizer
    piece = message(text)
    alone = [whole(text[slice(*span)]) for span in piece.spans]
    read = []
    for pieces in ([piece], alone):
        cut = windows([p.text for p in pieces], [p.spans for p in pieces], tokenizer, 256)
        batch = pack(cut, [len(p.spans) for p in pieces])
        read.append(network.embed_parts(network.shared(batch), batch))
    return read[0].clause, read[1].item


def test_before_it_is_fitted_clauses_stay_as_they_are(network: Network) -> None:
    """The untrained map gives the clause's own vector back, of unit length."""
    found, _ = clause_vectors(network, TEXTS[0])
    assert torch.allclose(found.norm(dim=1), torch.ones(len(found)), atol=1e-5)
    assert not network.alone.weight.requires_grad


def test_fitted_clauses_come_near_to_what_they_are_alone(network: Network) -> None:
    """On the texts that it was fitted on the cosine to the clause alone rises."""
    before = [(a * b).sum(1).mean() for a, b in (clause_vectors(network, text) for text in TEXTS)]
    fit_clause_map(network, read_backbone(shipped_encoder()).tokenizer, TEXTS)
    after = [(a * b).sum(1).mean() for a, b in (clause_vectors(network, text) for text in TEXTS)]
    assert sum(after) > sum(before)
    assert all(value > 0.9 for value in after)
