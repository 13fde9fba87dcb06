"""Archives of mail (mbox) and single mails (eml): a mail is an item, and a thread with answers a conversation."""

import datetime as dt
import email
import mailbox
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import default
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Any, Self

from assistant.errors import FileError, RefusedError
from assistant.intake.exports.mail_text import body_of, own_words
from assistant.intake.rows import Row

_HEADER = re.compile(
    r"^(?:From|To|Date|Subject|Message-ID|Received|Return-Path|MIME-Version|Delivered-To|Content-Type|Reply-To|DKIM-Signature|X-[\w-]+):",
    re.MULTILINE | re.IGNORECASE,
)
_ID = re.compile(r"<[^<>\s]{1,250}>")
_PRIVATE = frozenset(
    ("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com", "aol.com",
     "gmx.de", "gmx.net", "web.de", "t-online.de", "orange.fr", "free.fr", "proton.me", "protonmail.com", "mail.ru")
)  # fmt: skip
_MACHINE = re.compile(r"^(?:mailer-daemon|postmaster|no-?reply|donotreply|bounces?)\b", re.IGNORECASE)
_AUTOMATIC = re.compile(
    r"^(?:(?:re|aw|sv): )?(?:out of office|automatic reply|auto(?:matische)?[ -]?(?:reply|antwort)|abwesenheit|réponse automatique"
    r"|respuesta automática|undeliver(?:able|ed)|delivery status notification|mail delivery failed|afwezig)",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Envelope:
    """What the headers of a mail say."""

    id: str
    sender: str
    recipients: tuple[str, ...]
    before: tuple[str, ...]  # ids of the mails that it answers, oldest first
    date: str
    at: float  # seconds since 1970, 0 without a date
    subject: str
    is_automatic: bool


def is_mail(head: str) -> bool:
    """Whether a file begins as a mail or an archive of mails does."""
    first = head.split("\n\n", 1)[0][:8_000]
    names = {found[0].lower() for found in _HEADER.finditer(first)}
    return "from:" in names and len(names) >= 3


def parsed(data: bytes) -> EmailMessage:
    """A mail from its bytes."""
    return email.message_from_bytes(data, policy=default)


def envelope(message: EmailMessage) -> Envelope:
    """The headers that matter. Broken ones count as empty."""
    sender = parseaddr(_header(message, "From"))[1].lower()
    to = getaddresses([_header(message, name) for name in ("To", "Cc", "Delivered-To")])
    said = " ".join(_header(message, name) for name in ("References", "In-Reply-To"))
    own = _ID.search(_header(message, "Message-ID"))
    subject = " ".join(_header(message, "Subject").split())
    date = _date(_header(message, "Date"))
    is_machine = _header(message, "Auto-Submitted").lower() not in ("", "no") or bool(
        message.get("X-Autoreply")
    )
    return Envelope(
        id=own[0][1:-1] if own else "",
        sender=sender,
        recipients=tuple(address.lower() for _, address in to if "@" in address),
        before=tuple(one[1:-1] for one in dict.fromkeys(_ID.findall(said))),
        date=date.isoformat() if date else "",
        at=date.timestamp() if date else 0.0,
        subject=subject,
        is_automatic=is_machine or bool(_MACHINE.match(sender)) or bool(_AUTOMATIC.match(subject)),
    )


def side_of(address: str) -> str:
    """What stands for the organisation of an address: its domain, or itself where many share the domain."""
    domain = address.rpartition("@")[2]
    return address if domain in _PRIVATE else domain


class MailTable:
    """A file of mails. The company is whom most of them were sent to."""

    columns: Sequence[str] = ("id", "date", "customer_id", "channel", "subject", "text", "turns")

    def __init__(self, path: Path) -> None:
        self._path = path
        with _Mails(path) as mails:
            self._is_archive = mails.is_archive
            # About 500 bytes a mail; the mails themselves are read again one by one.
            self._heads = [envelope(mails[place]) for place in range(len(mails))]
        if not self._heads:
            raise FileError(f"{path.name} holds no mail")
        sides = Counter(side for one in self._heads for side in {*map(side_of, one.recipients)})
        self._company = sides.most_common(1)[0][0] if sides else ""
        self._talks = {places[0]: places for places in _threads(self._heads) if self._has_both_sides(places)}
        self._inside = {place for places in self._talks.values() for place in places}

    @property
    def description(self) -> str:
        """As Table."""
        to = f", sent to {self._company}" if self._company and "@" not in self._company else ""
        return f"read as {f'an archive of {len(self._heads)} mails' if self._is_archive else 'a mail'}{to}"

    def rows(self) -> Iterator[Row]:
        """As Table. `line` is the number of the mail, of a thread with answers that of its first."""
        with _Mails(self._path) as mails:
            for place, head in enumerate(self._heads):
                if place in self._inside and place not in self._talks:
                    continue
                line, done = place + 1, (place + 1) / len(self._heads)
                try:
                    yield Row(line=line, cells=self._cells(mails, place, head), done=done)
                except RefusedError as error:
                    kept = {"id": head.id, "date": head.date}
                    yield Row(line=line, cells=kept, problem=str(error), done=done)

    def _cells(self, mails: "_Mails", place: int, head: Envelope) -> dict[str, Any]:
        if place in self._talks:
            return self._conversation(mails, self._talks[place], head)
        if self._is_company(head):
            raise RefusedError("written by the company, with no mail of a customer beside it")
        return cells_of(mails[place], head)

    def _conversation(self, mails: "_Mails", places: Sequence[int], first: Envelope) -> dict[str, Any]:
        turns, customer = [], ""
        for place in sorted(places, key=lambda at: (self._heads[at].at, at)):
            head = self._heads[place]
            said = "" if head.is_automatic else own_words(body_of(mails[place]))
            if said:
                turns.append(["A" if self._is_company(head) else "C", said])
            if not self._is_company(head):
                customer = customer or head.sender
        if not any(who == "C" for who, _ in turns):
            raise RefusedError("nothing in the thread is by a customer")
        return {**_common(first), "customer_id": customer, "turns": turns, "text": ""}

    def _has_both_sides(self, places: Sequence[int]) -> bool:
        people = [self._heads[place] for place in places if not self._heads[place].is_automatic]
        return len({self._is_company(one) for one in people}) == 2

    def _is_company(self, head: Envelope) -> bool:
        return bool(self._company) and side_of(head.sender) == self._company


class _Mails:
    """Mails of a file by their place, each parsed when it is asked for."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self.is_archive = file.read(5) == b"From "
        self._path = path
        self._box = mailbox.mbox(path, create=False) if self.is_archive else None
        self._keys = list(self._box.keys()) if self._box is not None else [""]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._box is not None:
            self._box.close()

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, place: int) -> EmailMessage:
        return parsed(
            self._path.read_bytes() if self._box is None else self._box.get_bytes(self._keys[place])
        )


def cells_of(message: EmailMessage, head: Envelope) -> dict[str, Any]:
    """A single mail as cells. Raises RefusedError."""
    if head.is_automatic:
        raise RefusedError("an automatic mail and nobody's words")
    said = own_words(body_of(message)) or head.subject
    return {**_common(head), "customer_id": head.sender, "text": said, "turns": ""}


def _common(head: Envelope) -> dict[str, Any]:
    return {"id": head.id, "date": head.date, "channel": "email", "subject": head.subject}


def _threads(heads: Sequence[Envelope]) -> list[list[int]]:
    """Places of mails that answer one another, in order."""
    known = {one.id: place for place, one in enumerate(heads) if one.id}
    root = list(range(len(heads)))

    def top(place: int) -> int:
        while root[place] != place:
            root[place] = root[root[place]]
            place = root[place]
        return place

    shared: dict[str, int] = {}  # mails that answer one that is not in the file belong together too
    for place, one in enumerate(heads):
        for id_ in one.before:
            low, high = sorted((top(place), top(known.get(id_, shared.setdefault(id_, place)))))
            root[high] = low
    threads: dict[int, list[int]] = {}
    for place in range(len(heads)):
        threads.setdefault(top(place), []).append(place)
    return list(threads.values())


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except Exception:  # noqa: BLE001 (broken headers make the standard library's parser raise anything)
        return ""


def _date(value: str) -> dt.datetime | None:
    try:
        found = parsedate_to_datetime(value) if value else None
    except (ValueError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=dt.UTC) if found and found.tzinfo is None else found
