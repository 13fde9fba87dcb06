"""Memory handed out without what lay in it, for native code that writes whole buffers to files."""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

_M_PERTURB = -6  # mallopt(3): fill what malloc hands out with the complement of the value
_VALUE = 0xFF


@contextmanager
def clean_memory() -> Iterator[None]:
    """Have malloc hand out zeroed memory inside; for one caller at a time, on the GNU C library only.

    The HNSW library saves its buffers whole, and where no vector lies yet there would be anything this
    process held before: deleted vectors, words of items.
    """
    perturb = _mallopt()
    perturb(_M_PERTURB, _VALUE)
    try:
        yield
    finally:
        perturb(_M_PERTURB, 0)


@cache
def _mallopt() -> Callable[[int, int], int]:
    """The C library's function; does nothing where the library has none."""
    found: Callable[[int, int], int] = getattr(ctypes.CDLL(None), "mallopt", lambda _option, _value: 0)
    return found
