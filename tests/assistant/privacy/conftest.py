"""The clients of the API's tests."""

from tests.assistant.api.conftest import connect, homes

__all__ = ["connect", "homes"]
