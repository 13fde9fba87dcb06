"""Asking, listing and searching at 10,000 and 100,000 items, as ratios to one pass over as many vectors.

Runs with EARMARK_BENCHMARKS=1; prints what it measures.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks.conftest import Record

pytestmark = pytest.mark.skipif(
    not os.environ.get("EARMARK_BENCHMARKS"), reason="set EARMARK_BENCHMARKS=1 to measure"
)
SCRIPT = Path(__file__).with_name("scale.py")
LINEAR = 1.1  # exponent: no faster than the data, with room for a machine that has other work
# How many passes over the vectors of 100,000 items something may take: about three times what it takes on a quiet
# machine of two cores.
PASSES = {"ask": {"p50": 10, "p95": 30}, "list": {"p50": 5, "p95": 20}, "search": {"p50": 30, "p95": 60}}
OPEN_PASSES = 300


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory, record: Record) -> dict[str, Any]:
    """What the script reports of both sizes."""
    command = [sys.executable, str(SCRIPT), "--json", "--home", str(tmp_path_factory.mktemp("scale"))]
    out = subprocess.run([*command, "10000", "100000"], stdout=subprocess.PIPE, check=True).stdout
    report: dict[str, Any] = json.loads(out.splitlines()[-1])
    print(json.dumps(report, indent=1))
    for one in report["reports"]:
        size = f"{one['size']:,} items"
        for what in ("ask", "list", "search"):
            record(f"{what}, {size}", f"p50 {one[what]['p50']:.0f}, p95 {one[what]['p95']:.0f} ms")
        record(f"open from the snapshot, {size}", f"{one['open_s']:.2f} s")
        record(f"memory with the models, {size}", f"{one['memory_mb']['after searching']:.0f} MB")
        record(f"disk, {size}", f"{one['disk_bytes_per_item'] / 1000:.1f} kB an item")
    return report


def test_time_and_memory_grow_no_faster_than_the_data(found: dict[str, Any]) -> None:
    """From 10,000 to 100,000 items nothing gets more than ten times as slow or as large."""
    assert {name: power for name, power in found["exponents"].items() if power > LINEAR} == {}


@pytest.mark.parametrize(("what", "part"), [(what, part) for what, parts in PASSES.items() for part in parts])
def test_somebody_who_waits_is_answered_at_100000(found: dict[str, Any], what: str, part: str) -> None:
    """An answer, a page and a search take a few passes over the vectors."""
    report = found["reports"][-1]
    assert report[what][part] / report["pass_ms"] < PASSES[what][part]


def test_memory_is_that_of_a_laptop(found: dict[str, Any]) -> None:
    """Of a process that does nothing else, at 100,000 items."""
    assert found["reports"][-1]["memory_mb"]["after searching"] < 1200


def test_it_opens_from_the_snapshot(found: dict[str, Any]) -> None:
    """Opening reads no items, only bitmaps, columns and attribute values."""
    report = found["reports"][-1]
    assert 1000 * report["open_s"] / report["pass_ms"] < OPEN_PASSES
