"""Erasure of a customer: every place that may name them is emptied, then every file is read for traces."""

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from assistant.errors import NotFoundError
from index.documents import Documents
from index.records import StoredItem
from index.store import Store

LEAST_NEEDLE = 6  # characters; shorter ids stand in any file by chance
_MOST_NEEDLES = 25
_CHUNK = 1 << 22
_GONE = object()


class Certificate(BaseModel):
    """What was erased, when, at whose request. It names nobody: `subject` can be recomputed from the id alone."""

    id: str
    at: datetime
    by: str
    subject: str = Field(description="Keyed hash of the customer's id, the same for each erasure of it.")
    items: int = Field(description="Feedback with its tags, vectors, words and counts.")
    documents: int = Field(
        description="Notes, verdicts, alerts, conversations and answers that named it, emptied or deleted."
    )
    rows: int = Field(description="Refused rows of imports that named it.")
    files: int = Field(description="Files of the data folder that were read for traces.")
    bytes: int
    traces: list[str] = Field(
        description="Files in which something was found all the same; empty is what is meant to be."
    )
    vectors: str = Field(description="`removed`, or `pending` while the vector index is being made again.")
    imports: list[str] = Field(description="Unfinished imports, whose files may name it still.")


class Eraser:
    """Erases customers of one workspace.

    Args:
        store: the truth.
        home: the data folder of the workspace, read for traces.
        certificates: where certificates are kept.
        subject: keyed hash of an id.
        caught_up: brings the derived indexes up to date; says whether they no longer hold anything deleted.
        forget: what is kept in memory goes.
    """

    def __init__(
        self,
        *,
        store: Store,
        home: Path,
        certificates: Documents,
        subject: Callable[[str], str],
        caught_up: Callable[[], bool],
        forget: Callable[[], None],
    ) -> None:
        self._store = store
        self._home = home
        self._certificates = certificates
        self._subject = subject
        self._caught_up = caught_up
        self._forget = forget

    def erase(self, customer: str, *, by: str) -> Certificate:
        """Erase a customer with all that is known of it. Raises NotFoundError when nothing is."""
        code = self._store.customer_code(customer)
        if code is None:
            raise NotFoundError(f"There is no customer {customer!r}; it may have been erased before.")
        needles = self._needles(customer)
        erased = self._store.erase_customer(customer)
        names = {customer, f"customer={code}", *erased}
        documents = self._store.revise_documents(lambda body: without(body, names, said=customer))
        rows = self._store.revise_refused(lambda row: customer in {str(value) for value in row.values()})
        self._forget()
        is_clean = self._caught_up()
        self._store.compact()
        read = list(_read(self._home, needles))
        made = Certificate(
            id=uuid.uuid4().hex,
            at=datetime.now(UTC).replace(microsecond=0),
            by=by,
            subject=self._subject(customer),
            items=len(erased),
            documents=documents,
            rows=rows,
            files=len(read),
            bytes=sum(size for _, size, _ in read),
            traces=sorted(str(path.relative_to(self._home)) for path, _, is_found in read if is_found),
            vectors="removed" if is_clean else "pending",
            imports=self._store.unfinished_jobs("import"),
        )
        self._certificates.put(made.id, made.model_dump(mode="json"))
        return made

    def all(self) -> list[Certificate]:
        """All certificates, latest first."""
        return [Certificate.model_validate(body) for _, body in self._certificates.items()]

    def _needles(self, customer: str) -> list[bytes]:
        """What must not be found afterwards: the id, and the longest sentence of each of the longest items."""
        found = {customer} if len(customer) >= LEAST_NEEDLE else set()
        longest = sorted(self._store.items_of_customer(customer), key=lambda one: -len(one.item.text))
        found |= {_needle(one) for one in longest[:_MOST_NEEDLES] if len(_needle(one)) >= 4 * LEAST_NEEDLE}
        return [text.encode() for text in found]


def without(body: Any, names: Collection[str], *, said: str) -> dict[str, Any] | None:
    """A document without what names an erased customer or item; None when it is about nothing else.

    Entries of lists that name one go; where one is named elsewhere, the whole document does.
    """
    cut = _cut(body, names, said)
    return None if cut is _GONE else cut


def _cut(value: Any, names: Collection[str], said: str) -> Any:
    if isinstance(value, str):
        return _GONE if value in names or (len(said) >= LEAST_NEEDLE and said in value) else value
    if isinstance(value, Mapping):
        cut = {key: _cut(one, names, said) for key, one in value.items()}
        return _GONE if any(one is _GONE for one in cut.values()) or set(cut) & set(names) else cut
    if isinstance(value, Sequence):
        kept = [_cut(one, names, said) for one in value]
        # A bare name in a list (a filter) says what the whole is about; an entry of its own (a citation) can go alone.
        if any(one is _GONE and not isinstance(old, Mapping) for one, old in zip(kept, value, strict=True)):
            return _GONE
        return [one for one in kept if one is not _GONE]
    return value


def _needle(stored: StoredItem) -> str:
    """The longest line of a text: long enough to stand nowhere by chance, short enough to stand in one piece."""
    return max(stored.item.text.splitlines() or [""], key=len)[:120]


def _read(folder: Path, needles: Sequence[bytes]) -> Iterator[tuple[Path, int, bool]]:
    """Each file below a folder with its size, and whether one of the needles stands in it."""
    longest = max((len(needle) for needle in needles), default=1)
    for path in sorted(folder.rglob("*")):
        try:
            if path.is_file():
                yield path, path.stat().st_size, _holds(path, needles, longest)
        except FileNotFoundError:
            continue  # a snapshot that was replaced meanwhile


def _holds(path: Path, needles: Sequence[bytes], longest: int) -> bool:
    with path.open("rb") as file:
        tail = b""
        while chunk := file.read(_CHUNK):
            window = tail + chunk
            if any(needle in window for needle in needles):
                return True
            tail = window[-longest + 1 :] if longest > 1 else b""
    return False
