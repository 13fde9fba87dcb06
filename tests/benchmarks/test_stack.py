"""The tagger against the stack of public models that does part of its work, in the same run.

The stack: a RoBERTa-base classifier for 28 emotions, BART-large as zero-shot classifier over 25 themes, and MiniLM
for the embedding. Its two large models have random weights here: what a pass costs does not depend on them.
Runs with EARMARK_BENCHMARKS=1.
"""

import os
import time
from collections.abc import Callable

import pytest

from nlp.encoder import load_encoder
from nlp.labels import FINE_EMOTIONS, THEMES
from nlp.tagger import Tagger
from nlp.tags import Document
from tests.benchmarks.conftest import Record
from tests.benchmarks.test_speed import texts

pytestmark = pytest.mark.skipif(
    not os.environ.get("EARMARK_BENCHMARKS"), reason="set EARMARK_BENCHMARKS=1 to measure"
)

TOKENS = 32
HYPOTHESIS = 10  # tokens of "This text is about ..."


def test_the_tagger_against_the_stack(record: Record) -> None:
    """Items per second of the stack's three models, one after the other, and of one pass of the tagger."""
    import torch

    said = texts(24)[:256]
    tagger, encoder = Tagger.load(), load_encoder()
    tagger.tag([Document(id="warm", text=text) for text in said[:8]])
    with torch.inference_mode():
        emotions = _seconds(_roberta(), items=16)
        themes = _seconds(_bart(), items=1)
    embedding = _seconds(lambda items: encoder.encode(said[:items], batch_size=64), items=256)
    own = _seconds(
        lambda items: tagger.tag([Document(id=str(at), text=text) for at, text in enumerate(said[:items])]),
        items=256,
    )
    stack = emotions + themes + embedding
    print(
        f"\nper item: emotions {emotions * 1000:.0f} ms, zero-shot themes {themes * 1000:.0f} ms, embedding "
        f"{embedding * 1000:.1f} ms; stack {1 / stack:.2f} items/s; Earmark {1 / own:.0f} items/s, {stack / own:.0f} times"
    )
    record(
        "RoBERTa for emotions, BART for 25 themes, MiniLM: one after the other", f"{1 / stack:.2f} items/s"
    )
    record("Earmark against them, in the same run", f"{stack / own:,.0f} times as fast")
    assert stack / own > 100


def _seconds(work: Callable[[int], object], items: int) -> float:
    """Seconds per item, best of two."""
    best = float("inf")
    for _ in range(2):
        start = time.perf_counter()
        work(items)
        best = min(best, (time.perf_counter() - start) / items)
    return best


def _roberta() -> Callable[[int], object]:
    import torch
    from transformers import RobertaConfig, RobertaForSequenceClassification

    model = RobertaForSequenceClassification(
        RobertaConfig(
            vocab_size=50265, max_position_embeddings=514, type_vocab_size=1, num_labels=len(FINE_EMOTIONS)
        )
    ).eval()
    return lambda items: model(torch.randint(5, 50_000, (items, TOKENS)))


def _bart() -> Callable[[int], object]:
    import torch
    from transformers import BartConfig, BartForSequenceClassification

    model = BartForSequenceClassification(
        BartConfig(num_labels=3)
    ).eval()  # the defaults are those of bart-large
    pairs = torch.randint(5, 50_000, (len(THEMES), TOKENS + HYPOTHESIS))
    pairs[:, -1] = model.config.eos_token_id

    def judge(items: int) -> None:
        for _ in range(items):
            model(pairs)

    return judge
