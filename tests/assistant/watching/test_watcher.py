"""Watches over worlds whose truth is known: they fire for what rises, once, and with receipts that hold."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.ask.plan import QueryPlan
from assistant.errors import InputError, NotFoundError
from assistant.scope import Scope
from assistant.watching.asking import watch_of
from assistant.watching.models import NEW, WatchIn
from assistant.watching.watcher import Watcher
from index.store import Store
from tests.assistant.conftest import NAMES, Build, Said, World

REFUNDS = WatchIn(name="Refund complaints", filter=Scope(themes=["returns_refunds"], polarity="-"))
STARTS = ["Morning all", "So here goes", "Right then", "Dear shop", "Once more", "To whom it concerns"]


def told(*, surge: bool, seed: int = 3, weeks: int = 30) -> list[Said]:
    """Thirty items a week about delivery and refunds; in the last week three times as many about refunds when `surge`."""
    rng = random.Random(seed)
    said = []
    for at in range(30 * weeks):
        day = 4 + at * 7 // 30  # 5 January 2026 is a Monday
        slow = rng.random() < (0.45 if surge and at >= 30 * (weeks - 1) else 0.12)
        theme = ("returns_refunds", "-", "refund_slow") if slow else ("delivery", "-", "parcel_late")
        text = (
            f"{rng.choice(STARTS)}, letter {at} of mine and {rng.randint(0, 10**9)}. It was {at}. Bye {at}."
        )
        said.append(Said(text=text, themes=(theme,), day=day, customer=f"c{at}"))
    return said


class Documents(dict[str, Any]):
    """Documents in memory."""

    def put(self, key: str, body: dict[str, Any]) -> None:
        self[key] = body

    def put_if_absent(self, key: str, body: dict[str, Any]) -> dict[str, Any]:
        return dict(self.setdefault(key, body))

    def delete(self, key: str) -> bool:
        return self.pop(key, None) is not None

    def items(self) -> Iterator[tuple[str, dict[str, Any]]]:  # type: ignore[override]
        return iter(list(super().items()))


def watcher(world: World, alerts: Documents | None = None) -> Watcher:
    kept = Documents() if alerts is None else alerts
    return Watcher(view=lambda: (world.view, 1), watches=Documents(), alerts=kept, now=lambda: 1000.0)


def without_new(found: Watcher) -> Watcher:
    """With the standing watch switched off."""
    found.put(NEW, found.watch(NEW).model_copy(update={"is_on": False}))
    return found


def test_a_surge_fires_once_with_receipts(build: Build) -> None:
    """The week's share against the weeks before; the filters give exactly their items; looking again fires nothing."""
    world = build(told(surge=True))
    alerts = Documents()
    found = without_new(watcher(world, alerts))
    found.put("w1", REFUNDS)  # kept without history, as one made long ago
    alerts.clear()
    [alert] = found.check()
    assert (alert.kind, alert.of) == ("rise", 30)
    assert alert.first.weekday() == 0
    assert (alert.last - alert.first).days == 6
    assert alert.share > 2 * alert.before.share
    for n, plain in ((alert.n, alert.filter), (alert.before.n, alert.before.filter)):
        assert n == len(world.view.items(Scope.model_validate(plain)))
    stored = {one.item.id: one.item for one in world.view.load(world.view.terms.all)}
    assert alert.places
    for place in alert.places:
        assert stored[place.item].text[slice(*place.span)]
        assert alert.first <= stored[place.item].date <= alert.last
    assert found.check() == []
    assert [one.id for one in found.alerts()] == [alert.id]


def test_two_processes_fire_one_alert(tmp_path: Path, build: Build) -> None:
    """Both look at the same week over the same store; one of them fires."""
    world = build(told(surge=True))
    store = Store.open(f"sqlite:///{tmp_path / 'alerts.db'}")
    one, other = (
        Watcher(
            view=lambda: (world.view, 1), watches=store.documents("watch"), alerts=store.documents("alert")
        )
        for _ in range(2)
    )
    fired = [*one.check(), *other.check()]
    assert fired
    assert len({alert.id for alert in fired}) == len(fired) == len(one.alerts())
    store.close()


def test_where_nothing_changes_little_fires(build: Build) -> None:
    """Ten worlds of constant shares: a watch on refunds fires in hardly any of their weeks."""
    fired = weeks = 0
    for seed in range(10):
        found = watcher(build(told(surge=False, seed=seed)))
        fired += sum(
            alert.kind in ("rise", "fall")
            for alert in found.rehearse(REFUNDS.model_copy(update={"direction": "either"}))
        )
        weeks += 22
    assert fired <= 0.03 * weeks


def test_the_standing_watch_names_what_is_new(build: Build) -> None:
    """Nobody asked for refunds, and they are named; a label that goes on is not named again the week after."""
    world = build(told(surge=True))
    found = watcher(world)
    names = {alert.label for alert in found.check()}
    assert names & {"theme=returns_refunds:-", "sub=refund_slow:-"}
    assert len(names) == 1  # the theme and its only sub-theme are the same items
    [alert] = found.alerts()
    assert alert.q is not None
    assert alert.q < 0.05


def test_a_new_watch_tells_of_the_past_without_firing(build: Build) -> None:
    """What it would have said is there, seen, and is no news at the next look."""
    found = without_new(watcher(build(told(surge=True))))
    found.add(REFUNDS)
    [alert] = found.alerts()
    assert (alert.is_past, alert.is_seen) == (True, True)
    assert found.check() == []


def test_it_looks_when_data_has_changed_and_not_too_often(build: Build) -> None:
    """Once a minute at most, and only for a new version of the data."""
    world, clock, version, alerts = build(told(surge=True)), [0.0], [1], Documents()
    found = Watcher(
        view=lambda: (world.view, version[0]), watches=Documents(), alerts=alerts, now=lambda: clock[0]
    )
    assert found.check_if_due()
    alerts.clear()
    clock[0] = 100
    assert found.check_if_due() == []
    version[0], clock[0] = 2, 130
    assert found.check_if_due()


def test_watches_are_kept_changed_and_removed(build: Build) -> None:
    """The standing one stays; what watches everything is refused; a removed one comes back under its id."""
    found = watcher(build(told(surge=False)))
    made = found.add(REFUNDS)
    assert [watch.id for watch in found.watches()] == [NEW, made.id]
    found.remove(made.id)
    with pytest.raises(NotFoundError):
        found.watch(made.id)
    assert found.put(made.id, REFUNDS).id == made.id
    with pytest.raises(InputError, match="switch it off"):
        found.remove(NEW)
    with pytest.raises(InputError, match="empty"):
        found.add(WatchIn(name="All", filter=Scope()))
    with pytest.raises(NotFoundError):
        found.mark("nothing", is_seen=True)


def test_a_plan_becomes_a_watch() -> None:
    """The outcome among its scope, without the time; falling when the words say so."""
    plan = QueryPlan.model_validate(
        {
            "intent": "drivers",
            "scope": {"themes": ["delivery"], "period": {"from": "2026-01-01"}},
            "outcome": {"churn": ["leaving"]},
        }
    )
    made = watch_of(plan, NAMES)
    assert (made.filter, made.of) == (Scope(churn=["leaving"]), Scope(themes=["delivery"]))
    praise = QueryPlan.model_validate(
        {
            "intent": "trend",
            "scope": {"themes": ["delivery"], "polarity": "+", "attributes": {"plan": ["gold"]}},
        }
    )
    fallen = watch_of(praise, NAMES, "warn me if praise for delivery drops")
    assert fallen.direction == "fall"
    assert fallen.of == Scope(attributes={"plan": ["gold"]})
    for intent in ("help", "trend"):
        with pytest.raises(InputError, match="nothing whose share"):
            watch_of(QueryPlan.model_validate({"intent": intent}), NAMES)
