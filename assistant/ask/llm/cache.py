"""What a language model gave before for exactly the same input."""

import hashlib
import threading
from collections import OrderedDict
from typing import Generic, TypeVar

T = TypeVar("T")
MOST = 256


class Cache(Generic[T]):
    """The last few results by what they were made from, in memory.

    Only results that code has checked go in: slots of plans with words of their question, and sentences made of slots and
    of words from a closed list. No feedback is among them, and inputs stand only as their hash: there is nothing to erase,
    and all ends with the process. The input holds all that was computed, so that other data is another input.

    Args:
        most: how many are kept; the one that was not asked for longest goes first.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[str, T] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: str) -> T | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: str, value: T) -> None:
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


def key(*parts: object) -> str:
    """One key for the model, the prompt and its version, and the whole input."""
    return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()
