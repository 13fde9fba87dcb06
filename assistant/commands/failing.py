"""Which errors are shown as one line, without a traceback."""

from assistant.errors import EarmarkError
from index.errors import StoreError


def shown_as_is(error: BaseException) -> bool:
    """Whether the message of an error says all that its reader needs."""
    return isinstance(error, (EarmarkError, StoreError))
