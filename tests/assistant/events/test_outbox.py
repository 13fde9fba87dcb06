"""Events reach their receivers: signed, at least once, again after failures, over restarts."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from assistant.errors import InputError, NotFoundError
from assistant.events.models import EndpointIn
from assistant.events.outbox import WAITS_S
from assistant.intake import FeedbackIn
from assistant.wiring import Product
from tests.assistant.api.homes import Homes
from tests.assistant.events.receiver import Receiver, receiving

ALL = [
    "feedback.tagged",
    "feedback.high_priority",
    "feedback.churn_risk",
    "feedback.empathy_gap",
    "alert.fired",
    "import.finished",
]
LEAVING = "Nobody answered, I was ignored for weeks. I buy elsewhere from now on."


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver."""
    with receiving() as made:
        yield made


@contextmanager
def opened(tmp_path: Path, receiver: Receiver) -> Iterator[Product]:
    """A product that may call the receiver; opened again it is the same."""
    product = Homes(tmp_path / "templates").product(
        tmp_path / "home", seeded=False, webhook_hosts=receiver.host
    )
    try:
        yield product
    finally:
        product.close()


@pytest.fixture
def product(tmp_path: Path, receiver: Receiver) -> Iterator[Product]:
    """A product that may call the receiver."""
    with opened(tmp_path, receiver) as made:
        yield made


def add(product: Product, *ids: str, text: str = LEAVING) -> None:
    product.intake.add([FeedbackIn(id=id_, text=text, date=datetime.now(UTC).date()) for id_ in ids])


def endpoint(product: Product, receiver: Receiver, **more: Any) -> tuple[str, str]:
    asked = EndpointIn.model_validate({"url": receiver.url, "kinds": ["feedback.tagged"], **more})
    made, secret = product.outbox.add(asked)
    return made.id, secret


def test_what_happens_is_sent_once_and_signed(product: Product, receiver: Receiver) -> None:
    """What was there before is not sent; tagging again sends nothing; the library of the standard verifies each."""
    add(product, "before")
    _, secret = endpoint(product, receiver, kinds=ALL)
    add(product, "a")
    add(product, "b", text="Lovely coat, thank you.")
    product.outbox.step()
    assert receiver.types().count("feedback.tagged") == 2
    assert receiver.types().count("feedback.churn_risk") == 1
    for headers, body in receiver.got:
        Webhook(secret).verify(body, headers)
        assert LEAVING.encode() not in body
        with pytest.raises(WebhookVerificationError):
            Webhook(secret).verify(body + b" ", headers)
    ids = [headers["webhook-id"] for headers, _ in receiver.got]
    assert len(set(ids)) == len(ids)
    sent = len(receiver.got)
    add(product, "a")
    product.outbox.step()
    assert len(receiver.got) == sent
    data = json.loads(receiver.got[0][1])["data"]
    assert (data["id"], data["churn"], data["link"]) == ("a", "leaving", "/triage?item=a")


def test_a_text_goes_along_only_where_it_may(product: Product, receiver: Receiver) -> None:
    """After redaction."""
    endpoint(product, receiver, with_text=True)
    add(product, "t", text="Write to ana@shop.example about the refund.")
    product.outbox.step()
    [(_, body)] = receiver.got
    assert "refund" in json.loads(body)["data"]["text"]
    assert b"ana@shop.example" not in body


def test_nothing_is_lost_over_restarts_and_failures(tmp_path: Path, receiver: Receiver) -> None:
    """A receiver that is down for a while, and a process that ends in between."""
    with opened(tmp_path, receiver) as product:
        endpoint(product, receiver)
        receiver.status = 500
        add(product, "a", "b")
        product.outbox.step()
        assert len(receiver.got) == 2
        assert product.outbox.all()[0].waiting == 2
        assert product.outbox.all()[0].problem == "the receiver answered 500"
    receiver.got.clear()
    receiver.status = 204
    with opened(tmp_path, receiver) as product:
        add(product, "c")
        product.outbox._now = lambda: datetime.now(UTC) + timedelta(seconds=WAITS_S[0] + 1)
        product.outbox.step()
        assert sorted(json.loads(body)["data"]["id"] for _, body in receiver.got) == ["a", "b", "c"]
        [shown] = product.outbox.all()
        assert (shown.waiting, shown.problem, shown.failing_since) == (0, None, None)


def test_a_repeated_event_has_its_old_id(product: Product, receiver: Receiver) -> None:
    """So that a receiver can drop what it has seen."""
    id_, _ = endpoint(product, receiver)
    receiver.status = 503
    add(product, "a")
    product.outbox.step()
    receiver.status = 200
    product.outbox._now = lambda: datetime.now(UTC) + timedelta(seconds=6)
    product.outbox.step()
    again = product.outbox.replay(id_, receiver.got[0][0]["webhook-id"])
    assert again.status == "delivered"
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1
    assert len(receiver.got) == 3
    with pytest.raises(NotFoundError):
        product.outbox.replay(id_, "msg_unknown")


def test_one_that_fails_for_days_is_switched_off_and_on_again(product: Product, receiver: Receiver) -> None:
    """Its reason is shown; what happened meanwhile is sent when it is switched on."""
    id_, _ = endpoint(product, receiver)
    receiver.status = 410
    add(product, "a")
    start = datetime.now(UTC)
    for hours in (0, 60, 125):
        product.outbox._now = lambda hours=hours: start + timedelta(hours=hours)  # type: ignore[misc]
        product.outbox.step()
    [shown] = product.outbox.all()
    assert not shown.active
    assert "five days" in str(shown.problem)
    add(product, "later")
    receiver.got.clear()
    receiver.status = 200
    assert product.outbox.step() == 0
    asked = EndpointIn(url=receiver.url, kinds=["feedback.tagged"])
    assert product.outbox.put(id_, asked).problem is None
    product.outbox.step()
    assert "later" in [json.loads(body)["data"]["id"] for _, body in receiver.got]


def test_a_receiver_that_is_down_is_not_asked_for_every_event(product: Product, receiver: Receiver) -> None:
    """After three failures in a row the rest waits where it is, and comes in order."""
    endpoint(product, receiver)
    receiver.status = 500
    add(product, *(f"i{n}" for n in range(20)))
    product.outbox.step()
    assert len(receiver.got) == 3
    receiver.status = 200
    for _ in range(3):
        product.outbox.step()
    ids = [json.loads(body)["data"]["id"] for _, body in receiver.got]
    assert ids[3:] == [f"i{n}" for n in range(3, 20)]


def test_both_secrets_sign_for_a_day(product: Product, receiver: Receiver) -> None:
    """Then only the new one."""
    id_, old = endpoint(product, receiver)
    new = product.outbox.rotate(id_)
    add(product, "a")
    product.outbox.step()
    headers, body = receiver.got[0]
    Webhook(old).verify(body, headers)
    Webhook(new).verify(body, headers)
    product.outbox._now = lambda: datetime.now(UTC) + timedelta(hours=25)
    product.outbox.ping(id_)
    headers, body = receiver.got[1]
    Webhook(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, headers)


def test_redirects_are_not_followed(product: Product, receiver: Receiver) -> None:
    """They are failures."""
    id_, _ = endpoint(product, receiver)
    receiver.status = 302
    assert product.outbox.ping(id_).status == "failed"
    assert product.outbox.log(id_)[0].response == 302


@pytest.mark.parametrize("kind", ["slack", "teams"])
def test_chat_messages_are_plain_text(product: Product, receiver: Receiver, kind: str) -> None:
    """What a customer wrote becomes no link, mention or format."""
    endpoint(product, receiver, format=kind, with_text=True)
    nasty = "<!channel> [click](https://evil.example) *now*, still no refund"
    add(product, "n", text=nasty)
    product.outbox.step()
    plain = json.loads(receiver.got[0][1])
    if kind == "slack":
        [block] = plain["blocks"]
        assert block["text"]["type"] == "plain_text"
        assert nasty in block["text"]["text"]
    else:
        [part] = plain["attachments"][0]["content"]["body"]
        assert part["type"] == "RichTextBlock"
        assert nasty in part["inlines"][0]["text"]


def test_imports_and_addresses(product: Product, receiver: Receiver, tmp_path: Path) -> None:
    """The end of an import is an event; an address inside is refused when it is given."""
    endpoint(product, receiver, kinds=["import.finished"])
    file = tmp_path / "a.csv"
    file.write_text("text\nThe parcel was late.\n", "utf-8")
    product.importer.run(product.importer.start(file))
    product.outbox.step()
    data = json.loads(receiver.got[0][1])["data"]
    assert (data["file"], data["added"]) == ("a.csv", 1)
    with pytest.raises(InputError, match="internet"):
        endpoint(product, receiver, url="https://127.0.0.1/x")
