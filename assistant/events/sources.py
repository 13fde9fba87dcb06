"""What happened since a position: items that came in, alerts that fired, imports that ended."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

from assistant.ask.ledger import View
from assistant.ask.plan import RISK
from assistant.events.models import Event, Kind
from assistant.triage.priority import Priorities
from assistant.watching.models import Alert
from index.jobs import Job, Jobs
from index.records import StoredItem
from index.store import Store

HIGH = 6.0  # points from which something is of high priority
_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """Up to where an endpoint was told: the last item number, and the time of the last alert and job."""

    number: int
    alert: float
    job: float

    @classmethod
    def of(cls, plain: dict[str, Any]) -> Self:
        """As it is stored."""
        return cls(number=plain["number"], alert=plain["alert"], job=plain["job"])


class Sources:
    """Reads what happened. Items are told once, when they come in: numbers rise with the commits, tagging again keeps them."""

    def __init__(self, store: Store, view: Any, alerts: Any) -> None:
        self._store = store
        self._view = view
        self._alerts = alerts

    def now(self) -> Position:
        """The position of somebody who is told from now on."""
        at = datetime.now(UTC).timestamp()
        return Position(number=self._store.last_number(), alert=at, job=at)

    def after(
        self, at: Position, kinds: Sequence[Kind], *, with_text: bool
    ) -> Iterator[tuple[Position, list[Event]]]:
        """Positions in order, each with the events that lead up to it."""
        while numbers := self._store.numbers_after(at.number, _AT_ONCE):
            view: View = self._view()[0]
            priorities = Priorities.of(view)
            for stored in self._store.get_many(numbers):
                at = replace(at, number=stored.number)
                yield at, list(_of_item(stored, priorities, kinds, with_text=with_text))
            at = replace(at, number=numbers[-1])
        for alert in sorted(self._alerts(), key=lambda one: one.created):
            if alert.created > at.alert:
                at = replace(at, alert=alert.created)
                is_wanted = "alert.fired" in kinds and not alert.is_past
                yield at, [_of_alert(alert)] if is_wanted else []
        for job in sorted(Jobs(self._store).list("import", "finished"), key=lambda one: one.changed):
            if job.changed > at.job:
                at = replace(at, job=job.changed)
                yield at, [_of_job(job)] if "import.finished" in kinds else []


def _of_item(
    stored: StoredItem, priorities: Priorities, kinds: Sequence[Kind], *, with_text: bool
) -> Iterator[Event]:
    tags, today = stored.tags, datetime.now(UTC).date()
    gaps = [tag["label"] for tag in tags.get("empathy_gaps") or ()]
    churn = (tags.get("churn") or {}).get("label")
    points = (
        float(priorities.points(today)[stored.number])
        if stored.number < len(priorities.points(today))
        else 0.0
    )
    fits: dict[Kind, bool] = {
        "feedback.tagged": True,
        "feedback.high_priority": points >= HIGH,
        "feedback.churn_risk": churn in RISK,
        "feedback.empathy_gap": bool(gaps),
    }
    data = {
        "id": stored.item.id,
        "kind": stored.item.kind,
        "date": stored.item.date.isoformat() if stored.item.date else None,
        "sentiment": (tags.get("sentiment") or {}).get("label"),
        "themes": [tag["label"] for tag in tags.get("themes") or ()],
        "empathy_gaps": gaps,
        "churn": churn,
        "urgency": tags.get("urgency"),
        "priority": round(points, 2),
        "link": f"/triage?item={stored.item.id}",
        **({"text": stored.item.text} if with_text else {}),
    }
    for kind, is_so in fits.items():
        if is_so and kind in kinds:
            yield _event(kind, f"{stored.item.id} {stored.number}", data)


def _of_alert(alert: Alert) -> Event:
    plain = alert.model_dump(
        mode="json", include={"id", "watch", "name", "label", "first", "last", "text", "n", "of", "filter"}
    )
    return _event("alert.fired", alert.id, {**plain, "link": "/alerts"})


def _of_job(job: Job) -> Event:
    data = {
        "id": job.id,
        "file": job.params.get("name"),
        "added": job.added,
        "updated": job.updated,
        "refused": job.refused,
    }
    return _event("import.finished", job.id, data)


def _event(kind: Kind, about: str, data: dict[str, Any]) -> Event:
    id_ = hashlib.blake2b(f"{kind} {about}".encode(), digest_size=15).hexdigest()
    return Event(id=f"msg_{id_}", type=kind, timestamp=datetime.now(UTC).replace(microsecond=0), data=data)
