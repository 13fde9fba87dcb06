"""Sends what happened to the endpoints: at least once, in order, again after failures, and never by two processes at once.

Each endpoint keeps its own position in what the store knows (see `sources`), so that nothing is lost over restarts. What
could not be sent is kept and tried again after 5 s, 5 min, 30 min, 2, 5, 10 and 14 hours; an endpoint that fails for five
days is switched off.
"""

import base64
import logging
import secrets
import uuid
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from assistant.errors import NotFoundError
from assistant.events.bodies import request_of
from assistant.events.models import Delivery, Endpoint, EndpointIn, Event
from assistant.events.sources import Position, Sources
from assistant.events.targets import Targets
from index.documents import Documents

logger = logging.getLogger(__name__)
WAITS_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400)
_GIVES_UP = timedelta(days=5)
_OLD_SECRET = timedelta(hours=24)
_LOGGED = 100  # deliveries of an endpoint that are remembered
_HOLD_AFTER = 3  # failures in a row, after which the rest waits


class Outbox:
    """The endpoints of a workspace.

    Args:
        endpoints: keeps them, with secrets and positions.
        deliveries: keeps the last deliveries of each.
        waiting: keeps what is tried again.
        sources: what happened.
        targets: what may be called.
        now: the time; for tests.
    """

    def __init__(
        self,
        *,
        endpoints: Documents,
        deliveries: Documents,
        waiting: Documents,
        sources: Sources,
        targets: Targets,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._endpoints = endpoints
        self._deliveries = deliveries
        self._waiting = waiting
        self._sources = sources
        self._targets = targets
        self._now = now

    def all(self) -> list[Endpoint]:
        """All endpoints, oldest first."""
        counts: dict[str, int] = {}
        for key in dict(self._waiting.items()):
            counts[key.partition(":")[0]] = counts.get(key.partition(":")[0], 0) + 1
        found = [_shown(body, counts.get(body["id"], 0)) for _, body in self._endpoints.items()]
        return sorted(found, key=lambda one: (one.created, one.id))

    def get(self, id_: str) -> Endpoint:
        """An endpoint. Raises NotFoundError."""
        self._body(id_)
        return next(one for one in self.all() if one.id == id_)

    def add(self, asked: EndpointIn) -> tuple[Endpoint, str]:
        """A new endpoint, told of what happens from now on, and its secret. Raises InputError."""
        self._targets.check(asked.url)
        secret = _secret()
        body = {
            **asked.model_dump(),
            "id": f"wh_{uuid.uuid4().hex[:12]}",
            "created": self._now().isoformat(),
            "secret": secret,
            "old_secret": None,
            "position": asdict(self._sources.now()),
        }
        self._endpoints.put(body["id"], body)
        return _shown(body, 0), secret

    def put(self, id_: str, asked: EndpointIn) -> Endpoint:
        """Change an endpoint; switching it on again forgets its failures. Raises NotFoundError, InputError."""
        body = self._body(id_)
        self._targets.check(asked.url)
        new = asked.model_dump()
        if asked.active and not body["active"]:
            new |= {"problem": None, "failing_since": None}
        self._endpoints.change(id_, new)
        return self.get(id_)

    def remove(self, id_: str) -> None:
        """Delete an endpoint with what waits for it. Raises NotFoundError."""
        self._body(id_)
        self._endpoints.delete(id_)
        self._deliveries.delete(id_)
        for key in dict(self._waiting.items()):
            if key.startswith(f"{id_}:"):
                self._waiting.delete(key)

    def rotate(self, id_: str) -> str:
        """A new secret; the old one signs beside it for a day. Raises NotFoundError."""
        body, fresh = self._body(id_), _secret()
        until = (self._now() + _OLD_SECRET).isoformat()
        self._endpoints.change(id_, {"secret": fresh, "old_secret": [body["secret"], until]})
        return fresh

    def ping(self, id_: str) -> Delivery:
        """Send a test event now. Raises NotFoundError."""
        at = self._now()
        event = Event(id=f"msg_{uuid.uuid4().hex}", type="ping", timestamp=at, data={"endpoint": id_})
        return self._sent(self._body(id_), event, attempt=len(WAITS_S))

    def log(self, id_: str) -> list[Delivery]:
        """The last deliveries, latest first. Raises NotFoundError."""
        self._body(id_)
        kept = (self._deliveries.get(id_) or {}).get("log", [])
        return [Delivery.model_validate(one) for one in reversed(kept)]

    def replay(self, id_: str, event: str) -> Delivery:
        """Send one of the last events again, under its old id. Raises NotFoundError."""
        found = next((one for one in self.log(id_) if one.event.id == event), None)
        if found is None:
            raise NotFoundError(f"There is no delivery of {event!r} among the last {_LOGGED}.")
        return self._sent(self._body(id_), found.event, attempt=len(WAITS_S))

    def step(self) -> int:
        """Send what is due; returns how many requests were made."""
        made = 0
        for _, body in list(self._endpoints.items()):
            if body["active"]:
                made += self._again(body) + self._onward(body)
        return made

    def _onward(self, body: dict[str, Any]) -> int:
        """Go on from where the endpoint is."""
        made, failed = 0, 0
        at = Position.of(body["position"])
        for position, events in self._sources.after(at, body["kinds"], with_text=body["with_text"]):
            for event in events:
                delivery = self._sent(body, event, attempt=0)
                made += 1
                failed = failed + 1 if delivery.status != "delivered" else 0
            at = position
            if events:
                self._endpoints.change(body["id"], {"position": asdict(at)})
            if failed >= _HOLD_AFTER:
                return made
        self._endpoints.change(body["id"], {"position": asdict(at)})
        return made

    def _again(self, body: dict[str, Any]) -> int:
        """Try again what is due."""
        due = [
            (key, Delivery.model_validate(kept))
            for key, kept in self._waiting.items()
            if key.startswith(f"{body['id']}:") and datetime.fromisoformat(kept["next"]) <= self._now()
        ]
        for key, kept in sorted(due, key=lambda one: one[1].at):
            if self._sent(body, kept.event, attempt=kept.attempt).status != "waiting":
                self._waiting.delete(key)
        return len(due)

    def _sent(self, body: dict[str, Any], event: Event, *, attempt: int) -> Delivery:
        """One request, and what follows from its outcome."""
        content, headers = request_of(event, body["format"], self._secrets(body))
        answer = self._targets.post(body["url"], content, headers)
        is_good = answer.status is not None and 200 <= answer.status < 300
        wait = WAITS_S[attempt] if not is_good and attempt < len(WAITS_S) else None
        now = self._now()
        made = Delivery(
            event=event,
            status="delivered" if is_good else "waiting" if wait is not None else "failed",
            attempt=attempt + 1,
            at=now,
            next=now + timedelta(seconds=wait) if wait is not None else None,
            response=answer.status,
            error=answer.error,
            ms=round(answer.ms, 1),
        )
        if made.status == "waiting":
            self._waiting.put(f"{body['id']}:{event.id}", made.model_dump(mode="json"))
        self._remember(body["id"], made)
        self._judge(body, made)
        return made

    def _judge(self, body: dict[str, Any], made: Delivery) -> None:
        """Whether the endpoint works; one that has failed for days is switched off."""
        if made.status == "delivered":
            if body.get("failing_since"):
                body.update(problem=None, failing_since=None)
                self._endpoints.change(body["id"], {"problem": None, "failing_since": None})
            return
        since = body.get("failing_since") or made.at.isoformat()
        problem = made.error or f"the receiver answered {made.response}"
        new: dict[str, Any] = {"problem": problem, "failing_since": since}
        if made.at - datetime.fromisoformat(since) > _GIVES_UP:
            new |= {"active": False, "problem": f"switched off after five days of failures: {problem}"}
            logger.warning("webhook endpoint %s is switched off", body["id"])
        body.update(new)
        self._endpoints.change(body["id"], new)

    def _remember(self, id_: str, made: Delivery) -> None:
        kept = (self._deliveries.get(id_) or {}).get("log", [])
        self._deliveries.put(id_, {"log": [*kept, made.model_dump(mode="json")][-_LOGGED:]})

    def _secrets(self, body: dict[str, Any]) -> list[str]:
        old = body.get("old_secret")
        if old is None or datetime.fromisoformat(old[1]) <= self._now():
            return [body["secret"]]
        return [body["secret"], old[0]]

    def _body(self, id_: str) -> dict[str, Any]:
        body = self._endpoints.get(id_)
        if body is None:
            raise NotFoundError(f"There is no webhook {id_!r}.")
        return body


def _secret() -> str:
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _shown(body: dict[str, Any], waiting: int) -> Endpoint:
    return Endpoint.model_validate(
        {name: body.get(name) for name in Endpoint.model_fields if name in body} | {"waiting": waiting}
    )
