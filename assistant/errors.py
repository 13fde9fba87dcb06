"""Errors that a user can do something about. Each message says what happened and what to do.

EarmarkError
├── SettingsError      the configuration contradicts itself
├── InputError         a file, a row or a request body cannot be used as it is
│   ├── FileError      a file cannot be read, or no further
│   ├── MappingError   the columns of a file are not what was said, or none holds texts
│   └── RefusedError   one row or item cannot be stored; the others can
├── NotFoundError      there is no such item, job, fact or conversation
├── ForbiddenError     the caller may not do this
├── LoginError         the password, key or link is not right
├── TooManyError       more requests than are allowed; try again later
└── BusyError          somebody else holds what is needed; try again
"""


class EarmarkError(Exception):
    """Base of all errors that are shown to users without a traceback."""


class SettingsError(EarmarkError):
    """The configuration contradicts itself."""


class InputError(EarmarkError):
    """A file, a row or a request body cannot be used as it is."""


class FileError(InputError):
    """A file cannot be read, or no further."""


class MappingError(InputError):
    """The columns of a file are not what was said, or none of them holds texts."""


class RefusedError(InputError):
    """One row or item cannot be stored; the others can. The part before ": " is the same for all of a kind."""


class NotFoundError(EarmarkError):
    """There is no such item, job, fact or conversation."""


class ForbiddenError(EarmarkError):
    """The caller may not do this."""


class LoginError(EarmarkError):
    """The password, key or link is not right."""


class TooManyError(EarmarkError):
    """More requests than are allowed."""

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class BusyError(EarmarkError):
    """Somebody else holds what is needed."""
