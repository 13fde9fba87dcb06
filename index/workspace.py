"""Everything that belongs to one workspace, opened together."""

from dataclasses import dataclass
from pathlib import Path

from index.applier import Applier
from index.bitmaps import TermIndex
from index.exact import ExactIndex
from index.fulltext import FullText, full_text
from index.jobs import Jobs
from index.search import HybridSearch
from index.serving import ServingIndex
from index.store import Store


@dataclass(frozen=True, kw_only=True)
class Index:
    """The parts of one workspace. `refresh` brings bitmaps and exact vectors up to date with the store."""

    home: Path
    store: Store
    terms: TermIndex
    fulltext: FullText
    vectors: ServingIndex
    search: HybridSearch
    jobs: Jobs
    exact: ExactIndex
    applier: Applier

    def refresh(self) -> bool:
        """Catch up with what was written, by whichever process; says whether anything changed."""
        self.applier.run_once()
        return self.terms.refresh(self.store)

    def close(self) -> None:
        """Write what makes the next start quick, and close files and connections."""
        self.terms.save()
        self.exact.close()
        self.store.close()


def open_workspace(home: Path, url: str | None, *, create: bool, refresh: bool) -> Index:
    """As `index.open`."""
    if create:
        home.mkdir(parents=True, exist_ok=True)
    if url is None:
        store = Store.open(f"sqlite:///{home / 'earmark.db'}", create=create)
    else:
        store = Store.open(url, schema=_schema_of(home), create=create)
    words, exact = full_text(store), ExactIndex(home / "vectors.cache")
    serving = ServingIndex(exact)
    opened = Index(
        home=home,
        store=store,
        terms=TermIndex(home / "bitmaps.snapshot"),
        fulltext=words,
        vectors=serving,
        search=HybridSearch(words, serving, store),
        jobs=Jobs(store),
        exact=exact,
        applier=Applier(store, exact),
    )
    if refresh:
        opened.refresh()
    return opened


def _schema_of(home: Path) -> str:
    """The PostgreSQL schema of a workspace, from the name of its folder."""
    return (
        "earmark_"
        + "".join(sign if sign.isascii() and sign.isalnum() else "_" for sign in home.name.lower())[:50]
    )
