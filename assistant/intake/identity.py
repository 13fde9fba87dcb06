"""Ids for rows that have none, pseudonyms for customers, and what a file says twice."""

import hashlib
import hmac
import json
import os
import secrets
from dataclasses import replace
from pathlib import Path
from typing import Self

from assistant.errors import InputError, RefusedError
from assistant.intake.drafts import Draft
from index.documents import Documents

_KEY_FILE = "pseudonyms.key"
_LINE_BITS = 40


class Pseudonyms:
    """Keyed hashes of a workspace: the same person gets the same one, and nobody can guess back without the key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def open(cls, home: Path) -> Self:
        """With the key in the folder of a workspace, made at first use and readable by its owner only."""
        home.mkdir(parents=True, exist_ok=True)
        path = home / _KEY_FILE
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            key = path.read_bytes()
        else:
            key = secrets.token_bytes(32)
            with os.fdopen(handle, "wb") as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
        if len(key) != 32:
            raise InputError(f"{path} is damaged; restore it from a backup, since customers are known by it")
        return cls(key)

    @classmethod
    def share(cls, home: Path, kept: Documents) -> None:
        """Take the key of the database, or give it ours: machines that share one call a customer by one name."""
        cls.open(home)  # makes one at first use
        path = home / _KEY_FILE
        own = path.read_bytes()
        key = bytes.fromhex(kept.put_if_absent("key", {"key": own.hex()})["key"])
        if key != own:
            fresh = path.with_suffix(f".{os.getpid()}")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(key)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)

    def of(self, kind: str, value: str) -> str:
        """`kind_` and 20 hexadecimal digits."""
        digest = hmac.new(self._key, f"{kind}\x00{value}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"{kind}_{digest.hexdigest()[:20]}"


class Seen:
    """What a file has said so far: about 100 bytes per row, so that repeats are found in one pass.

    Args:
        pseudonyms: key of the ids that are made; the same content gets the same id from any file.
    """

    def __init__(self, pseudonyms: Pseudonyms) -> None:
        self._pseudonyms = pseudonyms
        self._ids: dict[int, int] = {}
        self._times: dict[int, int] = {}

    def identified(self, draft: Draft) -> Draft | None:
        """The draft with its id, or None when its id stood before with the same content.

        Raises:
            RefusedError: the id stood before with other content.
        """
        content = _content(draft)
        if draft.id is None:
            key = _short(content)
            times = self._times[key] = self._times.get(key, 0) + 1
            return replace(draft, id=self._pseudonyms.of("f", f"{content}\x00{times}"))
        key, said = _short(draft.id), _short(content) >> _LINE_BITS
        before = self._ids.setdefault(key, said << _LINE_BITS | draft.line)
        if before & ((1 << _LINE_BITS) - 1) == draft.line:
            return draft
        if before >> _LINE_BITS == said:
            return None
        first = before & ((1 << _LINE_BITS) - 1)
        raise RefusedError(
            f"the id stands twice with different content: {draft.id[:60]!r}, first on line {first}"
        )


def _content(draft: Draft) -> str:
    date = draft.date.isoformat() if draft.date else None
    said = [draft.text, draft.title, draft.turns, date, draft.customer]
    # Attributes tell two rows with one id apart, but a row without id stays itself when a column is added.
    return json.dumps(said if draft.id is None else [*said, sorted(draft.attributes.items())])


def _short(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest())
