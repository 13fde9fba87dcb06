"""Finds items by their words: stems, any case, accents ignored on SQLite. Users' words are never syntax."""

import re
from collections.abc import Sequence
from typing import Any, Protocol

from pyroaring import BitMap
from sqlalchemy import Connection, text
from sqlalchemy.exc import DatabaseError

from index.store import Store

_WORD = re.compile(r"[^\W_]+")
_FETCH = 1_000


class FullText(Protocol):
    """Words to item numbers."""

    def search(self, query: str, limit: int, within: BitMap | None = None) -> list[tuple[int, float]]:
        """(number, score) of items with any of the words, best first; equal scores by number."""
        ...

    def matching(self, phrase: str) -> BitMap:
        """All items where the words of `phrase` stand next to each other in this order, by stem."""
        ...

    def count(self) -> int:
        """How many items are in the full-text index."""
        ...

    def is_intact(self) -> bool:
        """Whether the words are those of the texts; reads everything."""
        ...

    def rebuild(self) -> None:
        """Read all texts again."""
        ...


def full_text(store: Store) -> FullText:
    """The full-text index of the store's database."""
    return SqliteFullText(store) if store.database.is_sqlite else PostgresFullText(store)


def words_of(query: str) -> list[str]:
    """The words of a query, each once, in order."""
    return list(dict.fromkeys(_WORD.findall(query)))


class SqliteFullText:
    """FTS5 with Porter stems. The index lies in the store's file and changes with its transactions."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def search(self, query: str, limit: int, within: BitMap | None = None) -> list[tuple[int, float]]:
        """As FullText. The score is BM25, higher is better."""
        words = words_of(query)
        if not words:
            return []
        match = " OR ".join(f'"{word}"' for word in words)
        statement = (
            "SELECT rowid, -bm25(item_words) FROM item_words WHERE item_words MATCH :match ORDER BY 2 DESC, 1"
        )
        with self._store.reading() as conn:
            return _best(conn, statement, {"match": match}, limit, within)

    def matching(self, phrase: str) -> BitMap:
        """As FullText."""
        words = _WORD.findall(phrase)
        if not words:
            return BitMap()
        statement = text("SELECT rowid FROM item_words WHERE item_words MATCH :match")
        with self._store.reading() as conn:
            return BitMap(conn.scalars(statement, {"match": f'"{" ".join(words)}"'}).all())

    def count(self) -> int:
        """As FullText."""
        with self._store.reading() as conn:
            return int(conn.execute(text("SELECT count(*) FROM item_words_docsize")).scalar_one())

    def is_intact(self) -> bool:
        """As FullText."""
        try:
            with self._store.database.writing() as conn:
                conn.execute(text("INSERT INTO item_words (item_words, rank) VALUES ('integrity-check', 1)"))
        except DatabaseError:
            return False
        return True

    def rebuild(self) -> None:
        """As FullText."""
        with self._store.database.writing() as conn:
            conn.execute(text("INSERT INTO item_words (item_words) VALUES ('rebuild')"))


class PostgresFullText:
    """tsvector with English stems and no stop words, so that phrases mean the same as in FTS5."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def search(self, query: str, limit: int, within: BitMap | None = None) -> list[tuple[int, float]]:
        """As FullText. The score is ts_rank_cd divided by 1 + log(length)."""
        words = words_of(query)
        if not words:
            return []
        statement = (
            "SELECT number, ts_rank_cd(lexemes, query, 1) FROM items, to_tsquery('earmark', :match) query "
            "WHERE lexemes @@ query ORDER BY 2 DESC, 1"
        )
        with self._store.reading() as conn:
            return _best(conn, statement, {"match": _joined(words, " | ")}, limit, within)

    def matching(self, phrase: str) -> BitMap:
        """As FullText."""
        words = _WORD.findall(phrase)
        if not words:
            return BitMap()
        statement = text("SELECT number FROM items WHERE lexemes @@ to_tsquery('earmark', :match)")
        with self._store.reading() as conn:
            return BitMap(conn.scalars(statement, {"match": _joined(words, " <-> ")}).all())

    def count(self) -> int:
        """As FullText."""
        with self._store.reading() as conn:
            return int(conn.execute(text("SELECT count(lexemes) FROM items")).scalar_one())

    def is_intact(self) -> bool:
        """As FullText. The words are a generated column and cannot differ from the text."""
        with self._store.reading() as conn:
            items = conn.execute(text("SELECT count(*) FROM items")).scalar_one()
        return self.count() == int(items)

    def rebuild(self) -> None:
        """As FullText. The words are a generated column, only its index can be damaged."""
        with self._store.database.writing() as conn:
            conn.execute(text("REINDEX INDEX items_by_lexeme"))


def _joined(words: Sequence[str], operator: str) -> str:
    return operator.join(f"'{word}'" for word in words)


def _best(
    conn: Connection, statement: str, values: dict[str, Any], limit: int, within: BitMap | None
) -> list[tuple[int, float]]:
    """The first `limit` rows, read only as far as needed when `within` leaves some out."""
    found: list[tuple[int, float]] = []
    bounded = f"{statement} LIMIT {int(limit)}" if within is None else statement
    rows = conn.execution_options(yield_per=_FETCH).execute(text(bounded), values)
    for number, score in rows:
        if within is None or number in within:
            found.append((int(number), float(score)))
            if len(found) == limit:
                break
    rows.close()
    return found
