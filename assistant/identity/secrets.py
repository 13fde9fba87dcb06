"""Secrets that are shown once and kept as hashes."""

import hashlib
import secrets as random
from datetime import UTC, datetime


def new(prefix: str) -> str:
    """A secret of 256 random bits. The prefix lets scanners of code and logs find it."""
    return f"{prefix}_{random.token_urlsafe(32)}"


def digest(secret: str) -> str:
    """How a secret is kept. It is random, so that a fast hash cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()


def short_id() -> str:
    """An id that is not secret."""
    return random.token_hex(8)


def now() -> datetime:
    """The time as it is stored: UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)
