"""Pulls from servers that speak the protocol: everything once, also after faults, limits and deaths."""

from collections.abc import Iterator
from typing import Any

import pytest

from assistant.commands import importing
from assistant.errors import InputError
from assistant.pulls import Puller
from assistant.pulls.service import Service
from assistant.pulls.sources import Intercom, Source, Zendesk
from assistant.wiring import Product
from tests.assistant.pulls.fakes import FakeIntercom, FakeZendesk, serving

SAID = (
    "The blind came without its brackets.", "Brackets arrived, thank you.", "Why is the fee back on my card?",
    "Third visit, still no hot water.", "Your fitter was early and swept up.",
)  # fmt: skip


def ticket(number: int, *, said: str, public: bool = True) -> dict[str, Any]:
    return {
        "id": number, "created_at": f"2026-04-0{number}T10:00:00Z", "requester_id": 70 + number, "subject": f"Case {number}",
        "status": "open", "priority": "normal", "tags": ["vip"], "via": {"channel": "email"},
        "satisfaction_rating": {"score": "offered"},
        "comments": [
            {"author_id": 70 + number, "public": public, "plain_body": said},
            {"author_id": 5, "public": True, "plain_body": f"We look into case {number}."},
        ],
    }  # fmt: skip


def talk(id_: str, changed: int, *, said: str) -> dict[str, Any]:
    return {
        "id": id_, "created_at": changed - 60, "updated_at": changed, "state": "open",
        "source": {"type": "email", "body": f"<p>{said}</p>", "author": {"type": "user", "id": f"u{id_}"}},
        "conversation_parts": {"conversation_parts": [
            {"part_type": "comment", "body": "<p>On it.</p>", "author": {"type": "admin"}},
        ]},
    }  # fmt: skip


@pytest.fixture
def zendesk() -> Iterator[FakeZendesk]:
    with serving(FakeZendesk(), "Basic bWFpbC90b2tlbjprZXk=") as fake:
        fake.entries = [ticket(n + 1, said=said) for n, said in enumerate(SAID)]
        yield fake


@pytest.fixture
def intercom() -> Iterator[FakeIntercom]:
    with serving(FakeIntercom(), "Bearer secret") as fake:
        fake.entries = [talk(str(n), 1_775_000_000 + n // 2, said=said) for n, said in enumerate(SAID)]
        yield fake


def puller(product: Product, *sources: Source) -> Puller:
    return Puller(
        sources=lambda: sources, intake=product.intake, jobs=product.index.jobs,
        cursors=product.index.store.documents("pull"), every_s=60,
    )  # fmt: skip


def from_zendesk(
    fake: FakeZendesk, waits: list[float] | None = None, key: str = "Basic bWFpbC90b2tlbjprZXk="
) -> Zendesk:
    kept = waits if waits is not None else []
    return Zendesk(
        Service(
            name="Zendesk",
            url=fake.url,
            headers={"Authorization": key},
            setting="EARMARK_ZENDESK_TOKEN",
            wait=kept.append,
        )
    )


def from_intercom(fake: FakeIntercom) -> Intercom:
    return Intercom(
        Service(
            name="Intercom",
            url=fake.url,
            headers={"Authorization": "Bearer secret"},
            setting="EARMARK_INTERCOM_TOKEN",
            wait=lambda _: None,
        )
    )


def pulled(product: Product, *sources: Source) -> dict[str, Any]:
    made = puller(product, *sources)
    return made.run(made.start().id)


def stored(product: Product) -> dict[str, str]:
    return {one.item.id: one.item.text for one in product.index.store.page(limit=100).items}


def test_tickets_come_once_with_all_their_comments(product: Product, zendesk: FakeZendesk) -> None:
    """Every page, every comment; then only what is new or changed."""
    assert pulled(product, from_zendesk(zendesk))["zendesk"]["added"] == 5
    assert stored(product)["zendesk-1"] == f"Customer: {SAID[0]}\nAgent: We look into case 1."
    item = product.index.store.get("zendesk-3").item
    assert (str(item.date), item.customer, item.attributes["priority"]) == ("2026-04-03", "73", "normal")
    zendesk.entries.append(ticket(6, said="Now the handle is loose."))
    zendesk.asked.clear()
    assert pulled(product, from_zendesk(zendesk))["zendesk"]["added"] == 1
    assert len(zendesk.asked) == 3  # one page of tickets, and the comments of the new one
    assert len(stored(product)) == 6


def test_conversations_come_once_and_again_when_they_change(product: Product, intercom: FakeIntercom) -> None:
    """The last second is asked for again, since more may have happened in it."""
    assert pulled(product, from_intercom(intercom))["intercom"]["added"] == 5
    intercom.entries.append(talk("late", 1_775_000_002, said="In the same second."))
    intercom.entries[1]["updated_at"] = 1_775_000_009
    intercom.entries[1]["conversation_parts"]["conversation_parts"].append(
        {"part_type": "comment", "body": "<p>Still cold.</p>", "author": {"type": "user"}}
    )
    report = pulled(product, from_intercom(intercom))["intercom"]
    assert (report["added"], report["updated"]) == (1, 1)
    assert stored(product)["intercom-1"].endswith("Agent: On it.\nCustomer: Still cold.")


def test_limits_are_kept_and_faults_are_tried_again(product: Product, zendesk: FakeZendesk) -> None:
    """429 says how long; 5xx is tried again a little later each time."""
    zendesk.faults = [(429, {}, {"Retry-After": "7"}), (503, {}, {}), (500, {}, {})]
    waits: list[float] = []
    assert pulled(product, from_zendesk(zendesk, waits))["zendesk"]["added"] == 5
    assert waits == [7.0, 2.0, 4.0]


@pytest.mark.parametrize("after", range(1, 9))
def test_a_pull_that_dies_goes_on_without_loss_or_doubles(
    product: Product, zendesk: FakeZendesk, after: int
) -> None:
    """Whichever request it dies at."""

    class Death(BaseException):
        """The process ends here."""

    count = 0

    class Dying(Service):
        def get(self, path: str, **params: str | int) -> Any:
            nonlocal count
            count += 1
            if count == after:
                raise Death
            return super().get(path, **params)

    dying = Zendesk(
        Dying(
            name="Zendesk",
            url=zendesk.url,
            headers={"Authorization": "Basic bWFpbC90b2tlbjprZXk="},
            setting="-",
        )
    )
    made = puller(product, dying)
    job = made.start()
    with pytest.raises(Death):
        made.run(job.id)
    product.index.jobs.release(job.id, product.index.jobs.get(job.id).worker or "")
    puller(product, from_zendesk(zendesk)).run(job.id)
    assert sorted(stored(product)) == [f"zendesk-{n}" for n in range(1, 6)]


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ((200, b"<html>", {}), "no JSON object"),
        ((200, [], {}), "no JSON object"),
        ((200, {"tickets": None}, {}), "form that is not known"),
        ((200, {}, {}), "form that is not known"),
        ((404, {}, {}), "404"),
        ((302, {}, {"Location": "http://127.0.0.1:1/"}), "302"),
    ],
)
def test_what_a_source_has_wrong_is_said(
    product: Product, zendesk: FakeZendesk, fault: Any, said: str
) -> None:
    """In the report and the job; the next pull begins where this one did."""
    zendesk.faults = [fault]
    made = puller(product, from_zendesk(zendesk))
    job = made.start()
    with pytest.raises(InputError, match=said):
        made.run(job.id)
    assert said in (product.index.jobs.get(job.id).error or "")
    assert pulled(product, from_zendesk(zendesk))["zendesk"]["added"] == 5


def test_wrong_credentials_name_the_setting(
    product: Product, zendesk: FakeZendesk, intercom: FakeIntercom
) -> None:
    """One source that fails does not keep the other from being read."""
    report = pulled(product, from_zendesk(zendesk, key="Bearer wrong"), from_intercom(intercom))
    assert "EARMARK_ZENDESK_TOKEN" in report["zendesk"]["problem"]
    assert report["intercom"]["added"] == 5


def test_entries_that_cannot_be_read_are_counted_with_reasons(product: Product, zendesk: FakeZendesk) -> None:
    """A ticket without a requester, one that is deleted, one in which nothing is public."""
    zendesk.entries[0]["requester_id"] = None
    zendesk.entries[1]["status"] = "deleted"
    zendesk.entries[2]["comments"] = [{"author_id": 5, "public": False, "plain_body": "He again."}]
    report = pulled(product, from_zendesk(zendesk))["zendesk"]
    assert (report["added"], report["refused"]) == (2, 2)
    assert any("requester_id" in reason for reason in report["reasons"])


def test_the_server_pulls_when_it_is_due(product: Product) -> None:
    """Not without a source, not twice within the time, and one job for all servers."""
    clock = [1_000.0]
    source = object()
    made = Puller(
        sources=lambda: sources, intake=product.intake, jobs=product.index.jobs,
        cursors=product.index.store.documents("pull"), every_s=60, now=lambda: clock[0],
    )  # fmt: skip
    sources: Any = []
    made.queue_if_due()
    assert product.index.jobs.list("pull") == []
    sources = [source]
    for at, expected in ((1_000.0, 1), (1_030.0, 1), (1_061.0, 1)):
        clock[0] = at
        made.queue_if_due()
        assert len(product.index.jobs.list("pull")) == expected
    made = puller(product)
    with pytest.raises(InputError, match="EARMARK_ZENDESK_URL"):
        made.run(product.index.jobs.list("pull")[0].id)


def test_the_command_reports_what_came(
    product: Product, zendesk: FakeZendesk, capsys: pytest.CaptureFixture[str]
) -> None:
    """Counts and reasons, one line per source."""
    zendesk.entries[0]["requester_id"] = None
    product.puller = puller(product, from_zendesk(zendesk))
    importing.pull(product)
    said = capsys.readouterr().out
    assert "zendesk: " in said
    assert "4 added" in said
    assert "1 times: the ticket has no requester_id" in said.replace("\n", " ")
