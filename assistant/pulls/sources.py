"""Where feedback is fetched: Zendesk's and Intercom's APIs as pages of entries behind a cursor, and a mailbox."""

import base64
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from assistant.intake.dates import parse_date
from assistant.intake.exports.intercom import IntercomExport
from assistant.intake.exports.table import Export
from assistant.intake.exports.zendesk import ZendeskExport
from assistant.intake.feedback import FeedbackIn
from assistant.intake.json_rows import flat
from assistant.pulls.mailbox import mailbox_of
from assistant.pulls.pages import Cursor, Page
from assistant.pulls.service import Service
from assistant.settings import Settings

_PAGE = 50
_INTERCOM = "https://api.intercom.io"
_OWN = frozenset(("id", "created_at", "customer_id", "channel", "subject", "turns", "rating"))


class Source(Protocol):
    """A system that holds feedback."""

    name: str

    def item(self, entry: Any) -> FeedbackIn:
        """What an entry says. Raises RefusedError."""
        ...

    def pages(self, cursor: Cursor | None) -> Iterator[Page]:
        """What is new or changed since the cursor, oldest first; everything without one. Raises InputError."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class _Api:
    """What is common to sources whose entries are those of an export."""

    name: str
    _export: Export

    def __init__(self, service: Service) -> None:
        self._service = service

    def close(self) -> None:
        """As Source."""
        self._service.close()

    def item(self, entry: Any) -> FeedbackIn:
        """As Source."""
        return item_of(self.name, self._export.cells(flat(entry)))


class Zendesk(_Api):
    """Tickets by the cursor of the incremental export, each with its comments."""

    name = "zendesk"
    _export = ZendeskExport()

    def pages(self, cursor: Cursor | None) -> Iterator[Page]:
        """As Source."""
        at: dict[str, str | int] = dict(cursor) if cursor else {"start_time": 1}
        while True:
            found = self._service.get("/api/v2/incremental/tickets/cursor.json", per_page=_PAGE, **at)
            tickets = [one for one in found["tickets"] if one.get("status") != "deleted"]
            at = {"cursor": found["after_cursor"]} if found.get("after_cursor") else at
            yield Page(entries=[{**one, "comments": self._comments(one["id"])} for one in tickets], cursor=at)
            if found.get("end_of_stream", True):
                return

    def _comments(self, ticket: int) -> list[Any]:
        path, params, found = f"/api/v2/tickets/{int(ticket)}/comments.json", {"page[size]": 100}, []
        after: dict[str, str] = {}
        while True:
            page = self._service.get(path, **params, **after)
            found += page["comments"]
            meta = page.get("meta") or {}
            if not meta.get("has_more"):
                return found
            after = {"page[after]": meta["after_cursor"]}


class Intercom(_Api):
    """Conversations by the time of their last change, each with its parts."""

    name = "intercom"
    _export = IntercomExport()

    def pages(self, cursor: Cursor | None) -> Iterator[Page]:
        """As Source. Times are whole seconds, so the last one is asked for again; what is known changes nothing."""
        latest = int(cursor["updated_at"]) if cursor else 0
        query = {"field": "updated_at", "operator": ">", "value": latest - 1}
        after = None
        while True:
            paging = {"per_page": _PAGE, **({"starting_after": after} if after else {})}
            body = {
                "query": query,
                "sort": {"field": "updated_at", "order": "ascending"},
                "pagination": paging,
            }
            found = self._service.post("/conversations/search", body)
            ids = [one["id"] for one in found["conversations"]]
            latest = max([latest, *(int(one["updated_at"]) for one in found["conversations"])])
            whole = [
                self._service.get(f"/conversations/{id_}", display_as="plaintext") for id_ in map(_plain, ids)
            ]
            yield Page(entries=whole, cursor={"updated_at": latest})
            after = ((found.get("pages") or {}).get("next") or {}).get("starting_after")
            if not after:
                return


def _plain(id_: Any) -> str:
    """An id as part of a path."""
    return "".join(sign for sign in str(id_) if sign.isalnum() or sign in "-_")


def item_of(name: str, cells: Mapping[str, Any]) -> FeedbackIn:
    """The cells of an export as an item, under an id that no other source gives."""
    date = parse_date(str(cells["created_at"]), numbers=True) if cells.get("created_at") else None
    return FeedbackIn(
        id=f"{name}-{cells['id']}",
        turns=[(who, said) for who, said in cells["turns"]],
        title=cells.get("subject") or None,
        date=date,
        customer=str(cells.get("customer_id") or "") or None,
        channel=cells.get("channel") or None,
        rating=cells.get("rating") or None,
        attributes={key: value for key, value in cells.items() if key not in _OWN and value},
    )


def sources_of(settings: Settings) -> list[Source]:
    """Those that the settings name."""
    found: list[Source] = []
    if settings.zendesk_url and settings.zendesk_token:
        token = settings.zendesk_token.get_secret_value()
        found.append(Zendesk(Service(
            name="Zendesk", url=settings.zendesk_url, headers={"Authorization": _authorised(token)},
            setting="EARMARK_ZENDESK_TOKEN",
        )))  # fmt: skip
    if settings.intercom_token:
        found.append(Intercom(Service(
            name="Intercom", url=settings.intercom_url or _INTERCOM, setting="EARMARK_INTERCOM_TOKEN",
            headers={"Authorization": f"Bearer {settings.intercom_token.get_secret_value()}", "Intercom-Version": "2.11"},
        )))  # fmt: skip
    if settings.imap_url and settings.imap_password:
        found.append(mailbox_of(settings.imap_url, settings.imap_password.get_secret_value()))
    return found


def _authorised(token: str) -> str:
    """Zendesk takes an OAuth token, or `mail/token:key` as a login."""
    if "/token:" in token:
        return f"Basic {base64.b64encode(token.encode()).decode()}"
    return f"Bearer {token}"
