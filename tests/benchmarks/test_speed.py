"""Speed and memory of the whole product, with the machine's own matrix product beside them.

Runs with EARMARK_BENCHMARKS=1; prints what it measures. Ratios are asserted, never seconds alone.
"""

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import assistant
from assistant.settings import Settings
from assistant.terms import terms_of
from assistant.wiring import Product
from index.records import Entry, Item
from nlp.network import has_fast_bfloat16
from nlp.tags import Document
from tests.benchmarks.conftest import Record

pytestmark = pytest.mark.skipif(
    not os.environ.get("EARMARK_BENCHMARKS"), reason="set EARMARK_BENCHMARKS=1 to measure"
)

SAMPLE = Path(assistant.__file__).parent / "sample" / "feedback.jsonl"
QUESTIONS = (
    "why are customers leaving after returns?",
    "how many complain about delivery by email since June?",
    "which themes do customers complain about most?",
    "how has the share of leaving customers changed by month?",
    "what do customers think of the app?",
    "show quotes about slow refunds",
)
LAYERS, SIZE, TOKENS = (
    9,
    384,
    32,
)  # of the network: three shared layers and two times three, per item of 30 tokens
FLOPS = LAYERS * TOKENS * (24 * SIZE * SIZE + 4 * TOKENS * SIZE)


def matrix_rate() -> float:
    """Floating-point operations per second of this machine's matrix product, best of five, in the type that is used."""
    import torch

    kind = torch.bfloat16 if has_fast_bfloat16() else torch.float32
    a, b = torch.randn(2048, SIZE).to(kind), torch.randn(SIZE, 4 * SIZE).to(kind)
    best = 0.0
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(20):
            a @ b
        best = max(best, 20 * 2 * a.shape[0] * SIZE * 4 * SIZE / (time.perf_counter() - start))
    return best


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A product in an empty folder."""
    opened = Product.open(Settings(home=tmp_path_factory.mktemp("speed")))
    yield opened
    opened.close()


def texts(words: int) -> list[str]:
    """The sample cut to a length."""
    rows = [json.loads(line)["text"].split() for line in SAMPLE.read_text("utf-8").splitlines()]
    return [" ".join(row[:words]) for row in rows if len(row) >= words]


def test_tagging(product: Product, record: Record) -> None:
    """Tags and embedding of items of about 30 tokens, without anything stored."""
    said = texts(24)[:512]
    documents = [Document(id=str(at), text=text) for at, text in enumerate(said)]
    limit = matrix_rate() / FLOPS
    rate = 0.0
    for _ in range(3):
        start = time.perf_counter()
        product.tagger.tag(documents)
        rate = max(rate, len(documents) / (time.perf_counter() - start))
    record("tag and embed, items of 30 tokens", f"{rate:.0f} items/s")
    record(
        "the same as a share of what the matrix product allows", f"{rate / limit:.2f} ({limit:.0f} items/s)"
    )
    assert rate / limit > 0.1


def test_import_end_to_end(product: Product, record: Record, tmp_path: Path) -> None:
    """Parse, redact, tag, embed, store and index items of about 30 tokens."""
    chosen = list(itertools.islice(itertools.cycle(texts(24)), 1500))
    file = tmp_path / "speed.jsonl"
    file.write_text(
        "".join(json.dumps({"id": f"s{at}", "text": f"{text} {at}"}) + "\n" for at, text in enumerate(chosen))
    )
    product.tagger.tag([Document(id="warm", text="warm up")])
    limit = matrix_rate() / FLOPS
    start = time.perf_counter()
    report = product.importer.run(product.importer.start(file))
    product.index.refresh()
    rate = report.added / (time.perf_counter() - start)
    print(f"\nimport: {rate:.0f} items/s; matrix-product limit {limit:.0f} items/s; share {rate / limit:.2f}")
    record("import: parse, redact, tag, embed, store, index", f"{rate:.0f} items/s")
    assert report.added == len(chosen)
    assert rate / limit > 0.1


def test_asking_at_20000_items(product: Product) -> None:
    """Answers without a language model over 20,000 items, against one pass over all of their tags in Python."""
    _fill(product, 20_000)
    for question in QUESTIONS:
        product.asker.ask(question, today=date(2026, 9, 30))
    took = []
    for question in QUESTIONS * 5:
        start = time.perf_counter()
        product.asker.ask(question, today=date(2026, 9, 30))
        took.append(time.perf_counter() - start)
    start = time.perf_counter()
    sum(
        bool(stored.tags["themes"])
        for stored in product.index.store.get_many(sorted(product.index.terms.all))
    )
    scan = time.perf_counter() - start
    p50, p95 = np.quantile(took, [0.5, 0.95])
    print(
        f"\nask at 20,000: p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms; reading every item {scan * 1000:.0f} ms"
    )
    assert p95 < scan


def _fill(product: Product, size: int) -> None:
    """Real tags of the sample under new ids, until there are enough."""
    tagged = product.tagger.tag([Document(id=str(at), text=text) for at, text in enumerate(texts(12)[:300])])
    channels = ("email", "chat", "review", "social")
    have = len(product.index.terms.all)
    for first in range(have, size, 500):
        entries = []
        for at in range(first, min(first + 500, size)):
            one = tagged[at % len(tagged)]
            item = Item(
                id=f"fill{at}", text=f"{texts_cache[at % len(tagged)]} {at}", language="en", customer=f"c{at % 9000}",
                date=date.fromordinal(date(2026, 1, 1).toordinal() + at % 270), attributes={"channel": channels[at % 4]},
            )  # fmt: skip
            tags = one.tags.model_dump(mode="json")
            entries.append(
                Entry(item=item, tags=tags, terms=terms_of(tags, item), vector=one.vector, model="speed")
            )
        product.index.store.write(entries)
    product.index.refresh()


texts_cache = texts(12)[:300]


def test_help_starts_at_once(record: Record) -> None:
    """`earmark --help` against the start of Python itself."""
    code = "from assistant.cli import app; app(['--help'])"
    ours = min(_timed([sys.executable, "-c", code]) for _ in range(3))
    bare = min(_timed([sys.executable, "-c", "pass"]) for _ in range(3))
    print(f"\nhelp: {ours:.2f} s; an empty Python {bare:.2f} s")
    record("start of `earmark --help`", f"{ours:.2f} s (Python alone {bare:.2f})")
    assert ours < 12 * bare


def test_cold_start(record: Record, tmp_path: Path) -> None:
    """One text tagged, one question asked, each by a process of its own, against the import of torch and transformers."""
    file = tmp_path / "one.jsonl"
    file.write_text(json.dumps({"id": "a", "text": "Nobody answered my mail about the refund."}) + "\n")
    earmark = str(Path(sys.executable).parent / "earmark")
    env = {**os.environ, "EARMARK_HOME": str(tmp_path / "home")}
    subprocess.run([earmark, "import", str(file)], env=env, capture_output=True, check=True)
    libraries = min(
        _timed([sys.executable, "-c", "import torch, transformers.models.bert"]) for _ in range(2)
    )
    for name, command in (("tag", ["tag", str(file)]), ("ask", ["ask", "how many complain about refunds?"])):
        took = min(_timed([earmark, *command], env) for _ in range(3))
        record(
            f"cold start of `earmark {name}`",
            f"{took:.1f} s (importing torch and transformers {libraries:.1f})",
        )
        assert took < 3 * libraries + 2


def _timed(command: list[str], env: dict[str, str] | None = None) -> float:
    start = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True, env=env)
    return time.perf_counter() - start
