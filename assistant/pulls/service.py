"""Calls another system's API: waits where it says so, tries again where that may help, and says what is wrong in words."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from assistant.errors import InputError

_TRIES = 5
_LONGEST_WAIT_S = 120.0
_TIMEOUT_S = 60.0


class Service:
    """One API.

    Args:
        name: for people.
        url: its address; requests go below it, redirects are not followed.
        headers: with the credentials.
        setting: what to set where the credentials are refused.
        wait: sleeps; for tests.
    """

    def __init__(
        self,
        *,
        name: str,
        url: str,
        headers: Mapping[str, str],
        setting: str,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name, self._setting, self._wait = name, setting, wait
        self._client = httpx.Client(base_url=url, headers=dict(headers), timeout=_TIMEOUT_S)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, **params: str | int) -> dict[str, Any]:
        """What stands at a path, as JSON. Raises InputError."""
        return self._json("GET", path, params=params)

    def post(self, path: str, body: Any) -> dict[str, Any]:
        """The answer to a query, as JSON. Raises InputError."""
        return self._json("POST", path, json=body)

    def _json(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        for attempt in range(_TRIES):
            is_last = attempt == _TRIES - 1
            try:
                answer = self._client.request(method, path, **more)
            except httpx.TransportError as error:
                if is_last:
                    raise InputError(f"{self._name} cannot be reached: {error}") from error
                self._wait(2.0**attempt)
                continue
            if answer.status_code in (401, 403):
                raise InputError(
                    f"{self._name} refuses the credentials ({answer.status_code}); set {self._setting}"
                )
            if (answer.status_code == 429 or answer.status_code >= 500) and not is_last:
                self._wait(_seconds(answer, 2.0**attempt))
                continue
            return self._read(answer)
        raise AssertionError("the loop returns or raises")

    def _read(self, answer: httpx.Response) -> dict[str, Any]:
        if answer.status_code >= 300:
            raise InputError(
                f"{self._name} answers {answer.status_code} to {answer.request.url.path}; try again later"
            )
        try:
            found = answer.json()
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise InputError(
                f"{self._name} answers no JSON object at {answer.request.url.path}; check its address"
            )
        return found


def _seconds(answer: httpx.Response, usual: float) -> float:
    said = answer.headers.get("retry-after", "")
    return min(float(said) if said.isdigit() else usual, _LONGEST_WAIT_S)
