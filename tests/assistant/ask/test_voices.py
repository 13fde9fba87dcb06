"""Among which items quotes are chosen."""

import numpy as np
from pyroaring import BitMap

from assistant.ask.voices import newest


def test_the_newest_are_those_of_a_full_sort() -> None:
    """Latest day first, equal days by number, undated ones last; however many share the last day."""
    rng = np.random.default_rng(0)
    day = rng.integers(-1, 6, 500).astype(np.int32)
    items = BitMap(range(3, 500, 2))
    order = sorted(items, key=lambda number: (-int(day[number]), number))
    for most in (1, 40, 60, 248, 249, 1000):
        assert newest(items, day, most) == order[:most]
    assert newest(BitMap(), day, 5) == []
