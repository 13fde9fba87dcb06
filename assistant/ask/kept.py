"""Items that answers show again and again, read from the store once."""

import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from assistant.ask.ledger import Stored

MOST = 4_000  # items, of some kilobytes each


class Kept:
    """Reads items by number and keeps the last ones. For one state of the data: what is kept is not read again."""

    def __init__(self, read: Callable[[Sequence[int]], Sequence[Stored]], most: int = MOST) -> None:
        self._read, self._most = read, most
        self._kept: dict[int, Stored] = {}
        self._changing = threading.Lock()

    def __call__(self, numbers: Iterable[int]) -> list[Stored]:
        """The items in the order of `numbers`; numbers without an item are left out."""
        wanted = list(numbers)
        found = {number: stored for number in wanted if (stored := self._kept.get(number))}
        fresh = {stored.number: stored for stored in self._read([one for one in wanted if one not in found])}
        with self._changing:
            self._kept |= fresh
            for number in list(islice(self._kept, max(len(self._kept) - self._most, 0))):
                del self._kept[number]
        found |= fresh
        return [found[number] for number in wanted if number in found]
