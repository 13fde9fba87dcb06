"""A mailbox by IMAP: read only, each mail once, by the numbers that the server gives them."""

import imaplib
import ipaddress
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

from assistant.errors import InputError, RefusedError, SettingsError
from assistant.intake.exports.mail import cells_of, envelope, parsed, side_of
from assistant.intake.feedback import FeedbackIn
from assistant.pulls.pages import Cursor, Page

_PAGE = 50
_TIMEOUT_S = 60.0
_UID = re.compile(rb"\bUID (\d+)")


class Mailbox:
    """One folder of one account.

    Args:
        connect: opens a connection that is logged in.
        folder: its name.
        user: the account; mails from its own domain are the company's and are left out.
    """

    name = "imap"

    def __init__(self, *, connect: Callable[[], imaplib.IMAP4], folder: str, user: str) -> None:
        self._connect, self._folder, self._company = connect, folder, side_of(user.lower())

    def close(self) -> None:
        """As Source; each pull has a connection of its own."""

    def item(self, entry: Any) -> FeedbackIn:
        """As Source."""
        message = parsed(entry["mail"])
        head = envelope(message)
        if side_of(head.sender) == self._company:
            raise RefusedError("written by the company itself")
        cells = cells_of(message, head)
        return FeedbackIn(
            id=f"imap-{cells['id'] or entry['uid']}"[:200],
            text=cells["text"],
            title=cells["subject"] or None,
            date=cells["date"] or None,
            customer=cells["customer_id"] or None,
            channel="email",
        )

    def pages(self, cursor: Cursor | None) -> Iterator[Page]:
        """As Source. When the server numbers its mails anew, all are read again, which changes nothing."""
        try:
            with _logged_out(self._connect()) as box:
                yield from self._pages(box, cursor)
        except (imaplib.IMAP4.error, OSError) as error:
            raise InputError(f"the mailbox cannot be read: {error}; check EARMARK_IMAP_URL") from error

    def _pages(self, box: imaplib.IMAP4, cursor: Cursor | None) -> Iterator[Page]:
        _good(box.select(_quoted(self._folder), readonly=True))
        validity = int(box.response("UIDVALIDITY")[1][0] or 0)
        last = int(cursor["uid"]) if cursor and cursor["validity"] == validity else 0
        found = _good(box.uid("SEARCH", f"UID {last + 1}:*"))
        # "n:*" names the last mail even where all are older.
        uids = sorted(uid for uid in map(int, (found[0] or b"").split()) if uid > last)
        for at in range(0, len(uids), _PAGE):
            some = uids[at : at + _PAGE]
            answer = _good(box.uid("FETCH", ",".join(map(str, some)), "(BODY.PEEK[])"))
            yield Page(entries=list(_mails(answer)), cursor={"validity": validity, "uid": some[-1]})


@contextmanager
def _logged_out(box: imaplib.IMAP4) -> Iterator[imaplib.IMAP4]:
    try:
        yield box
    finally:
        try:
            box.logout()
        except (imaplib.IMAP4.error, OSError):  # it broke off, which the caller knows
            box.shutdown()


def _mails(answer: list[Any]) -> Iterator[dict[str, Any]]:
    for part in answer:
        if isinstance(part, tuple) and (uid := _UID.search(part[0])):
            yield {"uid": int(uid[1]), "mail": part[1]}


def _good(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise InputError(f"the mail server says {answer[0]}: {answer[1]!r:.200}")
    return answer[1]


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def mailbox_of(url: str, password: str) -> Mailbox:
    """The mailbox of `imaps://user@host/folder`. Raises SettingsError for an address that is none."""
    parts = urlsplit(url)
    user, host, folder = (
        unquote(parts.username or ""),
        parts.hostname or "",
        unquote(parts.path[1:]) or "INBOX",
    )
    if parts.scheme not in ("imaps", "imap") or not host or not user:
        raise SettingsError(
            "EARMARK_IMAP_URL is no address of a mailbox; write imaps://care%40shop.example@mail.shop.example/INBOX"
        )
    if parts.scheme == "imap" and not _is_here(host):
        raise SettingsError("EARMARK_IMAP_URL would send the password in the clear; write imaps://")

    def connect() -> imaplib.IMAP4:
        kind = imaplib.IMAP4_SSL if parts.scheme == "imaps" else imaplib.IMAP4
        box = kind(host, parts.port or (993 if parts.scheme == "imaps" else 143), timeout=_TIMEOUT_S)
        try:
            box.login(user, password)
        except BaseException:
            box.shutdown()
            raise
        return box

    return Mailbox(connect=connect, folder=folder, user=user)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
