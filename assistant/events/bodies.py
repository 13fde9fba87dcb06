"""Events as bodies of requests: Standard Webhooks, Slack and Teams."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

from assistant.events.models import Event, Format


def request_of(event: Event, kind: Format, secrets: Sequence[str]) -> tuple[bytes, dict[str, str]]:
    """Body and headers. Standard Webhooks are signed with every secret that is valid, the newest first."""
    if kind == "slack":
        return json.dumps(_slack(event)).encode(), {"Content-Type": "application/json"}
    if kind == "teams":
        return json.dumps(_teams(event)).encode(), {"Content-Type": "application/json"}
    body = json.dumps(
        {"type": event.type, "timestamp": event.timestamp.isoformat(), "data": event.data},
        separators=(",", ":"),
    )
    now = datetime.now(UTC)
    signed = " ".join(Webhook(secret).sign(msg_id=event.id, timestamp=now, data=body) for secret in secrets)
    return body.encode(), {
        "Content-Type": "application/json",
        "webhook-id": event.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signed,
    }


def said(event: Event) -> str:
    """The event in one line."""
    data = event.data
    if event.type == "alert.fired":
        return str(data["text"])
    if event.type == "import.finished":
        return f"{data['file']}: {data['added']} added, {data['updated']} updated, {data['refused']} refused"
    if event.type == "ping":
        return "Earmark reaches this channel."
    about = ", ".join(data.get("themes", [])) or "nothing in particular"
    why = {
        "feedback.high_priority": "High priority",
        "feedback.churn_risk": "May leave",
        "feedback.empathy_gap": "Felt let down",
    }
    text = f": “{data['text'][:500]}”" if data.get("text") else ""
    return f"{why.get(event.type, 'New feedback')} ({about}){text}"


def _slack(event: Event) -> Mapping[str, object]:
    """Plain text: what a customer wrote must not become a link, a mention or a format."""
    return {
        "blocks": [
            {"type": "section", "text": {"type": "plain_text", "text": said(event)[:3000], "emoji": False}}
        ]
    }


def _teams(event: Event) -> Mapping[str, object]:
    """An adaptive card; `TextBlock` would read Markdown, a `RichTextBlock` does not."""
    runs = [{"type": "TextRun", "text": said(event)[:3000]}]
    card = {"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "RichTextBlock", "inlines": runs}]}
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"type": "message", "attachments": [attachment]}
