"""Checks of a workspace, for `earmark doctor`. Each finding says what was looked at and what to do."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pyroaring import BitMap
from sqlalchemy import func, select, text

from index.compare import canaries, differences, recall
from index.errors import StoreError, VectorIndexError, VectorIndexLockedError
from index.migrate import revision
from index.records import COPY_TERM
from index.schema import HEAD, clock, items
from index.store import Store
from index.terms import TermView
from index.vectors import VectorIndex
from index.workspace import Index

_SAMPLED_TERMS = 20
_MIN_FREE_BYTES = 500 * 1024 * 1024
_MIN_RECALL = 0.95
_BATCH = 5_000
_MEND = "run `earmark doctor --mend`: it is derived and made again from SQL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One check: whether it is well, what was seen, and what to do when it is not."""

    name: str
    ok: bool
    detail: str
    fix: str = ""


def check(index: Index, *, chroma: bool = True) -> list[Finding]:
    """All checks, the cheap ones first. A check that cannot be made is a finding too. Changes no data."""
    checks: list[tuple[str, Callable[[], Finding]]] = [
        ("disk", lambda: _disk(index)),
        ("migrations", lambda: _migrations(index.store)),
        ("database", lambda: _database(index.store)),
        ("full text", lambda: _full_text(index)),
        ("bitmaps", lambda: _bitmaps(index)),
        ("exact vectors", lambda: _exact(index)),
    ]
    if chroma:
        checks.append(("chroma", lambda: _chroma(index)))
    return [_made(name, make) for name, make in checks]


def mend(index: Index) -> list[str]:
    """Make again what is derived and not well (words, bitmaps, exact vectors); returns the names."""
    wrong = {finding.name for finding in check(index, chroma=False) if not finding.ok}
    makers: dict[str, Callable[[], object]] = {
        "full text": index.fulltext.rebuild,
        "bitmaps": lambda: index.terms.rebuild(index.store),
        "exact vectors": index.applier.rebuild,
    }
    done = [name for name in makers if name in wrong]
    for name in done:
        makers[name]()
    return done


def _made(name: str, make: Callable[[], Finding]) -> Finding:
    try:
        return make()
    except StoreError as error:
        return Finding(name=name, ok=False, detail=str(error), fix="repeat the check when this is mended")


def _disk(index: Index) -> Finding:
    free = shutil.disk_usage(index.home).free
    return Finding(
        name="disk",
        ok=free >= _MIN_FREE_BYTES,
        detail=f"{free // 2**20:,} MiB free",
        fix="free space: a full disk stops imports and can spoil the vector index",
    )


def _migrations(store: Store) -> Finding:
    found = revision(store.database)
    fix = "open the store with this version once, which upgrades it"
    return Finding(
        name="migrations", ok=found == HEAD, detail=f"schema {found}, this version needs {HEAD}", fix=fix
    )


def _database(store: Store) -> Finding:
    with store.reading() as conn:
        if store.database.is_sqlite:
            said = ", ".join(str(row[0]) for row in conn.execute(text("PRAGMA quick_check(5)")))
            broken = len(conn.execute(text("PRAGMA foreign_key_check")).all())
        else:
            said, broken = "ok" if conn.scalar(text("SELECT 1")) == 1 else "no answer", 0
        count = conn.scalar(select(func.count()).select_from(items)) or 0
    detail = f"{said}; {count:,} items" + (f"; {broken} dangling references" if broken else "")
    fix = "restore the last backup; keep the damaged file for examination"
    return Finding(name="database", ok=said == "ok" and not broken, detail=detail, fix=fix)


def _full_text(index: Index) -> Finding:
    with index.store.reading() as conn:
        count = conn.scalar(select(func.count()).select_from(items)) or 0
    found = index.fulltext.count()
    is_intact = found == count and index.fulltext.is_intact()
    said = "equal to the texts" if is_intact else "not those of the texts"
    return Finding(
        name="full text",
        ok=is_intact,
        detail=f"{found:,} of {count:,} items have words, which are {said}",
        fix=_MEND,
    )


def _bitmaps(index: Index) -> Finding:
    index.terms.refresh(index.store)
    wrong = bitmap_differences(index.store, index.terms.view)
    if wrong is None:
        return Finding(name="bitmaps", ok=True, detail="the store changes too fast to compare; repeat later")
    return Finding(
        name="bitmaps",
        ok=not wrong,
        detail=f"differ for {', '.join(wrong)}" if wrong else f"equal to SQL, version {index.terms.version}",
        fix=_MEND,
    )


def bitmap_differences(store: Store, view: TermView, n: int = _SAMPLED_TERMS) -> list[str] | None:
    """Terms, of n spread over all, whose items differ from a recount in SQL; None when the store has moved on."""
    own = sorted(view.own)
    chosen = {own[at] for at in np.linspace(0, len(own) - 1, min(n, len(own))).astype(int)} | {COPY_TERM}
    counted: dict[str, BitMap] = {term: BitMap() for term in chosen}
    everything = BitMap()
    with store.reading() as conn:
        if conn.scalar(select(clock.c.seq)) != view.version:
            return None
        rows = conn.execution_options(yield_per=_BATCH).execute(
            select(items.c.number, items.c.copy, items.c.terms)
        )
        for number, copy, terms in rows:
            everything.add(number)
            for term in chosen.intersection(terms) | ({COPY_TERM} if copy else set()):
                counted[term].add(number)
    wrong = [term for term in sorted(chosen) if counted[term] != view.own.get(term, BitMap())]
    return wrong + (["all items"] if everything != view.items else [])


def _exact(index: Index) -> Finding:
    index.applier.run_once()
    wrong = differences(index.store, index.exact)
    detail = "; ".join(wrong) or f"{index.exact.count():,} vectors equal to SQL"
    return Finding(
        name="exact vectors",
        ok=not wrong,
        detail=detail,
        fix=_MEND,
    )


def _chroma(index: Index) -> Finding:
    fix = "nothing is lost and exact search serves; `earmark serve` rebuilds it"
    if index.chroma_url is None and not (index.home / "chroma").is_dir():
        return Finding(name="chroma", ok=True, detail="not used yet; exact search serves")
    try:
        chroma = index.open_chroma()
    except VectorIndexLockedError as error:
        return Finding(name="chroma", ok=True, detail=f"not checked: {error}")
    try:
        return _compared(index, chroma, fix)
    except VectorIndexError as error:
        return Finding(name="chroma", ok=False, detail=str(error), fix=fix)
    finally:
        chroma.close()


def _compared(index: Index, chroma: VectorIndex, fix: str) -> Finding:
    wrong = differences(index.store, chroma)
    at = chroma.position()
    if wrong or at is None:
        return Finding(name="chroma", ok=False, detail="; ".join(wrong), fix=fix)
    chosen = canaries(index.exact.numbers())
    found = recall(chroma, index.exact, index.exact.rows(chosen))
    lag = index.store.data_version() - at.seq
    detail = (
        f"{chroma.count():,} vectors equal to SQL, {lag} changes behind, recall of 10 nearest {found:.3f}"
    )
    return Finding(name="chroma", ok=found >= _MIN_RECALL or lag > 0, detail=detail, fix=fix)
