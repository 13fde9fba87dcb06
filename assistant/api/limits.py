"""Rate limits: how many requests each caller may make, and how often somebody may try to log in."""

import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter, SlidingWindowCounterRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from assistant.api.middleware import refuse
from assistant.api.rights import principal_of
from assistant.errors import SettingsError, TooManyError

_LOGINS = parse("10/minute")  # by address, and by name


class RateLimits:
    """Counts the requests of each key, account or token in this process. Who is at this machine is not limited.

    Says what is left in `RateLimit` and `RateLimit-Policy` (draft-ietf-httpapi-ratelimit-headers).
    """

    def __init__(self, app: ASGIApp, rate: str) -> None:
        self.app = app
        self._item = rate_of(rate)
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._policy = f'"default";q={self._item.amount};w={self._item.get_expiry()}'

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        who = principal_of(scope) if scope["type"] == "http" else None
        if who is None or who.kind == "local":
            await self.app(scope, receive, send)
            return
        caller = f"{who.kind} {who.id}"
        is_within = self._limiter.hit(self._item, caller)
        reset, left = self._limiter.get_window_stats(self._item, caller)
        wait = max(1, round(reset - time.time()))

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Policy"] = self._policy
                headers["RateLimit"] = f'"default";r={left};t={wait}'
                if not is_within:
                    headers["Retry-After"] = str(wait)
            await send(message)

        if is_within:
            await self.app(scope, receive, told)
            return
        reason = f"More than {self._item.amount} requests in {self._item.get_expiry()} s; go on in {wait} s."
        await refuse("too-many", reason, scope, receive, told)


class LoginLimits:
    """Slows down who guesses passwords."""

    def __init__(self) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def hit(self, *callers: str) -> None:
        """Count a try for each (an address, a name). Raises TooManyError."""
        counted = [self._limiter.hit(_LOGINS, caller) for caller in callers]  # each, also when one is over
        if not all(counted):
            raise TooManyError("Too many tries to log in; wait a minute.", retry_after_s=60)


def rate_of(text: str) -> RateLimitItem:
    """`600/minute` as a rate. Raises SettingsError."""
    try:
        return parse(text)
    except ValueError as error:
        raise SettingsError(f"EARMARK_RATE_LIMIT is {text!r}; write it as 600/minute.") from error
