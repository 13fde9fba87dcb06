"""60 kills over 50,000 rows (R1) and a database that is stopped at once under load (R8). Takes minutes."""

import importlib.util
import os
from pathlib import Path

import pytest

import index

pytestmark = pytest.mark.skipif(not os.environ.get("EARMARK_BENCHMARKS"), reason="set EARMARK_BENCHMARKS=1")


def load(name: str):
    """The helpers of the daily test."""
    path = Path(__file__).parents[1] / "index" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"durability_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.timeout(1_800)
def test_sixty_kills_lose_double_and_spoil_nothing(tmp_path):
    daily = load("test_durability")
    home = tmp_path / "default"
    index.open(home).close()

    killed = daily.run_with_kills(home, rows=50_000, batch=100, kills=60, seed=60)

    assert killed == 60
    daily.assert_whole(home, 50_000)
