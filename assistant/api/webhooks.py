"""`/v1/webhooks`: where events go, signed as Standard Webhooks; and `/v1/alerts.atom`."""

from datetime import UTC, datetime
from typing import Annotated
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from assistant.api import examples
from assistant.api.parts import Parts
from assistant.events.models import Delivery, Endpoint, EndpointIn

router = APIRouter(prefix="/v1", tags=["Events"])
WebhookId = Annotated[str, Path(max_length=64, description="Id of a webhook")]
_ATOM = "http://www.w3.org/2005/Atom"
_ENTRIES = 100


class NewEndpoint(Endpoint):
    """An endpoint with its secret, which is shown this once."""

    secret: str = Field(examples=["whsec_…"])


class Secret(BaseModel):
    """The new secret; the old one signs beside it for 24 hours."""

    secret: str


class Endpoints(BaseModel):
    """All endpoints, oldest first."""

    webhooks: list[Endpoint]


class Deliveries(BaseModel):
    """The last deliveries, latest first."""

    deliveries: list[Delivery]


@router.get("/webhooks", summary="List webhooks")
def list_webhooks(product: Parts) -> Endpoints:
    """With what failed last and how many events wait."""
    return Endpoints(webhooks=product.outbox.all())


@router.post(
    "/webhooks", status_code=201, summary="Add a webhook", openapi_extra=examples.body(examples.WEBHOOKS)
)
def add(body: EndpointIn, product: Parts) -> NewEndpoint:
    """Told of what happens from now on. Requests are signed (standardwebhooks.com) and repeated until a 2xx answer, for 1.3 days."""
    made, secret = product.outbox.add(body)
    return NewEndpoint(**made.model_dump(), secret=secret)


@router.get("/webhooks/{webhook_id}", summary="One webhook")
def read(webhook_id: WebhookId, product: Parts) -> Endpoint:
    """With what failed last."""
    return product.outbox.get(webhook_id)


@router.put(
    "/webhooks/{webhook_id}", summary="Change a webhook", openapi_extra=examples.body(examples.WEBHOOKS)
)
def put(webhook_id: WebhookId, body: EndpointIn, product: Parts) -> Endpoint:
    """Switching it on again forgets its failures; what happened meanwhile is sent."""
    return product.outbox.put(webhook_id, body)


@router.delete("/webhooks/{webhook_id}", status_code=204, summary="Delete a webhook")
def remove(webhook_id: WebhookId, product: Parts) -> None:
    """With what waits for it."""
    product.outbox.remove(webhook_id)


@router.post("/webhooks/{webhook_id}/secret", summary="Renew the secret")
def rotate(webhook_id: WebhookId, product: Parts) -> Secret:
    """Both sign for a day, so that receivers can change without loss."""
    return Secret(secret=product.outbox.rotate(webhook_id))


@router.post("/webhooks/{webhook_id}/ping", summary="Send a test event")
def ping(webhook_id: WebhookId, product: Parts) -> Delivery:
    """Sent at once; the answer says what came back."""
    return product.outbox.ping(webhook_id)


@router.get("/webhooks/{webhook_id}/deliveries", summary="What was sent")
def deliveries(webhook_id: WebhookId, product: Parts) -> Deliveries:
    """The last hundred, with the receiver's status."""
    return Deliveries(deliveries=product.outbox.log(webhook_id))


@router.post("/webhooks/{webhook_id}/deliveries/{event_id}/replay", summary="Send one again")
def replay(webhook_id: WebhookId, event_id: Annotated[str, Path(max_length=64)], product: Parts) -> Delivery:
    """Under its old id, so that a receiver can tell."""
    return product.outbox.replay(webhook_id, event_id)


@router.get("/alerts.atom", summary="Alerts as a feed", response_class=Response)
def feed(product: Parts) -> Response:
    """Atom 1.0, for feed readers."""
    alerts = sorted(product.watcher.alerts(), key=lambda one: -one.created)[:_ENTRIES]
    root = ET.Element("feed", xmlns=_ATOM)
    latest = alerts[0].created if alerts else 0.0
    for name, text in (
        ("id", "urn:earmark:alerts"),
        ("title", "Earmark: alerts"),
        ("updated", _time(latest)),
    ):
        ET.SubElement(root, name).text = text
    ET.SubElement(ET.SubElement(root, "author"), "name").text = "Earmark"
    for alert in alerts:
        entry = ET.SubElement(root, "entry")
        for name, text in (
            ("id", f"urn:earmark:alert:{alert.id}"), ("title", alert.name), ("updated", _time(alert.created)), ("summary", alert.text),
        ):  # fmt: skip
            ET.SubElement(entry, name).text = text
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type="application/atom+xml")


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
