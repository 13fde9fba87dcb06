"""Which vector index answers: the exact one until the other has been checked, and whenever that one fails."""

from pyroaring import BitMap

from index.errors import VectorIndexError
from index.exact import ExactIndex
from index.records import Vector
from index.vectors import Near, VectorIndex


class ServingIndex:
    """Searches the primary index while it is trusted, else the exact one."""

    def __init__(self, exact: ExactIndex) -> None:
        self.exact = exact
        self._primary: VectorIndex | None = None

    @property
    def is_exact(self) -> bool:
        """Whether exact search serves at the moment."""
        return self._primary is None

    def trust(self, primary: VectorIndex) -> None:
        """Serve from an index that was checked."""
        self._primary = primary

    def distrust(self) -> None:
        """Serve exactly until an index is trusted again."""
        self._primary = None

    def search(self, vector: Vector, k: int, within: BitMap | None = None) -> list[Near]:
        """The k nearest (number, cosine). Inside a filtered set exact search is the faster one too."""
        primary = self._primary
        if primary is None or within is not None:
            return self.exact.search(vector, k, within)
        try:
            return primary.search(vector, k)
        except VectorIndexError:
            self.distrust()
            return self.exact.search(vector, k)
