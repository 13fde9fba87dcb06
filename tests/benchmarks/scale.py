"""Measures asking, listing and searching at scale: python tests/benchmarks/scale.py [--home DIR] [--json] [SIZE ...]

For each size a workspace of made feedback is written (once, if --home keeps it), then opened by a process of its
own that reports start-up, memory, disk and latencies; with two sizes and more, how they grow. The exact vector
index serves, as it does in the product until Chroma has been checked. Absolute times are of this machine; `pass_ms`
is one product of all vectors with one vector on it, to compare with.
"""

import argparse
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from assistant.api.cursors import Cursors
from assistant.api.feedback import page
from assistant.api.feedback_schemas import Search
from assistant.api.search import _ranked
from assistant.commands.demonstrating import FILES, SAMPLE, TODAY
from assistant.measuring.questions import QUESTIONS
from assistant.scope import Period, Scope
from assistant.settings import Settings
from assistant.terms import terms_of
from assistant.wiring import Product
from index.records import Customer, Entry, StoredItem
from nlp.sentences import sentences

BATCH = 2_000
DAYS = 730
PER_CUSTOMER = 4
MISSED = 0.1  # of the tags of a drawn item, so that drawn items differ from one another
ASKED = 3  # times each question, after a first time that is reported apart
OWN_QUESTIONS = (
    "how many mention towels?",
    "how many premium customers complain about delivery by email?",
    "what do customers think of the sofa?",
    "show quotes about the zip since June",
    "why are customers in Ireland unhappy?",
    "compare chat and email",
    "which channel has the most complaints about refunds?",
    "which country has the highest share of leaving customers?",
    "what drives the rating of premium customers?",
    "complaints about the app in the last six months by week",
)
FILTERS = {
    "everything": Scope(),
    "a theme": Scope(themes=["delivery"], polarity="-"),
    "an attribute": Scope(attributes={"channel": ["email"]}),
    "a quarter": Scope(period=Period(first=date(2026, 4, 1), last=date(2026, 6, 30))),
    "words": Scope(text="refund"),
    "few": Scope(themes=["delivery"], attributes={"channel": ["chat"]}, churn=["leaving"]),
    "without": Scope(sentiment=["negative"], exclude=Scope(themes=["delivery"])),
}
SEARCHES = ("late parcel", "slow refund after a return", "towels that fray", "rude agent in the chat", "app")


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What is drawn from: tagged items with their vectors, their sentences, and customers."""

    items: Sequence[StoredItem]
    vectors: np.ndarray  # (n, dim), float32
    sentences: Sequence[str]
    customers: Sequence[Customer]


def sample(home: Path) -> Sample:
    """The shipped sample, imported and tagged as `earmark demo` does."""
    product = Product.open(Settings(home=home, workspace="sample", company="Tidewell"))
    try:
        for name in FILES[:2]:
            product.importer.run(product.importer.start(SAMPLE / name))
        product.index.refresh()
        items = product.index.store.get_many(product.index.terms.all)
        texts = [stored.item.text for stored in items]
        return Sample(
            items=items,
            vectors=product.index.store.vectors([stored.number for stored in items]),
            sentences=[text[start:end] for text in texts for start, end in sentences(text)],
            customers=product.index.store.customers(),
        )
    finally:
        product.close()


def build(home: Path, size: int, drawn_from: Sample) -> None:
    """Fill a workspace through the store's own writing."""
    product = Product.open(Settings(home=home, workspace=f"n{size}"))
    store, rng, start = product.index.store, np.random.default_rng(0), time.perf_counter()
    try:
        if product.index.store.counts().items == size:
            return
        people = max(size // PER_CUSTOMER, 1)
        for first in range(0, people, BATCH):
            store.upsert_customers(
                [customer(drawn_from, rng, code) for code in range(first, min(first + BATCH, people))]
            )
        for first in range(0, size, BATCH):
            store.write(entries(drawn_from, rng, range(first, min(first + BATCH, size)), people))
            if first % (50 * BATCH) == 0:
                print(f"{first:,} of {size:,} in {time.perf_counter() - start:.0f} s", file=sys.stderr)
        product.index.refresh()
    finally:
        product.close()


def customer(drawn_from: Sample, rng: np.random.Generator, code: int) -> Customer:
    """A customer like one of the sample, with other numbers."""
    one = dict(drawn_from.customers[rng.integers(len(drawn_from.customers))].attributes)
    for name in {"orders", "lifetime_value"} & set(one):
        one[name] = str(round(float(one[name]) * rng.uniform(0.8, 1.25)))
    return Customer(id=f"c{code}", attributes=one)


def entries(drawn_from: Sample, rng: np.random.Generator, numbers: range, people: int) -> list[Entry]:
    """Items of the sample drawn again, with further sentences, fewer tags, another day, customer and vector."""
    rows = rng.integers(len(drawn_from.items), size=len(numbers))
    noise = rng.standard_normal((len(numbers), drawn_from.vectors.shape[1]))
    vectors = drawn_from.vectors[rows] + 0.7 * noise / np.linalg.norm(noise, axis=1, keepdims=True)
    return [
        entry(drawn_from, rng, f"i{number}", drawn_from.items[row], vector.astype(np.float32), people)
        for number, row, vector in zip(numbers, rows, vectors, strict=True)
    ]


def entry(
    drawn_from: Sample, rng: np.random.Generator, id_: str, like: StoredItem, vector: np.ndarray, people: int
) -> Entry:
    further = [drawn_from.sentences[at] for at in rng.integers(len(drawn_from.sentences), size=2)]
    item = replace(
        like.item,
        id=id_,
        text=" ".join([like.item.text, *further]),
        date=TODAY - timedelta(days=int(rng.integers(DAYS))),
        customer=f"c{rng.integers(people)}",
    )
    tags = dict(like.tags)
    for name in ("themes", "empathy_gaps", "emotions", "forces"):
        tags[name] = [tag for tag in tags[name] if rng.random() >= MISSED]
    return Entry(item=item, tags=tags, terms=terms_of(tags, item), vector=vector, model=like.model)


def measure(home: Path, size: int) -> dict[str, Any]:
    """Open a workspace that was built, and use it as the web does."""
    workspace = home / f"n{size}"
    start = time.perf_counter()
    product = Product.open(Settings(home=home, workspace=workspace.name))
    product.snapshot()
    opened = time.perf_counter() - start
    memory = {"opened": resident_mb()}
    product.tagger.embed(["warm up"])
    memory["with models"] = resident_mb()
    asked, first = asking(product)
    memory["after asking"] = resident_mb()
    listed, searched = listing(product), searching(product)
    memory["after searching"] = resident_mb()
    found = {
        "size": size, "open_s": opened, "pass_ms": one_pass_ms(size), "memory_mb": memory,
        "disk_bytes_per_item": sum(f.stat().st_size for f in workspace.rglob("*") if f.is_file()) / size,
        "ask": quantiles(asked), "ask first": quantiles(first), "list": quantiles(listed), "search": quantiles(searched),
        "slowest": slowest(asked), "slowest first": slowest(first), "slowest list": slowest(listed),
        "slowest search": slowest(searched),
    }  # fmt: skip
    product.close()
    return found


def asking(product: Product) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Milliseconds of each question when asked again, and when asked first."""
    first = {}
    for question in (*QUESTIONS, *OWN_QUESTIONS):
        first[question] = timed(lambda q=question: product.asker.ask(q, today=TODAY), 1)
    again = {q: timed(lambda q=q: product.asker.ask(q, today=TODAY), ASKED) for q in first}
    return again, first


def listing(product: Product) -> dict[str, list[float]]:
    """Milliseconds of the first page of each filter, and of the one after it."""
    cursors, found = Cursors("scale"), {}
    for name, scope in FILTERS.items():
        at = page(product, cursors, scope, order="newest", cursor=None, limit=50).next
        found[name] = [
            took
            for cursor in (None, at)
            for took in timed(
                lambda s=scope, c=cursor: page(product, cursors, s, order="newest", cursor=c, limit=50), ASKED
            )
        ]
    return found


def searching(product: Product) -> dict[str, list[float]]:
    """Milliseconds of hybrid search, its words embedded, over everything and inside filters."""
    cursors, found = Cursors("scale"), {}
    for query in SEARCHES:
        for name in ("everything", "a theme", "a quarter"):
            body = Search(query=query, filter=FILTERS[name])
            found[f"{query} in {name}"] = timed(
                lambda b=body, q=query: _ranked(product, cursors, b, product.embed([q])[0]), ASKED
            )
    return found


def timed(work: Callable[[], object], times: int) -> list[float]:
    """Milliseconds of each of some runs."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - start))
    return took


def one_pass_ms(size: int) -> float:
    """One product of as many vectors with one vector, the best of five."""
    rows = np.random.default_rng(0).random((size, 384), np.float32)
    return min(timed(lambda: rows @ rows[0], 5))


def quantiles(found: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """Median and 95th percentile over all runs, milliseconds."""
    p50, p95 = np.quantile([took for some in found.values() for took in some], [0.5, 0.95])
    return {"p50": float(p50), "p95": float(p95)}


def slowest(found: Mapping[str, Sequence[float]], most: int = 5) -> dict[str, float]:
    """The slowest by their median, milliseconds."""
    medians = {name: float(np.median(some)) for name, some in found.items()}
    return dict(sorted(medians.items(), key=lambda entry: -entry[1])[:most])


def resident_mb() -> float:
    """Memory of this process that is its own: mapped files, which the system can take back, not counted."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    shared = int(Path("/proc/self/statm").read_text().split()[2])
    return (pages - shared) * 4096 / 2**20


def exponents(reports: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, float]]:
    """How each figure grows from the smallest to the largest size: the power of the size."""
    low, high = reports[0], reports[-1]
    ratio = math.log(high["size"] / low["size"])
    for name in ("ask", "list", "search"):
        for part in ("p50", "p95"):
            yield f"{name} {part}", math.log(high[name][part] / low[name][part]) / ratio
    yield "open", math.log(high["open_s"] / low["open_s"]) / ratio
    memory = [max(report["memory_mb"]["after asking"], 1) for report in (low, high)]
    yield "memory", math.log(memory[1] / memory[0]) / ratio


def show(report: Mapping[str, Any]) -> None:
    """Print what was measured of one size."""
    print(f"\n{report['size']:,} items; one pass over the vectors {report['pass_ms']:.1f} ms")
    memory = ", ".join(f"{name} {mb:.0f}" for name, mb in report["memory_mb"].items())
    print(
        f"  open {report['open_s']:.2f} s; MB: {memory}; disk {report['disk_bytes_per_item']:.0f} B per item"
    )
    for name in ("ask", "ask first", "list", "search"):
        print(f"  {name}: p50 {report[name]['p50']:.0f} ms, p95 {report[name]['p95']:.0f} ms")
    for name in ("slowest", "slowest first", "slowest list", "slowest search"):
        print(f"  {name}: " + "; ".join(f"{what} {took:.0f}" for what, took in report[name].items()))


def own_process(home: Path, size: int) -> dict[str, Any]:
    """`measure` in a fresh process, whose memory holds nothing else."""
    command = [sys.executable, __file__, "--home", str(home), "--measure", str(size)]
    out = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
    report: dict[str, Any] = json.loads(out.splitlines()[-1])
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sizes", nargs="*", type=int, default=[10_000, 100_000])
    parser.add_argument(
        "--home", type=Path, help="folder that keeps the workspaces; default is a temporary one"
    )
    parser.add_argument("--json", action="store_true", help="print one line of JSON and nothing else")
    parser.add_argument("--measure", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.home, given.measure)))
        return
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        drawn_from, reports = sample(home), []
        for size in sorted(given.sizes):
            build(home, size, drawn_from)
            reports.append(own_process(home, size))
            if not given.json:
                show(reports[-1])
    grown = dict(exponents(reports)) if len(reports) > 1 else {}
    if given.json:
        print(json.dumps({"reports": reports, "exponents": grown}))
    elif grown:
        print("\ngrowth exponents: " + "; ".join(f"{name} {power:.2f}" for name, power in grown.items()))


if __name__ == "__main__":
    main()
