"""Items read once for one state of the data."""

from collections.abc import Callable, Sequence

from assistant.ask.kept import Kept
from index.records import StoredItem
from tests.assistant.conftest import Said, World


def counting(world: World, asked: list[list[int]]) -> Callable[[Sequence[int]], list[StoredItem]]:
    """The store's reading, which notes what it was asked for."""

    def read(numbers: Sequence[int]) -> list[StoredItem]:
        asked.append(list(numbers))
        return world.store.get_many(list(numbers))

    return read


def test_items_come_in_the_order_asked_for_and_are_read_once(build: Callable[..., World]) -> None:
    """What was read before is not read again, and numbers without an item are left out."""
    asked: list[list[int]] = []
    kept = Kept(counting(build([Said(text=f"Item {at}. Bye.") for at in range(4)]), asked))
    first, second = kept([2, 0]), kept([0, 99, 3, 2])
    assert [stored.number for stored in first] == [2, 0]
    assert [stored.number for stored in second] == [0, 3, 2]
    assert asked == [[2, 0], [99, 3]]


def test_only_the_last_ones_are_kept(build: Callable[..., World]) -> None:
    """Beyond its bound the oldest go, and are read again when they are asked for."""
    asked: list[list[int]] = []
    kept = Kept(counting(build([Said(text=f"Item {at}. Bye.") for at in range(4)]), asked), most=2)
    kept([0, 1])
    assert [stored.number for stored in kept([2, 1, 0])] == [2, 1, 0]
    kept([1, 2, 0])
    assert asked[1:] == [[2], [0]]
