"""What docs/scale.md rests on: python tests/benchmarks/shards.py [--items 10000000] [--measured scale.json]

Made items with labels, an outcome, and strata, some labels planted to go with the outcome. Their drivers are found
(1) over everything, (2) in shards whose counts are added, (3) in samples drawn by a hash of the id. Then the nearest
vectors, over everything and merged from shards. With the output of `scale.py --json`, what 10 million and a billion
items take.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from pyroaring import BitMap

from assistant.insight.drivers import Contrast, contrast
from assistant.insight.statistics import Table, newcombe

LABELS, PLANTED, STRATA, SHARDS = 60, 8, 6, 16
SAMPLES = (100_000, 1_000_000)
DRAWS = 10
DIM, VECTORS, NEAREST = 384, 400_000, 10
TAGGED_PER_DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class World:
    """Items 0 to n - 1, who has what."""

    items: BitMap
    outcome: BitMap
    labels: Mapping[str, BitMap]
    strata: Sequence[BitMap]

    def part(self, kept: BitMap) -> Contrast:
        """The drivers among some of the items."""
        return contrast(kept, self.outcome, self.labels, self.strata)


def made(items: int, chance: np.random.Generator) -> World:
    """Labels on 0.05 to 20 % of the items, an outcome on 3 %; planted labels have odds of 1.5 to 3."""
    stratum = chance.integers(STRATA, size=items, dtype=np.int8)
    outcome = chance.random(items, np.float32) < 0.01 * (1 + stratum)
    shares = np.geomspace(0.0005, 0.2, LABELS)
    labels = {}
    for number, share in enumerate(chance.permutation(shares)):
        odds = 1.5 + 1.5 * number / PLANTED if number < PLANTED else 1.0
        more = odds / (1 - share + share * odds)
        labels[f"label {number}"] = bitmap(
            chance.random(items, np.float32) < share * np.where(outcome, more, 1.0)
        )
    return World(
        items=BitMap(range(items)),
        outcome=bitmap(outcome),
        labels=labels,
        strata=[bitmap(stratum == number) for number in range(STRATA)],
    )


def bitmap(mask: np.ndarray) -> BitMap:
    return BitMap(np.flatnonzero(mask).astype(np.uint32))


def added(parts: Sequence[Contrast]) -> dict[str, Table]:
    """Tables of shards, cell by cell."""
    cells: dict[str, np.ndarray] = {}
    for part in parts:
        for one in part.tested:
            t = one.table
            cells[one.label] = cells.get(one.label, 0) + np.array([t.a, t.b, t.c, t.d])
    return {label: Table(**dict(zip("abcd", map(int, four), strict=True))) for label, four in cells.items()}


def in_shards(world: World, whole: Contrast) -> None:
    """Counts are sums: shards give the very tables, and each takes its part of the time."""
    bounds = np.linspace(0, len(world.items), SHARDS + 1).astype(int)
    parts, took = [], []
    for low, high in pairwise(bounds):
        part = World(
            items=BitMap(range(low, high)),
            outcome=world.outcome & BitMap(range(low, high)),
            labels={name: one & BitMap(range(low, high)) for name, one in world.labels.items()},
            strata=[one & BitMap(range(low, high)) for one in world.strata],
        )
        found, ms = timed(lambda p=part: p.part(p.items))
        parts.append(found)
        took.append(ms)
    same = added(parts) == {one.label: one.table for one in whole.tested}
    print(
        f"{SHARDS} shards: tables equal to the whole: {same}; {np.median(took):.0f} ms a shard, {max(took):.0f} at most"
    )


def in_samples(world: World, whole: Contrast, chance: np.random.Generator) -> None:
    """What a sample of the ids still shows."""
    true = {one.label: one.table for one in whole.tested}
    best = [one.label for one in whole.drivers][:5]
    print(f"whole: {len(whole.drivers)} drivers, first {', '.join(best)}")
    for size in SAMPLES:
        errors, inside, kept, found, false = [], [], [], [], 0
        for _ in range(DRAWS):
            ids = chance.choice(len(world.items), size, replace=False).astype(np.uint32)
            part, ms = timed(lambda some=ids: world.part(BitMap(some)))
            for one in part.tested:
                t, own = true[one.label], one.table
                errors.append(abs(own.difference - t.difference))
                low, high = newcombe(own.a, own.a + own.b, own.c, own.c + own.d)
                inside.append(low <= t.difference <= high)
            drivers = [one.label for one in part.drivers]
            kept.append(len(set(drivers[:5]) & set(best)))
            found.append(sum(one.label in drivers for one in whole.drivers))
            false += sum(int(name.split()[1]) >= PLANTED for name in drivers)
        print(
            f"sample of {size:,}: differences off by {100 * np.quantile(errors, 0.95):.2f} points (95th percentile), inside their"
            f" interval {100 * np.mean(inside):.0f} %; of the first five {np.mean(kept):.1f}, of all {np.mean(found):.1f} of"
            f" {len(whole.drivers)} found; not planted {false} in {DRAWS}; {ms:.0f} ms"
        )


def nearest(chance: np.random.Generator) -> None:
    """The nearest of all are among the nearest of each shard."""
    rows = chance.standard_normal((VECTORS, DIM)).astype(np.float32)
    asked = chance.standard_normal((50, DIM)).astype(np.float32)
    same = 0
    for one in asked:
        scores = rows @ one
        top = set(np.argsort(-scores)[:NEAREST])
        offered = [at + np.argsort(-part)[:NEAREST] for at, part in _shards(scores)]
        merged = np.concatenate(offered)
        same += top == set(merged[np.argsort(-scores[merged])[:NEAREST]])
    print(
        f"nearest {NEAREST} of {VECTORS:,} vectors: merged from {SHARDS} shards the same in {same} of {len(asked)} searches"
    )


def _shards(scores: np.ndarray) -> list[tuple[int, np.ndarray]]:
    parts = np.array_split(scores, SHARDS)
    starts = np.cumsum([0, *map(len, parts[:-1])])
    return list(zip(starts.tolist(), parts, strict=True))


def timed(work: Callable[[], Contrast]) -> tuple[Contrast, float]:
    start = time.perf_counter()
    return work(), 1000 * (time.perf_counter() - start)


def costs(measured: Mapping[str, Any], rate: float) -> None:
    """Memory, disk and tagging of larger numbers, from the slope between the two largest sizes."""
    low, high = measured["reports"][-2:]
    span = high["size"] - low["size"]
    memory = 2**20 * (high["memory_mb"]["after asking"] - low["memory_mb"]["after asking"]) / span
    disk = high["disk_bytes_per_item"]
    print(
        f"an item: {memory:.0f} B of memory, {disk:.0f} B of disk, {1000 / rate:.0f} ms of two cores to import"
    )
    for items in (1_000_000, 10_000_000, 1_000_000_000):
        days = items / rate / TAGGED_PER_DAY
        print(
            f"{items:>13,} items: memory {memory * items / 2**30:,.1f} GiB, disk {disk * items / 1e9:,.0f} GB,"
            f" vectors {2 * DIM * items / 1e9:,.1f} GB at half precision, import {days:,.1f} days of such a machine"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--items", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--measured", type=Path, help="output of scale.py --json, of two sizes or more")
    parser.add_argument("--rate", type=float, default=60, help="items per second that are imported")
    given = parser.parse_args()
    chance = np.random.default_rng(given.seed)
    world = made(given.items, chance)
    whole, took = timed(lambda: world.part(world.items))
    print(
        f"{given.items:,} items, {LABELS} labels: drivers over everything in {took:.0f} ms (seed {given.seed})"
    )
    in_shards(world, whole)
    in_samples(world, whole, chance)
    nearest(chance)
    if given.measured:
        costs(json.loads(given.measured.read_text(encoding="utf-8").splitlines()[-1]), given.rate)


if __name__ == "__main__":
    main()
