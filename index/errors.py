"""Errors of the index package. Each message says what happened and what to do.

StoreError
├── StoreMissingError       there is no store at this place
├── StoreBusyError          another writer holds the store for too long
├── StoreUnavailableError   the database cannot be reached
├── StoreFullError          the disk is full; nothing of the transaction was kept
├── BackupError             an archive cannot be written, or is not what can be restored
├── MigrationError          the schema is newer than this version, or could not be brought up to date
├── ItemError               an item, an entry or a cursor cannot be used as it is
├── JobError                there is no such job, or its state does not allow this
│   └── LeaseLostError      another worker has taken the job over
└── VectorIndexError        the vector index is broken or cannot be reached; SQL is not affected
    └── VectorIndexLockedError  another process owns the vector index
"""


class StoreError(Exception):
    """Base of all errors of this package."""


class StoreMissingError(StoreError):
    """There is no store at this place."""


class StoreBusyError(StoreError):
    """Another writer holds the store for too long."""


class StoreUnavailableError(StoreError):
    """The database cannot be reached."""


class StoreFullError(StoreError):
    """The disk is full."""


class BackupError(StoreError):
    """An archive cannot be written, or is not what can be restored."""


class MigrationError(StoreError):
    """The schema cannot be brought to the version that this code needs."""


class ItemError(StoreError, ValueError):
    """An item, an entry or a cursor cannot be used as it is."""


class JobError(StoreError):
    """There is no such job, or its state does not allow this."""


class LeaseLostError(JobError):
    """Another worker has taken the job over, or it was cancelled."""


class VectorIndexError(StoreError):
    """The vector index is broken or cannot be reached."""


class VectorIndexLockedError(VectorIndexError):
    """Another process owns the vector index."""
