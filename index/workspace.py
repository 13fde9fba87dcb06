"""Everything that belongs to one workspace, opened together."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import inspect

from index.applier import Applier
from index.bitmaps import TermIndex
from index.chroma import ChromaIndex
from index.chroma_server import ChromaServerIndex
from index.engine import connect
from index.exact import ExactIndex
from index.follow import Background, PrimaryFollower
from index.fulltext import FullText, full_text
from index.jobs import Jobs
from index.search import HybridSearch
from index.serving import ServingIndex
from index.store import Store
from index.vectors import VectorIndex

_REFRESH_S = 1.0


@dataclass(frozen=True, kw_only=True)
class Index:
    """The parts of one workspace. The applier is that of the exact vectors; Chroma's is in `following`."""

    home: Path
    store: Store
    terms: TermIndex
    fulltext: FullText
    exact: ExactIndex
    vectors: ServingIndex
    applier: Applier
    search: HybridSearch
    jobs: Jobs
    chroma_url: str | None = None

    def refresh(self) -> bool:
        """Catch up with what was written, by whichever process; says whether the bitmaps changed."""
        self.applier.run_once()
        return self.terms.refresh(self.store)

    @contextmanager
    def following(
        self, *, chroma: bool = True, every_s: float = _REFRESH_S
    ) -> Iterator[PrimaryFollower | None]:
        """While this is open, threads keep bitmaps and vectors up to date; for a process that serves.

        With `chroma` its index is opened, checked, followed and trusted too; it yields what tells its status.
        """
        threads = [Background("earmark refresh", self.refresh, every_s)]
        follower = self.primary() if chroma else None
        if follower is not None:
            threads.append(Background("earmark chroma", follower.step, every_s))
        for thread in threads:
            thread.start()
        try:
            yield follower
        finally:
            if follower is not None:
                follower.stop()
            for thread in threads:
                thread.stop()
            if follower is not None:
                follower.close()

    def primary(self) -> PrimaryFollower:
        """What brings Chroma into service: in the folder of the workspace, or on the server of `chroma_url`."""
        if self.chroma_url is None:
            return PrimaryFollower(self.store, self.vectors, self.open_chroma)
        alone = partial(self.store.database.alone, "chroma")
        return PrimaryFollower(self.store, self.vectors, self.open_chroma, alone=alone)

    def open_chroma(self) -> VectorIndex:
        """Chroma's index of this workspace. Raises VectorIndexLockedError while another process owns it."""
        if self.chroma_url is None:
            return ChromaIndex(self.home / "chroma")
        return ChromaServerIndex(self.chroma_url, safe_name(self.home.name))

    def close(self) -> None:
        """Write what makes the next start quick, and close files and connections."""
        self.terms.save()
        self.exact.close()
        self.store.close()


def open_workspace(
    home: Path, url: str | None, chroma_url: str | None, *, create: bool, refresh: bool
) -> Index:
    """As `index.open`."""
    if create:
        home.mkdir(parents=True, exist_ok=True)
    if url is None:
        store = Store.open(f"sqlite:///{home / 'earmark.db'}", create=create)
    else:
        store = Store.open(url, schema=f"earmark_{safe_name(home.name)}", create=create)
    words, exact = full_text(store), ExactIndex(home / "vectors.cache")
    serving = ServingIndex(exact)
    opened = Index(
        home=home,
        store=store,
        terms=TermIndex(home / "bitmaps.snapshot"),
        fulltext=words,
        exact=exact,
        vectors=serving,
        applier=Applier(store, exact),
        search=HybridSearch(words, serving, store),
        jobs=Jobs(store),
        chroma_url=chroma_url,
    )
    if refresh:
        opened.refresh()
    return opened


def workspace_names(home: Path, url: str | None) -> list[str]:
    """Folders with a store; with PostgreSQL, folders whose schema is there."""
    folders = sorted(path.name for path in home.iterdir() if path.is_dir()) if home.is_dir() else []
    if url is None:
        return [name for name in folders if (home / name / "earmark.db").exists()]
    database = connect(url)
    try:
        with database.reading() as conn:
            schemas = set(inspect(conn).get_schema_names())
    finally:
        database.close()
    return [name for name in folders if f"earmark_{safe_name(name)}" in schemas]


def safe_name(workspace: str) -> str:
    """A workspace's name as it may stand in names of schemas and collections."""
    return re.sub("[^a-z0-9]", "_", workspace.lower())[:40]
